/**
 * Issues one-time tickets. This function is the integration of a protected route `POST /ws-ticket`, in any REST or HTTP
 * API.
 */
import { createLambdaTicketDesk } from '#shared/middleware/lambda-ws-ticket.ts';
import type { TicketDesk } from '#shared/middleware/ws-ticket.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let desk: TicketDesk | undefined;

export const handler = observeHandler('ws-ticket', async (event, { count }) => {
  desk ??= createLambdaTicketDesk(compiled);
  const reply = await desk(event);
  count(reply.statusCode === 200 ? 'TicketIssued' : 'TicketRefused');
  return reply;
});
