/**
 * The request facts that event builders use. `Exchange` satisfies these types by shape; builders never see
 * the exchange, so they stay pure and serve WebSocket and test-invoke, too.
 */

import type { CompiledPolicy } from '../policy/model.ts';
import type { RequestIdOf } from '../ports.ts';
import type { HeaderList } from './header-list.ts';

/** A body under `Content-Encoding`, as sent; `fault`: why it could not be decompressed. */
export type PackedBody = {
  readonly sent: Buffer;
  readonly fault: 'unsupported' | 'too-large' | undefined;
};

export type RequestFacts = {
  /** Upper-case verb as received. */
  readonly method: string;
  /** Path with stage exactly as on the wire, without query: `/dev//pets/a%20b/`. */
  readonly rawPath: string;
  /** Text after `?`, still encoded; empty when there is none. */
  readonly rawQuery: string;
  readonly headers: HeaderList;
  /** Decompressed. */
  readonly body: Buffer | undefined;
  /** Undefined if it was not compressed. */
  readonly packed?: PackedBody | undefined;
  /** The peer's address without IPv6 mapping: `127.0.0.1`. */
  readonly sourceIp: string;
  /** Client certificate that a domain with mutual TLS has accepted. */
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

/** As in events and `$context.identity.clientCert` (docs/aws §10.7). */
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
  /** ARN of the web ACL; undefined where the screen has none. */
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
  /** Base path of a custom domain, `(none)` for its root; undefined = the request came to the default endpoint. */
  readonly basePathMatched?: string | undefined;
  /** The matching routing rule of a custom domain. */
  readonly routingRuleId?: string | undefined;
  /** Set for the URL of a function in place of an API. */
  readonly functionUrl?: FunctionUrlFacts | undefined;
  /** The request came to a custom domain of private APIs. */
  readonly privateDomain?: PrivateDomain | undefined;
};

export type FunctionUrlFacts = {
  /** With the alias, if the URL belongs to one. */
  readonly functionArn: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  /** Permissions that a caller needs; empty = public. */
  readonly actions: readonly string[];
  /** The function's present policy; undefined = it has none. */
  readonly policy: () => CompiledPolicy | undefined;
};

/** Checks on a private custom domain before the API's policy (docs/aws §10.6). */
export type PrivateDomain = {
  readonly name: string;
  /** `arn:aws:execute-api:{region}:{account}:/domainnames/{name}+{id}` */
  readonly arn: string;
  /** Undefined: it has none, so every request is denied. */
  readonly policy: CompiledPolicy | undefined;
  /** The VPC endpoint of its callers; undefined if none is associated with it. */
  readonly vpcEndpoint: string | undefined;
  readonly vpcEndpoints: ReadonlyMap<string, string>;
};

export type StageFacts = {
  readonly name: string;
  readonly deploymentId: string;
  /** `null` when the stage declares none: REST events then say `null`, HTTP 2.0 omits the key. */
  readonly variables: Readonly<Record<string, string>> | null;
  /** Whether this is the stage's canary release; undefined if the stage has none. */
  readonly isCanary?: boolean | undefined;
  /** The stage's certificate for HTTPS backends; both PEM. */
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
  /** Path below the stage, still encoded, doubled slashes after the stage collapsed, trailing slash kept. */
  readonly path: string;
  /** As each API delivers them: REST still encoded, HTTP decoded. `null` when the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

/** A scalar or structure from an authorizer. REST makes text of it, HTTP 2.0 keeps the type. */
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
      /** Milliseconds spent in the authorizer function; 0 when its answer came from the cache. */
      readonly integrationLatencyMs: number;
      /** Id of the authorizer function's call, if this request made one. */
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
