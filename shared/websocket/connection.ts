/** An open WebSocket connection, as it is stored. */
import { sha256Hex } from '@gatewright/aws/sign-request';
import { WEBSOCKET_CONNECTION_LIMIT_SECONDS } from '../aws/limits.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { printKeyPart } from '../table/item-write.ts';
import type { Item } from '../table/item-write.ts';

/** As authorizers and `access()` forgive. */
const CLOCK_SKEW_SECONDS = 30;

/** Digits of a place: more than there are connections. */
export const PLACE_DIGITS = 12;

/** What names a connection: its id is unique per API only. */
export type ConnectionName = Pick<Connection, 'apiId' | 'stage' | 'connectionId'>;

export type Connection = {
  readonly apiId: string;
  readonly stage: string;
  readonly connectionId: string;
  /** Who the authorizer recognised; empty on an API without an authorizer. */
  readonly principalId: string;
  /** Where the document's context names one. */
  readonly tenant?: string;
  readonly connectedAtEpochMs: number;
  /** When the record may go: AWS closes every connection after two hours, and `$disconnect` is best effort. */
  readonly expiresAtEpochSeconds: number;
  /** When the credential ends by which it was opened; absent: never. The connection itself does not end with it. */
  readonly credentialExpiresAtEpochSeconds?: number;
};

export function toConnection(event: WebSocketEvent): Connection {
  const { apiId, stage, connectionId, connectedAtEpochMs, authorizer } = event;
  const credentialExpiresAtEpochSeconds = credentialEnd(event);
  const { tenant } = authorizer;
  return {
    apiId,
    stage,
    connectionId,
    principalId: authorizer['principalId'] ?? '',
    ...(tenant !== undefined && { tenant }),
    connectedAtEpochMs,
    expiresAtEpochSeconds: Math.ceil(connectedAtEpochMs / 1000) + WEBSOCKET_CONNECTION_LIMIT_SECONDS,
    ...(credentialExpiresAtEpochSeconds !== undefined && { credentialExpiresAtEpochSeconds }),
  };
}

/** `exp` of the authorizer's context, which stays with the connection: every event of it has what `$connect` was told. */
export function credentialEnd({ authorizer }: Pick<WebSocketEvent, 'authorizer'>): number | undefined {
  const { exp = '' } = authorizer;
  return /^\d{1,12}$/.test(exp) ? Number(exp) : undefined;
}

/** Of a message: whether the credential had ended when it came, which API Gateway does not look at. */
export function isCredentialOver(event: WebSocketEvent): boolean {
  const endSeconds = credentialEnd(event);
  return endSeconds !== undefined && isOver(endSeconds, event.receivedAtEpochMs ?? Infinity);
}

/** With what clocks may differ. */
export function isOver(credentialEndSeconds: number, nowEpochMs: number): boolean {
  return credentialEndSeconds + CLOCK_SKEW_SECONDS < nowEpochMs / 1000;
}

export function nameOf({ apiId, stage, connectionId }: ConnectionName): string {
  return [apiId, stage, connectionId].map(printKeyPart).join('#');
}

/**
 * Where a connection stands among all who listen to the same: spread evenly, so that any number of functions can share
 * them by ranges, and DynamoDB can keep them apart.
 */
export function placeOf(connection: ConnectionName): string {
  return sha256Hex(nameOf(connection)).slice(0, PLACE_DIGITS);
}

/** Sort key among those who listen. */
export function listenerKey(connection: ConnectionName): string {
  return `${placeOf(connection)}#${nameOf(connection)}`;
}

export function connectionOf({ apiId, stage, connectionId }: Item): ConnectionName {
  return { apiId: String(apiId), stage: String(stage), connectionId: String(connectionId) };
}
