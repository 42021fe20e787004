/** External dependencies of the domain library. Adapters implement these; tests pass virtual ones. */
import type { StoredApiKey } from './access/keys/api-key-record.ts';
import type { CachedApi } from './access/keys/key-prefixes.ts';
import type { RevocationTarget } from './access/revocation/revocation.ts';
import type { StoredTicket, TicketOutcome } from './access/tickets/ticket.ts';
import type { AdvertisedLimit } from './http/rate-limit-headers.ts';
import type { ItemKey, ItemWrite, ReadOutcome, TransactOutcome, WriteOutcome } from './table/item-write.ts';
import type { ListedItem, KeyRange, ListOutcome, ListPage, RangeOutcome } from './table/listing.ts';
import type { Connection } from './websocket/connection.ts';

export interface Clock {
  nowEpochMs(): number;
}

/**
 * Receives events of a function, for metrics and logs. Names and reasons are fixed words; data about a caller
 * goes only through `note`: its adapter stores hashes.
 */
export interface Observer {
  /** Counts one: an outcome (`Allow`, `Deny`, `Unauthorized`) with its reason, or an event (`JwksFetch`). */
  readonly count: (metric: string, reason?: string) => void;
  readonly measure: (metric: MeasureName, value: number) => void;
  /** Measures the processor time of `work`. */
  readonly time: <T>(metric: MeasureName, work: () => T) => T;
  /** Logged next to the metrics of this invocation; the last value of each fact is kept. */
  readonly note: (facts: Facts) => void;
}

export type MeasureName = `${string}Bytes` | `${string}Ms`;

export type Facts = {
  readonly document?: string;
  /** `a1b2c3d4e5/prod` */
  readonly api?: string;
  /** Code of the refusal or failure; finer than its reason. */
  readonly code?: string;
  readonly issuerId?: string;
  /** `RS256` …, or `other`: a token may contain anything. */
  readonly algorithm?: string;
  /** Read from the token: arbitrary text. */
  readonly keyId?: string;
  readonly principalId?: string;
  /** Ids of the deciding rules. */
  readonly rules?: readonly string[];
  /** Names of claims that the caller lacks and the document requires. */
  readonly lacks?: readonly string[];
};

/**
 * Reads the text of an issuer's key set (RFC 7517 `jwks_uri`).
 * @throws DomainError KEY_SET_UNAVAILABLE for every reason, so that an outage never looks like a bad token.
 */
export interface KeySetFetcher {
  /** Default limits: the same as in API Gateway's own JWT authorizer. */
  fetch(uri: string, limits?: FetchLimits): Promise<string>;
}

export type FetchLimits = {
  /** Per attempt. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** The time for all attempts together: the caller's remaining time. */
  readonly totalMs?: number;
};

export interface ApiKeyReader {
  /** The current state. @throws DomainError STORE_UNAVAILABLE */
  find(keyId: string): Promise<StoredApiKey | undefined>;
  /** Records the use of the key within a limited time, or fails silently; never throws. */
  noteUse(keyId: string, atEpochSeconds: number): Promise<void>;
}

/** One-time tickets for `$connect`, by the SHA-256 of their text. */
export interface TicketStore {
  /** @throws DomainError STORE_UNAVAILABLE */
  put(hash: string, ticket: StoredTicket): Promise<void>;
  /**
   * Uses up the ticket: if several callers try at the same time, one of them gets it. @throws DomainError
   * STORE_UNAVAILABLE
   */
  take(
    hash: string,
    at: { readonly document: string; readonly nowEpochSeconds: number },
  ): Promise<TicketOutcome>;
}

export interface RevocationReader {
  /**
   * For each key: tokens issued until this time are revoked; undefined: none are. Reads the current state.
   * @throws DomainError STORE_UNAVAILABLE
   */
  revokedUntil(holders: readonly RevocationTarget[]): Promise<readonly (number | undefined)[]>;
}

/**
 * Seen webhook deliveries, per source and key. Writes are conditional, so only one of two equal concurrent
 * deliveries continues.
 */
export interface DeliveryClaims {
  /** @throws DomainError STORE_UNAVAILABLE */
  take(delivery: ClaimedDelivery): Promise<ClaimOutcome>;
}

export type ClaimedDelivery = {
  readonly source: string;
  readonly key: string;
  readonly atEpochMs: number;
};

export type ClaimOutcome =
  | { readonly kind: 'taken'; readonly claim: DeliveryClaim }
  /** The delivery has arrived before. */
  | { readonly kind: 'delivered' }
  /** The delivery is in progress, or abandoned; a later call will tell. */
  | { readonly kind: 'held' };

export interface DeliveryClaim {
  /** Delivered: it is not delivered again. @throws DomainError STORE_UNAVAILABLE */
  keep(): Promise<void>;
  /**
   * Marks the delivery as not delivered, so that the sender's next attempt may try. @throws DomainError
   * STORE_UNAVAILABLE
   */
  release(): Promise<void>;
}

/** One call of an AWS service that speaks JSON (`X-Amz-Target`), signed with the function's credentials. */
export interface AwsCaller {
  /** The answer's JSON object. @throws Error, also after a limited time; `name` is AWS's code. */
  call(call: AwsCall): Promise<Readonly<Record<string, unknown>>>;
}

export type AwsCall = {
  readonly service: 'events' | 'secretsmanager' | 'sqs' | 'ssm';
  /** `AmazonSSM.GetParameter` */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
};

export interface AuthorizerCaches {
  /** Flushes the caches of one stage. @throws DomainError CONTROL_PLANE_FAILED */
  flush(api: CachedApi): Promise<void>;
}

/** API Gateway's own keys, which its usage plans count by. Both calls take effect once, even if repeated. */
export interface NativeKeys {
  /**
   * Creates a key with that value and adds it to the usage plan.
   * @returns its id
   * @throws DomainError PLAN_UNKNOWN, CONTROL_PLANE_FAILED
   */
  put(key: { readonly name: string; readonly value: string; readonly usagePlanId: string }): Promise<string>;
  /** @throws DomainError CONTROL_PLANE_FAILED */
  disable(apiKeyId: string): Promise<void>;
}

export interface PlanCatalogue {
  /** The current state. @throws DomainError STORE_UNAVAILABLE */
  has(planId: string): Promise<boolean>;
  /** Some of them, for people to choose from. @throws DomainError STORE_UNAVAILABLE */
  list(): Promise<readonly string[]>;
  /**
   * The state of a customer on record; its plan is the plan of all its keys. undefined: not on record.
   * @throws DomainError STORE_UNAVAILABLE
   */
  customerState(tenant: string): Promise<'active' | 'suspended' | 'closed' | undefined>;
}

/** Wall clock, and a monotonic clock. Both may stand still while a Lambda instance is frozen. */
export interface AgeClock extends Clock {
  monotonicMs(): number;
}

export interface Random {
  /** Lower-case hex digits for unique ids: unpredictable, and never repeated in a cloned process. */
  hex(digits: number): string;
  /** A number in [0, 1); it spreads retries and never decides safety. */
  fraction(): number;
}

/** Waits for a limited time: back-off of throttled writes. */
export interface Timer {
  pause(ms: number): Promise<void>;
}

/** Calls back once after a time, unless cancelled before: deadlines, back-off, hedges. */
export interface Countdown {
  /** @returns cancels it */
  start(ms: number, run: () => void): () => void;
}

/**
 * A table of items with linearizable conditional writes (DynamoDB, or memory). Every call ends within the
 * store's own timeout and never throws: a failure is an outcome, since the caller needs to know whether the
 * write was applied. The exception is DomainError CONFIG_INVALID, from the first call on, when a needed
 * package is not installed.
 */
export interface ItemStore {
  /** Sent at most once per call: implementations never retry by themselves. */
  update(write: ItemWrite): Promise<WriteOutcome>;
  /** All or nothing; at most 4 writes to different items. */
  transact(writes: readonly ItemWrite[]): Promise<TransactOutcome>;
  /** Eventually consistent by default. */
  read(key: ItemKey, options?: { readonly consistent: boolean }): Promise<ReadOutcome>;
}

export interface LiveStore {
  put(items: readonly ListedItem[]): Promise<void>;
  remove(keys: readonly ItemKey[]): Promise<void>;
  /**
   * Current items of one partition, in order of their sort keys; `after` is the last key of the previous
   * page, `from` and `to` are the smallest and largest wanted. A page may be shorter than its limit without
   * being the last.
   */
  page(asked: {
    readonly pk: string;
    readonly limit: number;
    readonly after?: string;
    readonly from?: string;
    readonly to?: string;
  }): Promise<{ readonly items: readonly ListedItem[]; readonly hasMore: boolean }>;
}

/** Sends to one WebSocket connection. Never throws, because one failed connection must not delay the next. */
export interface ConnectionPoster {
  post(
    connection: Pick<Connection, 'apiId' | 'stage' | 'connectionId'>,
    text: string,
  ): Promise<'sent' | 'gone' | 'throttled' | 'failed'>;
}

export interface FunctionInvoker {
  /** Lambda has accepted the event; the result is not awaited. @throws DomainError TARGET_UNAVAILABLE */
  start(functionName: string, payload: unknown): Promise<void>;
  /** The function's result. @throws DomainError TARGET_UNAVAILABLE, including when the function fails */
  ask(functionName: string, payload: unknown): Promise<unknown>;
}

/** Lets another function deliver messages of a channel's log to subscribers, without waiting for it. */
export interface ChannelCourier {
  /** @throws DomainError TARGET_UNAVAILABLE when that function could not be called */
  deliver(job: DeliveryJob): Promise<void>;
}

export type DeliveryJob = {
  /** `chat:rooms/1` */
  readonly address: string;
  /** First and last sequence number. */
  readonly from: number;
  readonly to: number;
  /** The channel's log that contains them; absent: the current log. */
  readonly log?: number;
  /** Only listeners with a place at or after the first value and before the second; absent: all. */
  readonly places?: readonly [from: string, before: string];
};

/** Lists items of an ItemStore page by page, for administration. Never throws: a failure is an outcome. */
export interface ItemListing {
  range(range: KeyRange): Promise<RangeOutcome>;
  /** Keys of the items with a list name, by partition; a new item may be missing for a short time. */
  list(page: ListPage): Promise<ListOutcome>;
}

export type QuotaCharge = {
  /** The plan used unless the tenant or the key has a plan on record; undefined: the caller names no plan. */
  readonly plan: string | undefined;
  readonly tenant: string;
  readonly key: string;
  /** `GET /orders/{id}`. */
  readonly route: string;
  readonly atEpochMs?: number;
};

export type QuotaAnswer = {
  /** The plan on record that was in force; absent: the plan that the caller named. */
  readonly plan?: string;
} & (
  | { readonly allowed: true; readonly limits: readonly AdvertisedLimit[] }
  | {
      readonly allowed: false;
      readonly reason: 'quota-exceeded' | 'rate-limited' | 'concurrency' | 'suspended' | 'unavailable';
      readonly limit: string;
      readonly retryAfterSeconds: number | undefined;
      readonly limits: readonly AdvertisedLimit[];
    }
);

/**
 * Customer plans for an authorizer. Throws DomainError PLAN_UNKNOWN, PLAN_INVALID, SUBJECT_INVALID,
 * COST_INVALID.
 */
export interface QuotaKeeper {
  /** Charges every limit of the plan, or none. */
  consume(charge: QuotaCharge): Promise<QuotaAnswer>;
  /** Whether units are left after the charges from access logs; charges nothing, never `unavailable`. */
  look(charge: QuotaCharge): Promise<QuotaAnswer>;
}
