/**
 * Virtual ports: a clock that moves on request, ids that count up, and functions that are closures.
 */
import { createCompressor } from '../../packages/gateway/server/adapters/compressor.ts';
import { createIdentities } from '../../packages/gateway/core/policy/identities.ts';
import type { Identities } from '../../packages/gateway/core/policy/identities.ts';
import type { RecordSink } from '../../packages/gateway/core/trail.ts';
import type {
  ByteStream,
  Clock,
  HttpHead,
  HttpOutcome,
  HttpRequest,
  Invocation,
  InvocationResult,
  Invoker,
  KeySets,
  LogGroups,
  LogSink,
  Ports,
  Random,
  ServiceRequest,
  StreamAnswer,
  StreamTimes,
} from '../../packages/gateway/core/ports.ts';

/** 2025-04-14T22:13:38Z, the day of a recorded event. */
export const EPOCH_MS = 1_744_668_818_000;

export class VirtualClock implements Clock {
  #epochMs = EPOCH_MS;

  nowEpochMs(): number {
    return this.#epochMs;
  }

  monotonicMs(): number {
    return this.#epochMs;
  }

  advance(ms: number): void {
    this.#epochMs += ms;
  }
}

/** Ids that count up, so that they are unique, and the same in each run. */
export class CountingRandom implements Random {
  #count = 0;

  uuid(): string {
    return `00000000-0000-4000-8000-${this.#next(12)}`;
  }

  hex(count: number): string {
    return this.#next(count);
  }

  extendedId(): string {
    return `${this.#next(15)}=`;
  }

  fraction(): number {
    return (this.#count++ % 10) / 10;
  }

  #next(width: number): string {
    this.#count += 1;
    return this.#count.toString(16).padStart(width, '0');
  }
}

export type FakeFunction = (event: unknown, invocation: Invocation) => unknown;

/**
 * A stream of these parts. An `Error` among them makes the stream fail at that point. Counts how often the stream was
 * cancelled.
 */
export function aByteStream(parts: readonly (string | Buffer | Error)[]): ByteStream & { cancelled: number } {
  let cancelled = 0;
  return {
    get cancelled() {
      return cancelled;
    },
    cancel: () => void (cancelled += 1),
    async *[Symbol.asyncIterator]() {
      for (const part of parts) {
        if (part instanceof Error) throw part;
        yield await Promise.resolve(Buffer.from(part));
      }
    },
  };
}

/**
 * Functions by name. If a function throws an `Error`, the invocation ends with Lambda's FunctionError. An
 * `InvocationResult` is returned unchanged.
 */
export class FakeInvoker implements Invoker {
  readonly calls: { readonly functionName: string; readonly event: unknown }[] = [];
  readonly #functions: Map<string, FakeFunction>;

  constructor(functions: Readonly<Record<string, FakeFunction>>) {
    this.#functions = new Map(Object.entries(functions));
  }

  has(functionName: string): boolean {
    return this.#functions.has(functionName);
  }

  /** A streaming function returns its parts as an array. */
  async stream(invocation: Invocation & StreamTimes): ReturnType<Invoker['stream']> {
    const result = await this.invoke(invocation);
    if (result.kind !== 'returned') return result;
    const value: unknown = JSON.parse(result.payload);
    const body = aByteStream(Array.isArray(value) ? value.map(String) : [result.payload]);
    return { kind: 'streams', head: undefined, body };
  }

  /** The function runs at once, and its result is not used. */
  queue(invocation: Omit<Invocation, 'timeoutMs'>): ReturnType<Invoker['queue']> {
    const { functionName } = invocation;
    if (!this.has(functionName))
      return Promise.resolve({
        kind: 'refused',
        reason: 'not-found',
        message: `no function ${functionName}`,
      });
    void this.invoke({ ...invocation, timeoutMs: Infinity });
    return Promise.resolve({ kind: 'queued' });
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const { functionName } = invocation;
    const run = this.#functions.get(functionName);
    if (run === undefined)
      return { kind: 'refused', reason: 'not-found', message: `no function ${functionName}` };
    const event: unknown = JSON.parse(invocation.payload);
    this.calls.push({ functionName, event });
    try {
      const result = await run(event, invocation);
      if (isOutcome(result)) return result;
      return { kind: 'returned', payload: result === undefined ? 'null' : JSON.stringify(result) };
    } catch (error) {
      const { name, message } = error as Error;
      const payload = JSON.stringify({ errorType: name, errorMessage: message });
      return { kind: 'failed', payload, errorType: name, errorMessage: message };
    }
  }
}

function isOutcome(value: unknown): value is InvocationResult {
  return typeof value === 'object' && value !== null && 'kind' in value && !('statusCode' in value);
}

export class MemoryLog implements LogSink {
  readonly lines: string[] = [];

  write(line: string): void {
    this.lines.push(line);
  }
}

/** A backend or a service as a closure. Without one, no address can be reached. */
export class FakeBackend<Request extends HttpRequest | ServiceRequest> {
  readonly requests: Request[] = [];
  answer: (request: Request) => HttpOutcome = () => {
    return { kind: 'unreachable', reason: 'network', message: 'nobody listens' };
  };

  readonly send = (request: Request): Promise<HttpOutcome> => {
    this.requests.push(request);
    return Promise.resolve(this.answer(request));
  };

  readonly call = this.send;

  /** The same answer with its body as a stream of one part. */
  readonly stream = async (
    request: Request & StreamTimes,
  ): Promise<StreamAnswer<HttpHead> | Exclude<HttpOutcome, { kind: 'answered' }>> => {
    const answer = await this.send(request);
    if (answer.kind !== 'answered') return answer;
    const { status, headers, body } = answer;
    return { kind: 'streams', head: { status, headers }, body: aByteStream([body]) };
  };
}

/** The lines of log groups, as `group: line`. */
export class MemoryLogGroups implements LogGroups {
  readonly lines: string[] = [];

  write(group: string, line: string): void {
    this.lines.push(`${group}: ${line}`);
  }
}

export type TestPorts = Ports & {
  records: RecordSink | undefined;
  readonly clock: VirtualClock;
  readonly invoker: FakeInvoker;
  readonly http: FakeBackend<HttpRequest>;
  readonly services: FakeBackend<ServiceRequest>;
  readonly log: MemoryLog;
  readonly logGroups: MemoryLogGroups;
  keySets: KeySets;
  identities: Identities;
};

/** A fetcher with which no issuer can be reached. */
const NO_KEY_SETS: KeySets = {
  known: () => undefined,
  find: () => Promise.resolve({ kind: 'unreachable', reason: 'nobody listens' }),
};

export function virtualPorts(functions: Readonly<Record<string, FakeFunction>>): TestPorts {
  return {
    clock: new VirtualClock(),
    random: new CountingRandom(),
    invoker: new FakeInvoker(functions),
    http: new FakeBackend(),
    services: new FakeBackend(),
    compressor: createCompressor(),
    log: new MemoryLog(),
    logGroups: new MemoryLogGroups(),
    keySets: NO_KEY_SETS,
    records: undefined,
    identities: createIdentities([]),
  };
}
