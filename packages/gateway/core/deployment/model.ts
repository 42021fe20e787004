/**
 * The immutable compiled deployment. Everything is parsed, checked and resolved when the deployment is created, so a
 * request only looks up values.
 */
import type { MappingDefect } from '../defect.ts';
import type { CorsPlan } from '../events/cors-headers.ts';
import type { ContextFacts } from '../events/context-variables.ts';
import type { LoggedFailure } from '../events/log-variables.ts';
import type { ParameterSource } from '../mapping/parameter-source.ts';
import type { FullMatch } from '../mapping/full-match.ts';
import type { ApiFacts, RouteFacts } from '../events/request-facts.ts';
import type { GatewayErrorCode, GatewayErrorDetail, GatewayResponseType } from '../errors.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import type { TokenDialect } from '../policy/token-refusal.ts';
import type { TokenTrust } from '../policy/token-trust.ts';
import type {
  FrameResponse,
  HttpApiProxyIntegration,
  HttpApiServiceIntegration,
  InvokeCheck,
  MappedIntegration,
} from '../mapping/integration.ts';
import type { ParameterChanges } from '../mapping/parameter-change.ts';
import type { StreamTimes } from '../ports.ts';
import type { SchemaCheck } from './models/json-schema.ts';
import type { StageVariables } from './stage/stage-variables.ts';

export type ApiProtocol = 'rest' | 'http' | 'websocket';

export type ApiIdentity = ApiFacts & {
  readonly name: string;
  readonly protocol: ApiProtocol;
  readonly stackName: string;
  readonly logicalId: string;
  /** The security policy of the default endpoint of a REST API; undefined means AWS's default. */
  readonly securityPolicy?: string | undefined;
};

/** A string with `${stageVariables.x}`, which is parsed once. A string without variables has no cost per request. */
export type StageText = {
  readonly source: string;
  render(variables: StageVariables | null): string;
};

/** One source of a credential. Header names are in lower case; other names keep their spelling. */
export type IdentitySource =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'querystring'; readonly name: string }
  | { readonly kind: 'stageVariable'; readonly name: string }
  | { readonly kind: 'context'; readonly name: string };

export type AuthorizerPayload = 'rest-token' | 'rest-request' | 'http-1.0' | 'http-2.0' | 'websocket';

export type FunctionTarget = {
  /** The template that renders to the function's name (not to its ARN). */
  readonly functionName: StageText;
  /**
   * The template that renders to the version or alias in the ARN, or to an empty string; absent means that the ARN has
   * no qualifier.
   */
  readonly qualifier?: StageText | undefined;
  /** The role with which API Gateway invokes the function; absent if the function's own policy decides. */
  readonly roleArn?: string | undefined;
};

export type LambdaAuthorizer = FunctionTarget & {
  readonly authorizerId: string;
  readonly name: string;
  readonly payload: AuthorizerPayload;
  /** Checks the permission to invoke the function; absent means that permissions are not checked. */
  readonly mayInvoke?: InvokeCheck | undefined;
  readonly identitySources: readonly IdentitySource[];
  /** The pattern that must match the whole token (Java `matches`). It is set only for TOKEN authorizers. */
  readonly validation: FullMatch | undefined;
  /** The source text of the pattern, for explanations. */
  readonly validationText?: string | undefined;
  /** The time to live of cached results in seconds; 0 means that results are not cached. */
  readonly ttlSeconds: number;
  /**
   * The name of the cached results, which consists of the authorizer and its identity sources. If the sources of an
   * authorizer change, a value from a new source must not match a result that was cached for an earlier source.
   */
  readonly resultsName: string;
  readonly simpleResponses: boolean;
  /** The status if the function throws `Unauthorized`; absent means 500 in format 2.0, otherwise 401. */
  readonly unauthorizedStatus?: 401 | 500 | undefined;
  readonly timeoutMs: number;
};

/** Verifies a JSON Web Token without a function. */
export type TokenAuthorizer = {
  readonly authorizerId: string;
  readonly name: string;
  readonly dialect: TokenDialect;
  /** The error for a token without any of the scopes. */
  readonly withoutScope: 'UNAUTHORIZED' | 'ACCESS_DENIED';
  readonly identitySource: IdentitySource;
  readonly trust: TokenTrust;
  /** Returns the issuers that replace the issuers of `trust`, if stage variables determine the issuers. */
  readonly issuersOf?: ((variables: StageVariables | null) => TokenTrust['issuers']) | undefined;
};

export type Authorization =
  | { readonly kind: 'none' }
  | { readonly kind: 'lambda'; readonly authorizer: LambdaAuthorizer }
  /** Authorization by a JSON Web Token. If there are scopes, the token needs at least one of them. */
  | { readonly kind: 'token'; readonly authorizer: TokenAuthorizer; readonly scopes: readonly string[] }
  /** AWS_IAM authorization. The reply to an unsigned request depends on the API type. */
  | {
      readonly kind: 'iam';
      readonly unsigned: 'MISSING_AUTHENTICATION_TOKEN' | 'ACCESS_DENIED';
      /** The service name in the signature; absent means `execute-api`. */
      readonly service?: 'lambda';
    };

/** The resource policy of a REST API, or `closed` if a private API has no policy. */
export type ResourcePolicy =
  | {
      readonly kind: 'policy';
      readonly policy: CompiledPolicy;
      /** The VPC of each known VPC endpoint; present for private APIs, which are called through these endpoints. */
      readonly vpcEndpoints: ReadonlyMap<string, string> | undefined;
    }
  /** A private API without a policy. Every request is denied. */
  | { readonly kind: 'closed' };

export type ProxyPayload = 'rest-1.0' | 'http-1.0' | 'http-2.0' | 'websocket' | 'function-url';

export type LambdaProxyIntegration = FunctionTarget & {
  readonly kind: 'lambda-proxy';
  readonly payload: ProxyPayload;
  readonly timeoutMs: number;
  /** The parameter changes of HTTP APIs; undefined means that event and response are not changed. */
  readonly changes?: ParameterChanges | undefined;
  /** Whether an HTTP API renames `WWW-Authenticate` of the function (docs/aws §2.7). */
  readonly renamesChallenge?: boolean;
  readonly mayInvoke?: InvokeCheck | undefined;
};

/** A REST Lambda proxy with transfer mode STREAM, or a function URL with invoke mode RESPONSE_STREAM. */
export type LambdaStreamIntegration = StreamTimes &
  FunctionTarget & {
    readonly kind: 'lambda-stream';
    readonly payload: Extract<ProxyPayload, 'rest-1.0' | 'function-url'>;
    readonly mayInvoke?: InvokeCheck | undefined;
  };

export type Integration =
  | LambdaProxyIntegration
  | LambdaStreamIntegration
  | MappedIntegration
  | HttpApiProxyIntegration
  | HttpApiServiceIntegration
  /** A route without an integration, such as a WebSocket `$connect` route. */
  | { readonly kind: 'none' }
  /** A configuration that AWS deploys, but that makes every request fail with 500. */
  | { readonly kind: 'misconfigured'; readonly reason: string; readonly defect: MappingDefect }
  /**
   * An integration type that this version cannot run. It is reported when the template is loaded, and every request
   * receives API_CONFIGURATION_ERROR.
   */
  | { readonly kind: 'unsupported'; readonly type: string; readonly reason: string };

/**
 * A parameter that must be present and not blank. The name is as declared, and header names are compared
 * case-insensitively.
 */
export type RequiredParameter = {
  readonly where: 'header' | 'path' | 'querystring';
  readonly name: string;
};

export type RequestValidation = {
  /** The parameters in the order in which AWS lists missing parameters. */
  readonly parameters: readonly RequiredParameter[];
  /** The checks by media type in lower case, or `$default`. A media type without an entry is not checked. */
  readonly bodies: ReadonlyMap<string, SchemaCheck>;
};

/**
 * The model that a method specifies for a media type, whether or not it is checked. The console shows it to users who
 * build requests.
 */
export type RequestModel = {
  readonly mediaType: string;
  readonly name: string;
  readonly schemaOf: (name: string) => Readonly<Record<string, unknown>> | undefined;
  /** The check by this model, for explanations of bodies that were not validated. */
  readonly check: SchemaCheck;
};

/**
 * The check of a WebSocket message by a model. If no model matches the message, the message is refused, unless there is
 * a `$default` model.
 */
export type MessageCheck = {
  readonly select: (body: string) => string | undefined;
  readonly checks: ReadonlyMap<string, SchemaCheck>;
};

export type RoutePlan = RouteFacts & {
  /** The method, such as `GET` or `ANY`. If the route key has no method and path, such as `$default`, it is the key. */
  readonly httpMethod: string;
  /** The logical id, which messages and the route listing show. */
  readonly logicalId: string;
  readonly authorization: Authorization;
  readonly apiKeyRequired: boolean;
  readonly integration: Integration;
  /** The checks of a request; undefined means that nothing is checked. */
  readonly validation?: RequestValidation | undefined;
  /** The request models, which only REST APIs have; undefined means that the method has none. */
  readonly requestModels?: readonly RequestModel[] | undefined;
  /**
   * The frame responses, which turn an integration's response into a frame on a WebSocket API; undefined means that the
   * response is sent unchanged.
   */
  readonly frames?: readonly FrameResponse[] | undefined;
  /**
   * Whether the status of a WebSocket handshake is always the integration's own status, even if a template sets another
   * status.
   */
  readonly ignoresStatusOverride?: boolean;
  /** Whether CONVERT_TO_TEXT encodes responses of any type as base64 on a WebSocket API. */
  readonly encodesAnswers?: boolean;
  /** The cache key, which only REST APIs have. The stage determines whether responses are cached. */
  readonly cacheKey?: CacheKeyPlan | undefined;
};

export type CacheKeyPlan = {
  /** The cache namespace. Routes with the same namespace share their entries. */
  readonly namespace: string;
  readonly sources: readonly ParameterSource[];
};

export type RouteCaching = {
  /** The time to live in seconds, which is more than 0. */
  readonly ttlSeconds: number;
  /**
   * True if only GET is cached. Methods other than GET are cached only by a setting for exactly this method, and no
   * such setting enables caching.
   */
  readonly isForGetOnly: boolean;
  /** Whether a request with `Cache-Control: max-age=0` requires the permission `execute-api:InvalidateCache`. */
  readonly requiresPermission: boolean;
  readonly withoutPermission:
    | 'FAIL_WITH_403'
    | 'SUCCEED_WITH_RESPONSE_HEADER'
    | 'SUCCEED_WITHOUT_RESPONSE_HEADER';
};

/**
 * A route of a WebSocket API. Unlike other routes, it may check its messages, and it defines whether its reply is sent
 * to the client.
 */
export type MessageRoutePlan = RoutePlan & {
  readonly repliesToClient: boolean;
  readonly messageCheck?: MessageCheck | undefined;
};

export type RouteMatch = {
  readonly plan: RoutePlan;
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

/**
 * The route lookup of one deployment. It does not include messages of a WebSocket API, which `MessageRouting` looks up.
 */
export type RouteTable = {
  /** Finds a route. `path` is below the stage and still percent-encoded. Undefined means that no route matches. */
  find(method: string, path: string): RouteMatch | undefined;
  /** The routes in template order, for listings. */
  readonly plans: readonly RoutePlan[];
};

export type ErrorWording = {
  readonly status: number;
  readonly body: string;
  /** A flat list of names and values. It includes content-type and, on REST APIs, x-amzn-ErrorType. */
  readonly headers: readonly string[];
};

/**
 * The wording of an API's errors. A REST API uses its gateway responses; every other API, and every function URL, uses
 * a fixed table.
 */
export type ErrorWordings = {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail, facts: WordingFacts): ErrorWording;
  /** Describes the failure as the access log does. */
  describe(code: GatewayErrorCode, detail: GatewayErrorDetail): LoggedFailure;
  /**
   * Returns the gateway response of a REST API that determines the wording of an error: the response for its type
   * (which inherits nothing), or else DEFAULT_4XX or DEFAULT_5XX. Returns undefined if the API has none of them.
   */
  worderOf?(code: GatewayErrorCode): GatewayResponseType | undefined;
};

/** Wordings that do not depend on templates or requests. */
export type BuiltInWordings = ErrorWordings & {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail): ErrorWording;
};

/**
 * The values that are available to a customized error: the values of the request, and the values of the stage and the
 * route if they are already known.
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
  /** The resource policy, which only REST APIs can have; undefined means that there is none. */
  readonly resourcePolicy: ResourcePolicy | undefined;
  /** The source of a required API key: `x-api-key`, or the authorizer's `usageIdentifierKey`. */
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  /** The `binaryMediaTypes` of a REST API, in lower case. */
  readonly binaryMediaTypes: readonly string[];
  /**
   * The minimum size in bytes of a body that a REST API compresses, for clients that accept compression; undefined
   * means that nothing is compressed.
   */
  readonly minimumCompressionBytes?: number | undefined;
  /** Selects the route key for a message body on a WebSocket API. */
  readonly messageRouting: MessageRouting | undefined;
};

export type MessageRouting = {
  /**
   * Evaluates the route selection expression for the raw text of a message; undefined means that the text is not JSON
   * or does not contain the value.
   */
  select(body: string): string | undefined;
  /** The route selection expression as it is written. */
  readonly expression: string;
  readonly routes: ReadonlyMap<string, MessageRoutePlan>;
};
