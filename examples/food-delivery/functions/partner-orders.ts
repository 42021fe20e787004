/**
 * REST API: the orders, for partners. It contains no code for quotas: the authorizer charges, and API Gateway refuses.
 */
import { SAMPLE_ORDER } from './order-store.ts';
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

export async function list(): Promise<Reply> {
  return json(200, { orders: [SAMPLE_ORDER] });
}
