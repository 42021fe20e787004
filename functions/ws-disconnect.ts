/** `$disconnect`: deletes the connection. AWS ignores the result, and does not guarantee that it calls the function. */
import type { ProxyResult } from '#shared/aws/proxy-result.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { parseChannelEvent } from '#shared/websocket/channel-event.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { endConnection } from '#shared/websocket/end-connection.ts';
import { createLambdaChannelPorts } from '#shared/websocket/lambda-channels.ts';

let ports: ChannelPorts | undefined;

export const handler = observeHandler('ws-disconnect', async (event, { count }): Promise<ProxyResult> => {
  ports ??= createLambdaChannelPorts();
  await endConnection(ports, parseChannelEvent(ports, event));
  count('Disconnected');
  return { statusCode: 200 };
});
