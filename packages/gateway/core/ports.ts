/** The gateway's interfaces to the outside. Adapters implement these; tests pass virtual ones. */
import type { Identities } from './policy/identities.ts';
import type { VerificationKey } from './policy/token-trust.ts';

/** Wall-clock time for clients, tokens and TTLs: moved by `gatewright clock`. */
export interface Clock {
  nowEpochMs(): number;
  /** Milliseconds since some start, for durations; never moved, never backwards. */
  monotonicMs(): number;
}

/** A clock that `gatewright clock` moves. Timers and socket timeouts stay on the machine's time. */
export interface ShiftableClock extends Clock {
  /**
   * Starts with one Float64: milliseconds to add to the machine's time. Shared with worker threads, so that
   * functions and the embedded DynamoDB move at the same instant.
   */
  readonly offset: SharedArrayBuffer;
  /**
   * Moves from the present time, forward or back. @throws RangeError over a hundred years or for no number.
   */
  shift(ms: number): void;
  reset(): void;
  offsetMs(): number;
  /** Recent offsets: calls that were signed under them may still be under way. */
  formerOffsetsMs(): readonly number[];
}

/** Deadlines. Their time stands still while a debugger pauses a function. */
export interface Deadlines {
  /** Milliseconds since some start, without paused time. */
  nowMs(): number;
  after(ms: number, then: () => void): Deadline;
  /** Aborts like `AbortSignal.timeout`. */
  signal(ms: number): AbortSignal;
}

export type Deadline = { clear(): void };

/** Ids and random numbers; seeded in tests. */
export interface Random {
  /** RFC 9562 version 4. */
  uuid(): string;
  /** `count` lower-case hex digits. */
  hex(count: number): string;
  /** AWS's extended request id: 15 base64 characters and `=`. Also connection and message ids. */
  extendedId(): string;
  /** 0 ≤ x < 1. */
  fraction(): number;
}

export type Invocation = {
  /** Name, not ARN: `food-delivery-dev-listUsers`. */
  readonly functionName: string;
  /** Version or alias from the caller; absent or empty = the function itself. */
  readonly qualifier?: string | undefined;
  /** The event as JSON text. */
  readonly payload: string;
  /** The caller's timeout, from now. The runtime handles the function's own. */
  readonly timeoutMs: number;
  /** `X-Amzn-Trace-Id` of the request, for the function's `_X_AMZN_TRACE_ID`. */
  readonly traceHeader: string;
  /** Options of callers of Lambda's own API; API Gateway sets none. */
  readonly options?: InvokeOptions;
};

export type InvokeOptions = {
  /** JSON text, for the handler's `context.clientContext`. */
  readonly clientContext: string | undefined;
  /** Called for each line that the function prints during the event, in Lambda's text format. */
  readonly onLine: ((line: string) => void) | undefined;
  /** The called version or alias, for the handler's `context`; absent = the function itself. */
  readonly invoked?: InvokedVersion | undefined;
};

/** A version, or an alias with its chosen version. */
export type InvokedVersion = { readonly arn: string; readonly version: string };

/** The function's `awsRequestId`; made on demand, since only access logs use it. */
export type RequestIdOf = () => string;

export type InvocationResult =
  /** The handler returned; `payload` is JSON text (`null` for undefined). */
  | {
      readonly kind: 'returned';
      readonly payload: string;
      readonly requestId?: RequestIdOf;
      /** Start time of the instance in milliseconds, on its first event. */
      readonly initMs?: number;
      readonly executedVersion?: string;
    }
  /** Lambda's FunctionError: thrown, rejected, own timeout, crashed, init failed. `errorMessage` as Lambda words it. */
  | {
      readonly kind: 'failed';
      readonly payload: string;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly requestId?: RequestIdOf;
      /** Present if a version or alias was called. */
      readonly executedVersion?: string;
    }
  /** The caller's `timeoutMs` passed first; the function may still be running. `because`: it has not begun. */
  | { readonly kind: 'timed-out'; readonly because?: string }
  /** Lambda refused the event: no such function, no instance free within bounds, or payload over 6 MB. */
  | {
      readonly kind: 'refused';
      readonly reason: 'not-found' | 'throttled' | 'too-large';
      readonly message: string;
      /** Throttled by the function's reserved concurrency, not by the account's. */
      readonly isReserved?: true;
    };

/** Bytes as they arrive, for one reader. A source that breaks off ends with a `GatewayError`. */
export interface ByteStream extends AsyncIterable<Buffer> {
  /** Stops reading: remaining data is discarded. */
  cancel(): void;
}

export type StreamAnswer<Head> = {
  readonly kind: 'streams';
  readonly head: Head;
  readonly body: ByteStream;
  /** For functions. */
  readonly requestId?: RequestIdOf;
  /** The content type that a function sets; absent = none. */
  readonly contentType?: string | undefined;
};

/** Status and headers of a backend; headers are a flat name, value list in its spelling. */
export type HttpHead = { readonly status: number; readonly headers: readonly string[] };

export type StreamTimes = {
  /** For the whole answer. */
  readonly timeoutMs: number;
  /** Until it starts, and between two parts. */
  readonly idleMs: number;
};

export interface Invoker {
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /**
   * Lambda's InvokeWithResponseStream: resolves with the first bytes. A function that does not stream gives a
   * stream of one part.
   */
  stream(
    invocation: Invocation & StreamTimes,
  ): Promise<StreamAnswer<undefined> | Exclude<InvocationResult, { kind: 'returned' }>>;
  /** Whether events for this name can be delivered, for checking a deployment before it serves. */
  has(functionName: string): boolean;
}

/** Client certificate for backends; both PEM. */
export type ClientKeyPair = { readonly certificate: string; readonly privateKey: string };

/** One call of a backend; only what HTTP/1.1 itself needs is added. */
export type HttpRequest = {
  readonly method: string;
  /** `https://pets.example:8443` */
  readonly origin: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** Flat name, value list. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
  /** For TLS backends that ask for one; absent = none. */
  readonly clientCertificate?: ClientKeyPair | undefined;
  /** The only trusted authority, PEM; absent = the default ones. */
  readonly trusted?: string | undefined;
  /** VPC link whose address replaces the origin. */
  readonly vpcLink: string | undefined;
  /** Service of Cloud Map behind the link, whose instances come before the link's address (`findInstance`). */
  readonly serviceArn?: string | undefined;
  /** Whether a compressed answer (`Content-Encoding: gzip`) is decompressed; its headers stay. */
  readonly unpacks: boolean;
};

export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Flat name, value list, in the backend's spelling. */
      readonly headers: readonly string[];
      readonly body: Buffer;
    }
  | { readonly kind: 'timed-out' }
  /**
   * `address`: no such host, or none given. `network`: refused, reset, TLS. `too-large`: an answer over 10
   * MB. `request`: it cannot be sent.
   */
  | {
      readonly kind: 'unreachable';
      readonly reason: 'address' | 'network' | 'too-large' | 'request';
      readonly message: string;
    };

/** A host that this gateway serves itself; `trusted`: its own authority, if it uses TLS. */
export type LocalOrigin = { readonly origin: string; readonly trusted?: string };

/** Where one call of a discovered service goes. */
export type ChosenInstance =
  | {
      readonly kind: 'instance';
      /** `http://127.0.0.1:5001` */
      readonly origin: string;
      /** After the call. `isReached`: it was connected to, whatever it answered. */
      ended(isReached: boolean): void;
    }
  | { readonly kind: 'none'; readonly message: string };

/**
 * @param arn with the attributes of wanted instances as its query, `…:service/srv-1?stage=beta`
 * @returns undefined for a service that has no instances here
 */
export type FindInstance = (arn: string) => Promise<ChosenInstance | undefined>;

export interface HttpClient {
  /** Never rejects and follows no redirect. */
  send(request: HttpRequest): Promise<HttpOutcome>;
  /** The same, but resolves once all headers have arrived. Nothing is decompressed. */
  stream(
    request: HttpRequest & StreamTimes,
  ): Promise<StreamAnswer<HttpHead> | Exclude<HttpOutcome, { kind: 'answered' }>>;
}

export interface Compressor {
  /** `deflate` is the zlib format, as HTTP means it (RFC 9110 §8.4.1.2). */
  pack(coding: 'gzip' | 'deflate', content: Buffer): Promise<Buffer>;
}

/** One unsigned call of an AWS service. */
export type ServiceRequest = {
  readonly service: string;
  /** `{subdomain}.{service}` of the integration's URI. */
  readonly subdomain: string | undefined;
  readonly region: string;
  /** Set if AWS's host name for the call differs from the service: `sync-states`. */
  readonly hostName?: string;
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
  /** The integration's role; undefined = none. */
  readonly roleArn?: string | undefined;
};

export interface ServiceClient {
  call(request: ServiceRequest): Promise<HttpOutcome>;
}

type KeyLookup =
  | { readonly kind: 'key'; readonly key: VerificationKey }
  /** The issuer answered, but has no key with this id. */
  | { readonly kind: 'unknown' }
  /** The issuer cannot be reached now; `reason` is for the operator. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Public keys of token issuers, by `iss`; only configured issuers are called. */
export interface KeySets {
  /** The key, if at hand; undefined = call `find`. */
  known(issuer: string, keyId: string): VerificationKey | undefined;
  /**
   * Fetches the issuer's key set if that may help. Bounded in time and size, one request per issuer at a
   * time; never rejects.
   */
  find(issuer: string, keyId: string): Promise<KeyLookup>;
}

/** Destination of request lines. `write` must not wait. */
export interface LogSink {
  /** @param isSuccess the line is of a request or message that was answered without error */
  write(line: string, isSuccess?: boolean): void;
}

/**
 * CloudWatch's log groups by name, for the access and execution logs of all kinds of API; here files, since
 * there is no CloudWatch.
 */
export interface LogGroups {
  /** Appends one line; must not wait, and may drop lines if it cannot write. */
  write(group: string, line: string): void;
}

export type Measured = readonly [
  name: string,
  unit: 'Bytes' | 'Count' | 'Milliseconds' | 'Seconds',
  value: number,
];

/** Metrics of one moment. */
export type Measurement = {
  readonly namespace: string;
  readonly epochMs: number;
  /** Names of dimensions: the metrics count once in each set. */
  readonly sets: readonly (readonly string[])[];
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: readonly Measured[];
};

export interface MetricSink {
  /** Takes what one request measured; must not wait. */
  write(measurement: Measurement): void;
}

export interface TraceSink {
  /** Takes one segment document as JSON text; must not wait. */
  send(segment: string): void;
}

export type Ports = {
  readonly clock: Clock;
  readonly random: Random;
  readonly invoker: Invoker;
  readonly http: HttpClient;
  readonly services: ServiceClient;
  readonly compressor: Compressor;
  readonly log: LogSink;
  /**
   * Prefix of the API's lines, with its trailing blank; empty if only one API is served. Undefined = nothing.
   */
  readonly labelOf?: (apiId: string) => string;
  /** Suffix of a request's lines: a link to its explanation. Undefined = nothing. */
  readonly linkOf?: ((requestId: string) => string) | undefined;
  readonly logGroups: LogGroups;
  /** Undefined = no metrics. */
  readonly metrics?: MetricSink | undefined;
  /** Undefined = nothing is traced. */
  readonly traces?: TraceSink | undefined;
  readonly keySets: KeySets;
  readonly identities: Identities;
};
