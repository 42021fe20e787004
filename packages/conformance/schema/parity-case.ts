/** One recorded response of AWS, in the schema of test/parity/README.md. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** A text or a number as text; empty for anything else. */
export function asText(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export type Backend = 'echo' | 'echo-body' | 'httpbin' | 'status' | 'scripted';

export type AwsBackend = {
  readonly service: string;
  readonly respond: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyBase64?: string;
  };
};

export type ApiSetup = {
  readonly stage: string;
  readonly stageProps?: JsonObject;
  readonly restApi?: JsonObject;
  readonly methods?: readonly JsonObject[];
  readonly models?: Readonly<Record<string, JsonObject>>;
  readonly validators?: Readonly<Record<string, JsonObject>>;
  readonly authorizers?: Readonly<Record<string, JsonObject>>;
  readonly gatewayResponses?: readonly JsonObject[];
  readonly apiKeys?: Readonly<Record<string, JsonObject>>;
  readonly usagePlans?: Readonly<Record<string, JsonObject>>;
  readonly canaryDeployment?: { readonly methods: readonly JsonObject[] };
  readonly httpApi?: JsonObject;
  readonly routes?: readonly JsonObject[];
  readonly functions?: Readonly<Record<string, string>>;
  readonly functionProps?: Readonly<Record<string, JsonObject>>;
  readonly backend?: Backend;
  readonly awsBackend?: AwsBackend;
  readonly analogue?: string;
  /** Further stages of HTTP and WebSocket APIs, each with its StageName. */
  readonly moreStages?: readonly JsonObject[];
  readonly domains?: readonly Domain[];
  /** Tokens of the runner's own issuer, which is `${issuer}`, by the name of `${token:name}`. */
  readonly tokens?: Readonly<Record<string, TokenSetup>>;
  /** Additional identities that may sign besides the runner itself: IAM policy documents by name. */
  readonly identities?: Readonly<Record<string, readonly JsonObject[]>>;
  /** Functions that API Gateway may not invoke. */
  readonly withoutPermission?: readonly string[];
  /** `Format` of the stage's access log. */
  readonly accessLog?: string;
  /** REST APIs: the web ACL in front of the stage. */
  readonly waf?: WafSetup;
  /** REST APIs: properties of AWS::CloudWatch::Alarm that override those in `alarm-case.ts`. */
  readonly alarm?: JsonObject;
  /** Requests go to it instead of the API. */
  readonly cloudfront?: CloudFrontSetup;
};

export type CloudFrontSetup = {
  readonly of: 'api' | 'backend';
  /** Members of DistributionConfig, of its default cache behavior and of its origin. */
  readonly distribution?: JsonObject;
  readonly behavior?: JsonObject;
  readonly origin?: JsonObject;
  /** A cache policy: members of ParametersInCacheKeyAndForwardedToOrigin, and TTLs. */
  readonly key?: JsonObject;
  readonly ttls?: JsonObject;
  /** Members of an origin request policy and of a response headers policy. */
  readonly request?: JsonObject;
  readonly response?: JsonObject;
};

export type WafSetup = {
  /** Properties of AWS::WAFv2::WebACL; rules need a Statement only. */
  readonly webAcl: JsonObject;
  /** Addresses, patterns, and properties of AWS::WAFv2::RuleGroup, by the name of `${waf:name}`. */
  readonly ipSets?: Readonly<Record<string, readonly string[]>>;
  readonly patternSets?: Readonly<Record<string, readonly string[]>>;
  readonly ruleGroups?: Readonly<Record<string, JsonObject>>;
};

type Domain = {
  readonly name: string;
  /** Clients need a certificate of the runner's own authority; the gateway is started with TLS. */
  readonly mutualTls?: boolean;
  /** `stage` absent means the stage of the case. */
  readonly mappings: readonly { readonly key?: string; readonly stage?: string }[];
};

/** Times in seconds from now; negative values are in the past. */
export type TokenSetup = {
  /** Claims in addition to `iss` and `exp`; null removes one of those. */
  readonly claims?: JsonObject;
  readonly expiresIn?: number;
  readonly notBefore?: number;
  readonly issuedAt?: number;
  /** Members of the header, overriding the defaults. */
  readonly header?: JsonObject;
  /** `unknown`: signed with a key that the issuer does not publish. `none`: not signed. */
  readonly signedBy?: 'issuer' | 'unknown' | 'none';
};

/** Several values of a name are sent as separate headers. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

export type Signing = {
  /** One of `identities`, `runner`, who may do everything, or `stranger`, an unknown signer. */
  readonly as: string;
  readonly service?: string;
  readonly region?: string;
};

/** The expected response to a call to `@connections`. */
type Answer = Pick<Expectation, 'status' | 'headers' | 'body' | 'bodySubset'>;

/** One step of a WebSocket script; `on` absent = the first connection. */
export type FrameStep = {
  readonly on?: string;
  readonly send?: string;
  /** A binary frame. */
  readonly sendBase64?: string;
  /** One message, split into that many frames. */
  readonly sendFragments?: readonly string[];
  readonly ping?: string;
  /** Milliseconds. */
  readonly wait?: number;
  /** Moves the gateway's clock. */
  readonly advanceMs?: number;
  /** Waits until that many frames have arrived. */
  readonly frames?: number;
  readonly connect?: string;
  /** Headers of this step's handshake; absent means the request's headers. */
  readonly query?: string;
  readonly headers?: Headers;
  readonly subprotocols?: readonly string[];
  /** Headers of the handshake's response. */
  readonly accepted?: JsonObject;
  /** The expected response to the handshake. */
  readonly refused?: Answer;
  readonly close?: string;
  /** The server must close this connection, with `code` and `reason` if they are given. */
  readonly closed?: string;
  readonly code?: number;
  readonly reason?: string;
  /**
   * A call to `@connections/{id}`, signed by the runner unless `sign` says otherwise; null means not signed.
   */
  readonly manage?: 'POST' | 'GET' | 'DELETE';
  /** The call is made again, so often in all, until its response has the expected status. */
  readonly atMost?: number;
  /** The client reads nothing more. */
  readonly pause?: boolean;
  readonly connectionId?: string;
  readonly body?: string;
  readonly sign?: Signing | null;
  readonly answer?: Answer;
};

export type CaseRequest = {
  readonly method: string | null;
  readonly path: string | null;
  readonly query?: string;
  readonly headers?: Headers;
  readonly sign?: Signing;
  /** Sent over TLS to a custom domain, with this client certificate. */
  readonly certificate?: 'trusted' | 'stranger' | 'none';
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly rawUrlPath?: string;
  readonly mode?: 'test-invoke' | 'describe-gateway-responses' | 'deploy' | 'alarm';
  /** Mode `alarm`: one per period, the newest last: `0` within the threshold, `X` beyond it, a number, `-` missing. */
  readonly datapoints?: string;
  /** Mode `alarm`: the state before. */
  readonly state?: string;
  readonly resource?: string;
  readonly frames?: readonly FrameStep[];
};

export type Expectation = {
  readonly status?: number;
  readonly headers?: JsonObject;
  readonly headersExact?: JsonObject;
  readonly body?: Json;
  /** Emphasis only: a string body is compared exactly anyway. */
  readonly bodyExact?: boolean;
  readonly bodySubset?: boolean;
  readonly bodyContains?: string;
  readonly bodyBase64?: string;
  readonly event?: Json;
  readonly backend?: JsonObject;
  readonly awsRequest?: JsonObject;
  readonly gatewayResponses?: JsonObject;
  readonly deployError?: string;
  /** Mode `alarm`: the state after. */
  readonly alarmState?: string;
  readonly frames?: readonly Json[];
  readonly distinctConnectionIds?: Json;
  /** The connection ends without a response. */
  readonly unanswered?: boolean;
  /** Values of a header in order, each sent as a separate header; names are case-insensitive. */
  readonly headerLists?: Readonly<Record<string, readonly string[]>>;
  /** How often each function was invoked since the case began. */
  readonly calls?: Readonly<Record<string, number>>;
  /** Keys are functions: a subset of its last event, or a list of subsets of all its events. */
  readonly events?: Readonly<Record<string, Json>>;
  /** All lines of the access log: text, or what it is as JSON. */
  readonly accessLog?: readonly Json[];
};

/** One of several requests in a row, at the same gateway. */
export type Step = {
  /** Moves the gateway's clock before the request. */
  readonly advanceMs?: number;
  /** How often the request is sent; absent means once. */
  readonly times?: number;
  readonly request: CaseRequest;
  readonly expect: Expectation;
};

export type ParityCase = {
  readonly id: string;
  readonly source: JsonObject;
  readonly area: string;
  readonly api: 'rest' | 'http' | 'websocket';
  readonly setup: ApiSetup;
  readonly request: CaseRequest;
  readonly expect: Expectation;
  /** The requests that follow the first one. */
  readonly then?: readonly Step[];
  readonly note?: string;
};

/** The requests of a case in their order. */
export function stepsOf({ request, expect, then = [] }: ParityCase): readonly Step[] {
  const repeated = then.flatMap((step) => Array.from({ length: step.times ?? 1 }, () => step));
  return [{ request, expect }, ...repeated];
}
