/** Compiled integrations of REST methods, except Lambda proxies. */
import type { ContentHandling } from './content-handling.ts';
import type { ParameterChanges } from './parameter-change.ts';
import type { ParameterSource } from './parameter-source.ts';
import type { CompiledTemplate } from '@gatewright/velocity/compile';
import type { SubtypeCall } from './service-subtype.ts';
import type { StreamTimes } from '../ports.ts';

/** Text with `${stageVariables.x}`, parsed at deployment. */
type VariableText = {
  readonly source: string;
  render(variables: Readonly<Record<string, string>> | null): string;
};

/** Templates by media type (`application/json`, `$default`), in the order of the definition. */
export type MediaTemplates = ReadonlyMap<string, CompiledTemplate>;

export type Passthrough = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';

/** `integration.request.{place}.{name}` ← source. */
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
  /** WebSocket only: the template's key by the message's text; undefined = by media type. */
  readonly selectTemplate?: ((message: string) => string | undefined) | undefined;
};

/** `method.response.header.{name}` ← source. */
export type ResponseParameter = { readonly name: string; readonly source: ParameterSource };

export type IntegrationResponse = {
  readonly status: number;
  /** Java regular expression that must match the whole text; undefined = the default response. */
  readonly pattern: string | undefined;
  readonly parameters: readonly ResponseParameter[];
  readonly templates: MediaTemplates;
  readonly contentHandling: ContentHandling | undefined;
};

/** Input for choosing a frame's template; headers as a flat name, value list. */
export type SelectableAnswer = {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
};

/**
 * `AWS::ApiGatewayV2::IntegrationResponse`: the answers it matches, and how they become the text of a frame.
 */
export type FrameResponse = {
  /** Java regular expression that must match the whole text; undefined = `$default`. */
  readonly pattern: string | undefined;
  readonly templates: MediaTemplates;
  /** The key of the template; undefined = by media type. */
  readonly selectTemplate: ((message: string, answer: SelectableAnswer) => string | undefined) | undefined;
  readonly contentHandling: ContentHandling | undefined;
};

export type ResponseMapping = {
  readonly responses: readonly IntegrationResponse[];
  /** Statuses of `MethodResponses`; choosing a response with another status is a configuration error. */
  readonly methodStatuses: ReadonlySet<number>;
};

type Mapped = { readonly request: RequestMapping; readonly response: ResponseMapping };

/** Answers with the status that its request template renders. */
export type MockIntegration = Mapped & { readonly kind: 'mock' };

/** `AWS` with a function: the request template renders the event. */
export type FunctionIntegration = Mapped & {
  readonly kind: 'function';
  readonly functionName: VariableText;
  readonly qualifier?: VariableText | undefined;
  readonly timeoutMs: number;
  /** Absent = permissions are not checked. */
  readonly mayInvoke?: (() => boolean) | undefined;
};

export type HttpIntegration = Mapped & HttpTarget & { readonly kind: 'http' };

/** Request and answer pass nearly unchanged; only `request.parameters` apply. */
export type HttpProxyIntegration = HttpTarget & {
  readonly kind: 'http-proxy';
  readonly parameters: readonly RequestParameter[];
  readonly contentHandling: ContentHandling | undefined;
};

/** An HTTP_PROXY of transfer mode STREAM. */
export type HttpStreamIntegration = Omit<HttpProxyIntegration, 'kind'> &
  StreamTimes & { readonly kind: 'http-stream' };

export type HttpTarget = {
  /** The address; `{name}` stands for path parameters of the integration request. */
  readonly uri: VariableText;
  /** `ANY` = the client's. */
  readonly method: string;
  readonly timeoutMs: number;
  /** Name or id of the VPC link; undefined = the internet. */
  readonly vpcLink: VariableText | undefined;
};

/** `AWS` with any other service. */
export type ServiceIntegration = Mapped & {
  readonly kind: 'service';
  readonly target: ServiceTarget;
  /** `ANY` = the client's. */
  readonly method: string;
  readonly timeoutMs: number;
  readonly roleArn: string | undefined;
};

/** A parsed service URI. Texts may hold stage variables and `{name}` of path parameters. */
export type ServiceTarget = {
  readonly region: string;
  /** Lower case: `sqs`, `dynamodb`, `states`. */
  readonly service: string;
  /** `{subdomain}.{service}` of the URI; undefined without a subdomain. */
  readonly subdomain: string | undefined;
  readonly form:
    | { readonly kind: 'path'; readonly path: VariableText }
    /** `action/PutItem&Key=value`: `query` is the part after the action. */
    | { readonly kind: 'action'; readonly action: VariableText; readonly query: VariableText };
};

/** `HTTP_PROXY` of an HTTP API. */
export type HttpApiProxyIntegration = HttpTarget & {
  readonly kind: 'http-api-proxy';
  /**
   * The path below the stage is appended to the address: `$default` routes and load balancers' listeners.
   */
  readonly appendsPath: boolean;
  /** Service of Cloud Map, with a query of attributes if given. */
  readonly serviceArn: string | undefined;
  readonly changes: ParameterChanges;
};

/** An operation of an AWS service by parameters; HTTP APIs only. */
export type HttpApiServiceIntegration = SubtypeCall & {
  readonly kind: 'http-api-service';
  /** `SQS-SendMessage` */
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
