/**
 * The gateway's interfaces to the outside. Adapters implement these interfaces, and tests pass virtual implementations.
 */
import type { RoleRefusal } from './policy/role-refusal.ts';
import type { Identities } from './policy/identities.ts';
import type { VerificationKey } from './policy/token-trust.ts';

/** The wall clock for clients, tokens and TTLs. `gatewright clock` can change its time. */
export interface Clock {
  nowEpochMs(): number;
  /**
   * Returns milliseconds since an arbitrary start, for measuring durations. `gatewright clock` does not change this
   * time, and it never runs backwards.
   */
  monotonicMs(): number;
}

/** A clock that `gatewright clock` can change. Timers and socket timeouts still use the machine's time. */
export interface ShiftableClock extends Clock {
  /**
   * The first Float64 of the buffer contains the milliseconds to add to the machine's time. The buffer is shared with
   * worker threads, so that the clocks of functions and of the embedded DynamoDB change at the same instant.
   */
  readonly offset: SharedArrayBuffer;
  /**
   * Moves the clock from its current time, forward or back.
   * @throws RangeError if the clock would then differ from the machine's time by more than a hundred years, or for NaN.
   */
  shift(ms: number): void;
  reset(): void;
  offsetMs(): number;
  /**
   * Returns recent offsets of the clock. A call that was signed while one of these offsets applied may still be in
   * progress.
   */
  formerOffsetsMs(): readonly number[];
}

/** Deadlines whose time stops while a debugger pauses a function. */
export interface Deadlines {
  /** Returns milliseconds since an arbitrary start, without the paused time. */
  nowMs(): number;
  after(ms: number, then: () => void): Deadline;
  /** Returns a signal that aborts after `ms`, like `AbortSignal.timeout`. The paused time does not count. */
  signal(ms: number): AbortSignal;
}

export type Deadline = { clear(): void };

/** The source of ids and random numbers, which is seeded in tests. */
export interface Random {
  /** Returns a UUID of version 4 (RFC 9562). */
  uuid(): string;
  /** Returns `count` random lower-case hex digits. */
  hex(count: number): string;
  /**
   * Returns AWS's extended request id: 15 base64 characters and `=`. Connection ids and message ids have the same form.
   */
  extendedId(): string;
  /** Returns a number x with 0 ≤ x < 1. */
  fraction(): number;
}

export type Invocation = {
  /** The name, not the ARN: `food-delivery-dev-listUsers`. */
  readonly functionName: string;
  /** The version or alias that the caller gave; absent or empty means the function itself. */
  readonly qualifier?: string | undefined;
  /** The event as JSON text. */
  readonly payload: string;
  /** The caller's timeout, counted from the call. The runtime enforces the function's own timeout. */
  readonly timeoutMs: number;
  /** The request's `X-Amzn-Trace-Id`, for the function's `_X_AMZN_TRACE_ID`. */
  readonly traceHeader: string;
  /** The options for callers of Lambda's own API; API Gateway does not set them. */
  readonly options?: InvokeOptions;
  /** The role with which API Gateway invokes the function; absent if the function's own policy decides. */
  readonly roleArn?: string | undefined;
  /** The service that assumes the role; absent means API Gateway. */
  readonly assumedBy?: string;
};

export type InvokeOptions = {
  /** The client context as JSON text, which the handler receives as `context.clientContext`. */
  readonly clientContext: string | undefined;
  /** Called for each line that the function prints during the event, in Lambda's text format. */
  readonly onLine: ((line: string) => void) | undefined;
  /** The called version or alias, for the handler's `context`; absent means the function itself. */
  readonly invoked?: InvokedVersion | undefined;
};

/** A version that was called. If an alias was called, `version` is the version to which the alias routed the call. */
export type InvokedVersion = { readonly arn: string; readonly version: string };

/** Returns the function's `awsRequestId`. It is created on demand, because only access logs use it. */
export type RequestIdOf = () => string;

/** `pending`: the handler's promise never settled. `ignored`: it returned a value without a promise or a callback. */
export type NullBy = 'pending' | 'ignored';

export type InvocationResult =
  /** The handler returned a result. `payload` is the result as JSON text (`null` for undefined). */
  | {
      readonly kind: 'returned';
      readonly payload: string;
      readonly requestId?: RequestIdOf;
      /**
       * The time that the instance needed to start, in milliseconds. It is present only for the instance's first event.
       */
      readonly initMs?: number;
      readonly executedVersion?: string;
      /** The reason why Lambda's result is `null`; absent if the handler itself returned the result. */
      readonly nullBy?: NullBy;
    }
  /**
   * Lambda's FunctionError: the handler threw or rejected, the function's own timeout passed, the instance crashed, or
   * its init failed. `errorMessage` has Lambda's wording.
   */
  | {
      readonly kind: 'failed';
      readonly payload: string;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly requestId?: RequestIdOf;
      /** The executed version, present if a version or alias was called. */
      readonly executedVersion?: string;
    }
  /**
   * The caller's `timeoutMs` passed before the function returned, and the function may still be running. `because` is
   * the reason why it has not started yet.
   */
  | {
      readonly kind: 'timed-out';
      readonly because?: string;
      /** Present if the event waited for an instance, or was the first event of an instance. */
      readonly isColdStart?: true;
      /** How long the instance took to start; absent if it had not started yet. */
      readonly initMs?: number;
    }
  /**
   * The call was not sent to Lambda, because API Gateway cannot assume the role of the call, or because the role does
   * not allow the call.
   */
  | {
      readonly kind: 'refused';
      readonly reason: 'role';
      readonly message: string;
      readonly role: RoleRefusal;
    }
  /**
   * Lambda did not accept the event. Either the function does not exist, or the concurrency limits leave no free
   * instance, or the payload is larger than 6 MB, or the function's own events have invoked it too often in a row.
   */
  | {
      readonly kind: 'refused';
      readonly reason: 'not-found' | 'throttled' | 'too-large' | 'recursive';
      readonly message: string;
      /** Present if the function is defined but cannot run as it is defined; the message contains the reason. */
      readonly isUnrunnable?: true;
      /**
       * Present if the event was throttled by the function's reserved concurrency instead of the account's concurrency.
       */
      readonly isReserved?: true;
      /** Present if 0 executions are reserved for the function, so that no retry can succeed. */
      readonly isTurnedOff?: true;
    };

/**
 * A stream of bytes, which can be read only once. If the source breaks off, the iteration ends with a `GatewayError`.
 */
export interface ByteStream extends AsyncIterable<Buffer> {
  /** Stops reading and discards the remaining data. */
  cancel(): void;
}

export type StreamAnswer<Head> = {
  readonly kind: 'streams';
  readonly head: Head;
  readonly body: ByteStream;
  /** Creates the request id that is passed to the function. */
  readonly requestId?: RequestIdOf;
  /** The content type that a function sets; absent means none. */
  readonly contentType?: string | undefined;
};

/** Status and headers from a backend. Headers are a flat list of names and values in the backend's spelling. */
export type HttpHead = { readonly status: number; readonly headers: readonly string[] };

export type StreamTimes = {
  /** The timeout for the whole response. */
  readonly timeoutMs: number;
  /** The maximum time in milliseconds until the response starts, and between any two parts of the response. */
  readonly idleMs: number;
};

export interface Invoker {
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /**
   * Calls Lambda's InvokeWithResponseStream. Resolves when the first bytes arrive. For a function that does not stream,
   * the stream has one part.
   */
  stream(
    invocation: Invocation & StreamTimes,
  ): Promise<StreamAnswer<undefined> | Exclude<InvocationResult, { kind: 'returned' }>>;
  /**
   * Calls Lambda's Invoke with the invocation type Event. Resolves as soon as Lambda has put the event into its queue,
   * which is before the function runs, or with Lambda's refusal.
   */
  queue(
    invocation: Omit<Invocation, 'timeoutMs'>,
  ): Promise<{ readonly kind: 'queued' } | Extract<InvocationResult, { kind: 'refused' }>>;
  /**
   * Whether the function exists, so that events for it can be delivered. Every deployment is checked with this method
   * before it is served.
   */
  has(functionName: string): boolean;
}

/** The client certificate for backends; both members are PEM. */
export type ClientKeyPair = { readonly certificate: string; readonly privateKey: string };

/** A call to a backend. Only headers that HTTP/1.1 itself requires are added. */
export type HttpRequest = {
  readonly method: string;
  /** For example `https://pets.example:8443`. */
  readonly origin: string;
  /** The path and query as they are sent. */
  readonly target: string;
  /** A flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
  /** The client certificate for TLS backends that request one; absent means none. */
  readonly clientCertificate?: ClientKeyPair | undefined;
  /** The only trusted certificate authority, in PEM; absent means the default authorities. */
  readonly trusted?: string | undefined;
  /** The VPC link whose address replaces the origin. */
  readonly vpcLink: string | undefined;
  /**
   * The Cloud Map service behind the VPC link. The call goes to one of the service's instances (`findInstance`), or to
   * the link's address if the service has none.
   */
  readonly serviceArn?: string | undefined;
  /**
   * Whether a compressed response (`Content-Encoding: gzip`) is decompressed. The headers of the response are not
   * changed.
   */
  readonly unpacks: boolean;
};

export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** A flat list of names and values, in the backend's spelling. */
      readonly headers: readonly string[];
      readonly body: Buffer;
      /** Whether the body was decompressed, so that the `Content-Encoding` in `headers` no longer applies. */
      readonly isUnpacked?: boolean;
    }
  | { readonly kind: 'timed-out' }
  /**
   * The failure of a request. `address` means that the host does not exist or that no host was given. `network` means
   * that the connection was refused or reset, or that TLS failed. `too-large` means that the response is larger than 10
   * MB. `request` means that the request cannot be sent. `unserved` means that the gateway emulates no service for this
   * call to AWS.
   */
  | {
      readonly kind: 'unreachable';
      readonly reason: 'address' | 'network' | 'too-large' | 'request' | 'unserved';
      readonly message: string;
      /**
       * Present if a server responded, but TLS was not established: its certificate is not trusted, or the server does
       * not use TLS.
       */
      readonly isTls?: true;
    }
  /** API Gateway cannot assume the role of the call. */
  | {
      readonly kind: 'unreachable';
      readonly reason: 'role';
      readonly message: string;
      readonly role: RoleRefusal;
    };

/**
 * The local address of a host that this gateway serves itself. `trusted` is the gateway's own certificate authority, if
 * the gateway uses TLS.
 */
export type LocalOrigin = { readonly origin: string; readonly trusted?: string };

/** The instance of a Cloud Map service to which one call is sent. */
export type ChosenInstance =
  | {
      readonly kind: 'instance';
      /** For example `http://127.0.0.1:5001`. */
      readonly origin: string;
      /**
       * Must be called after the call to the service. `isReached` is true if a connection was established, whatever the
       * response.
       */
      ended(isReached: boolean): void;
    }
  | { readonly kind: 'none'; readonly message: string };

/**
 * Chooses an instance of a Cloud Map service for one call.
 * @param arn the ARN of the service. If only instances with certain attributes may be used, the ARN ends with these
 * attributes as a query: `…:service/srv-1?stage=beta`
 * @returns undefined if this gateway knows no instances of the service
 */
export type FindInstance = (arn: string) => Promise<ChosenInstance | undefined>;

export interface HttpClient {
  /** Sends a request. Never rejects, and does not follow redirects. */
  send(request: HttpRequest): Promise<HttpOutcome>;
  /** Sends a request like `send`, but resolves once all headers have arrived. Nothing is decompressed. */
  stream(
    request: HttpRequest & StreamTimes,
  ): Promise<StreamAnswer<HttpHead> | Exclude<HttpOutcome, { kind: 'answered' }>>;
}

export interface Compressor {
  /** Compresses a body. `deflate` means the zlib format, as HTTP defines it (RFC 9110 §8.4.1.2). */
  pack(coding: 'gzip' | 'deflate', content: Buffer): Promise<Buffer>;
}

/** One call to an AWS service before it is signed. */
export type ServiceRequest = {
  readonly service: string;
  /** The subdomain in the `{subdomain}.{service}` of the integration's URI. */
  readonly subdomain: string | undefined;
  readonly region: string;
  /** The first part of AWS's host name for the call, such as `sync-states`; absent if it is the name of the service. */
  readonly hostName?: string;
  readonly method: string;
  readonly path: string;
  /** The query without the question mark. */
  readonly query: string;
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
  /** The integration's role; undefined means none. */
  readonly roleArn?: string | undefined;
  /** The service that assumes the role; absent means API Gateway. */
  readonly assumedBy?: string;
};

export interface ServiceClient {
  /**
   * @param traceHeader the trace header of the request that the call belongs to; absent if `headers` already contains
   *   it
   */
  call(request: ServiceRequest, traceHeader?: string): Promise<HttpOutcome>;
}

type KeyLookup =
  | { readonly kind: 'key'; readonly key: VerificationKey }
  /** The issuer responded, but has no key with this id. */
  | { readonly kind: 'unknown' }
  /** The issuer cannot be reached now; `reason` is for the operator. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** The public keys of token issuers, by `iss`. Only configured issuers are contacted. */
export interface KeySets {
  /** Returns the key if it is already available; undefined means that the caller must call `find`. */
  known(issuer: string, keyId: string): VerificationKey | undefined;
  /**
   * Fetches the issuer's key set if it may contain the key. Time and size are limited, and there is only one request
   * per issuer at a time. Never rejects.
   */
  find(issuer: string, keyId: string): Promise<KeyLookup>;
}

/** The destination of request lines. `write` must not wait. */
export interface LogSink {
  /** @param isSuccess whether the line is about a request or message that succeeded */
  write(line: string, isSuccess?: boolean): void;
}

/**
 * CloudWatch's log groups by name, for the access logs and execution logs of all API types. The gateway stores log
 * groups as files.
 */
export interface LogGroups {
  /** Appends one line. It must not wait, and may drop lines if it cannot write. */
  write(group: string, line: string): void;
}

/**
 * The members that all measurements of one route, function or queue have in common. The measurements share one object,
 * so that their metrics are looked up only once instead of for every request.
 */
export type MeasuredSubject = {
  readonly namespace: string;
  /** Sets of dimension names. The metrics are counted once for each set. */
  readonly sets: readonly (readonly string[])[];
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: readonly (readonly [
    name: string,
    unit: 'Bytes' | 'Count' | 'Milliseconds' | 'Seconds',
  ])[];
};

/** Metrics that were measured at one point in time. */
export type Measurement = {
  readonly subject: MeasuredSubject;
  readonly epochMs: number;
  /**
   * The values of the subject's metrics, in the same order; undefined for a metric that AWS does not count in this
   * case.
   */
  readonly values: readonly (number | undefined)[];
};

export interface MetricSink {
  /** Receives the measurements of one request. Must not wait. */
  write(measurement: Measurement): void;
}

export interface TraceSink {
  /** Receives one segment document as JSON text. Must not wait. */
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
   * Returns the prefix of the API's log lines, including the trailing space. The prefix is empty if only one API is
   * served. If undefined, the lines have no prefix.
   */
  readonly labelOf?: (apiId: string) => string;
  /**
   * Returns the suffix of a request's log lines, which is a link to the request's explanation. If undefined, the lines
   * have no suffix.
   */
  readonly linkOf?: ((requestId: string) => string) | undefined;
  readonly logGroups: LogGroups;
  /** The sink for metrics; undefined means that no metrics are written. */
  readonly metrics?: MetricSink | undefined;
  /** The sink for traces; undefined means that nothing is traced. */
  readonly traces?: TraceSink | undefined;
  readonly keySets: KeySets;
  readonly identities: Identities;
};
