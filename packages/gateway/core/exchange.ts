/**
 * One request in flight. All fields are set at construction, because a stable object shape is fast. The
 * stages are types over it, so that a phase cannot read what no earlier phase has set. Only the methods here
 * move it from stage to stage.
 */
import type {
  ApiIdentity,
  BuiltInWordings,
  Deployment,
  RouteCaching,
  RouteMatch,
  RoutePlan,
} from './deployment/model.ts';
import { HeaderList } from './events/header-list.ts';
import type {
  ApiKeyFacts,
  CallerFacts,
  PackedBody,
  RequestFacts,
  ScreenedFacts,
} from './events/request-facts.ts';
import type { AccessLog } from './deployment/stage/access-log.ts';
import type { RouteOptions } from './deployment/stage/route-options.ts';
import type { TokenBucket } from './metering/token-bucket.ts';
import type { Outgoing } from './mapping/outgoing.ts';
import type { CompiledPolicy } from './policy/model.ts';
import type { StreamBeginning } from './stream-beginning.ts';
import type { ByteStream, ClientKeyPair, InvocationResult } from './ports.ts';

/**
 * The limit of a request body, as sent and once decompressed. One byte more may arrive, which shows the
 * server that the body is too long.
 */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

export type Reply = {
  status: number;
  /** A flat list of names and values that keeps duplicates and the handler's spelling. */
  headers: string[];
  body: string | Buffer;
  /** Replaces `body`, which is then empty. */
  stream?: StreamedBody;
};

export type StreamedBody = {
  readonly bytes: ByteStream;
  /** The longest silence allowed on the connection. */
  readonly idleMs: number;
  /** The connection is reset before the head; absent means no. */
  readonly isReset?: true;
  /** Called with each piece as it is sent; absent means that it is not recorded. */
  beginning?: StreamBeginning;
  /** Called once by the sender of the reply, when its socket has finished or died. */
  onOver: (end: StreamEnd) => void;
};

export type StreamEnd = {
  readonly sentBytes: number;
  /** The time of the monotonic clock; undefined if no byte arrived. */
  readonly firstByteMs: number | undefined;
  /** The side that broke off; undefined means that the stream is complete. */
  readonly cutBy: 'client' | 'integration' | undefined;
  readonly failure: string | undefined;
};

/** A Lambda authorizer's result as cached: the policy, never the decision. */
export type AuthorizerGrant = {
  readonly principalId: string | undefined;
  readonly context: Extract<CallerFacts, { kind: 'lambda' }>['context'];
  readonly usageIdentifierKey: string | undefined;
  /** The time of the function's response. */
  readonly givenAtEpochMs?: number;
  /** The IAM policy to evaluate for each ARN, or the yes/no of a simple response. */
  readonly verdict:
    | { readonly kind: 'policy'; readonly policy: CompiledPolicy }
    | { readonly kind: 'simple'; readonly isAuthorized: boolean };
};

export type CacheEntry<Value> = {
  readonly key: string;
  readonly value: Value;
  readonly expiresAtEpochMs: number;
};

/**
 * The cache of one stage's authorizers. Stages never share it, because a grant of `dev` must not apply to
 * `prod`.
 */
export interface AuthorizerCache {
  get(authorizerId: string, key: string, nowEpochMs: number): AuthorizerGrant | undefined;
  put(authorizerId: string, key: string, grant: AuthorizerGrant, expiresAtEpochMs: number): void;
  list(): readonly CacheEntry<AuthorizerGrant>[];
  drop(key: string): void;
  flush(): void;
}

/** The token buckets of a stage, in addition to the buckets of a usage plan. */
export interface StageThrottle {
  /** The bucket of a route; undefined means that the stage does not throttle it. */
  bucketOf(routeKey: string, nowEpochMs: number): TokenBucket | undefined;
  /** Shared by all APIs of the account; undefined means `--account-throttle off`. */
  readonly account: TokenBucket | undefined;
}

/** An API key on a stage that belongs to its usage plan. */
export interface KeyHolder {
  readonly apiKey: NonNullable<ApiKeyFacts>;
  readonly plan: {
    readonly id: string;
    readonly quota: { readonly limit: number; readonly period: string } | undefined;
  };
  /** The plan's bucket for a route; undefined means that the plan does not throttle it. */
  bucketOf(routeKey: string, nowEpochMs: number): TokenBucket | undefined;
  isQuotaUsedUp(nowEpochMs: number): boolean;
  /** The remaining quota, for explanations; undefined means that the plan has no quota. */
  quotaLeft?(nowEpochMs: number): number | undefined;
  count(nowEpochMs: number): void;
}

/** Why a key is not accepted; names its plans and the stages that it is accepted for. */
export type KeyFault =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'disabled'; readonly keyId: string }
  | { readonly kind: 'no-plan'; readonly keyId: string }
  | { readonly kind: 'other-stages'; readonly keyId: string; readonly opens: readonly string[] };

export interface KeyRing {
  /** Undefined if the key is unknown, disabled, or not in any plan for this stage. */
  holderOf(apiId: string, stageName: string, value: string): KeyHolder | undefined;
  /** The reason if `holderOf` finds none. */
  findKeyFault?(apiId: string, stageName: string, value: string): KeyFault;
}

/** A response as cached: without the parts that belong to one request. */
export type CachedReply = {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string | Buffer;
  readonly storedAtEpochMs?: number;
};

/** Responses of one stage's integrations, bounded in memory. */
export interface StageCacheStore {
  get(key: string, nowEpochMs: number): CachedReply | undefined;
  put(key: string, reply: CachedReply, expiresAtEpochMs: number): void;
  list(): readonly CacheEntry<CachedReply>[];
  drop(key: string): void;
  flush(): void;
}

export type StageCache = {
  readonly cache: StageCacheStore;
  readonly routes: ReadonlyMap<RoutePlan, RouteCaching>;
};

export type StageLogs = {
  readonly access: AccessLog | undefined;
  /** REST only: the groups of the execution log, for routes that have one. */
  readonly executionGroups: readonly string[];
  readonly optionsOf: (routeKey: string | undefined) => RouteOptions;
  /** REST only: whether X-Ray gets the stage's traces. */
  readonly isTraced: boolean;
};

export type ServedStage = {
  readonly name: string;
  readonly deploymentId: string;
  readonly deployment: Deployment;
  readonly variables: Readonly<Record<string, string>> | null;
  readonly authorizerCache: AuthorizerCache;
  /** Undefined if no limit can apply. */
  readonly throttle: StageThrottle | undefined;
  readonly keys: KeyRing;
  /** Undefined if no responses are cached. */
  readonly cache?: StageCache | undefined;
  /** REST only: the size of the cache cluster as AWS writes it, whether or not a route caches responses. */
  readonly cacheClusterGb?: string | undefined;
  /** Undefined if only the request line is logged. */
  readonly logs?: StageLogs | undefined;
  /** REST only: for HTTPS backends that ask for one. */
  readonly clientCertificate?: ClientKeyPair | undefined;
  /** Whether this is the canary; undefined if the stage has no canary. */
  readonly isCanary?: boolean | undefined;
  /** Takes a share of the stage's requests; undefined means that there is none. */
  readonly canary?: Canary | undefined;
};

/** A canary release, with the stage as its requests see it. */
type Canary = { readonly percentTraffic: number; readonly stage: ServedStage };

/** `stageName` may not exist in the API; `path` begins with a slash. */
type StageLocation = { readonly stageName: string; readonly path: string };

/** The limits of an endpoint type (docs/aws §2.5, §13). */
export type RequestLimits = { readonly urlBytes: number; readonly headerBytes: number };

/** An API as requests see it: the control plane swaps stages, and requests only read. */
export type ServedApi = ApiIdentity & {
  readonly stages: ReadonlyMap<string, ServedStage>;
  /** Splits a raw path into stage and path, by the rules of this API type. */
  locate(rawPath: string, stages: ReadonlyMap<string, unknown>): StageLocation;
  /** Words failures that happen before a stage is known. */
  readonly errors: BuiltInWordings;
  readonly disableExecuteApiEndpoint: boolean;
  /**
   * Set if a guard of the whole API cannot be enforced, such as its domain's truststore; its routes are
   * closed.
   */
  readonly closedBecause?: string | undefined;
  /** Set if they are lower than the limits of Regional and HTTP APIs. */
  readonly limits?: RequestLimits | undefined;
};

export type Caller =
  | Extract<CallerFacts, { kind: 'anonymous' }>
  | (Extract<CallerFacts, { kind: 'lambda' }> & { readonly grant: AuthorizerGrant })
  | Extract<CallerFacts, { kind: 'jwt' }>
  | (Extract<CallerFacts, { kind: 'iam' }> & {
      readonly roleArn?: string | undefined;
      readonly tags?: ReadonlyMap<string, string> | undefined;
      readonly permissions: CompiledPolicy;
    });

/**
 * Notes of the phases for explanations: references, evaluated only on demand. Present only while requests are
 * recorded.
 */
export type PhaseNotes = {
  authorizerCall: { readonly event: string; result: InvocationResult | undefined } | undefined;
  /** Set even for a request that the caller may not make. */
  caller: Caller | undefined;
  metered: MeterNotes | undefined;
  lookedUp: CacheNotes | undefined;
  /** What a screen reports about a request that it lets pass; undefined means nothing. */
  screened: (() => readonly string[]) | undefined;
};

/** The levels before this request took tokens. */
export type MeterNotes = {
  holder: KeyHolder | undefined;
  keyFault: KeyFault | undefined;
  quotaLeft: number | undefined;
  planTokens: number | undefined;
  planLimit: TokenBucket['limit'] | undefined;
  routeTokens: number | undefined;
  routeLimit: TokenBucket['limit'] | undefined;
};

type CacheNotes = {
  readonly key: string;
  readonly ttlSeconds: number;
  readonly reply: unknown;
  readonly storedAtEpochMs: number | undefined;
};

export class Exchange implements RequestFacts {
  readonly api: ServedApi;
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  headers: HeaderList;
  readonly body: Buffer | undefined;
  readonly packed: PackedBody | undefined;
  readonly sourceIp: string;
  readonly clientCertificate: RequestFacts['clientCertificate'];
  readonly protocol: string;
  readonly requestId: string;
  readonly extendedRequestId: string;
  traceHeader: string;
  readonly receivedAtEpochMs: number;

  stage: ServedStage | undefined;
  route: RoutePlan | undefined;
  path: string;
  pathParameters: Readonly<Record<string, string>> | null;
  caller: Caller | undefined;
  apiKey: ApiKeyFacts;
  screened: ScreenedFacts | undefined;
  outgoing: Outgoing | undefined;
  /** The event of a Lambda proxy, once mapped; empty for other integrations. */
  payload: string | undefined;
  /** Undefined unless recorded. */
  notes: PhaseNotes | undefined;

  constructor(api: ServedApi, request: RequestFacts) {
    this.api = api;
    this.method = request.method;
    this.rawPath = request.rawPath;
    this.rawQuery = request.rawQuery;
    this.headers = request.headers;
    this.body = request.body;
    this.packed = request.packed;
    this.sourceIp = request.sourceIp;
    this.clientCertificate = request.clientCertificate;
    this.protocol = request.protocol;
    this.requestId = request.requestId;
    this.extendedRequestId = request.extendedRequestId;
    this.traceHeader = request.traceHeader;
    this.receivedAtEpochMs = request.receivedAtEpochMs;
    this.stage = undefined;
    this.route = undefined;
    this.path = request.rawPath;
    this.pathParameters = null;
    this.caller = undefined;
    this.apiKey = undefined;
    this.screened = undefined;
    this.outgoing = undefined;
    this.payload = undefined;
    this.notes = undefined;
  }

  /** The stage is known even if no route matches: failures are worded and logged by it. */
  onStage(stage: ServedStage, path: string): void {
    this.stage = stage;
    this.path = path;
  }

  screen(screened: ScreenedFacts): void {
    this.screened = screened;
  }

  /** @param lines a flat list of names and values; its names replace the sender's names */
  insertHeaders(lines: readonly string[]): void {
    const replaced = new Set<string>();
    for (let index = 0; index < lines.length; index += 2) replaced.add((lines[index] ?? '').toLowerCase());
    const kept: string[] = [];
    this.headers.each((lower, name, value) => {
      if (!replaced.has(lower)) kept.push(name, value);
    });
    this.headers = new HeaderList([...kept, ...lines]);
  }

  /** Marks the request's trace as sampled for everything behind the gateway. */
  sample(): void {
    this.traceHeader = this.traceHeader.replace('Sampled=0', 'Sampled=1');
  }

  matched(match: RouteMatch): Matched {
    this.route = match.plan;
    this.pathParameters = match.pathParameters;
    return this as Matched;
  }

  authenticated(caller: Caller): Authenticated {
    this.caller = caller;
    return this as Authenticated;
  }

  admitted(this: Authenticated, apiKey: ApiKeyFacts): Admitted {
    this.apiKey = apiKey;
    return this as Admitted;
  }

  mapped(this: Admitted, outgoing: Outgoing, payload: string): Mapped {
    this.outgoing = outgoing;
    this.payload = payload;
    return this as Mapped;
  }
}

declare const METERED: unique symbol;

export type Received = Exchange;
export type Matched = Received & { readonly stage: ServedStage; readonly route: RoutePlan };
export type Authenticated = Matched & { readonly caller: Caller };
/**
 * Only `admitted()` makes one, so a pipeline without `meter` does not compile. The mark exists for the
 * compiler only.
 */
export type Admitted = Authenticated & { readonly [METERED]: true };
export type Mapped = Admitted & { readonly outgoing: Outgoing; readonly payload: string };
