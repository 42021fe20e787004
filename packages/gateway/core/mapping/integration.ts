/** Compiled integrations, except Lambda proxies. */
import type { ContentHandling } from './content-handling.ts';
import type { ParameterChanges } from './parameter-change.ts';
import type { ParameterSource } from './parameter-source.ts';
import type { CompiledTemplate } from '@gatewright/velocity/compile';
import type { SubtypeCall } from './service-subtype.ts';
import type { StreamTimes } from '../ports.ts';

/** A string with `${stageVariables.x}`, parsed at deployment. */
type VariableText = {
  readonly source: string;
  render(variables: Readonly<Record<string, string>> | null): string;
};

/**
 * Returns whether a stage of the API may invoke the function. The check runs for each call, because permissions can
 * change without a deployment.
 */
export type InvokeCheck = (stage: {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>> | null;
}) => boolean;

/** Templates by media type (`application/json`, `$default`), in the order of the definition. */
export type MediaTemplates = ReadonlyMap<string, CompiledTemplate>;

export type Passthrough = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';

/** A mapping from a source to `integration.request.{place}.{name}`. */
export type RequestParameter = {
  readonly place: 'header' | 'querystring' | 'path';
  readonly name: string;
  readonly source: ParameterSource;
};

export type RequestMapping = {
  readonly parameters: readonly RequestParameter[];
  readonly templates: MediaTemplates;
  readonly passthrough: Passthrough;
  readonly contentHandling: ContentHandling | undefined;
  /**
   * Returns the key of the template for a message's text. If undefined, the template is chosen by media type. The
   * function is used only on WebSocket APIs.
   */
  readonly selectTemplate?: ((message: string) => string | undefined) | undefined;
};

/** A mapping from a source to `method.response.header.{name}`. */
export type ResponseParameter = { readonly name: string; readonly source: ParameterSource };

export type IntegrationResponse = {
  readonly status: number;
  /** A Java regular expression that must match the whole text; undefined means the default response. */
  readonly pattern: string | undefined;
  readonly parameters: readonly ResponseParameter[];
  readonly templates: MediaTemplates;
  readonly contentHandling: ContentHandling | undefined;
};

/** The input for choosing a frame's template; headers are a flat list of names and values. */
export type SelectableAnswer = {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
};

/**
 * A compiled `AWS::ApiGatewayV2::IntegrationResponse`. It defines which responses it matches and how they become the
 * text of a frame.
 */
export type FrameResponse = {
  /** A Java regular expression that must match the whole text; undefined means `$default`. */
  readonly pattern: string | undefined;
  readonly templates: MediaTemplates;
  /** Returns the key of the frame's template. If undefined, the template is chosen by media type. */
  readonly selectTemplate: ((message: string, answer: SelectableAnswer) => string | undefined) | undefined;
  readonly contentHandling: ContentHandling | undefined;
};

export type ResponseMapping = {
  readonly responses: readonly IntegrationResponse[];
  /**
   * The statuses of the method's `MethodResponses`. It is a configuration error if the selected integration response
   * has any other status.
   */
  readonly methodStatuses: ReadonlySet<number>;
};

type Mapped = { readonly request: RequestMapping; readonly response: ResponseMapping };

/** An integration of type `MOCK`. The status that the request template renders selects the integration response. */
export type MockIntegration = Mapped & { readonly kind: 'mock' };

/** An integration of type `AWS` that calls a Lambda function. The request template renders the function's event. */
export type FunctionIntegration = Mapped & {
  readonly kind: 'function';
  readonly functionName: VariableText;
  readonly qualifier?: VariableText | undefined;
  /** The role with which API Gateway invokes the function; absent if the function's own policy decides. */
  readonly roleArn?: string | undefined;
  readonly timeoutMs: number;
  /** Whether the API may invoke the function; absent means that permissions are not checked. */
  readonly mayInvoke?: InvokeCheck | undefined;
};

export type HttpIntegration = Mapped & HttpTarget & { readonly kind: 'http' };

/**
 * An HTTP_PROXY integration of a REST or WebSocket API. It forwards request and response nearly unchanged, and applies
 * only `parameters` and `contentHandling`.
 */
export type HttpProxyIntegration = HttpTarget & {
  readonly kind: 'http-proxy';
  readonly parameters: readonly RequestParameter[];
  readonly contentHandling: ContentHandling | undefined;
};

/** An HTTP_PROXY with transfer mode STREAM. */
export type HttpStreamIntegration = Omit<HttpProxyIntegration, 'kind'> &
  StreamTimes & { readonly kind: 'http-stream' };

export type HttpTarget = {
  /** The address; `{name}` is a placeholder for a path parameter of the integration request. */
  readonly uri: VariableText;
  /** The method of the call; `ANY` means the client's method. */
  readonly method: string;
  readonly timeoutMs: number;
  /** The name or id of the VPC link; undefined means the internet. */
  readonly vpcLink: VariableText | undefined;
};

/** An integration of type `AWS` that calls an AWS service instead of a Lambda function. */
export type ServiceIntegration = Mapped & {
  readonly kind: 'service';
  readonly target: ServiceUriTarget;
  /** The method of the call; `ANY` means the client's method. */
  readonly method: string;
  readonly timeoutMs: number;
  readonly roleArn: string | undefined;
};

/** A parsed service URI. Its parts may contain stage variables and `{name}` placeholders for path parameters. */
export type ServiceUriTarget = {
  readonly region: string;
  /** The service name in lower case: `sqs`, `dynamodb`, `states`. */
  readonly service: string;
  /** The subdomain in the URI's `{subdomain}.{service}`; undefined if there is none. */
  readonly subdomain: string | undefined;
  readonly form:
    | { readonly kind: 'path'; readonly path: VariableText }
    /**
     * The URI form `action/{action}&{query}`, such as `action/PutItem&Key=value`. `query` is the part after the action.
     */
    | { readonly kind: 'action'; readonly action: VariableText; readonly query: VariableText };
};

/** An `HTTP_PROXY` integration of an HTTP API. */
export type HttpApiProxyIntegration = HttpTarget & {
  readonly kind: 'http-api-proxy';
  /**
   * Whether the path of the request, with a named stage, is appended to the address, as for load balancer listeners and
   * Cloud Map services. On `$default` routes, other addresses get the path below the stage.
   */
  readonly appendsPath: boolean;
  /**
   * The ARN of a Cloud Map service. If only instances with certain attributes may be used, the attributes are appended
   * as a query.
   */
  readonly serviceArn: string | undefined;
  readonly changes: ParameterChanges;
};

/** An integration that calls one operation of an AWS service with parameters. Only HTTP APIs have this integration. */
export type HttpApiServiceIntegration = SubtypeCall & {
  readonly kind: 'http-api-service';
  /** The subtype's name, such as `SQS-SendMessage`. */
  readonly name: string;
  readonly responseChanges: ParameterChanges['response'];
};

export type MappedIntegration =
  | MockIntegration
  | FunctionIntegration
  | HttpIntegration
  | HttpProxyIntegration
  | HttpStreamIntegration
  | ServiceIntegration;
