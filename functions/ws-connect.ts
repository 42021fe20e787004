/** `$connect`: remembers who is connected, and accepts, unless its caller has too many connections open. */
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { admitConnection } from '#shared/websocket/admit-connection.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { createLambdaChannelPorts } from '#shared/websocket/lambda-channels.ts';

let ports: ChannelPorts | undefined;

export const handler = observeHandler('ws-connect', async (event, { count }) => {
  ports ??= createLambdaChannelPorts();
  const reply = await admitConnection(ports, parseWebSocketEvent(event));
  count(reply.statusCode === 200 ? 'Connected' : 'TooManyConnections');
  return reply;
});
