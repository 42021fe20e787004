/**
 * The request facts that event builders use. `Exchange` satisfies these types structurally; builders never
 * see the exchange, so they stay pure and also serve WebSocket APIs and test-invoke.
 */

import type { CompiledPolicy } from '../policy/model.ts';
import type { RequestIdOf } from '../ports.ts';
import type { HeaderList } from './header-list.ts';

/** A body with `Content-Encoding`, as sent; `fault`: why it could not be decompressed. */
export type PackedBody = {
  readonly sent: Buffer;
  readonly fault: 'unsupported' | 'too-large' | undefined;
};

export type RequestFacts = {
  /** The method as received, in upper case. */
  readonly method: string;
  /** The path with the stage exactly as on the wire, without the query: `/dev//pets/a%20b/`. */
  readonly rawPath: string;
  /** Text after `?`, still encoded; empty when there is none. */
  readonly rawQuery: string;
  readonly headers: HeaderList;
  /** The decompressed body. */
  readonly body: Buffer | undefined;
  /** Undefined if it was not compressed. */
  readonly packed?: PackedBody | undefined;
  /** The peer's address without IPv6 mapping: `127.0.0.1`. */
  readonly sourceIp: string;
  /** The client certificate that a domain with mutual TLS has accepted. */
  readonly clientCertificate?: ClientCertificateFacts | undefined;
  /** `HTTP/1.1` */
  readonly protocol: string;
  /** UUID on REST; on HTTP and WebSocket APIs the same as `extendedRequestId`. */
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** `Root=1-…;Parent=…;Sampled=0`, for functions and integrations. */
  readonly traceHeader: string;
  /** Virtual wall-clock time of arrival. */
  readonly receivedAtEpochMs: number;
  /** Undefined if nothing screens the stage. */
  readonly screened?: ScreenedFacts | undefined;
};

/** The client's certificate as in events and `$context.identity.clientCert` (docs/aws §10.7). */
export type ClientCertificateFacts = {
  readonly clientCertPem: string;
  readonly subjectDN: string;
  readonly issuerDN: string;
  /** Pairs of hexadecimal digits, with colons. */
  readonly serialNumber: string;
  /** `Nov 21 08:00:00 2026 GMT` */
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
};

/** What a screen in front of the stage decided, for `$context.waf…`. */
export type ScreenedFacts = {
  /** `$context.wafResponseCode` */
  readonly code: 'WAF_ALLOW' | 'WAF_BLOCK';
  /** The ARN of the web ACL; undefined if the screen has no web ACL. */
  readonly by: string | undefined;
  readonly latencyMs: number;
};

export type ApiFacts = {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  /** `{apiId}.execute-api.{region}.amazonaws.com` or the custom domain. */
  readonly domainName: string;
  /** `EDGE`, `REGIONAL` or `PRIVATE`; absent if not needed. */
  readonly endpointType?: string | undefined;
  /**
   * The base path of a custom domain, `(none)` for its root; undefined means that the request came to the
   * default endpoint.
   */
  readonly basePathMatched?: string | undefined;
  /** The matching routing rule of a custom domain. */
  readonly routingRuleId?: string | undefined;
  /** Set for a function URL instead of an API. */
  readonly functionUrl?: FunctionUrlFacts | undefined;
  /** The request came to a custom domain of private APIs. */
  readonly privateDomain?: PrivateDomain | undefined;
};

export type FunctionUrlFacts = {
  /** The ARN of the function, with the alias if the URL belongs to one. */
  readonly functionArn: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  /** The permissions that a caller needs; empty means public. */
  readonly actions: readonly string[];
  /** The function's current policy; undefined means that it has no policy. */
  readonly policy: () => CompiledPolicy | undefined;
};

/** Checks on a private custom domain before the API's policy (docs/aws §10.6). */
export type PrivateDomain = {
  readonly name: string;
  /** `arn:aws:execute-api:{region}:{account}:/domainnames/{name}+{id}` */
  readonly arn: string;
  /** Undefined means that it has no policy, so every request is denied. */
  readonly policy: CompiledPolicy | undefined;
  /** The VPC endpoint of its callers; undefined if none is associated with it. */
  readonly vpcEndpoint: string | undefined;
  readonly vpcEndpoints: ReadonlyMap<string, string>;
};

export type StageFacts = {
  readonly name: string;
  readonly deploymentId: string;
  /** `null` when the stage declares none: REST events then contain `null`, and HTTP 2.0 omits the key. */
  readonly variables: Readonly<Record<string, string>> | null;
  /** Whether this is the stage's canary release; undefined if the stage has no canary. */
  readonly isCanary?: boolean | undefined;
  /** The stage's certificate for HTTPS backends; both members are PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string } | undefined;
};

export type RouteFacts = {
  /** `GET /pets/{id}`, `$default`, `$connect`. */
  readonly routeKey: string;
  /** REST resource id (6 characters); on HTTP APIs the route key. */
  readonly resourceId: string;
  /** `/pets/{id}`; `$default` for that route. */
  readonly resourcePath: string;
  readonly operationName: string | undefined;
};

export type RoutedFacts = RequestFacts & {
  readonly api: ApiFacts;
  readonly stage: StageFacts;
  readonly route: RouteFacts;
  /**
   * The path below the stage, still encoded; doubled slashes after the stage are collapsed, a trailing slash
   * is kept.
   */
  readonly path: string;
  /**
   * The parameters as each API type delivers them: still encoded on REST, decoded on HTTP. `null` if the route has no parameters.
   */
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

/** A scalar or structure from an authorizer. REST converts it to text; HTTP 2.0 keeps the type. */
export type ContextValue =
  | string
  | number
  | boolean
  | null
  | readonly ContextValue[]
  | { readonly [key: string]: ContextValue };

export type CallerFacts =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'lambda';
      readonly principalId: string | undefined;
      readonly context: Readonly<Record<string, ContextValue>>;
      /** Milliseconds spent in the authorizer function; 0 when its result came from the cache. */
      readonly integrationLatencyMs: number;
      /** The id of the call to the authorizer function, if this request made one. */
      readonly requestId?: RequestIdOf | undefined;
    }
  | {
      readonly kind: 'jwt';
      /** Claims as AWS prints them: arrays `[a b]`, numbers as digits. */
      readonly claims: Readonly<Record<string, string>>;
      readonly scopes: readonly string[] | null;
    }
  | {
      readonly kind: 'iam';
      readonly accessKey: string;
      readonly accountId: string;
      readonly callerId: string;
      readonly userArn: string;
      readonly userId: string;
      readonly organizationId?: string | undefined;
    };

/** The API key that admitted the request, if the route needs one. */
export type ApiKeyFacts = { readonly id: string; readonly value: string } | undefined;
