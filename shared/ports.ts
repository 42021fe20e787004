/**
 * Interfaces of the domain library's external dependencies. Adapters implement them; tests pass virtual
 * implementations.
 */
import type { KeyDefect } from '@gatewright/aws/access-decision';
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
 * Receives what happens in a function, for metrics and logs. Metric names and reasons are fixed words. Data about a
 * caller may be passed only to `note`, because the adapter of `note` stores hashes of such data.
 */
export interface Observer {
  /**
   * Increments a counter for an outcome (`Allow`, `Deny`, `Unauthorized`) with its reason, or for an event
   * (`JwksFetch`).
   */
  readonly count: (metric: string, reason?: string) => void;
  readonly measure: (metric: MeasureName, value: number) => void;
  /** Measures the processor time of `work`. */
  readonly time: <T>(metric: MeasureName, work: () => T) => T;
  /** Adds facts that are logged next to the metrics of this invocation. The last value of each fact is used. */
  readonly note: (facts: Facts) => void;
}

export type MeasureName = `${string}Bytes` | `${string}Ms`;

export type Facts = {
  readonly document?: string;
  /** The API and its stage: `a1b2c3d4e5/prod`. */
  readonly api?: string;
  /** Code of the refusal or failure, which is more specific than its reason. */
  readonly code?: string;
  readonly issuerId?: string;
  /** The token's algorithm, such as `RS256`, or `other` for any unknown text. */
  readonly algorithm?: string;
  /** The key id from the token, which may be any text. */
  readonly keyId?: string;
  readonly principalId?: string;
  /** Id of a refused API key. The id is random and identifies nobody. Anyone can send it. */
  readonly apiKeyId?: string | undefined;
  /** The reason for the refusal of an API key or a ticket, for example that a ticket was used before. */
  readonly defect?: KeyDefect | `ticket-${'unknown' | 'used' | 'expired' | 'foreign'}`;
  /** The time from which the API key with the id `apiKeyId`, or its secret, is refused. */
  readonly since?: string;
  /** Ids of the rules that decided. */
  readonly rules?: readonly string[];
  /** Names of claims that the document requires and the caller lacks. */
  readonly lacks?: readonly string[];
};

/**
 * Reads the text of an issuer's key set (RFC 7517 `jwks_uri`).
 * @throws DomainError KEY_SET_UNAVAILABLE for every reason, so that an outage never looks like a bad token.
 */
export interface KeySetFetcher {
  /** Fetches the key set. The default limits are the same as in API Gateway's own JWT authorizer. */
  fetch(uri: string, limits?: FetchLimits): Promise<string>;
}

export type FetchLimits = {
  /** Timeout of each attempt. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Timeout of all attempts together, which is the caller's remaining time. */
  readonly totalMs?: number;
};

export interface ApiKeyReader {
  /**
   * Reads the current state of the API key.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  find(keyId: string): Promise<StoredApiKey | undefined>;
  /** Records that the key was used. Waits only for a limited time, and never throws. */
  noteUse(keyId: string, atEpochSeconds: number): Promise<void>;
}

/** Stores one-time tickets for `$connect`. Each ticket is stored under the SHA-256 of its text. */
export interface TicketStore {
  /**
   * Stores a ticket.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  put(hash: string, ticket: StoredTicket): Promise<void>;
  /**
   * Uses up the ticket. If several callers try at the same time, only one of them gets it.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  take(
    hash: string,
    at: { readonly document: string; readonly nowEpochSeconds: number },
  ): Promise<TicketOutcome>;
}

export interface RevocationReader {
  /**
   * Returns a point in time for each of `holders`: tokens of the holder that were issued up to then are revoked. The
   * point in time is undefined if no tokens of the holder are revoked. Reads the current state.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  revokedUntil(holders: readonly RevocationTarget[]): Promise<readonly (number | undefined)[]>;
}

/**
 * Records which webhook deliveries have been seen, by source and key. Writes are conditional, so if two equal
 * deliveries arrive at once, only one of them is processed.
 */
export interface DeliveryClaims {
  /**
   * Claims a delivery before it is processed.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
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
  /** The delivery is in progress or was abandoned. A later call will show which. */
  | { readonly kind: 'held' };

export interface DeliveryClaim {
  /**
   * Marks the delivery as delivered, so that it is not delivered again.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  keep(): Promise<void>;
  /**
   * Marks the delivery as not delivered, so that the sender's next attempt can take the claim again.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  release(): Promise<void>;
}

/** Calls AWS services that use JSON (`X-Amz-Target`). Calls are signed with the function's credentials. */
export interface AwsCaller {
  /**
   * Returns the JSON object of the response.
   * @throws Error when the call fails or takes too long; the error's `name` is AWS's error code
   */
  call(call: AwsJsonCall): Promise<Readonly<Record<string, unknown>>>;
}

export type AwsJsonCall = {
  readonly service: 'events' | 'secretsmanager' | 'sqs' | 'ssm';
  /** The value of `X-Amz-Target`, such as `AmazonSSM.GetParameter`. */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
};

export interface AuthorizerCaches {
  /**
   * Flushes the caches of one stage.
   * @throws DomainError CONTROL_PLANE_FAILED if the call fails
   */
  flush(api: CachedApi): Promise<void>;
}

/** API Gateway's own API keys, by which its usage plans count requests. A repeated call has no further effect. */
export interface NativeKeys {
  /**
   * Creates a key with that value and adds it to the usage plan.
   * @returns the id of the key
   * @throws DomainError PLAN_UNKNOWN if there is no such usage plan; CONTROL_PLANE_FAILED if the call fails
   */
  put(key: { readonly name: string; readonly value: string; readonly usagePlanId: string }): Promise<string>;
  /**
   * Disables the key.
   * @throws DomainError CONTROL_PLANE_FAILED if the call fails
   */
  disable(apiKeyId: string): Promise<void>;
}

type KnownCustomer = {
  readonly state: 'active' | 'suspended' | 'closed';
  readonly version: number;
};

export interface PlanCatalogue {
  /**
   * Reads the current state to determine whether the plan exists.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  has(planId: string): Promise<boolean>;
  /**
   * Lists some of the plans for people to choose from.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  list(): Promise<readonly string[]>;
  /**
   * Reads the state of a customer, and the version of the customer's record. The customer's plan applies to all of its
   * keys. Returns undefined if the customer has no record.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  customer(tenant: string): Promise<KnownCustomer | undefined>;
}

/**
 * A wall clock and a monotonic clock. The wall clock can be set back, and the monotonic clock stops while Lambda
 * freezes an instance.
 */
export interface AgeClock extends Clock {
  monotonicMs(): number;
}

export interface Random {
  /** Returns lower-case hex digits for unique ids. They are unpredictable and never repeated in a cloned process. */
  hex(digits: number): string;
  /** Returns a number in [0, 1). It is used to spread retries; no guarantee depends on it. */
  fraction(): number;
}

/** Waits for a limited time, for example to back off after throttled writes. */
export interface Timer {
  pause(ms: number): Promise<void>;
}

/** Runs a callback once after a given time, unless cancelled before. Used for deadlines, back-off and hedges. */
export interface Countdown {
  /** @returns a function that cancels the callback */
  start(ms: number, run: () => void): () => void;
}

/**
 * A table of items with linearizable conditional writes (DynamoDB, or memory). Every call ends within the store's own
 * timeout. A failure is returned as an outcome instead of thrown, since the caller needs to know whether the write was
 * applied. The only exception is DomainError CONFIG_INVALID, which every call throws if a required package is not
 * installed.
 */
export interface ItemStore {
  /** Sends the write at most once per call. Implementations never retry by themselves. */
  update(write: ItemWrite): Promise<WriteOutcome>;
  /** Applies all of the writes or none. Each write must be to a different item. */
  transact(writes: readonly ItemWrite[]): Promise<TransactOutcome>;
  /** Reads an item. Reads are eventually consistent by default. */
  read(key: ItemKey, options?: { readonly consistent: boolean }): Promise<ReadOutcome>;
}

export interface LiveStore {
  put(items: readonly ListedItem[]): Promise<void>;
  remove(keys: readonly ItemKey[]): Promise<void>;
  /**
   * Reads current items of one partition in the order of their sort keys. `after` is the last key of the previous page.
   * `from` and `to` are the smallest and largest keys to return. Even a page that is not full may be followed by
   * another page.
   */
  page(asked: {
    readonly pk: string;
    readonly limit: number;
    readonly after?: string;
    readonly from?: string;
    readonly to?: string;
  }): Promise<{ readonly items: readonly ListedItem[]; readonly hasMore: boolean }>;
}

/** Sends to one WebSocket connection. It never throws, because one failed connection must not delay the next. */
export interface ConnectionPoster {
  post(
    connection: Pick<Connection, 'apiId' | 'stage' | 'connectionId'>,
    text: string,
  ): Promise<'sent' | 'gone' | 'throttled' | 'failed'>;
}

export interface FunctionInvoker {
  /**
   * Starts the function. Resolves when Lambda has accepted the event, without waiting for the result.
   * @throws DomainError TARGET_UNAVAILABLE if Lambda does not accept the event
   */
  start(functionName: string, payload: unknown): Promise<void>;
  /**
   * Calls the function and returns its result.
   * @throws DomainError TARGET_UNAVAILABLE if the function could not be called, or failed
   */
  ask(functionName: string, payload: unknown): Promise<unknown>;
}

/** Asks another function to deliver messages of a channel's log to subscribers, without waiting for the delivery. */
export interface ChannelCourier {
  /**
   * Asks the function to deliver the messages.
   * @throws DomainError TARGET_UNAVAILABLE when that function could not be called
   */
  deliver(job: DeliveryJob): Promise<void>;
}

export type DeliveryJob = {
  /** The address of a channel, such as `chat:rooms/1`. */
  readonly address: string;
  /** `from` and `to` are the first and last sequence number. */
  readonly from: number;
  readonly to: number;
  /** The channel's log that contains the messages. Default: the current log. */
  readonly log?: number;
  /**
   * A range of listeners' places. Only listeners with a place at or after `from` and before `before` get the messages.
   * Without a range, all listeners get them.
   */
  readonly places?: readonly [from: string, before: string];
};

/** Lists items of an ItemStore page by page, for administration. It never throws, because a failure is an outcome. */
export interface ItemListing {
  range(range: KeyRange): Promise<RangeOutcome>;
  /** Lists the keys of items that have a list name, by partition. A new item may be missing for a short time. */
  list(page: ListPage): Promise<ListOutcome>;
}

export type QuotaCharge = {
  /**
   * The plan to use if neither the tenant nor the key has a recorded plan. It is undefined if the caller names no plan.
   */
  readonly plan: string | undefined;
  readonly tenant: string;
  readonly key: string;
  /** The version of the customer's record that was last written into the caller's API key. */
  readonly customerVersion?: number;
  /** A route such as `GET /orders/{id}`. */
  readonly route: string;
  readonly atEpochMs?: number;
};

export type QuotaAnswer = {
  /**
   * The recorded plan by which the request was charged. Absent if the request was charged by the plan that the caller
   * names.
   */
  readonly plan?: string;
} & (
  | { readonly allowed: true; readonly limits: readonly AdvertisedLimit[] }
  | {
      readonly allowed: false;
      readonly reason: 'quota-exceeded' | 'rate-limited' | 'concurrency' | 'suspended' | 'unavailable';
      readonly limit: string;
      readonly retryAfterSeconds: number | undefined;
      /** The units that the request costs; absent if they are not known, because nothing would be charged. */
      readonly cost?: number;
      readonly limits: readonly AdvertisedLimit[];
    }
);

/**
 * Enforces customer plans for an authorizer. Its methods throw DomainError PLAN_UNKNOWN, PLAN_INVALID, SUBJECT_INVALID,
 * COST_INVALID.
 */
export interface QuotaKeeper {
  /** Charges all limits of the plan. If one of them refuses the request, charges none. */
  consume(charge: QuotaCharge): Promise<QuotaAnswer>;
  /**
   * Checks whether units are left. Used if charges come from access logs. It charges nothing and never returns
   * `unavailable`.
   */
  look(charge: QuotaCharge): Promise<QuotaAnswer>;
  /** Saves these plans unless the table has that version or a newer one. Returns whether the table has all of them. */
  savePlans(planIds: readonly string[]): Promise<boolean>;
}
