/** The progress of a request. Only the pipeline writes it; `fail` and `log` read it. */
import { lastHeader } from './events/header-list.ts';
import { StreamBeginning } from './stream-beginning.ts';
import type { GatewayError } from './errors.ts';
import type { CallerFacts } from './events/request-facts.ts';
import type { RoutePlan } from './deployment/model.ts';
import type { Received, Reply, ServedApi, ServedStage, StreamedBody, StreamEnd } from './exchange.ts';
import type { LoggedCheck, LoggedIntegration } from './events/log-variables.ts';
import type { Clock, HttpHead, HttpOutcome, InvocationResult, StreamAnswer } from './ports.ts';

/** The phases, in AWS's order. */
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
 * The start time of each phase by position, from `monotonicMs`. NaN means that the phase was not entered. A phase lasts
 * until the next mark. V8 stores a list of doubles without one object per number.
 */
type Marks = readonly number[];

/** One number per phase, so that the type checker reports a missing phase. */
type EachOf<Names extends readonly string[]> = { -readonly [Place in keyof Names]: number };
const unmarked = (): EachOf<typeof PHASES> => [NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN];

/** Returns the start times by phase name, only of phases that were entered. */
export function namedTimes(marks: Marks): Partial<Record<PhaseName, number>> {
  const named: Partial<Record<PhaseName, number>> = {};
  for (const [name, place] of Object.entries(ORDER)) {
    const markMs = marks[place] ?? NaN;
    if (!Number.isNaN(markMs)) named[name as PhaseName] = markMs;
  }
  return named;
}

/**
 * The outcome of the integration, which is used only for logs and metrics. It is stored only if the stage has any of
 * them.
 */
type IntegrationOutcome = InvocationResult | HttpOutcome | StreamAnswer<string | HttpHead>;
type Streamed = StreamEnd & { readonly overMs: number; readonly beginning: StreamBeginning | undefined };

export type TrailNotes = {
  readonly marks: number[];
  outcome: IntegrationOutcome | undefined;
  /** The end of a streamed reply, with its `monotonicMs`. */
  streamed: Streamed | undefined;
  /** Whether the response came from the cache; undefined if the route has no cache. */
  cache: 'hit' | 'miss' | undefined;
};

/** The effect of injected faults on one request. */
export type Injected = {
  /** Clauses that name file and rule of each fault, in the order of their effect. */
  readonly notes: string[];
  /** How the connection ends before the reply is complete; undefined means that the reply is sent completely. */
  breaksOff: BreakOff | undefined;
};

/** How a connection is ended on purpose. `by` names the file and the rule. */
export type BreakOff =
  | { readonly kind: 'reset'; readonly by: string }
  | { readonly kind: 'cut'; readonly by: string; readonly afterBytes: number };

/** Facts about a finished request. They are stored unprocessed, and readers derive everything else from them. */
export type Finished = {
  readonly received: Received;
  readonly reply: Reply;
  readonly trail: Trail;
  readonly latencyMs: number;
  /** The connection's id, for WebSocket handshakes. */
  readonly connectionId: string | undefined;
};

export type FinishedEvent = {
  /** `POST` is a message that was sent to the client through `@connections`. */
  readonly kind: 'MESSAGE' | 'DISCONNECT' | 'POST';
  readonly requestId: string;
  readonly connectionId: string;
  readonly caller: CallerFacts;
  readonly sourceIp: string;
  readonly apiId: string;
  readonly stageName: string;
  /** The API and the stage; undefined if a reload removed the stage. */
  readonly found: { readonly api: ServedApi; readonly stage: ServedStage } | undefined;
  readonly route: RoutePlan | undefined;
  readonly body: string | Buffer | undefined;
  /** The function's event; undefined if no function was called. */
  readonly payload: string | undefined;
  readonly reply: string | undefined;
  readonly status: number;
  readonly closure: { readonly code: number; readonly reason: string } | undefined;
  readonly trail: Trail;
  readonly latencyMs: number;
};

/** Stores finished requests for explanations. Must not wait. */
export interface RecordSink {
  take(finished: Finished): void;
  takeEvent(event: FinishedEvent): void;
}

/** Undefined means that nothing is recorded. */
export type Recording = { readonly records?: RecordSink | undefined };

export class Trail {
  phase: PhaseName = 'screen';
  /**
   * The phase that produced the reply or failed. It is the phase that was entered last, or `integrate` if the
   * integration's response was mapped.
   */
  answeredBy: PhaseName = 'screen';
  readonly startedMs: number;
  /** The reason why the request failed, for the operator. It is never sent to the client. */
  failure: string | undefined = undefined;
  /** The error of the failure. It is also undefined if the failure is a bug in the gateway. */
  error: GatewayError | undefined = undefined;
  notes: TrailNotes | undefined = undefined;
  /** The effect of injected faults; undefined means that no rule applied to the request. */
  injected: Injected | undefined = undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.startedMs = clock.monotonicMs();
  }

  /**
   * Starts a phase. `screen` runs in two parts, before and after `match`. Its mark is the start of the first part, and
   * the second part counts as part of `match`.
   */
  enter(phase: PhaseName): void {
    this.phase = phase;
    this.answeredBy = phase;
    const marks = this.notes?.marks;
    if (marks === undefined) return;
    const place = ORDER[phase];
    if (Number.isNaN(marks[place])) marks[place] = this.#clock.monotonicMs();
  }

  /** From here on, notes for logs are stored. Before that, notes have no cost. */
  keepNotes(): void {
    this.notes ??= {
      marks: unmarked(),
      outcome: undefined,
      streamed: undefined,
      cache: undefined,
    };
  }

  /** Keeps notes from the beginning, with the inputs and results of every phase. */
  keepAll(received: Received): void {
    this.keepNotes();
    // The request starts with its first phase.
    if (this.notes !== undefined) this.notes.marks[ORDER[this.phase]] = this.startedMs;
    received.notes = {
      authorizerCall: undefined,
      caller: undefined,
      metered: undefined,
      lookedUp: undefined,
      screened: undefined,
    };
  }

  /** Records whether the response came from a cache. Without a lookup, the route has no cache. */
  noteCache(lookup: { readonly reply: unknown } | undefined): void {
    if (this.notes !== undefined && lookup !== undefined)
      this.notes.cache = lookup.reply === undefined ? 'miss' : 'hit';
  }

  noteOutcome(outcome: IntegrationOutcome): void {
    if (this.notes !== undefined) this.notes.outcome = outcome;
  }

  /**
   * Stores the beginning of a streamed reply for its record, because the body is not stored anywhere after it was sent.
   */
  keepBeginning(stream: StreamedBody): void {
    stream.beginning = new StreamBeginning(this.#clock);
  }

  /** Records that a streamed reply was sent or broke off. At this time the status can no longer be changed. */
  noteStreamEnd(end: StreamEnd, { beginning }: Pick<StreamedBody, 'beginning'>): void {
    this.failure = end.failure;
    const { notes } = this;
    if (notes !== undefined) notes.streamed = { ...end, overMs: this.#clock.monotonicMs(), beginning };
  }

  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.startedMs;
  }

  /**
   * Returns the result of a check; undefined if the request did not reach the check. `status` is the status of the
   * reply.
   */
  describeCheck(phase: 'authenticate' | 'authorize', status: number): LoggedCheck | undefined {
    const latencyMs = this.#latencyOf(phase, phase === 'authenticate' ? 'authorize' : 'meter');
    if (latencyMs === undefined) return undefined;
    const isRefused = this.failure !== undefined && this.phase === phase;
    const error = isRefused ? (this.error?.detail.logged ?? this.failure) : undefined;
    return { status: isRefused ? status : 200, latencyMs, error };
  }

  /**
   * Returns the integration's result; undefined if no call was made. `status` is the status in a Lambda proxy's result.
   */
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

  /** Describes a call that Lambda refuses. The gateway checks this before it makes the call. */
  #describeRefusal(): LoggedIntegration | undefined {
    const { source, logged } = this.error?.detail ?? {};
    // Errors of an authorizer's call are logged as the authorizer's errors.
    if (source !== 'integration' || logged === undefined || this.phase === 'authenticate') return undefined;
    const unknown = { status: undefined, endpointStatus: undefined, latencyMs: undefined };
    return { ...unknown, error: logged, requestId: undefined };
  }

  /** `headMs` is the time until status and headers arrived. */
  #describeStream(answer: StreamAnswer<string | HttpHead>, headMs: number): LoggedIntegration {
    const { head, requestId } = answer;
    const startedMs = this.#enteredAt('integrate') ?? 0;
    const { firstByteMs, overMs = startedMs + headMs, cutBy } = this.notes?.streamed ?? {};
    const status = typeof head === 'string' ? 200 : head.status;
    return {
      status,
      endpointStatus: status,
      error: cutBy === 'integration' ? this.failure : undefined,
      latencyMs: overMs - startedMs,
      requestId: typeof head === 'string' ? requestId?.() : lastHeader(head.headers, 'x-amzn-requestid'),
      stream: { headMs, firstContentMs: firstByteMs === undefined ? undefined : firstByteMs - startedMs },
    };
  }

  /**
   * Returns the time from the start of one phase to the start of the next phase, or to now if the request ended in the
   * phase.
   */
  #latencyOf(phase: PhaseName, next: PhaseName): number | undefined {
    const startedMs = this.#enteredAt(phase);
    return startedMs === undefined
      ? undefined
      : (this.#enteredAt(next) ?? this.#clock.monotonicMs()) - startedMs;
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

/** The status of Lambda's own API; a failed function counts as a success there. */
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
