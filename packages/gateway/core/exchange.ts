/**
 * The object for one request in flight. All fields are set at construction, because a stable object shape is fast. The
 * object has a different type after each step of the pipeline, so that a phase cannot read a field that no earlier
 * phase has set. Only the methods in this file move the request to the next type.
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
 * The maximum size of a request body, both as sent and decompressed. The server may read one more byte to detect that
 * the body is too long.
 */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

export type Reply = {
  status: number;
  /** A flat list of names and values, with duplicates and the handler's spelling. */
  headers: string[];
  body: string | Buffer;
  /** A streamed body, which replaces `body`. In that case `body` is empty. */
  stream?: StreamedBody;
};

export type StreamedBody = {
  readonly bytes: ByteStream;
  /** The maximum time without data on the connection, in milliseconds. */
  readonly idleMs: number;
  /** Whether the connection is reset before the response head is sent; absent means no. */
  readonly isReset?: true;
  /** Records each piece as it is sent; absent means that the stream is not recorded. */
  beginning?: StreamBeginning;
  /** Called once by the code that sends the reply, when the client's socket has ended or failed. */
  onOver: (end: StreamEnd) => void;
};

export type StreamEnd = {
  readonly sentBytes: number;
  /** The time of the first byte by the monotonic clock; undefined if no byte arrived. */
  readonly firstByteMs: number | undefined;
  /** The side that ended the stream early; undefined means that the stream is complete. */
  readonly cutBy: 'client' | 'integration' | undefined;
  readonly failure: string | undefined;
};

/**
 * The result of a Lambda authorizer as it is cached. It contains the policy, but no decision, because each request is
 * decided separately.
 */
export type AuthorizerGrant = {
  readonly principalId: string | undefined;
  readonly context: Extract<CallerFacts, { kind: 'lambda' }>['context'];
  readonly usageIdentifierKey: string | undefined;
  /** The time of the function's response. */
  readonly givenAtEpochMs?: number;
  /** The key of the route whose request caused the call to the function. */
  readonly givenFor?: string;
  /** The method ARN of the request that caused the call to the function. */
  readonly givenForArn?: string;
  /** The IAM policy, which is evaluated for each ARN, or the boolean of a simple response. */
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
 * The cache for the authorizers of one stage. Stages never share a cache, because a grant for `dev` must not apply to
 * `prod`.
 */
export interface AuthorizerCache {
  get(resultsName: string, key: string, nowEpochMs: number): AuthorizerGrant | undefined;
  put(resultsName: string, key: string, grant: AuthorizerGrant, expiresAtEpochMs: number): void;
  list(): readonly CacheEntry<AuthorizerGrant>[];
  drop(key: string): void;
  flush(): void;
}

/** The token buckets of a stage. They apply in addition to the buckets of a usage plan. */
export interface StageThrottle {
  /** Returns the bucket of a route; undefined means that the stage does not throttle the route. */
  bucketOf(routeKey: string, nowEpochMs: number): TokenBucket | undefined;
  /** Whether the stage has a limit for this route alone; explanations mention such a limit. */
  hasOwnLimit?(routeKey: string): boolean;
  /** The bucket that all APIs of the account share; undefined means `--account-throttle off`. */
  readonly account: TokenBucket | undefined;
}

/** An API key, as it applies to one stage of the key's usage plan. */
export interface KeyHolder {
  readonly apiKey: NonNullable<ApiKeyFacts>;
  readonly plan: {
    readonly id: string;
    readonly name?: string | undefined;
    readonly quota: { readonly limit: number; readonly period: string } | undefined;
  };
  /** Returns the bucket of a route under the usage plan; undefined means that the plan does not throttle the route. */
  bucketOf(routeKey: string, nowEpochMs: number): TokenBucket | undefined;
  /** Whether the plan has a limit for this route alone; explanations mention such a limit. */
  hasOwnLimit?(routeKey: string): boolean;
  isQuotaUsedUp(nowEpochMs: number): boolean;
  /** Returns the remaining quota, which explanations show; undefined means that the plan has no quota. */
  quotaLeft?(nowEpochMs: number): number | undefined;
  count(nowEpochMs: number): void;
}

/** The reason why a key is not accepted. `opens` lists the other stages for which it is accepted, as `apiId/stage`. */
export type KeyFault =
  | { readonly kind: 'unknown' }
  | (KnownKey & { readonly kind: 'disabled' | 'no-plan' })
  | (KnownKey & {
      readonly kind: 'other-stages';
      readonly opens: readonly string[];
      /** The names of the key's usage plans. */
      readonly plans: readonly string[];
    });

type KnownKey = { readonly keyId: string; readonly keyName?: string | undefined };

export interface KeyRing {
  /** Returns undefined if the key is unknown, disabled, or not in any plan for this stage. */
  holderOf(apiId: string, stageName: string, value: string): KeyHolder | undefined;
  /** Returns the reason why `holderOf` returns nothing. */
  findKeyFault?(apiId: string, stageName: string, value: string): KeyFault;
  /** Returns the keys that are accepted for the stage, by name if the name is unique and by id otherwise. */
  namesFor?(apiId: string, stageName: string): readonly string[];
  /** Returns the usage plans of the stage, to which explanations advise to add a key. */
  plansFor?(apiId: string, stageName: string): readonly { readonly id: string; readonly name: string }[];
}

/** A response as it is cached, without the parts that belong to one request. */
export type CachedReply = {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string | Buffer;
  readonly storedAtEpochMs?: number;
};

/** The cached responses of one stage's integrations. Their total size is limited. */
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
  /** The log groups of the execution log, for routes that have one. Only REST APIs use this member. */
  readonly executionGroups: readonly string[];
  readonly optionsOf: (routeKey: string | undefined) => RouteOptions;
  /** Whether X-Ray receives the stage's traces. Only REST APIs use this member. */
  readonly isTraced: boolean;
};

export type ServedStage = {
  readonly name: string;
  readonly deploymentId: string;
  readonly deployment: Deployment;
  readonly variables: Readonly<Record<string, string>> | null;
  readonly authorizerCache: AuthorizerCache;
  /** The throttle of the stage; undefined if no limit can apply. */
  readonly throttle: StageThrottle | undefined;
  readonly keys: KeyRing;
  /** The stage cache; undefined if no responses are cached. */
  readonly cache?: StageCache | undefined;
  /**
   * The size of the cache cluster as AWS writes it, whether or not a route caches responses. Only REST APIs use this
   * member.
   */
  readonly cacheClusterGb?: string | undefined;
  /** Whether methods enable caching, but the stage has no cache cluster, so that nothing is cached. */
  readonly lacksCluster?: boolean | undefined;
  /** The logs that the stage writes; undefined if a request writes only its request line. */
  readonly logs?: StageLogs | undefined;
  /** The client certificate for HTTPS backends that request one. Only REST APIs use this member. */
  readonly clientCertificate?: ClientKeyPair | undefined;
  /** Whether this is the canary; undefined if the stage has no canary. */
  readonly isCanary?: boolean | undefined;
  /** The canary, which receives a share of the stage's requests; undefined means that there is none. */
  readonly canary?: Canary | undefined;
};

/** A canary release. `stage` is the stage as the canary's requests use it. */
type Canary = { readonly percentTraffic: number; readonly stage: ServedStage };

/**
 * The stage name and the path in a request's URL. The API does not necessarily have a stage of this name. The path
 * begins with a slash.
 */
type StageLocation = { readonly stageName: string; readonly path: string };

/** The limits of an endpoint type (docs/aws §2.5, §13). */
export type RequestLimits = {
  readonly urlBytes: number;
  readonly headerBytes: number;
  /** Whether the request line counts towards `headerBytes`, as it does for HTTP APIs. */
  readonly hasRequestLine?: boolean;
};

/** An API as requests see it. The control plane replaces stages, and requests only read them. */
export type ServedApi = ApiIdentity & {
  readonly stages: ReadonlyMap<string, ServedStage>;
  /** Splits a raw path into the stage and the path below it, by the rules of this API type. */
  locate(rawPath: string, stages: ReadonlyMap<string, unknown>): StageLocation;
  /** The error messages for failures that occur before the stage is known. */
  readonly errors: BuiltInWordings;
  readonly disableExecuteApiEndpoint: boolean;
  /**
   * The reason why all routes of the API are closed. It is set if a protection of the whole API, such as its domain's
   * truststore, cannot be enforced.
   */
  readonly closedBecause?: string | undefined;
  /** The limits of the API, if they are lower than the limits of most APIs of its kind. */
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
 * The notes that the phases make about a request, for a later explanation. The notes are references that are evaluated
 * only on demand. They exist only if requests are recorded.
 */
export type PhaseNotes = {
  authorizerCall: { readonly event: string; result: InvocationResult | undefined } | undefined;
  /** The caller, even if the caller is not allowed to make the request. */
  caller: Caller | undefined;
  metered: MeterNotes | undefined;
  lookedUp: CacheNotes | undefined;
  /**
   * Returns the screen's report about a request that it allows; undefined means that the screen has nothing to report.
   */
  screened: (() => readonly string[]) | undefined;
};

/** The quota and the token levels before this request was counted. */
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
  readonly sentPath: string | undefined;
  readonly rawQuery: string;
  headers: HeaderList;
  readonly body: Buffer | undefined;
  readonly packed: PackedBody | undefined;
  readonly sourceIp: string;
  readonly clientCertificate: RequestFacts['clientCertificate'];
  readonly tls: RequestFacts['tls'];
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
  /** The event of a Lambda proxy integration, after mapping; empty for other integrations. */
  payload: string | undefined;
  /** The notes of the phases; undefined if requests are not recorded. */
  notes: PhaseNotes | undefined;

  constructor(api: ServedApi, request: RequestFacts) {
    this.api = api;
    this.method = request.method;
    this.rawPath = request.rawPath;
    this.sentPath = request.sentPath;
    this.rawQuery = request.rawQuery;
    this.headers = request.headers;
    this.body = request.body;
    this.packed = request.packed;
    this.sourceIp = request.sourceIp;
    this.clientCertificate = request.clientCertificate;
    this.tls = request.tls;
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

  /**
   * Sets the stage. It is set even if no route matches, because the stage determines how failures are worded and
   * logged.
   */
  onStage(stage: ServedStage, path: string): void {
    this.stage = stage;
    this.path = path;
  }

  screen(screened: ScreenedFacts): void {
    this.screened = screened;
  }

  /**
   * Adds headers to the request.
   * @param lines a flat list of names and values, which replace the sender's headers of the same names
   */
  insertHeaders(lines: readonly string[]): void {
    const replaced = new Set<string>();
    for (let index = 0; index < lines.length; index += 2) replaced.add((lines[index] ?? '').toLowerCase());
    const kept: string[] = [];
    this.headers.each((lower, name, value) => {
      if (!replaced.has(lower)) kept.push(name, value);
    });
    this.headers = new HeaderList([...kept, ...lines]);
  }

  /** Marks the trace of the request as sampled for all services behind the gateway. */
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
 * A request that passed `meter`. Only `admitted()` creates this type, so a pipeline without `meter` does not compile.
 * The member METERED exists only for the compiler.
 */
export type Admitted = Authenticated & { readonly [METERED]: true };
export type Mapped = Admitted & { readonly outgoing: Outgoing; readonly payload: string };
