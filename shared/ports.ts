/** What the domain library needs from the outside. Adapters implement these; tests pass virtual ones. */
import type { StoredApiKey } from './access/keys/api-key-record.ts';
import type { CachedApi } from './access/keys/key-prefixes.ts';
import type { RevocationTarget } from './access/revocation/revocation.ts';
import type { StoredTicket, TicketOutcome } from './access/tickets/ticket.ts';
import type { AdvertisedLimit } from './http/rate-limit-headers.ts';
import type { ItemKey, ItemWrite, ReadOutcome, TransactOutcome, WriteOutcome } from './table/item-write.ts';
import type { KeptItem, KeyRange, ListOutcome, ListPage, RangeOutcome } from './table/listing.ts';
import type { Connection } from './websocket/connection.ts';

/** Wall-clock time as tokens and TTLs see it. */
export interface Clock {
  nowEpochMs(): number;
}

/**
 * Hears what a function does, for metrics and logs. Names and reasons are fixed words; what may name a caller goes
 * through `note` alone, whose adapter keeps hashes.
 */
export interface Observer {
  /** One more: an outcome (`Allow`, `Deny`, `Unauthorized`) with its reason, or an event (`JwksFetch`). */
  readonly count: (metric: string, reason?: string) => void;
  readonly measure: (metric: MeasureName, value: number) => void;
  /** Measures how long `work` keeps the processor. */
  readonly time: <T>(metric: MeasureName, work: () => T) => T;
  /** Beside the metrics of this invocation; the last word on each fact stays. */
  readonly note: (facts: Facts) => void;
}

/** Bytes and milliseconds. */
export type MeasureName = `${string}Bytes` | `${string}Ms`;

export type Facts = {
  /** Name of the access document. */
  readonly document?: string;
  /** `a1b2c3d4e5/prod` */
  readonly api?: string;
  /** Code of the refusal or failure; finer than its reason. */
  readonly code?: string;
  readonly issuerId?: string;
  /** `RS256` …, or `other`: a token may say anything. */
  readonly algorithm?: string;
  /** As the token names it: anybody's text. */
  readonly keyId?: string;
  readonly principalId?: string;
  /** Ids of the rules that decide. */
  readonly rules?: readonly string[];
  /** Names of claims that the caller lacks and the document requires. */
  readonly lacks?: readonly string[];
};

/**
 * Reads the text of an issuer's key set (RFC 7517 `jwks_uri`).
 * @throws DomainError KEY_SET_UNAVAILABLE for every reason, so that an outage never looks like a bad token.
 */
export interface KeySetFetcher {
  /** Without limits: those of API Gateway's own JWT authorizer. */
  fetch(uri: string, limits?: FetchLimits): Promise<string>;
}

export type FetchLimits = {
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Of all attempts together: what the caller's own time leaves. */
  readonly totalMs?: number;
};

/** API keys as authorizers need them. */
export interface ApiKeyReader {
  /** As it is now. @throws DomainError STORE_UNAVAILABLE */
  find(keyId: string): Promise<StoredApiKey | undefined>;
  /** Writes down that the key is in use, within a bounded time, or does not; never throws. */
  noteUse(keyId: string, atEpochSeconds: number): Promise<void>;
}

/** One-time tickets for `$connect`, by the SHA-256 of their text. */
export interface TicketStore {
  /** @throws DomainError STORE_UNAVAILABLE */
  put(hash: string, ticket: StoredTicket): Promise<void>;
  /** Uses it up: of many who take the same one at the same time, one gets it. @throws DomainError STORE_UNAVAILABLE */
  take(
    hash: string,
    at: { readonly document: string; readonly nowEpochSeconds: number },
  ): Promise<TicketOutcome>;
}

/** Which tokens an administrator has revoked. */
export interface RevocationReader {
  /**
   * For each: tokens that were issued until then are revoked; undefined: nobody has revoked any. As it is now.
   * @throws DomainError STORE_UNAVAILABLE
   */
  revokedUntil(holders: readonly RevocationTarget[]): Promise<readonly (number | undefined)[]>;
}

/**
 * Which deliveries of webhooks have been seen, per source and key. Conditional, so that of two equal ones at the
 * same time one goes on.
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
  /** It has arrived before. */
  | { readonly kind: 'delivered' }
  /** Somebody is at it, or was and died; who asks again later will know. */
  | { readonly kind: 'held' };

export interface DeliveryClaim {
  /** It has arrived: it is not delivered again. @throws DomainError STORE_UNAVAILABLE */
  keep(): Promise<void>;
  /** It has not: the sender's next attempt may try. @throws DomainError STORE_UNAVAILABLE */
  release(): Promise<void>;
}

/** One call of an AWS service that speaks JSON (`X-Amz-Target`), signed as this function. */
export interface AwsCaller {
  /** The answer's JSON object. @throws Error, also after a bounded time; `name` is AWS's code where it answered. */
  call(call: AwsCall): Promise<Readonly<Record<string, unknown>>>;
}

export type AwsCall = {
  readonly service: 'events' | 'secretsmanager' | 'sqs' | 'ssm';
  /** `AmazonSSM.GetParameter` */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
};

/** What API Gateway keeps of authorizers' answers. */
export interface AuthorizerCaches {
  /** Forgets them for one stage. @throws DomainError CONTROL_PLANE_FAILED */
  flush(api: CachedApi): Promise<void>;
}

/** API Gateway's own keys, by which its own usage plans count. Both count once however often they are asked. */
export interface NativeKeys {
  /**
   * Makes a key of that value and puts it into the usage plan.
   * @returns its id
   * @throws DomainError PLAN_UNKNOWN, CONTROL_PLANE_FAILED
   */
  put(key: { readonly name: string; readonly value: string; readonly usagePlanId: string }): Promise<string>;
  /** @throws DomainError CONTROL_PLANE_FAILED */
  disable(apiKeyId: string): Promise<void>;
}

/** Ids of the usage plans that are saved. */
export interface PlanCatalogue {
  /** As it is now. @throws DomainError STORE_UNAVAILABLE */
  has(planId: string): Promise<boolean>;
  /** Some of them, for people to choose from. @throws DomainError STORE_UNAVAILABLE */
  list(): Promise<readonly string[]>;
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
 * But for DomainError CONFIG_INVALID, from the first call on: what the store needs is not installed.
 */
export interface ItemStore {
  /** Carried out at most once per call as far as this side can tell: implementations never retry by themselves. */
  update(write: ItemWrite): Promise<WriteOutcome>;
  /** All or nothing; at most 4 writes to different items. */
  transact(writes: readonly ItemWrite[]): Promise<TransactOutcome>;
  /** Eventually consistent unless asked otherwise. */
  read(key: ItemKey, options?: { readonly consistent: boolean }): Promise<ReadOutcome>;
}

/** What is known of open connections. @throws DomainError STORE_UNAVAILABLE */
export interface LiveStore {
  put(items: readonly KeptItem[]): Promise<void>;
  remove(keys: readonly ItemKey[]): Promise<void>;
  /**
   * Items of one partition as they are now, in order of their sort keys; `after` is that which the page before ended with,
   * `from` and `to` are the smallest and largest wanted. A page may be shorter than its limit and not the last.
   */
  page(asked: {
    readonly pk: string;
    readonly limit: number;
    readonly after?: string;
    readonly from?: string;
    readonly to?: string;
  }): Promise<{ readonly items: readonly KeptItem[]; readonly hasMore: boolean }>;
}

/** Sends to one WebSocket connection. Never throws: who is told next must not wait for who was told before. */
export interface ConnectionPoster {
  post(
    connection: Pick<Connection, 'apiId' | 'stage' | 'connectionId'>,
    text: string,
  ): Promise<'sent' | 'gone' | 'throttled' | 'failed'>;
}

/** Other Lambda functions, by name or ARN. */
export interface FunctionInvoker {
  /** Lambda has taken the event; nobody waits for what comes of it. @throws DomainError TARGET_UNAVAILABLE */
  start(functionName: string, payload: unknown): Promise<void>;
  /** What the function answers. @throws DomainError TARGET_UNAVAILABLE, also where the function fails */
  ask(functionName: string, payload: unknown): Promise<unknown>;
}

/** Has messages of a channel's log delivered to those who listen, by another function that nobody waits for. */
export interface ChannelCourier {
  /** @throws DomainError TARGET_UNAVAILABLE where that function was not told */
  deliver(job: DeliveryJob): Promise<void>;
}

export type DeliveryJob = {
  /** `chat:rooms/1` */
  readonly address: string;
  /** First and last sequence number. */
  readonly from: number;
  readonly to: number;
  /** Which log of the channel has them; absent: the one that it has now. */
  readonly log?: number;
  /** Of the listeners those whose place is from the first on and before the second; absent: all. */
  readonly places?: readonly [from: string, before: string];
};

/** Lists what a ItemStore keeps, a page at a time; for administration. None throws: a failure is an outcome. */
export interface ItemListing {
  /** Items of one partition, as they are now. */
  range(range: KeyRange): Promise<RangeOutcome>;
  /** Keys of the items that name a list, by partition; a new one may be missing for a moment. */
  list(page: ListPage): Promise<ListOutcome>;
}

/** One request that somebody's usage plan is charged for. */
export type QuotaCharge = {
  readonly plan: string;
  readonly tenant: string;
  readonly key: string;
  /** `GET /orders/{id}`. */
  readonly route: string;
  /** API Gateway's stamp of the request. */
  readonly atEpochMs?: number;
};

export type QuotaAnswer =
  | { readonly allowed: true; readonly limits: readonly AdvertisedLimit[] }
  | {
      readonly allowed: false;
      readonly reason: 'quota-exceeded' | 'rate-limited' | 'concurrency' | 'suspended' | 'unavailable';
      /** Id of the limit that refuses. */
      readonly limit: string;
      readonly retryAfterSeconds: number | undefined;
      readonly limits: readonly AdvertisedLimit[];
    };

/** Usage plans as an authorizer needs them. Throws DomainError PLAN_UNKNOWN, PLAN_INVALID, SUBJECT_INVALID, COST_INVALID. */
export interface QuotaKeeper {
  /** Charges every limit of the plan, or none. */
  consume(charge: QuotaCharge): Promise<QuotaAnswer>;
  /** Whether something is left by what was counted from access logs; charges nothing, and never says `unavailable`. */
  look(charge: QuotaCharge): Promise<QuotaAnswer>;
}
