/** What the gateway needs from the outside. Adapters implement these; tests pass virtual ones. */
import type { Identities } from './policy/identities.ts';
import type { VerificationKey } from './policy/token-trust.ts';

/** Wall-clock time as clients, tokens and TTLs see it: moved by `gatewright clock`. */
export interface Clock {
  nowEpochMs(): number;
  /** Milliseconds since some start, for durations; never moved, never backwards. */
  monotonicMs(): number;
}

/** A clock that `gatewright clock` moves. Timers and socket timeouts stay on the machine's time. */
export interface ShiftableClock extends Clock {
  /**
   * Begins with one Float64: milliseconds to add to the machine's time. Handed to worker threads, so that functions
   * and the embedded DynamoDB move in the same instant.
   */
  readonly offset: SharedArrayBuffer;
  /** Moves on (or back) from where the clock stands. @throws RangeError over a hundred years or for no number. */
  shift(ms: number): void;
  reset(): void;
  offsetMs(): number;
  /** Offsets that were in force a moment ago: what was signed by them may still be under way. */
  formerOffsetsMs(): readonly number[];
}

/** What ends when too much time has passed. Time stands still while a debugger holds a function. */
export interface Deadlines {
  /** Milliseconds since some start, without those in which time stood still. */
  nowMs(): number;
  after(ms: number, then: () => void): Deadline;
  /** Aborts as `AbortSignal.timeout` does. */
  signal(ms: number): AbortSignal;
}

export type Deadline = { clear(): void };

/** Source of ids and of chance; seeded in tests. */
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
  /** Version or alias as the caller named it; absent or empty = the function itself. */
  readonly qualifier?: string | undefined;
  /** The event as JSON text. */
  readonly payload: string;
  /** How long the caller waits, from now. The function's own timeout is the runtime's matter. */
  readonly timeoutMs: number;
  /** `X-Amzn-Trace-Id` of the request, for the function's `_X_AMZN_TRACE_ID`. */
  readonly traceHeader: string;
  /** Of a caller of Lambda's own API; API Gateway wishes for nothing. */
  readonly wishes?: InvocationWishes;
};

export type InvocationWishes = {
  /** JSON text, for the handler's `context.clientContext`. */
  readonly clientContext: string | undefined;
  /** Told of each line that the function prints while it runs the event, in Lambda's text format. */
  readonly onLine: ((line: string) => void) | undefined;
  /** Version or alias that was called, for the handler's `context`; absent = the function itself. */
  readonly invoked?: InvokedVersion | undefined;
};

/** A version, or an alias and the version that was drawn for it. */
export type InvokedVersion = { readonly arn: string; readonly version: string };

/** The id that the function read as `awsRequestId`; made when asked for, since only access logs do. */
export type RequestIdOf = () => string;

export type InvocationResult =
  /** The handler returned; `payload` is JSON text (`null` where it returned undefined). */
  | {
      readonly kind: 'returned';
      readonly payload: string;
      readonly requestId?: RequestIdOf;
      /** Milliseconds that the instance took to start, where this was its first event. */
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
      /** Where a version or alias was called. */
      readonly executedVersion?: string;
    }
  /** The caller's `timeoutMs` passed first; the function may still be running. */
  | { readonly kind: 'timed-out' }
  /** Lambda would not take the event: no such function, no instance free within bounds, or payload over 6 MB. */
  | {
      readonly kind: 'refused';
      readonly reason: 'not-found' | 'throttled' | 'too-large';
      readonly message: string;
      /** Throttled by what the function has reserved, and not by what all functions may run together. */
      readonly isReserved?: true;
    };

/** Bytes as they come, for one reader. A source that breaks off ends the reading with a `GatewayError`. */
export interface ByteStream extends AsyncIterable<Buffer> {
  /** Nobody reads on: what still comes is thrown away. */
  cancel(): void;
}

/** An answer whose body is still coming. */
export type StreamAnswer<Head> = {
  readonly kind: 'streams';
  readonly head: Head;
  readonly body: ByteStream;
  /** Of a function. */
  readonly requestId?: RequestIdOf;
  /** What a function says that it streams; absent = it says nothing. */
  readonly contentType?: string | undefined;
};

/** Status and headers of a backend; headers are a flat name, value list in its spelling. */
export type HttpHead = { readonly status: number; readonly headers: readonly string[] };

/** How long a streamed answer may keep its caller waiting. */
export type StreamTimes = {
  /** For the whole of it. */
  readonly timeoutMs: number;
  /** For its beginning, and between two parts of it. */
  readonly idleMs: number;
};

export interface Invoker {
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /**
   * Lambda's InvokeWithResponseStream: answers with the first bytes. The result of a function that does not stream is
   * a stream of one part.
   */
  stream(
    invocation: Invocation & StreamTimes,
  ): Promise<StreamAnswer<undefined> | Exclude<InvocationResult, { kind: 'returned' }>>;
  /** Whether an event for this name could be delivered. Lets a deployment be checked before it serves. */
  has(functionName: string): boolean;
}

/** By which a backend knows who calls; PEM, both. */
export type ClientKeyPair = { readonly certificate: string; readonly privateKey: string };

/** One call of a backend; nothing is added to it but what HTTP/1.1 itself needs. */
export type HttpRequest = {
  readonly method: string;
  /** `https://pets.example:8443` */
  readonly origin: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** Flat name, value list. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** For TLS backends that ask for one; absent = none. */
  readonly clientCertificate?: ClientKeyPair | undefined;
  /** The only authority that is believed, PEM; absent = the usual ones. */
  readonly trusted?: string | undefined;
  /** VPC link whose address takes the place of the origin. */
  readonly vpcLink: string | undefined;
  /** Whether a packed answer (`Content-Encoding: gzip`) is unpacked; its headers stay as they are. */
  readonly unpacks: boolean;
};

export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Flat name, value list, spelling of the backend. */
      readonly headers: readonly string[];
      readonly body: Buffer;
    }
  | { readonly kind: 'timed-out' }
  /**
   * `address`: no such host, or none at all. `network`: refused, reset, TLS. `too-large`: more than 10 MB came back.
   * `request`: it could not be sent as it is.
   */
  | {
      readonly kind: 'unreachable';
      readonly reason: 'address' | 'network' | 'too-large' | 'request';
      readonly message: string;
    };

/** Where this gateway serves a host itself; `trusted`: its own authority, where it speaks TLS. */
export type LocalOrigin = { readonly origin: string; readonly trusted?: string };

export interface HttpClient {
  /** Never rejects and follows no redirect. */
  send(request: HttpRequest): Promise<HttpOutcome>;
  /** The same, answering once all headers are there. Nothing is unpacked. */
  stream(
    request: HttpRequest & StreamTimes,
  ): Promise<StreamAnswer<HttpHead> | Exclude<HttpOutcome, { kind: 'answered' }>>;
}

export interface Compressor {
  /** `deflate` is the zlib format, as HTTP means it (RFC 9110 §8.4.1.2). */
  pack(coding: 'gzip' | 'deflate', content: Buffer): Promise<Buffer>;
}

/** One call of an AWS service, not signed yet. */
export type ServiceRequest = {
  /** `sqs`, `dynamodb`, `states` */
  readonly service: string;
  /** `{subdomain}.{service}` of the integration's URI. */
  readonly subdomain: string | undefined;
  readonly region: string;
  /** Where AWS's address for the call has another name than the service: `sync-states`. */
  readonly hostName?: string;
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
  /** What the integration runs with; undefined: nobody's. */
  readonly roleArn?: string | undefined;
};

export interface ServiceClient {
  /** Never rejects. */
  call(request: ServiceRequest): Promise<HttpOutcome>;
}

type KeyLookup =
  | { readonly kind: 'key'; readonly key: VerificationKey }
  /** The issuer answers, and has no key of this id. */
  | { readonly kind: 'unknown' }
  /** The issuer cannot be asked now; `reason` is for the operator. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Public keys of token issuers. An issuer is named by its `iss`; only configuration says which are asked. */
export interface KeySets {
  /** The key, where it is at hand; undefined = `find` must be asked. */
  known(issuer: string, keyId: string): VerificationKey | undefined;
  /** Reads the issuer's key set where that may help. Bounded in time and size, one request per issuer at a time; never rejects. */
  find(issuer: string, keyId: string): Promise<KeyLookup>;
}

/** Where request lines go. `write` must not wait. */
export interface LogSink {
  write(line: string): void;
}

/**
 * CloudWatch's log groups by name; here files. For the access and execution logs of all
 * kinds of API.
 */
export interface LogGroups {
  /** Appends one line; must not wait, may drop lines that nothing can take. */
  write(group: string, line: string): void;
}

/** Where X-Ray segments go. */
export interface TraceSink {
  /** Takes one segment document as JSON text; must not wait. */
  send(segment: string): void;
}

/** Everything a phase may reach. */
export type Ports = {
  readonly clock: Clock;
  readonly random: Random;
  readonly invoker: Invoker;
  readonly http: HttpClient;
  readonly services: ServiceClient;
  readonly compressor: Compressor;
  readonly log: LogSink;
  /** What its lines begin with, the blank behind it included; empty where one API is served alone. Undefined = nothing. */
  readonly labelOf?: (apiId: string) => string;
  /** What its lines end with: where the story of a request is told. Undefined = nothing. */
  readonly linkOf?: ((requestId: string) => string) | undefined;
  readonly logGroups: LogGroups;
  /** One line per request in CloudWatch's embedded format; undefined = nobody counts. */
  readonly metrics?: LogSink | undefined;
  /** Undefined = nothing is traced. */
  readonly traces?: TraceSink | undefined;
  readonly keySets: KeySets;
  /** Who may sign requests. */
  readonly identities: Identities;
};
