/** Types of a parity case, which is one recorded response of AWS, as CASES.md describes it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Returns a string or number as a string; an empty string for anything else. */
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
  /** Tokens that the runner's own issuer `${issuer}` signs; `${token:name}` refers to a token by its name. */
  readonly tokens?: Readonly<Record<string, TokenSetup>>;
  /** IAM policy documents by identity. These identities may sign requests in addition to the runner. */
  readonly identities?: Readonly<Record<string, readonly JsonObject[]>>;
  /** Functions that API Gateway is not allowed to invoke. */
  readonly withoutPermission?: readonly string[];
  /** `Format` of the stage's access log. */
  readonly accessLog?: string;
  /** Only for REST APIs: the web ACL in front of the stage. */
  readonly waf?: WafSetup;
  /** Only for REST APIs: properties of AWS::CloudWatch::Alarm that override the properties in `alarm-case.ts`. */
  readonly alarm?: JsonObject;
  /** A CloudFront distribution that gets the requests instead of the API. */
  readonly cloudfront?: CloudFrontSetup;
};

export type CloudFrontSetup = {
  readonly of: 'api' | 'backend';
  /**
   * Members of DistributionConfig; `behavior` and `origin` are members of its default cache behavior and its origin.
   */
  readonly distribution?: JsonObject;
  readonly behavior?: JsonObject;
  readonly origin?: JsonObject;
  /** Members of the cache policy's ParametersInCacheKeyAndForwardedToOrigin; `ttls` are its TTLs. */
  readonly key?: JsonObject;
  readonly ttls?: JsonObject;
  /** Members of an origin request policy. The member below contains the members of a response headers policy. */
  readonly request?: JsonObject;
  readonly response?: JsonObject;
};

export type WafSetup = {
  /** Properties of AWS::WAFv2::WebACL. Rules only need a Statement. */
  readonly webAcl: JsonObject;
  /**
   * `ipSets` and `patternSets` contain addresses and patterns; `ruleGroups` contains properties of
   * AWS::WAFv2::RuleGroup. Rules refer to an entry as `${waf:name}`.
   */
  readonly ipSets?: Readonly<Record<string, readonly string[]>>;
  readonly patternSets?: Readonly<Record<string, readonly string[]>>;
  readonly ruleGroups?: Readonly<Record<string, JsonObject>>;
};

type Domain = {
  readonly name: string;
  /** Clients need a certificate from the runner's own authority. The gateway is started with TLS. */
  readonly mutualTls?: boolean;
  /** Mappings of the domain to stages. A mapping without `stage` uses the stage of the case. */
  readonly mappings: readonly { readonly key?: string; readonly stage?: string }[];
};

/** A token to sign. Times are in seconds from now; negative values are in the past. */
export type TokenSetup = {
  /** Claims in addition to `iss` and `exp`; null removes `iss` or `exp`. */
  readonly claims?: JsonObject;
  readonly expiresIn?: number;
  readonly notBefore?: number;
  readonly issuedAt?: number;
  /** Members of the token's header, which override the defaults. */
  readonly header?: JsonObject;
  /** `unknown`: signed with a key that the issuer does not publish. `none`: not signed. */
  readonly signedBy?: 'issuer' | 'unknown' | 'none';
};

/** If a name has several values, each is sent as a separate header. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

export type Signing = {
  /** The signer: a name in `identities`, `runner` (which may do everything) or `stranger` (an unknown signer). */
  readonly as: string;
  readonly service?: string;
  readonly region?: string;
};

/** The expected response to a call to `@connections`. */
type Answer = Pick<Expectation, 'status' | 'headers' | 'body' | 'bodySubset'>;

/** One step of a WebSocket script. A step without `on` uses the first connection. */
export type FrameStep = {
  readonly on?: string;
  readonly send?: string;
  /** Sends this data as a binary frame. */
  readonly sendBase64?: string;
  /** Sends one message that is split into these frames. */
  readonly sendFragments?: readonly string[];
  readonly ping?: string;
  /** Waits this many milliseconds. */
  readonly wait?: number;
  /** Moves the gateway's clock by this many milliseconds. */
  readonly advanceMs?: number;
  /** Waits until this many frames have arrived. */
  readonly frames?: number;
  readonly connect?: string;
  /**
   * Query of this step's handshake; `headers` are the handshake's headers. If either is absent, the query or headers of
   * the request are used.
   */
  readonly query?: string;
  readonly headers?: Headers;
  readonly subprotocols?: readonly string[];
  /** Expected headers of the response to the handshake. */
  readonly accepted?: JsonObject;
  /** The expected response to a handshake that is refused. */
  readonly refused?: Answer;
  readonly close?: string;
  /** The server must close this connection, with `code` and `reason` if they are given. */
  readonly closed?: string;
  readonly code?: number;
  readonly reason?: string;
  /**
   * Makes a call to `@connections/{id}`. The runner signs the call unless `sign` names another signer; if `sign` is
   * null, the call is not signed.
   */
  readonly manage?: 'POST' | 'GET' | 'DELETE';
  /** Maximum number of calls. The call is repeated until its response has the expected status. */
  readonly atMost?: number;
  /** The client stops reading. */
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
  /** The request is sent over TLS to a custom domain, with this client certificate. */
  readonly certificate?: 'trusted' | 'stranger' | 'none';
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly rawUrlPath?: string;
  readonly mode?: 'test-invoke' | 'describe-gateway-responses' | 'deploy' | 'alarm';
  /**
   * Only in mode `alarm`: one data point for each period, the newest last. `0` is within the threshold, `X` is beyond
   * it, any other number is the value itself, and `-` is missing.
   */
  readonly datapoints?: string;
  /** Only in mode `alarm`: the alarm's state before the evaluation. */
  readonly state?: string;
  readonly resource?: string;
  readonly frames?: readonly FrameStep[];
};

export type Expectation = {
  readonly status?: number;
  readonly headers?: JsonObject;
  readonly headersExact?: JsonObject;
  readonly body?: Json;
  /** Has no effect, because a string body is always compared exactly. It only adds emphasis. */
  readonly bodyExact?: boolean;
  readonly bodySubset?: boolean;
  readonly bodyContains?: string;
  readonly bodyBase64?: string;
  readonly event?: Json;
  readonly backend?: JsonObject;
  readonly awsRequest?: JsonObject;
  readonly gatewayResponses?: JsonObject;
  readonly deployError?: string;
  /** Only in mode `alarm`: the alarm's state after the evaluation. */
  readonly alarmState?: string;
  readonly frames?: readonly Json[];
  readonly distinctConnectionIds?: Json;
  /** True if the connection must end without a response. */
  readonly unanswered?: boolean;
  /** Values of a header in order, each of them a separate header. Names are case-insensitive. */
  readonly headerLists?: Readonly<Record<string, readonly string[]>>;
  /** How often each function was invoked since the case began. */
  readonly calls?: Readonly<Record<string, number>>;
  /** Keys are functions. A value is a subset of the function's last event, or a list of subsets of all its events. */
  readonly events?: Readonly<Record<string, Json>>;
  /** All lines of the access log: each is a string, or the JSON that the line contains. */
  readonly accessLog?: readonly Json[];
};

/** One of several consecutive requests to the same gateway. */
export type Step = {
  /** Moves the gateway's clock by this many milliseconds before the request. */
  readonly advanceMs?: number;
  /** How often the request is sent; the default is once. */
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

/** Returns the requests of a case in order. */
export function stepsOf({ request, expect, then = [] }: ParityCase): readonly Step[] {
  const repeated = then.flatMap((step) => Array.from({ length: step.times ?? 1 }, () => step));
  return [{ request, expect }, ...repeated];
}
