import { sha256Hex } from '@gatewright/aws/sign-request';
import { WEBSOCKET_CONNECTION_LIMIT_SECONDS } from '../aws/limits.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { printKeyPart } from '../table/item-write.ts';
import type { Item } from '../table/item-write.ts';

/** Tolerance for clocks that differ, the same as the default of authorizers and of `access()`. */
const CLOCK_SKEW_SECONDS = 30;

/** Number of hexadecimal digits of a place. They allow many more places than there are connections. */
export const PLACE_DIGITS = 12;

/** Identifies a connection. A connection's id is unique only within its API. */
export type ConnectionName = Pick<Connection, 'apiId' | 'stage' | 'connectionId'>;

export type Connection = {
  readonly apiId: string;
  readonly stage: string;
  readonly connectionId: string;
  /** The principal id from the authorizer; empty on an API without an authorizer. */
  readonly principalId: string;
  /** The tenant, if the document's context has one. */
  readonly tenant?: string;
  readonly connectedAtEpochMs: number;
  /**
   * The time from which the record may be deleted. It is needed because `$disconnect` is not always called. AWS closes
   * every connection after two hours.
   */
  readonly expiresAtEpochSeconds: number;
  /**
   * Expiry of the credential with which the connection was opened. Absent if the credential never expires. API Gateway
   * does not close the connection when the credential expires.
   */
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

/** Reads `exp` from the authorizer's context, which API Gateway repeats with every event of the connection. */
export function credentialEnd({ authorizer }: Pick<WebSocketEvent, 'authorizer'>): number | undefined {
  const { exp = '' } = authorizer;
  return /^\d{1,12}$/.test(exp) ? Number(exp) : undefined;
}

/** Whether the connection's credential had expired when the message arrived. API Gateway does not check this. */
export function isCredentialOver(event: WebSocketEvent): boolean {
  const endSeconds = credentialEnd(event);
  return endSeconds !== undefined && isOver(endSeconds, event.receivedAtEpochMs ?? Infinity);
}

/** Whether a credential has expired, with a tolerance for clock differences. */
export function isOver(credentialEndSeconds: number, nowEpochMs: number): boolean {
  return credentialEndSeconds + CLOCK_SKEW_SECONDS < nowEpochMs / 1000;
}

export function nameOf({ apiId, stage, connectionId }: ConnectionName): string {
  return [apiId, stage, connectionId].map(printKeyPart).join('#');
}

/**
 * Returns the place of a connection among all subscribers. Places are distributed evenly, so that functions can divide
 * the connections into ranges, and DynamoDB can spread them.
 */
export function placeOf(connection: ConnectionName): string {
  return sha256Hex(nameOf(connection)).slice(0, PLACE_DIGITS);
}

export function listenerKey(connection: ConnectionName): string {
  return `${placeOf(connection)}#${nameOf(connection)}`;
}

export function connectionOf({ apiId, stage, connectionId }: Item): ConnectionName {
  return { apiId: String(apiId), stage: String(stage), connectionId: String(connectionId) };
}
