/**
 * The facts about a request that event builders use. `Exchange` satisfies these types structurally. Builders never
 * receive the exchange, so they stay pure and can also be used for WebSocket APIs and test invocations.
 */

import type { CompiledPolicy } from '../policy/model.ts';
import type { RequestIdOf } from '../ports.ts';
import type { HeaderList } from './header-list.ts';

/** A body with a `Content-Encoding`, as sent. `fault` is the reason why the body could not be decompressed. */
export type PackedBody = {
  readonly sent: Buffer;
  readonly fault: 'unsupported' | 'too-large' | undefined;
};

export type RequestFacts = {
  /** The method as received, in upper case. */
  readonly method: string;
  /** The path with the stage exactly as received, without the query: `/dev//pets/a%20b/`. */
  readonly rawPath: string;
  /**
   * The path that the client sent and signed; undefined if it is `rawPath`. It differs at addresses that only the
   * gateway has, such as `/_api/{apiId}/{stage}/…`.
   */
  readonly sentPath?: string | undefined;
  /** The text after `?`, still percent-encoded; empty if there is none. */
  readonly rawQuery: string;
  readonly headers: HeaderList;
  /** The decompressed body. */
  readonly body: Buffer | undefined;
  /** The body as sent; undefined if it was not compressed. */
  readonly packed?: PackedBody | undefined;
  /** The peer's address without IPv6 mapping: `127.0.0.1`. */
  readonly sourceIp: string;
  /** The client certificate that a domain with mutual TLS has accepted. */
  readonly clientCertificate?: ClientCertificateFacts | undefined;
  /** The TLS version and cipher suite of the connection; undefined for a connection without TLS. */
  readonly tls?: TlsFacts | undefined;
  /** The protocol of the request: `HTTP/1.1`. */
  readonly protocol: string;
  /**
   * The request id. On REST APIs and function URLs it is a UUID. On HTTP and WebSocket APIs it is the same as
   * `extendedRequestId`.
   */
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** The trace header for functions and integrations: `Root=1-…;Parent=…;Sampled=0`. */
  readonly traceHeader: string;
  /** The time of arrival by the virtual wall clock. */
  readonly receivedAtEpochMs: number;
  /** The result of the screen; undefined if the stage has no screen. */
  readonly screened?: ScreenedFacts | undefined;
};

/** The client's certificate as in events and `$context.identity.clientCert` (docs/aws §10.7). */
export type ClientCertificateFacts = {
  readonly clientCertPem: string;
  readonly subjectDN: string;
  readonly issuerDN: string;
  /** The serial number as pairs of hexadecimal digits, separated by colons. */
  readonly serialNumber: string;
  /** The validity times, in the form `Nov 21 08:00:00 2026 GMT`. */
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
};

/** For `$context.tlsVersion` and `$context.cipherSuite`, such as `TLSv1.2` and `ECDHE-RSA-AES128-GCM-SHA256`. */
export type TlsFacts = { readonly version: string; readonly cipherSuite: string };

/** The decision of a screen in front of the stage, for `$context.waf…`. */
export type ScreenedFacts = {
  /** The value of `$context.wafResponseCode`. */
  readonly code: 'WAF_ALLOW' | 'WAF_BLOCK';
  /** The ARN of the web ACL; undefined if the screen has no web ACL. */
  readonly by: string | undefined;
  readonly latencyMs: number;
};

export type ApiFacts = {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  /** The domain name: `{apiId}.execute-api.{region}.amazonaws.com` or the custom domain. */
  readonly domainName: string;
  /** The endpoint type: `EDGE`, `REGIONAL` or `PRIVATE`; absent if it is not needed. */
  readonly endpointType?: string | undefined;
  /**
   * The base path on a custom domain, which is `(none)` for the root; undefined means that the request came to the
   * default endpoint.
   */
  readonly basePathMatched?: string | undefined;
  /** The matching routing rule of a custom domain. */
  readonly routingRuleId?: string | undefined;
  /** The kind of API; absent if it is not needed. */
  readonly protocol?: 'rest' | 'http' | 'websocket';
  /** The VPC of each VPC endpoint, if the API is private. */
  readonly vpcEndpoints?: ReadonlyMap<string, string> | undefined;
  /** The facts about a function URL, if the request came to a function URL and not to an API. */
  readonly functionUrl?: FunctionUrlFacts | undefined;
  /** The custom domain, if the request came to a custom domain of private APIs. */
  readonly privateDomain?: PrivateDomain | undefined;
};

export type FunctionUrlFacts = {
  /** The ARN of the function, or of its alias if the URL belongs to an alias. */
  readonly functionArn: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  /** The permissions that a caller needs; empty means public. */
  readonly actions: readonly string[];
  /** Returns the function's current policy; undefined means that the function has no policy. */
  readonly policy: () => CompiledPolicy | undefined;
};

/** The data for the checks on a private custom domain, which run before the API's policy (docs/aws §10.6). */
export type PrivateDomain = {
  readonly name: string;
  /** The ARN `arn:aws:execute-api:{region}:{account}:/domainnames/{name}+{id}`. */
  readonly arn: string;
  /** The policy of the domain; undefined means that the domain has no policy, so every request is denied. */
  readonly policy: CompiledPolicy | undefined;
  /** The VPC endpoint of the domain's callers; undefined if no endpoint is associated with the domain. */
  readonly vpcEndpoint: string | undefined;
  readonly vpcEndpoints: ReadonlyMap<string, string>;
};

export type StageFacts = {
  readonly name: string;
  readonly deploymentId: string;
  /**
   * The stage variables; `null` if the stage has none. In that case REST events contain `null`, and HTTP 2.0 events
   * omit the key.
   */
  readonly variables: Readonly<Record<string, string>> | null;
  /** Whether this is the stage's canary release; undefined if the stage has no canary. */
  readonly isCanary?: boolean | undefined;
  /** The stage's certificate for HTTPS backends. Both members are in PEM format. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string } | undefined;
};

export type RouteFacts = {
  /** The route key: `GET /pets/{id}`, `$default` or `$connect`. */
  readonly routeKey: string;
  /** The resource id on a REST API (6 characters), or the route key on an HTTP or WebSocket API. */
  readonly resourceId: string;
  /** The resource path: `/pets/{id}`. For the `$default` route it is `$default`. */
  readonly resourcePath: string;
  readonly operationName: string | undefined;
};

export type RoutedFacts = RequestFacts & {
  readonly api: ApiFacts;
  readonly stage: StageFacts;
  readonly route: RouteFacts;
  /**
   * The path below the stage, still percent-encoded. Repeated slashes directly after the stage are collapsed; other
   * repeated slashes and a trailing slash are kept.
   */
  readonly path: string;
  /**
   * The path parameters as each API type delivers them: still percent-encoded on REST APIs, and decoded on HTTP APIs.
   * `null` if the route has no parameters.
   */
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

/** A scalar or structure from an authorizer. REST APIs convert it to text, and HTTP 2.0 keeps its type. */
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
      /** The milliseconds spent in the authorizer function; 0 if its result came from the cache. */
      readonly integrationLatencyMs: number;
      /** The id of the call to the authorizer function; undefined if this request did not call it. */
      readonly requestId?: RequestIdOf | undefined;
    }
  | {
      readonly kind: 'jwt';
      /** The claims as AWS prints them, with arrays as `[a b]` and numbers as digits. */
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

/** The API key with which the request was admitted, if the route requires an API key. */
export type ApiKeyFacts =
  | { readonly id: string; readonly value: string; readonly name?: string | undefined }
  | undefined;
