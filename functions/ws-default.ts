/** `$default` with a route response: replies to pings, and otherwise lists the actions that the API supports. */
import { jsonReply } from '#shared/http/reply.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { answerMessage } from '#shared/websocket/answer-message.ts';
import { parseChannelEvent } from '#shared/websocket/channel-event.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { createLambdaChannelPorts } from '#shared/websocket/lambda-channels.ts';

let ports: ChannelPorts | undefined;

export const handler = observeHandler('ws-default', async (event, { count }) => {
  ports ??= createLambdaChannelPorts();
  const frame = await answerMessage(ports, parseChannelEvent(ports, event), ['ping']);
  if (frame.type === 'error') count('Refused', frame.code);
  else count('Pong');
  return jsonReply(200, frame);
});
