/** What the domain library needs from the outside. Adapters implement these; tests pass virtual ones. */
import type { Connection } from './websocket/connection.ts';

/** Wall-clock time as tokens and TTLs see it. */
export interface Clock {
  nowEpochMs(): number;
}

/**
 * Reads the text of an issuer's key set (RFC 7517 `jwks_uri`).
 * @throws DomainError KEY_SET_UNAVAILABLE for every reason, so that an outage never looks like a bad token.
 */
export interface KeySetFetcher {
  fetch(uri: string): Promise<string>;
}

/** Open WebSocket connections. Both are idempotent: API Gateway may deliver an event twice. */
export interface ConnectionStore {
  put(connection: Connection): Promise<void>;
  remove(connection: Pick<Connection, 'apiId' | 'stage' | 'connectionId'>): Promise<void>;
}
