/**
 * The immutable compiled deployment that requests read. Everything here was parsed, checked and
 * resolved when the deployment was made; a request only looks things up.
 */
import type { CorsPlan } from '../events/cors-headers.ts';
import type { ContextFacts } from '../events/context-variables.ts';
import type { LoggedFailure } from '../events/log-variables.ts';
import type { ParameterSource } from '../mapping/parameter-source.ts';
import type { WholeMatch } from '../mapping/whole-match.ts';
import type { ApiFacts, RouteFacts } from '../events/request-facts.ts';
import type { GatewayErrorCode, GatewayErrorDetail } from '../errors.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import type { TokenDialect } from '../policy/token-refusal.ts';
import type { TokenTrust } from '../policy/token-trust.ts';
import type {
  FrameResponse,
  HttpApiProxyIntegration,
  HttpApiServiceIntegration,
  MappedIntegration,
} from '../mapping/integration.ts';
import type { ParameterChanges } from '../mapping/parameter-change.ts';
import type { StreamTimes } from '../ports.ts';
import type { SchemaCheck } from './json-schema.ts';

export type ApiProtocol = 'rest' | 'http' | 'websocket';

export type ApiIdentity = ApiFacts & {
  readonly name: string;
  readonly protocol: ApiProtocol;
  readonly stackName: string;
  readonly logicalId: string;
  /** REST only: of the default endpoint; undefined = what AWS gives without being asked. */
  readonly securityPolicy?: string | undefined;
};

/** Text with `${stageVariables.x}` in it, parsed once; constant text costs nothing per request. */
export type StageText = {
  readonly source: string;
  render(variables: Readonly<Record<string, string>> | null): string;
};

/** One place a credential is read from. Names are lower case for headers, exact for all else. */
export type IdentitySource =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'querystring'; readonly name: string }
  | { readonly kind: 'stageVariable'; readonly name: string }
  | { readonly kind: 'context'; readonly name: string };

/** Which event an authorizer function gets, and how its answer reads. */
export type AuthorizerPayload = 'rest-token' | 'rest-request' | 'http-1.0' | 'http-2.0' | 'websocket';

/** Which function is called, once stage variables are known. */
export type FunctionTarget = {
  /** Renders to a function name (not ARN). */
  readonly functionName: StageText;
  /** Renders to the version or alias that the ARN names, or to nothing; absent = it names none. */
  readonly qualifier?: StageText | undefined;
};

export type LambdaAuthorizer = FunctionTarget & {
  readonly authorizerId: string;
  readonly name: string;
  readonly payload: AuthorizerPayload;
  /** Absent = nobody asks for leave. */
  readonly mayInvoke?: (() => boolean) | undefined;
  readonly identitySources: readonly IdentitySource[];
  /** Whole-token match (Java `matches`), TOKEN only. */
  readonly validation: WholeMatch | undefined;
  /** 0 = no caching. */
  readonly ttlSeconds: number;
  readonly simpleResponses: boolean;
  /** Of a function that throws `Unauthorized`; absent = 500 in format 2.0, else 401. */
  readonly unauthorizedStatus?: 401 | 500 | undefined;
  readonly timeoutMs: number;
};

/** What checks a JSON Web Token without asking a function. */
export type TokenAuthorizer = {
  readonly authorizerId: string;
  readonly name: string;
  readonly dialect: TokenDialect;
  /** What a token without any of the scopes gets. */
  readonly withoutScope: 'UNAUTHORIZED' | 'ACCESS_DENIED';
  readonly identitySource: IdentitySource;
  readonly trust: TokenTrust;
  /** In the place of those of `trust` where stage variables name them. */
  readonly issuersOf?: ((variables: Parameters<StageText['render']>[0]) => TokenTrust['issuers']) | undefined;
};

export type Authorization =
  | { readonly kind: 'none' }
  | { readonly kind: 'lambda'; readonly authorizer: LambdaAuthorizer }
  /** The token needs one of the scopes, where there are any. */
  | { readonly kind: 'token'; readonly authorizer: TokenAuthorizer; readonly scopes: readonly string[] }
  /** AWS_IAM; how this kind of API answers a request without signature. */
  | {
      readonly kind: 'iam';
      readonly unsigned: 'MISSING_AUTHENTICATION_TOKEN' | 'ACCESS_DENIED';
      /** What the request is signed for; absent = `execute-api`. */
      readonly service?: 'lambda';
    };

/** The policy attached to a REST API, or what stands for it. */
export type ResourcePolicy =
  | {
      readonly kind: 'policy';
      readonly policy: CompiledPolicy;
      /** Of a private API, which is reached through VPC endpoints only: the VPC of each that is known. */
      readonly vpcEndpoints: ReadonlyMap<string, string> | undefined;
    }
  /** A private API without a policy: nobody gets in, whoever vouches for him. */
  | { readonly kind: 'closed' };

/** Payload format of the proxy event and of the function's answer. */
export type ProxyPayload = 'rest-1.0' | 'http-1.0' | 'http-2.0' | 'websocket' | 'function-url';

export type LambdaProxyIntegration = FunctionTarget & {
  readonly kind: 'lambda-proxy';
  readonly payload: ProxyPayload;
  readonly timeoutMs: number;
  /** HTTP APIs only; undefined = event and answer stay as they are. */
  readonly changes?: ParameterChanges | undefined;
  readonly mayInvoke?: (() => boolean) | undefined;
};

/** A Lambda proxy of transfer mode STREAM of a REST API, or a function URL of invoke mode RESPONSE_STREAM. */
export type LambdaStreamIntegration = StreamTimes &
  FunctionTarget & {
    readonly kind: 'lambda-stream';
    readonly payload: Extract<ProxyPayload, 'rest-1.0' | 'function-url'>;
    readonly mayInvoke?: (() => boolean) | undefined;
  };

export type Integration =
  | LambdaProxyIntegration
  | LambdaStreamIntegration
  | MappedIntegration
  | HttpApiProxyIntegration
  | HttpApiServiceIntegration
  /** No integration at all: a WebSocket `$connect` or `$disconnect` route without one. */
  | { readonly kind: 'none' }
  /** AWS deploys it and fails every request with 500. */
  | { readonly kind: 'misconfigured'; readonly reason: string }
  /** A type this version cannot run: named at load, every request gets API_CONFIGURATION_ERROR. */
  | { readonly kind: 'unsupported'; readonly type: string; readonly reason: string };

/** A parameter that must be there and not blank. Names are as declared; headers compare without case. */
export type RequiredParameter = {
  readonly where: 'header' | 'path' | 'querystring';
  readonly name: string;
};

/** What a request must bring; never empty on both sides. */
export type RequestValidation = {
  /** In the order in which AWS lists the missing ones. */
  readonly parameters: readonly RequiredParameter[];
  /** By media type in lower case, or `$default`. A type without an entry is not checked. */
  readonly bodies: ReadonlyMap<string, SchemaCheck>;
};

/** The model that a method names for a media type, checked or not: for people who make requests. */
export type RequestModel = {
  readonly mediaType: string;
  readonly name: string;
  /** Of it, or of another model of the API. */
  readonly schemaOf: (name: string) => Readonly<Record<string, unknown>> | undefined;
};

/** WebSocket: which model checks a message. Without a match and without `$default` the message is refused. */
export type MessageCheck = {
  readonly select: (body: string) => string | undefined;
  readonly checks: ReadonlyMap<string, SchemaCheck>;
};

/** What one method or route needs, and nothing else. */
export type RoutePlan = RouteFacts & {
  /** `GET`, `ANY`, or `$default`. */
  readonly httpMethod: string;
  /** For messages and the route listing. */
  readonly logicalId: string;
  readonly authorization: Authorization;
  readonly apiKeyRequired: boolean;
  readonly integration: Integration;
  /** Undefined = nothing is checked. */
  readonly validation?: RequestValidation | undefined;
  /** REST only; undefined = the method names none. */
  readonly requestModels?: readonly RequestModel[] | undefined;
  /** WebSocket only: how an answer becomes a frame; undefined = it is one as it is. */
  readonly frames?: readonly FrameResponse[] | undefined;
  /** WebSocket only: the integration's own status decides a handshake, whatever a template says. */
  readonly ignoresStatusOverride?: boolean;
  /** WebSocket only: CONVERT_TO_TEXT makes base64 of answers of any type. */
  readonly encodesAnswers?: boolean;
  /** REST only; the stage says whether answers are kept at all. */
  readonly cacheKey?: CacheKeyPlan | undefined;
};

/** What tells the cached answers of a route apart. */
export type CacheKeyPlan = {
  /** Routes that share one share their entries. */
  readonly namespace: string;
  readonly sources: readonly ParameterSource[];
};

/** How a stage keeps the answers of one route. */
export type RouteCaching = {
  /** Above 0. */
  readonly ttlSeconds: number;
  /** Other verbs are only cached where a setting names their method. */
  readonly isForGetOnly: boolean;
  /** Whether `Cache-Control: max-age=0` needs `execute-api:InvalidateCache`. */
  readonly requiresPermission: boolean;
  readonly withoutPermission:
    'FAIL_WITH_403' | 'SUCCEED_WITH_RESPONSE_HEADER' | 'SUCCEED_WITHOUT_RESPONSE_HEADER';
};

/** WebSocket only: how a message is checked, and whether the answer of its route goes back to the client. */
export type MessageRoutePlan = RoutePlan & {
  readonly repliesToClient: boolean;
  readonly messageCheck?: MessageCheck | undefined;
};

export type RouteMatch = {
  readonly plan: RoutePlan;
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

/** Route lookup for one deployment; built by `routing/`. */
export type RouteTable = {
  /** `path` is below the stage and still percent-encoded. Undefined = no route answers. */
  find(method: string, path: string): RouteMatch | undefined;
  /** In template order, for listings. */
  readonly plans: readonly RoutePlan[];
};

/** What the client gets for a failure before request ids and CORS are added. */
export type ErrorWording = {
  readonly status: number;
  readonly body: string;
  /** Flat name, value list; has content-type and, on REST, x-amzn-ErrorType. */
  readonly headers: readonly string[];
};

/** How one API words its failures: REST by gateway responses, HTTP by its fixed table. */
export type ErrorWordings = {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail, facts: WordingFacts): ErrorWording;
  /** The same failure as an access log tells it. */
  describe(code: GatewayErrorCode, detail: GatewayErrorDetail): LoggedFailure;
};

/** Wordings that no template changes and that need to know nothing of the request. */
export type BuiltInWordings = ErrorWordings & {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail): ErrorWording;
};

/** What a customised error may speak of: the request, and stage and route as far as they were found. */
export type WordingFacts = ContextFacts & {
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

export type Deployment = {
  readonly id: string;
  readonly protocol: ApiProtocol;
  readonly routes: RouteTable;
  readonly errors: ErrorWordings;
  readonly cors: CorsPlan | undefined;
  /** REST only; undefined = the API has none. */
  readonly resourcePolicy: ResourcePolicy | undefined;
  /** Where a route that needs an API key takes it from: `x-api-key`, or the authorizer's `usageIdentifierKey`. */
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  /** REST `binaryMediaTypes`, lower case. */
  readonly binaryMediaTypes: readonly string[];
  /** REST only: bodies from this size on are packed for clients that take it; undefined = none is. */
  readonly minimumCompressionBytes?: number | undefined;
  /** WebSocket only: picks the route key for a message body. */
  readonly messageRouting: MessageRouting | undefined;
};

export type MessageRouting = {
  /** Evaluates the route selection expression over the raw text of a message; undefined = not JSON or no value. */
  select(body: string): string | undefined;
  readonly routes: ReadonlyMap<string, MessageRoutePlan>;
};
