/**
 * The immutable compiled deployment. Everything was parsed, checked and resolved when it was made; a request
 * only looks things up.
 */
import type { CorsPlan } from '../events/cors-headers.ts';
import type { ContextFacts } from '../events/context-variables.ts';
import type { LoggedFailure } from '../events/log-variables.ts';
import type { ParameterSource } from '../mapping/parameter-source.ts';
import type { FullMatch } from '../mapping/full-match.ts';
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
import type { SchemaCheck } from './models/json-schema.ts';

export type ApiProtocol = 'rest' | 'http' | 'websocket';

export type ApiIdentity = ApiFacts & {
  readonly name: string;
  readonly protocol: ApiProtocol;
  readonly stackName: string;
  readonly logicalId: string;
  /** Default endpoint of a REST API only; undefined means AWS's default. */
  readonly securityPolicy?: string | undefined;
};

/** Text with `${stageVariables.x}`, parsed once; constant text has no cost per request. */
export type StageText = {
  readonly source: string;
  render(variables: Readonly<Record<string, string>> | null): string;
};

/** One source of a credential. Names are lower case for headers, exact otherwise. */
export type IdentitySource =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'querystring'; readonly name: string }
  | { readonly kind: 'stageVariable'; readonly name: string }
  | { readonly kind: 'context'; readonly name: string };

export type AuthorizerPayload = 'rest-token' | 'rest-request' | 'http-1.0' | 'http-2.0' | 'websocket';

export type FunctionTarget = {
  /** Renders to a function name (not ARN). */
  readonly functionName: StageText;
  /** Renders to the version or alias in the ARN, or to nothing; absent means that the ARN has no qualifier. */
  readonly qualifier?: StageText | undefined;
};

export type LambdaAuthorizer = FunctionTarget & {
  readonly authorizerId: string;
  readonly name: string;
  readonly payload: AuthorizerPayload;
  /** Absent means that permissions are not checked. */
  readonly mayInvoke?: (() => boolean) | undefined;
  readonly identitySources: readonly IdentitySource[];
  /** Must match the whole token (Java `matches`); TOKEN authorizers only. */
  readonly validation: FullMatch | undefined;
  /** 0 means no caching. */
  readonly ttlSeconds: number;
  readonly simpleResponses: boolean;
  /** The status for a function that throws `Unauthorized`; absent means 500 in format 2.0, otherwise 401. */
  readonly unauthorizedStatus?: 401 | 500 | undefined;
  readonly timeoutMs: number;
};

/** Verifies a JSON Web Token without a function. */
export type TokenAuthorizer = {
  readonly authorizerId: string;
  readonly name: string;
  readonly dialect: TokenDialect;
  /** Error for a token without any of the scopes. */
  readonly withoutScope: 'UNAUTHORIZED' | 'ACCESS_DENIED';
  readonly identitySource: IdentitySource;
  readonly trust: TokenTrust;
  /** Replaces the issuers of `trust` if stage variables name them. */
  readonly issuersOf?: ((variables: Parameters<StageText['render']>[0]) => TokenTrust['issuers']) | undefined;
};

export type Authorization =
  | { readonly kind: 'none' }
  | { readonly kind: 'lambda'; readonly authorizer: LambdaAuthorizer }
  /** If there are scopes, the token needs one of them. */
  | { readonly kind: 'token'; readonly authorizer: TokenAuthorizer; readonly scopes: readonly string[] }
  /** AWS_IAM; the reply to an unsigned request depends on the API type. */
  | {
      readonly kind: 'iam';
      readonly unsigned: 'MISSING_AUTHENTICATION_TOKEN' | 'ACCESS_DENIED';
      /** The signing name; absent means `execute-api`. */
      readonly service?: 'lambda';
    };

/** The policy attached to a REST API, or its substitute. */
export type ResourcePolicy =
  | {
      readonly kind: 'policy';
      readonly policy: CompiledPolicy;
      /** The known VPC of each VPC endpoint, for private APIs, which are reached through these endpoints. */
      readonly vpcEndpoints: ReadonlyMap<string, string> | undefined;
    }
  /** A private API without a policy: every request is denied. */
  | { readonly kind: 'closed' };

export type ProxyPayload = 'rest-1.0' | 'http-1.0' | 'http-2.0' | 'websocket' | 'function-url';

export type LambdaProxyIntegration = FunctionTarget & {
  readonly kind: 'lambda-proxy';
  readonly payload: ProxyPayload;
  readonly timeoutMs: number;
  /** HTTP APIs only; undefined means that event and response stay unchanged. */
  readonly changes?: ParameterChanges | undefined;
  readonly mayInvoke?: (() => boolean) | undefined;
};

/** A REST Lambda proxy with transfer mode STREAM, or a function URL with invoke mode RESPONSE_STREAM. */
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
  /** A WebSocket `$connect` or `$disconnect` route without an integration. */
  | { readonly kind: 'none' }
  /** AWS deploys it, and then every request fails with 500. */
  | { readonly kind: 'misconfigured'; readonly reason: string }
  /**
   * A type that this version cannot run: it is reported at load, and every request gets
   * API_CONFIGURATION_ERROR.
   */
  | { readonly kind: 'unsupported'; readonly type: string; readonly reason: string };

/**
 * A parameter that must be present and not blank. Names are as declared; headers are compared
 * case-insensitively.
 */
export type RequiredParameter = {
  readonly where: 'header' | 'path' | 'querystring';
  readonly name: string;
};

export type RequestValidation = {
  /** The parameters in the order in which AWS lists missing ones. */
  readonly parameters: readonly RequiredParameter[];
  /** The checks by media type in lower case, or `$default`. A media type without an entry is not checked. */
  readonly bodies: ReadonlyMap<string, SchemaCheck>;
};

/**
 * The model that a method names for a media type, whether or not it is checked; shown to people who build
 * requests.
 */
export type RequestModel = {
  readonly mediaType: string;
  readonly name: string;
  readonly schemaOf: (name: string) => Readonly<Record<string, unknown>> | undefined;
};

/**
 * WebSocket: the model that checks a message. A message that matches no model is refused where there is no
 * `$default`.
 */
export type MessageCheck = {
  readonly select: (body: string) => string | undefined;
  readonly checks: ReadonlyMap<string, SchemaCheck>;
};

export type RoutePlan = RouteFacts & {
  /** `GET`, `ANY`, or `$default`. */
  readonly httpMethod: string;
  /** The logical id, which messages and the route listing show. */
  readonly logicalId: string;
  readonly authorization: Authorization;
  readonly apiKeyRequired: boolean;
  readonly integration: Integration;
  /** Undefined means that nothing is checked. */
  readonly validation?: RequestValidation | undefined;
  /** REST only; undefined means that the method has no request models. */
  readonly requestModels?: readonly RequestModel[] | undefined;
  /** WebSocket only: turns a response into a frame; undefined means that the response is sent unchanged. */
  readonly frames?: readonly FrameResponse[] | undefined;
  /** WebSocket only: the integration's own status decides a handshake, even if a template sets another. */
  readonly ignoresStatusOverride?: boolean;
  /** WebSocket only: CONVERT_TO_TEXT encodes responses of any type as base64. */
  readonly encodesAnswers?: boolean;
  /** REST only; the stage decides whether responses are cached at all. */
  readonly cacheKey?: CacheKeyPlan | undefined;
};

export type CacheKeyPlan = {
  /** Routes that share a namespace share their entries. */
  readonly namespace: string;
  readonly sources: readonly ParameterSource[];
};

export type RouteCaching = {
  /** Above 0. */
  readonly ttlSeconds: number;
  /** Other methods are cached only if a setting names their method. */
  readonly isForGetOnly: boolean;
  /** Whether `Cache-Control: max-age=0` needs `execute-api:InvalidateCache`. */
  readonly requiresPermission: boolean;
  readonly withoutPermission:
    | 'FAIL_WITH_403'
    | 'SUCCEED_WITH_RESPONSE_HEADER'
    | 'SUCCEED_WITHOUT_RESPONSE_HEADER';
};

/** WebSocket only: the check of a message, and whether the route's reply goes back to the client. */
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
  /** `path` is below the stage and still percent-encoded. Undefined means that no route matches. */
  find(method: string, path: string): RouteMatch | undefined;
  /** In template order, for listings. */
  readonly plans: readonly RoutePlan[];
};

export type ErrorWording = {
  readonly status: number;
  readonly body: string;
  /** Flat list of names and values; includes content-type and, on REST, x-amzn-ErrorType. */
  readonly headers: readonly string[];
};

/** How an API words failures: a REST API by its gateway responses, an HTTP API by a fixed table. */
export type ErrorWordings = {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail, facts: WordingFacts): ErrorWording;
  /** Describes the failure as the access log does. */
  describe(code: GatewayErrorCode, detail: GatewayErrorDetail): LoggedFailure;
};

/** Wordings that are independent of templates and requests. */
export type BuiltInWordings = ErrorWordings & {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail): ErrorWording;
};

/**
 * Values available to a customised error: the request's values, and the stage's and route's once they are
 * found.
 */
export type WordingFacts = ContextFacts & {
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

export type Deployment = {
  readonly id: string;
  readonly protocol: ApiProtocol;
  readonly routes: RouteTable;
  readonly errors: ErrorWordings;
  readonly cors: CorsPlan | undefined;
  /** REST only; undefined means that the API has no resource policy. */
  readonly resourcePolicy: ResourcePolicy | undefined;
  /** Source of a required API key: `x-api-key`, or the authorizer's `usageIdentifierKey`. */
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  /** REST `binaryMediaTypes`, lower case. */
  readonly binaryMediaTypes: readonly string[];
  /**
   * REST only: bodies of this size or more are compressed for clients that accept it; undefined means never.
   */
  readonly minimumCompressionBytes?: number | undefined;
  /** WebSocket only: picks the route key for a message body. */
  readonly messageRouting: MessageRouting | undefined;
};

export type MessageRouting = {
  /**
   * Evaluates the route selection expression for a message's raw text; undefined means that the text is not
   * JSON or has no value.
   */
  select(body: string): string | undefined;
  readonly routes: ReadonlyMap<string, MessageRoutePlan>;
};
