/** `$connect`: remembers who is connected, and accepts. */
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { readConnectionsConfig } from '#shared/config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import type { ConnectionStore } from '#shared/ports.ts';
import { acceptConnection } from '#shared/websocket/connect-reply.ts';
import { toConnection } from '#shared/websocket/connection.ts';
import { createConnectionStore } from '#shared/websocket/dynamodb-connections.ts';

let store: ConnectionStore | undefined;

export const handler = observeHandler('ws-connect', async (event, { count }) => {
  store ??= createConnectionStore(readConnectionsConfig().tableName);
  const connect = parseWebSocketEvent(event);
  await store.put(toConnection(connect));
  count('Connected');
  return acceptConnection(connect);
});
