/** An open WebSocket connection, as it is stored. */
import { WEBSOCKET_CONNECTION_LIMIT_SECONDS } from '../aws/limits.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';

/** As authorizers and `access()` forgive. */
const CLOCK_SKEW_SECONDS = 30;

export type Connection = {
  readonly apiId: string;
  readonly stage: string;
  readonly connectionId: string;
  /** Who the authorizer recognised; empty on an API without an authorizer. */
  readonly principalId: string;
  readonly connectedAtEpochMs: number;
  /** When the record may go: AWS closes every connection after two hours, and `$disconnect` is best effort. */
  readonly expiresAtEpochSeconds: number;
  /** When the credential ends by which it was opened; absent: never. The connection itself does not end with it. */
  readonly credentialExpiresAtEpochSeconds?: number;
};

export function toConnection(event: WebSocketEvent): Connection {
  const { apiId, stage, connectionId, connectedAtEpochMs, authorizer } = event;
  const credentialExpiresAtEpochSeconds = credentialEnd(event);
  return {
    apiId,
    stage,
    connectionId,
    principalId: authorizer['principalId'] ?? '',
    connectedAtEpochMs,
    expiresAtEpochSeconds: Math.ceil(connectedAtEpochMs / 1000) + WEBSOCKET_CONNECTION_LIMIT_SECONDS,
    ...(credentialExpiresAtEpochSeconds !== undefined && { credentialExpiresAtEpochSeconds }),
  };
}

/** `exp` of the authorizer's context, which stays with the connection: every event of it has what `$connect` was told. */
function credentialEnd({ authorizer }: Pick<WebSocketEvent, 'authorizer'>): number | undefined {
  const { exp = '' } = authorizer;
  return /^\d{1,12}$/.test(exp) ? Number(exp) : undefined;
}

/** Of a message: whether the credential had ended when it came, which API Gateway does not look at. */
export function isCredentialOver(event: WebSocketEvent): boolean {
  const endSeconds = credentialEnd(event);
  return (
    endSeconds !== undefined && endSeconds + CLOCK_SKEW_SECONDS < (event.receivedAtEpochMs ?? Infinity) / 1000
  );
}
