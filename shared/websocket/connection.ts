/** An open WebSocket connection, as it is stored. */
import { WEBSOCKET_CONNECTION_LIMIT_SECONDS } from '../aws/limits.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';

export type Connection = {
  readonly apiId: string;
  readonly stage: string;
  readonly connectionId: string;
  /** Who the authorizer recognised; empty on an API without an authorizer. */
  readonly principalId: string;
  readonly connectedAtEpochMs: number;
  /** When the record may go: AWS closes every connection after two hours, and `$disconnect` is best effort. */
  readonly expiresAtEpochSeconds: number;
};

export function toConnection(event: WebSocketEvent): Connection {
  const { apiId, stage, connectionId, connectedAtEpochMs, authorizer } = event;
  return {
    apiId,
    stage,
    connectionId,
    principalId: authorizer['principalId'] ?? '',
    connectedAtEpochMs,
    expiresAtEpochSeconds: Math.ceil(connectedAtEpochMs / 1000) + WEBSOCKET_CONNECTION_LIMIT_SECONDS,
  };
}
