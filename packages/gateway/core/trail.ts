/**
 * The progress of a request, from which error replies, log lines and console records are made. The pipeline writes most
 * of it.
 */
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
 * The start time of each phase (`monotonicMs`), by the phase's position. NaN means that the request did not enter the
 * phase. A phase lasts until the next phase starts. A list of numbers is used because V8 stores it without one object
 * per number.
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
 * The outcome of the integration. Only logs and metrics use it, so it is stored only if the stage has logs or metrics.
 */
type IntegrationOutcome = InvocationResult | HttpOutcome | StreamAnswer<string | HttpHead>;
type Streamed = StreamEnd & { readonly overMs: number; readonly beginning: StreamBeginning | undefined };

export type TrailNotes = {
  readonly marks: number[];
  outcome: IntegrationOutcome | undefined;
  /** The end of a streamed reply, and its time by the monotonic clock (`monotonicMs`). */
  streamed: Streamed | undefined;
  /**
   * Whether the response came from the cache; undefined if no cache applies to the request, or if the request was
   * answered before the cache was read.
   */
  cache: 'hit' | 'miss' | undefined;
};

/** The effect of injected faults on one request. */
export type Injected = {
  /**
   * A clause for each fault, which names the fault's file and rule. The order is the order in which the faults took
   * effect.
   */
  readonly notes: string[];
  /** How the connection ends before the reply is complete; undefined means that the reply is sent completely. */
  breaksOff: BreakOff | undefined;
};

/** How a connection is ended on purpose. `by` names the file and the rule. */
export type BreakOff =
  | { readonly kind: 'reset'; readonly by: string }
  | { readonly kind: 'cut'; readonly by: string; readonly afterBytes: number };

/**
 * The facts about a finished request, stored without further processing. Readers of the record derive everything else
 * from these facts.
 */
export type Finished = {
  readonly received: Received;
  readonly reply: Reply;
  readonly trail: Trail;
  readonly latencyMs: number;
  /** The connection's id, for WebSocket handshakes. */
  readonly connectionId: string | undefined;
};

export type FinishedEvent = {
  /**
   * The kind of event. `POST` means that a message was sent to the client through `@connections`. For a refused call to
   * `@connections`, the kind is the method of the call.
   */
  readonly kind: 'MESSAGE' | 'DISCONNECT' | 'POST' | 'GET' | 'DELETE';
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
   * The phase that produced the reply or failed. It is the phase that was entered last. If the integration's response
   * was mapped, however, it is `integrate`.
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
   * Starts a phase. `screen` runs in two parts, before and after `match`. The mark of `screen` is the start of the
   * first part, and the second part counts as part of `match`.
   */
  enter(phase: PhaseName): void {
    this.phase = phase;
    this.answeredBy = phase;
    const marks = this.notes?.marks;
    if (marks === undefined) return;
    const place = ORDER[phase];
    if (Number.isNaN(marks[place])) marks[place] = this.#clock.monotonicMs();
  }

  /** Starts storing notes for logs. Until it is called, notes cost nothing. */
  keepNotes(): void {
    this.notes ??= {
      marks: unmarked(),
      outcome: undefined,
      streamed: undefined,
      cache: undefined,
    };
  }

  /** Stores the notes of the whole request, including the inputs and results of every phase. */
  keepAll(received: Received): void {
    this.keepNotes();
    // The first phase began when the request began, before any notes were stored.
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
   * Stores the beginning of a streamed reply for the request's record. It must be stored while the reply is sent,
   * because the body is not available afterwards.
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
   * Returns the members of the integration's result that metrics need. This function runs for every request, so the
   * result omits the request id, which is created only on demand.
   */
  measureIntegration(): Pick<LoggedIntegration, 'latencyMs' | 'error'> | undefined {
    const latencyMs = this.#latencyOf('integrate', 'map-response');
    if (latencyMs === undefined || this.notes?.outcome?.kind === 'streams')
      return this.describeIntegration(undefined);
    return { latencyMs, error: this.error?.detail.source === 'integration' ? this.failure : undefined };
  }

  /**
   * Returns the integration's result, or the refusal of a call that Lambda would refuse; undefined if neither exists.
   * `status` is the status in a Lambda proxy's result.
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
    if (outcome?.kind === 'answered')
      return { ...said, status: outcome.status, requestId2: lastHeader(outcome.headers, 'x-amz-id-2') };
    return { ...said, status: this.failure === undefined ? status : undefined };
  }

  /** Describes a call that Lambda would refuse. The gateway checks for such a refusal before it makes the call. */
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
  if (outcome.kind === 'answered')
    return lastHeader(outcome.headers, 'x-amz-request-id') ?? lastHeader(outcome.headers, 'x-amzn-requestid');
  return outcome.kind === 'returned' || outcome.kind === 'failed' ? outcome.requestId?.() : undefined;
}

/**
 * Returns the status of the backend or of Lambda's own API; undefined if there was no response. Lambda's API reports
 * success even for a failed function.
 */
function statusOf(outcome: InvocationResult | HttpOutcome): number | undefined {
  switch (outcome.kind) {
    case 'answered':
      return outcome.status;
    case 'returned':
    case 'failed':
      return 200;
    case 'refused':
      return outcome.reason === 'role' ? undefined : REFUSALS[outcome.reason];
    case 'timed-out':
    case 'unreachable':
      return undefined;
  }
}

const REFUSALS = { 'not-found': 404, throttled: 429, 'too-large': 413, recursive: 400 };
