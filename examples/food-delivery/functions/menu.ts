/** HTTP API: the dishes that can be ordered. Open to everybody. */
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

export const MENU = [
  { dish: 'ramen', priceCents: 1250 },
  { dish: 'falafel', priceCents: 890 },
  { dish: 'margherita', priceCents: 1100 },
];

export async function show(): Promise<Reply> {
  return json(200, { menu: MENU });
}
