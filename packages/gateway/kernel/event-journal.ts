/**
 * The journal of events, from which `explain` tells what a request set off. What an event caused is found by the root
 * of its trace: a function that an event calls continues the trace, and so do the calls that the function makes.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Random } from '../core/ports.ts';
import { Feed } from './feed.ts';
import type { EventRecord, EventStep, StampedStep } from './event-step.ts';

/** The maximum number of steps and of ids that are kept. The oldest are dropped first. */
const MAX_STEPS = 4_000;
const MAX_IDS = 20_000;
/** The maximum number of characters of a text in a step. */
const MAX_TEXT = 16 * 1024;

const ROOT = /(?:^|;)\s*Root=([^;\s]+)/;

export class EventJournal {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #context = new AsyncLocalStorage<string>();
  #steps: StampedStep[] = [];
  readonly #causes = new Map<string, string>();
  /** The causes of a batch with records of several causes, by the batch's own cause. */
  readonly #joined = new Map<string, readonly string[]>();
  /** The causes that this journal made, for events that no request set off. */
  readonly #own = new Set<string>();
  readonly #begun = new Set<string>();
  readonly begun: Feed<EventRecord>;
  /** The number of running invocations and calls by trace header. */
  readonly #running = new Map<string, number>();

  constructor(clock: Clock, random: Random, report: (message: string) => void) {
    this.begun = new Feed(report);
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * What caused the event that is accepted now: the trace of the call, or the only request or event that is running.
   * Undefined if several run, because a guess could be false.
   */
  get cause(): string | undefined {
    const known = this.#context.getStore();
    if (known !== undefined) return known;
    const roots = new Set<string>();
    for (const traceHeader of this.#running.keys()) {
      const root = rootOf(traceHeader);
      if (root !== undefined) roots.add(root);
      if (roots.size > 1) return undefined;
    }
    const [only] = roots;
    return only;
  }

  /** Whether the code that runs now knows its cause, and does not infer it from what is running. */
  get isWithin(): boolean {
    return this.#context.getStore() !== undefined;
  }

  /** Returns the cause, or a new one for an event that nothing in this gateway caused. */
  begin(): string {
    return this.cause ?? this.#newRoot();
  }

  within<Result>(cause: string | undefined, run: () => Result): Result {
    return cause === undefined ? run() : this.#context.run(cause, run);
  }

  /** Counts the request or event as running, until the returned function is called. */
  start(traceHeader: string | undefined): () => void {
    if (traceHeader === undefined) return () => undefined;
    // Every invocation is counted, so the header is not parsed before a call asks for its root.
    this.#running.set(traceHeader, (this.#running.get(traceHeader) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#running.get(traceHeader) ?? 1) - 1;
      if (left > 0) this.#running.set(traceHeader, left);
      else this.#running.delete(traceHeader);
    };
  }

  /** Returns the trace header for a function that an event calls. */
  trace(cause: string): string {
    return `Root=${cause};Parent=${this.#random.hex(16)};Sampled=0`;
  }

  /** Notes that an event was accepted, and returns its cause. */
  accept(step: Extract<EventStep, { kind: 'accepted' | 'duplicate' }>, cause = this.begin()): string {
    // A duplicate has the id of an earlier message, and that message keeps its own cause.
    if (step.kind === 'accepted') this.remember(step.id, cause);
    this.note(step, cause);
    if (!this.#begun.has(cause)) this.#begin(step.id, cause);
    return cause;
  }

  #begin(id: string, cause: string): void {
    addBounded(this.#begun, cause);
    if (!this.#own.has(cause) || this.#joined.has(cause)) return;
    // A record of a stream and the change of an object are known by an ARN, which is no id that anybody could type.
    const own = id.startsWith('arn:') ? this.#random.uuid() : id;
    this.begun.publish({ form: 'event', id: own, cause, atEpochMs: this.#clock.nowEpochMs() });
  }

  /** Notes the run of a schedule, which nothing caused, and what it delivers. */
  run(
    schedule: { readonly at: string; readonly id: string; readonly name: string },
    deliver: () => void,
  ): void {
    const cause = this.accept({ kind: 'accepted', what: 'run', ...schedule }, this.#newRoot());
    this.within(cause, deliver);
  }

  /** Runs what a user or a program starts, which no request caused. */
  apart<Result>(run: () => Result): Result {
    return this.#context.run(this.#newRoot(), run);
  }

  note(step: EventStep, cause: string): void {
    if (this.#steps.length >= 2 * MAX_STEPS) this.#steps = this.#steps.slice(-MAX_STEPS);
    this.#steps.push({ ...shortened(step), atEpochMs: this.#clock.nowEpochMs(), cause });
    if (step.kind === 'ran' && step.invocationId !== undefined) this.remember(step.invocationId, cause);
  }

  /** Notes to which trace an invocation belongs. Its id is read only if the invocation has set off an event. */
  link(traceHeader: string, invocationId: () => string | undefined): void {
    if (this.#begun.size === 0) return;
    const cause = rootOf(traceHeader);
    const id = cause !== undefined && this.#begun.has(cause) ? invocationId() : undefined;
    if (cause !== undefined && id !== undefined) this.remember(id, cause);
  }

  remember(id: string, cause: string): void {
    this.#causes.delete(id);
    this.#causes.set(id, cause);
    if (this.#causes.size <= MAX_IDS) return;
    const [oldest] = this.#causes.keys();
    if (oldest !== undefined) this.#causes.delete(oldest);
  }

  /** Returns the cause of a message, an event or a record, by its id or by the id of an invocation. */
  causeOf(id: string): string | undefined {
    return this.#causes.get(id);
  }

  /** Returns the one cause of a batch, or a new cause that stands for all of them. */
  join(ids: readonly string[]): string {
    const causes = [...new Set(ids.flatMap((id) => this.causeOf(id) ?? []))];
    const [only] = causes;
    if (only !== undefined && causes.length === 1) return only;
    const own = this.#newRoot();
    if (causes.length === 0) return own;
    this.#joined.set(own, causes);
    if (this.#joined.size > MAX_STEPS) {
      const [oldest] = this.#joined.keys();
      if (oldest !== undefined) this.#joined.delete(oldest);
    }
    return own;
  }

  /** Returns the steps that this cause set off, in their order, including those of batches with other causes. */
  ofCause(cause: string): readonly StampedStep[] {
    const all = new Set([cause]);
    for (const [own, causes] of this.#joined) if (causes.some((one) => all.has(one))) all.add(own);
    return this.#steps.filter((step) => all.has(step.cause));
  }

  /**
   * Returns the failed batch for which later records of the same queue or stream wait: the last run of a batch from
   * there, if it is tried again.
   */
  blockOf(arn: string): Extract<StampedStep, { kind: 'ran' }> | undefined {
    const last = this.#steps.findLast((step) => step.kind === 'ran' && step.from === arn);
    return last?.kind === 'ran' && (last.next?.kind === 'again' || last.next?.kind === 'visible')
      ? last
      : undefined;
  }

  clear(): void {
    this.#steps = [];
    this.#causes.clear();
    this.#joined.clear();
    this.#own.clear();
    this.#begun.clear();
  }

  #newRoot(): string {
    const seconds = Math.floor(this.#clock.nowEpochMs() / 1000);
    const root = `1-${seconds.toString(16).padStart(8, '0')}-${this.#random.hex(24)}`;
    addBounded(this.#own, root);
    return root;
  }
}

function addBounded(set: Set<string>, item: string): void {
  set.add(item);
  if (set.size <= MAX_IDS) return;
  const [oldest] = set;
  if (oldest !== undefined) set.delete(oldest);
}

/** Returns the root of a trace header: `1-65f0c1d2-…`. */
export function rootOf(traceHeader: string | undefined): string | undefined {
  return ROOT.exec(traceHeader ?? '')?.[1];
}

function shortened(step: EventStep): EventStep {
  if (step.kind === 'filtered') return { ...step, why: step.why.slice(0, MAX_TEXT) };
  if (step.kind === 'refused') return { ...step, message: step.message.slice(0, MAX_TEXT) };
  if (step.kind !== 'ran') return step;
  const { errorMessage, payload } = step;
  return {
    ...step,
    ...(errorMessage !== undefined && { errorMessage: errorMessage.slice(0, MAX_TEXT) }),
    ...(payload !== undefined && { payload: payload.slice(0, MAX_TEXT) }),
  };
}
