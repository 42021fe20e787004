/** Route `publish`: appends a client's message to the log of its channel; `ws-publisher` delivers it. */
import { jsonReply } from '#shared/http/reply.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { answerMessage } from '#shared/websocket/answer-message.ts';
import { parseChannelEvent } from '#shared/websocket/channel-event.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { createLambdaChannelPorts } from '#shared/websocket/lambda-channels.ts';

let ports: ChannelPorts | undefined;

export const handler = observeHandler('ws-publish', async (event, { count }) => {
  ports ??= createLambdaChannelPorts();
  const frame = await answerMessage(ports, parseChannelEvent(ports, event), ['publish']);
  if (frame.type === 'error') count('Refused', frame.code);
  else count('Published');
  return jsonReply(200, frame);
});
