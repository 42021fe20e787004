/** How far a request came. Kept by the pipeline alone; `fail` and `log` read it. */
import { lastHeader } from './events/header-list.ts';
import type { GatewayError } from './errors.ts';
import type { CallerFacts } from './events/request-facts.ts';
import type { RoutePlan } from './deployment/model.ts';
import type { Received, Reply, ServedApi, ServedStage, StreamEnd } from './exchange.ts';
import type { LoggedCheck, LoggedIntegration } from './events/log-variables.ts';
import type { Clock, HttpHead, HttpOutcome, InvocationResult, StreamAnswer } from './ports.ts';

/** In AWS's order. */
const PHASES = [
  'screen',
  'match',
  'preflight',
  'authenticate',
  'authorize',
  'meter',
  'validate',
  'cache',
  'map-request',
  'integrate',
  'map-response',
] as const;

export type PhaseName = (typeof PHASES)[number];

const ORDER = Object.fromEntries(PHASES.map((name, place) => [name, place])) as Record<PhaseName, number>;

/**
 * When each phase was entered, by its place and by `monotonicMs`; NaN = not entered. A phase lasts until the next mark. A
 * list of doubles that is never longer: V8 keeps the numbers in it, where fields of an object would each be one more object.
 */
type Marks = readonly number[];

/** One for each phase: the type says when one is missing. */
type EachOf<Names extends readonly string[]> = { -readonly [Place in keyof Names]: number };
const unmarked = (): EachOf<typeof PHASES> => [NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN];

/** By name, those that were entered. */
export function namedTimes(marks: Marks): Partial<Record<PhaseName, number>> {
  const named: Partial<Record<PhaseName, number>> = {};
  for (const [name, place] of Object.entries(ORDER)) {
    const markMs = marks[place] ?? NaN;
    if (!Number.isNaN(markMs)) named[name as PhaseName] = markMs;
  }
  return named;
}

/** What only logs and metrics tell; kept where the stage has any. */
type IntegrationOutcome = InvocationResult | HttpOutcome | StreamAnswer<string | HttpHead>;

export type TrailNotes = {
  readonly marks: number[];
  /** What the integration gave back. */
  outcome: IntegrationOutcome | undefined;
  /** How a streamed reply ended, and when by `monotonicMs`. */
  streamed: (StreamEnd & { readonly overMs: number }) | undefined;
  /** Undefined where the route has no cache. */
  cache: 'hit' | 'miss' | undefined;
};

/** What of a finished request is kept, as it is: whoever reads it works out the rest. */
export type Finished = {
  readonly received: Received;
  readonly reply: Reply;
  readonly trail: Trail;
  readonly latencyMs: number;
  /** Of a WebSocket handshake. */
  readonly connectionId: string | undefined;
};

/** What went over an open connection, or ended it. */
export type FinishedEvent = {
  /** `POST`: sent to the client by way of `@connections`. */
  readonly kind: 'MESSAGE' | 'DISCONNECT' | 'POST';
  readonly requestId: string;
  readonly connectionId: string;
  readonly caller: CallerFacts;
  readonly sourceIp: string;
  readonly apiId: string;
  readonly stageName: string;
  /** Undefined where the stage has gone in a reload. */
  readonly found: { readonly api: ServedApi; readonly stage: ServedStage } | undefined;
  readonly route: RoutePlan | undefined;
  readonly body: string | Buffer | undefined;
  /** What its function got; undefined where none was called. */
  readonly payload: string | undefined;
  readonly reply: string | undefined;
  readonly status: number;
  readonly closure: { readonly code: number; readonly reason: string } | undefined;
  readonly trail: Trail;
  readonly latencyMs: number;
};

/** Keeps finished requests for whoever asks why; must not wait. */
export interface RecordSink {
  take(finished: Finished): void;
  takeEvent(event: FinishedEvent): void;
}

/** Undefined = nothing is recorded. */
export type Recording = { readonly records?: RecordSink | undefined };

export class Trail {
  /** The phase that was entered last. */
  phase: PhaseName = 'screen';
  /** The phase that answered or failed: the one that was entered last, or the integration whose answer was mapped. */
  answeredBy: PhaseName = 'screen';
  readonly startedMs: number;
  /** Why the request failed, for the operator; never sent to the client. */
  failure: string | undefined = undefined;
  /** Undefined also where a bug of ours made it fail. */
  error: GatewayError | undefined = undefined;
  notes: TrailNotes | undefined = undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.startedMs = clock.monotonicMs();
  }

  /**
   * A phase begins. `screen` comes in two halves, around `match`: its mark is of the first, and the second one is part of
   * the length of `match`.
   */
  enter(phase: PhaseName): void {
    this.phase = phase;
    this.answeredBy = phase;
    const marks = this.notes?.marks;
    if (marks === undefined) return;
    const place = ORDER[phase];
    if (Number.isNaN(marks[place])) marks[place] = this.#clock.monotonicMs();
  }

  /** From here on what logs need is kept; costs nothing until then. */
  keepNotes(): void {
    this.notes ??= {
      marks: unmarked(),
      outcome: undefined,
      streamed: undefined,
      cache: undefined,
    };
  }

  /** From the beginning, and of every phase what it has read and got. */
  keepAll(received: Received): void {
    this.keepNotes();
    // It begins as its first phase does.
    if (this.notes !== undefined) this.notes.marks[ORDER[this.phase]] = this.startedMs;
    received.notes = { asked: undefined, caller: undefined, metered: undefined, lookedUp: undefined };
  }

  /** Whether the answer came from a cache; undefined where the route has none. */
  noteCache(lookup: { readonly reply: unknown } | undefined): void {
    if (this.notes !== undefined && lookup !== undefined)
      this.notes.cache = lookup.reply === undefined ? 'miss' : 'hit';
  }

  noteOutcome(outcome: IntegrationOutcome): void {
    if (this.notes !== undefined) this.notes.outcome = outcome;
  }

  /** A streamed reply has been sent, or has broken off, which is too late for another status. */
  noteStreamEnd(end: StreamEnd): void {
    this.failure = end.failure;
    if (this.notes !== undefined) this.notes.streamed = { ...end, overMs: this.#clock.monotonicMs() };
  }

  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.startedMs;
  }

  /** How a check went; `status` is the reply's. Undefined where the request did not get so far. */
  describeCheck(phase: 'authenticate' | 'authorize', status: number): LoggedCheck | undefined {
    const latencyMs = this.#latencyOf(phase, phase === 'authenticate' ? 'authorize' : 'meter');
    if (latencyMs === undefined) return undefined;
    const isRefused = this.failure !== undefined && this.phase === phase;
    const error = isRefused ? (this.error?.detail.logged ?? this.failure) : undefined;
    return { status: isRefused ? status : 200, latencyMs, error };
  }

  /** How the integration went; `status` is what a Lambda proxy made its own. Undefined where nothing was called. */
  describeIntegration(status: number | undefined): LoggedIntegration | undefined {
    const latencyMs = this.#latencyOf('integrate', 'map-response');
    if (latencyMs === undefined) return this.#describeRefusal();
    const outcome = this.notes?.outcome;
    if (outcome?.kind === 'streams') return this.#describeStream(outcome, latencyMs);
    const said = {
      latencyMs,
      error: this.error?.detail.source === 'integration' ? this.failure : undefined,
      endpointStatus: outcome === undefined ? undefined : statusOf(outcome),
      requestId: outcome === undefined ? undefined : requestIdOf(outcome),
    };
    if (outcome?.kind === 'answered') return { ...said, status: outcome.status };
    return { ...said, status: this.failure === undefined ? status : undefined };
  }

  /** Lambda has refused the call, here before there is one. */
  #describeRefusal(): LoggedIntegration | undefined {
    const { source, logged } = this.error?.detail ?? {};
    // What an authorizer was refused is its own error.
    if (source !== 'integration' || logged === undefined || this.phase === 'authenticate') return undefined;
    const unknown = { status: undefined, endpointStatus: undefined, latencyMs: undefined };
    return { ...unknown, error: logged, requestId: undefined };
  }

  /** `headMs` is what it took until status and headers were known. */
  #describeStream(answer: StreamAnswer<string | HttpHead>, headMs: number): LoggedIntegration {
    const { head, requestId } = answer;
    const begunMs = this.#enteredAt('integrate') ?? 0;
    const { firstByteMs, overMs = begunMs + headMs, cutBy } = this.notes?.streamed ?? {};
    const status = typeof head === 'string' ? 200 : head.status;
    return {
      status,
      endpointStatus: status,
      error: cutBy === 'integration' ? this.failure : undefined,
      latencyMs: overMs - begunMs,
      requestId: typeof head === 'string' ? requestId?.() : lastHeader(head.headers, 'x-amzn-requestid'),
      stream: { headMs, firstContentMs: firstByteMs === undefined ? undefined : firstByteMs - begunMs },
    };
  }

  /** From entering one phase to entering the next one, or to now where the request ended in it. */
  #latencyOf(phase: PhaseName, next: PhaseName): number | undefined {
    const begunMs = this.#enteredAt(phase);
    return begunMs === undefined ? undefined : (this.#enteredAt(next) ?? this.#clock.monotonicMs()) - begunMs;
  }

  #enteredAt(phase: PhaseName): number | undefined {
    const markMs = this.notes?.marks[ORDER[phase]];
    return Number.isNaN(markMs) ? undefined : markMs;
  }
}

function requestIdOf(outcome: InvocationResult | HttpOutcome): string | undefined {
  if (outcome.kind === 'answered') return lastHeader(outcome.headers, 'x-amzn-requestid');
  return outcome.kind === 'returned' || outcome.kind === 'failed' ? outcome.requestId?.() : undefined;
}

/** What Lambda's own API would have said; a function that failed is a success to it. */
function statusOf(outcome: InvocationResult | HttpOutcome): number | undefined {
  switch (outcome.kind) {
    case 'answered':
      return outcome.status;
    case 'returned':
    case 'failed':
      return 200;
    case 'refused':
      return REFUSALS[outcome.reason];
    case 'timed-out':
    case 'unreachable':
      return undefined;
  }
}

const REFUSALS = { 'not-found': 404, throttled: 429, 'too-large': 413 };
