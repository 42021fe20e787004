/** `$connect`: stores the connection and accepts it, unless the caller already has too many open connections. */
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { admitConnection } from '#shared/websocket/admit-connection.ts';
import { parseChannelEvent } from '#shared/websocket/channel-event.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { createLambdaChannelPorts } from '#shared/websocket/lambda-channels.ts';

let ports: ChannelPorts | undefined;

export const handler = observeHandler('ws-connect', async (event, { count }) => {
  ports ??= createLambdaChannelPorts();
  const reply = await admitConnection(ports, parseChannelEvent(ports, event));
  count(reply.statusCode === 200 ? 'Connected' : 'TooManyConnections');
  return reply;
});
