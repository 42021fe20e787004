/**
 * What event builders need to know of a request. `Exchange` satisfies these by shape; builders never see
 * the exchange itself, so they stay pure and reusable for WebSocket and test-invoke.
 */

import type { CompiledPolicy } from '../policy/model.ts';
import type { RequestIdOf } from '../ports.ts';
import type { HeaderList } from './header-list.ts';

/** A body under `Content-Encoding`, as it was sent; `fault`: why it could not be unpacked. */
export type PackedBody = {
  readonly sent: Buffer;
  readonly fault: 'unsupported' | 'too-large' | undefined;
};

/** What arrived, before any route is known. */
export type RequestFacts = {
  /** Upper-case verb as received. */
  readonly method: string;
  /** Path with stage exactly as on the wire, without query: `/dev//pets/a%20b/`. */
  readonly rawPath: string;
  /** Text after `?`, still encoded; empty when there is none. */
  readonly rawQuery: string;
  readonly headers: HeaderList;
  /** Unpacked, where it came packed. */
  readonly body: Buffer | undefined;
  /** Undefined where it came as it is. */
  readonly packed?: PackedBody | undefined;
  /** The peer's address without IPv6 mapping: `127.0.0.1`. */
  readonly sourceIp: string;
  /** Of a client that a domain with mutual TLS has let in. */
  readonly clientCertificate?: ClientCertificateFacts | undefined;
  /** `HTTP/1.1` */
  readonly protocol: string;
  /** UUID on REST; on HTTP and WebSocket APIs the same as `extendedRequestId`. */
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** `Root=1-…;Parent=…;Sampled=0`: what functions and integrations see. */
  readonly traceHeader: string;
  /** Wall-clock (virtual) arrival. */
  readonly receivedAtEpochMs: number;
};

/** As events have it, and `$context.identity.clientCert` (docs/aws §10.7). */
export type ClientCertificateFacts = {
  readonly clientCertPem: string;
  readonly subjectDN: string;
  readonly issuerDN: string;
  /** Pairs of hexadecimal digits, with colons. */
  readonly serialNumber: string;
  /** `Nov 21 08:00:00 2026 GMT` */
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
};

/** The API and stage that serve it. */
export type ApiFacts = {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  /** `{apiId}.execute-api.{region}.amazonaws.com` or the custom domain. */
  readonly domainName: string;
  /** `EDGE`, `REGIONAL` or `PRIVATE`; absent where nobody has asked. */
  readonly endpointType?: string | undefined;
  /** Base path of a custom domain, `(none)` for its root; undefined = the request came to the default endpoint. */
  readonly basePathMatched?: string | undefined;
  /** The routing rule of a custom domain that has matched. */
  readonly routingRuleId?: string | undefined;
  /** It is no API but the URL of a function. */
  readonly functionUrl?: FunctionUrlFacts | undefined;
  /** The request came to a custom domain of private APIs. */
  readonly privateDomain?: PrivateDomain | undefined;
};

export type FunctionUrlFacts = {
  /** With the alias, where the URL is one's. */
  readonly functionArn: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  /** What a caller needs; empty = nobody is asked. */
  readonly actions: readonly string[];
  /** The function's own policy as it is now; undefined = it has none. */
  readonly policy: () => CompiledPolicy | undefined;
};

/** What a request to a private custom domain must pass before the policy of the API is asked (docs/aws §10.6). */
export type PrivateDomain = {
  readonly name: string;
  /** `arn:aws:execute-api:{region}:{account}:/domainnames/{name}+{id}` */
  readonly arn: string;
  /** Undefined: it has none, so nobody gets in. */
  readonly policy: CompiledPolicy | undefined;
  /** The VPC endpoint that its callers come through; undefined where none is associated with it. */
  readonly vpcEndpoint: string | undefined;
  /** The VPC of each endpoint that is known. */
  readonly vpcEndpoints: ReadonlyMap<string, string>;
};

export type StageFacts = {
  readonly name: string;
  readonly deploymentId: string;
  /** `null` when the stage declares none: REST events then say `null`, HTTP 2.0 omits the key. */
  readonly variables: Readonly<Record<string, string>> | null;
  /** Whether this is the stage's canary release; undefined where the stage has none. */
  readonly isCanary?: boolean | undefined;
  /** By which HTTPS backends know the stage; PEM, both. */
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

/** A request whose route is known. */
export type RoutedFacts = RequestFacts & {
  readonly api: ApiFacts;
  readonly stage: StageFacts;
  readonly route: RouteFacts;
  /** Path below the stage, still encoded, doubled slashes after the stage collapsed, trailing slash kept. */
  readonly path: string;
  /** As each API delivers them: REST still encoded, HTTP decoded. `null` when the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

/** A scalar or structure an authorizer handed on. REST makes text of it, HTTP 2.0 keeps the type. */
export type ContextValue =
  string | number | boolean | null | readonly ContextValue[] | { readonly [key: string]: ContextValue };

/** Who calls, as far as events tell the function. */
export type CallerFacts =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'lambda';
      readonly principalId: string | undefined;
      readonly context: Readonly<Record<string, ContextValue>>;
      /** Milliseconds spent in the authorizer function; 0 when its answer came from the cache. */
      readonly integrationLatencyMs: number;
      /** Of the authorizer function, where it was asked for this request. */
      readonly requestId?: RequestIdOf | undefined;
    }
  | {
      readonly kind: 'jwt';
      /** Every claim as AWS prints it: arrays `[a b]`, numbers as digits. */
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

/** The API key that admitted the request, where the route needs one. */
export type ApiKeyFacts = { readonly id: string; readonly value: string } | undefined;
