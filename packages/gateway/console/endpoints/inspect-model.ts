/**
 * The contents of a run of the gateway in addition to its requests, as the control port shows them. The types are plain
 * JSON.
 */
import type { ApiProtocol } from '../../core/deployment/model.ts';
import type { SecondCount } from '../records/second-counts.ts';
import type { SampleName } from '../../core/stack/event-sources.ts';

export type ShownRoute = {
  readonly method: string;
  readonly path: string;
  readonly routeKey: string;
  readonly guard: {
    readonly kind: 'none' | 'lambda' | 'token' | 'iam';
    readonly name: string;
    readonly sources: readonly string[];
    readonly ttlSeconds: number;
    readonly audiences: readonly string[];
    readonly scopes: readonly string[];
  };
  readonly apiKeyRequired: boolean;
  /** The integration target: the name of a function, an address, or `MOCK`. */
  readonly target: string;
  readonly timeoutMs: number | undefined;
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number } | undefined;
  readonly cacheSeconds: number | undefined;
  /** Required parameters, such as `header X-Id`. */
  readonly required: readonly string[];
  readonly checkedBodies: readonly string[];
  readonly examples: readonly {
    readonly mediaType: string;
    readonly model: string;
    readonly text: string;
  }[];
};

export type ShownApi = {
  readonly id: string;
  readonly name: string;
  /** Whether the API belongs to the toolkit's stack. */
  readonly isToolkit: boolean;
  readonly kind: ApiProtocol | 'function-url';
  readonly stage: string;
  readonly url: string;
  readonly stack: string;
  readonly hasCors: boolean;
  readonly hasResourcePolicy: boolean;
  readonly routes: readonly ShownRoute[];
};

export type ShownIdentities = {
  readonly signers: readonly { readonly name: string; readonly arn: string }[];
  readonly keys: readonly { readonly id: string; readonly name: string }[];
  /** The roles that the access documents name. */
  readonly roles: readonly string[];
};

type ShownStage = {
  readonly apiId: string;
  /** The name of the API, or its id if this run does not serve the API. */
  readonly apiName: string;
  readonly stage: string;
  /**
   * Whether the stage's authorizers, and not the callers, choose the key of a request (ApiKeySourceType AUTHORIZER).
   */
  readonly isKeyFromAuthorizer: boolean;
};

export type ShownPlan = {
  readonly id: string;
  readonly name: string;
  readonly stages: readonly ShownStage[];
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number } | undefined;
  readonly quota: { readonly limit: number; readonly period: string } | undefined;
  readonly keys: readonly ShownPlanKey[];
};

export type ShownPlanKey = {
  readonly keyId: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Remaining requests in this period; undefined if the plan has no quota. */
  readonly left: number | undefined;
  /** Days such as `2026-09-01`, each with its number of requests, oldest first. */
  readonly days: readonly (readonly [string, number])[];
};

export type ShownKeys = {
  readonly nowEpochMs: number;
  readonly plans: readonly ShownPlan[];
  readonly lone: readonly { readonly id: string; readonly name: string; readonly enabled: boolean }[];
};

export type ShownCacheEntry = {
  readonly kind: 'authorizer' | 'response';
  readonly apiId: string;
  readonly apiName: string;
  readonly stage: string;
  /** Identifies the entry for a flush. It is not secret. */
  readonly id: string;
  readonly key: string;
  /** The value: the principal and the kind of a cached grant, or the status and the size of a cached response. */
  readonly holds: string;
  readonly ageMs: number | undefined;
  readonly endsInMs: number;
};

export type ShownConnection = {
  readonly id: string;
  readonly apiId: string;
  readonly apiName: string;
  readonly stage: string;
  readonly principal: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string | null;
  readonly connectedAtEpochMs: number;
  readonly lastActiveAtEpochMs: number;
};

export type ShownFunction = {
  readonly name: string;
  /** Whether the function belongs to the toolkit. */
  readonly isToolkit: boolean;
  readonly handler: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly stack: string;
  readonly instances: number;
  readonly busy: number;
  readonly started: number;
  /** Names and values. A value is masked if it may be secret. */
  readonly environment: readonly (readonly [string, string])[];
  readonly calls: number;
  readonly errors: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** How long instances took to start, newest first. Only recorded calls that waited for such a start are included. */
  readonly coldMs: readonly number[];
  readonly lines: readonly {
    readonly epochMs: number;
    readonly level: string | undefined;
    readonly message: string;
    /** Id of the request during which the line was printed, if that request is still recorded. */
    readonly recordId: string | undefined;
  }[];
};

export type RouteNumbers = {
  readonly apiId: string;
  /** The name of the API, which no other API of this run has. */
  readonly api: string;
  readonly isToolkit: boolean;
  /** `route` is undefined in the row that counts the requests for which the API has no route. */
  readonly route: string | undefined;
  readonly count: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

export type ShownNumbers = {
  readonly routes: readonly RouteNumbers[];
  /**
   * The counts by second of the user's own APIs. `toolkitSeconds` contains the counts of the toolkit's APIs.
   */
  readonly seconds: readonly SecondCount[];
  readonly toolkitSeconds: readonly SecondCount[];
  readonly count: number;
};

export type ShownSource = {
  /** The kind of source, as its service names it: `queue`, `schedule`, `alarm`, `bus`. */
  readonly kind: string;
  readonly name: string;
  readonly targets: readonly string[];
  /** A clause that describes what is waiting, or when the source runs next. */
  readonly state: string;
  /**
   * `run`: runs the source as if it were due. `send`: sends a message or an event. `redrive`: moves dead-letter
   * messages back to their queue.
   */
  readonly actions: readonly ('run' | 'send' | 'redrive')[];
};

export type ShownEvents = {
  readonly sources: readonly ShownSource[];
  /** Number of asynchronous invocations that have not finished. */
  readonly asynchronous: number;
};

export type SavedRequest = {
  readonly name: string;
  /** The name of the API, because its id may differ between runs. */
  readonly api: string;
  readonly stage: string;
  readonly method: string;
  /** The target includes the stage and the query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The caller: `alice:admin`, `key:ID` or `iam:NAME`. Without this member, the headers determine the caller. */
  readonly as?: string;
  readonly body?: string;
};

/** The data that the page requests once, when it loads. */
export type ShownOverview = {
  /** Whether this gateway serves APIs that do not belong to the toolkit's own stack. */
  readonly hasOwnApis: boolean;
  /** The commands to try that `gatewright start` prints, with a comment before each. */
  readonly tries: readonly string[];
  /** Whether the customers of the toolkit's customer plans can be shown. */
  readonly hasCustomers: boolean;
};

/** A call to an AWS service that the gateway does not run. */
type ShownCall = {
  readonly at: string;
  readonly service: string;
  readonly region: string;
  readonly action?: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
};

export type ShownCalls = { readonly calls: readonly ShownCall[] };

/** The saved requests, and the name of their file. */
export type SavedList = { readonly file: string; readonly requests: readonly SavedRequest[] };

/** The sources of the page's sample events: every supported event source, and APIs. */
export type SampledSource = SampleName | 'REST API' | 'HTTP API' | 'WebSocket API' | 'Authorizer, TOKEN';
