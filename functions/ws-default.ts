/** `$default` with a route response: answers pings, and says what it would understand. */
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { jsonReply } from '#shared/http/reply.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { answerMessage } from '#shared/websocket/default-message.ts';

export const handler = observeHandler('ws-default', async (event, { count }) => {
  const reply = answerMessage(parseWebSocketEvent(event));
  const isOver = 'status' in reply && reply.status === 401;
  count(reply.type === 'pong' ? 'Pong' : isOver ? 'CredentialExpired' : 'UnknownMessage');
  return jsonReply(200, reply);
});
