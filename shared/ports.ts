/** What the domain library needs from the outside. Adapters implement these; tests pass virtual ones. */
import type { ItemKey, ItemWrite, ReadOutcome, TransactOutcome, WriteOutcome } from './quota/item-write.ts';
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
  /** Without limits: those of API Gateway's own JWT authorizer. */
  fetch(uri: string, limits?: FetchLimits): Promise<string>;
}

export type FetchLimits = { readonly timeoutMs: number; readonly maxBytes: number };

/** Open WebSocket connections. Both are idempotent: API Gateway may deliver an event twice. */
export interface ConnectionStore {
  put(connection: Connection): Promise<void>;
  remove(connection: Pick<Connection, 'apiId' | 'stage' | 'connectionId'>): Promise<void>;
}

/** Wall clock, and one that nobody sets. Either may stand still while a Lambda instance is frozen. */
export interface AgeClock extends Clock {
  monotonicMs(): number;
}

export interface Random {
  /** Lower-case hex digits; unique ids are made of these, so they must be unpredictable and not be cloned. */
  hex(digits: number): string;
  /** In [0, 1); spreads retries, never decides safety. */
  fraction(): number;
}

/** Waits for a bounded time: back-off of throttled writes. */
export interface Timer {
  pause(ms: number): Promise<void>;
}

/**
 * A table of items with linearizable conditional writes (DynamoDB, or memory). Every call ends within the
 * store's own deadline; none throws: a failure is an outcome, since what matters is whether it was applied.
 */
export interface LedgerStore {
  /** Carried out at most once per call as far as this side can tell: implementations never retry by themselves. */
  update(write: ItemWrite): Promise<WriteOutcome>;
  /** All or nothing; at most 4 writes to different items. */
  transact(writes: readonly ItemWrite[]): Promise<TransactOutcome>;
  /** Eventually consistent unless asked otherwise. */
  read(key: ItemKey, options?: { readonly consistent: boolean }): Promise<ReadOutcome>;
}
