/** `$disconnect`: forgets the connection. AWS ignores the answer and does not promise to call. */
import type { ProxyResult } from '#shared/aws/proxy-result.ts';
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { readConnectionsConfig } from '#shared/config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import type { ConnectionStore } from '#shared/ports.ts';
import { createConnectionStore } from '#shared/websocket/dynamodb-connections.ts';

let store: ConnectionStore | undefined;

export const handler = observeHandler('ws-disconnect', async (event, { count }): Promise<ProxyResult> => {
  store ??= createConnectionStore(readConnectionsConfig().tableName);
  await store.remove(parseWebSocketEvent(event));
  count('Disconnected');
  return { statusCode: 200 };
});
