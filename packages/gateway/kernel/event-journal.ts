/**
 * The journal of events. `explain` reads from it which events and invocations a request caused. The journal finds them
 * by the root of the request's trace. A function that an event invokes continues the trace, and so do the calls that
 * the function makes.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Random } from '../core/ports.ts';
import { joinLineages, withLineage } from './lineage.ts';
import { Feed } from './feed.ts';
import type { EventRecord, EventStep, StampedStep } from './event-step.ts';

/** The maximum number of steps and of ids that are kept. The oldest are dropped first. */
const MAX_STEPS = 4_000;
const MAX_IDS = 20_000;
/** The maximum number of characters of a text in a step. */
const MAX_TEXT = 16 * 1024;
/** The limit for names in the input of a call, which the caller may make as long as a request. */
const MAX_NAME = 1024;

/** A step, and its place in the order of all steps. */
type Kept = { readonly step: StampedStep; readonly order: number };

type Context = { readonly root: string; readonly lineage?: string | undefined };

const ROOT = /(?:^|;)\s*Root=([^;\s]+)/;

export class EventJournal {
  readonly #clock: Clock;
  readonly #random: Random;
  /** Null means that the work is known to have no cause. */
  readonly #context = new AsyncLocalStorage<Context | null>();
  #steps: Kept[] = [];
  #noted = 0;
  /** The same steps by cause, because a list of requests and events needs the steps of each row. */
  #byCause = new Map<string, Kept[]>();
  readonly #causes = new Map<string, string>();
  /** The lineages of events, by the id of the event. */
  readonly #lineages = new Map<string, string>();
  /** The causes of each batch whose records have several causes, by the new cause that represents the batch. */
  readonly #joined = new Map<string, readonly string[]>();
  /** The batches of a cause, in the order in which they were joined. */
  readonly #batchesOf = new Map<string, Set<string>>();
  /** The causes that this journal created for events that no request caused. */
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
   * Returns the cause of the event that is being accepted: the trace of the current call, or of the only request or
   * event that is running. It is undefined if several are running, because a guess could be wrong, and for work that
   * runs `uncaused`.
   */
  get cause(): string | undefined {
    const known = this.#context.getStore();
    if (known !== undefined) return known?.root;
    const roots = new Set<string>();
    for (const traceHeader of this.#running.keys()) {
      const root = rootOf(traceHeader);
      if (root !== undefined) roots.add(root);
      if (roots.size > 1) return undefined;
    }
    const [only] = roots;
    return only;
  }

  /** Whether the cause of the running code is known, and not only inferred from the requests that are running. */
  get isWithin(): boolean {
    return typeof this.#context.getStore() === 'object' && this.#context.getStore() !== null;
  }

  /**
   * Returns the lineage of the running code, for services that pass it on to the events that they send (lineage.ts).
   */
  get lineage(): string | undefined {
    return this.#context.getStore()?.lineage;
  }

  /** Returns the cause of the running code, or a new cause for an event that nothing in this gateway caused. */
  begin(): string {
    return this.cause ?? this.#newRoot();
  }

  /** @param lineage the lineage of the events that the code causes; absent for services whose loops AWS does not detect */
  within<Result>(cause: string | undefined, run: () => Result, lineage?: string): Result {
    return cause === undefined ? run() : this.#context.run({ root: cause, lineage }, run);
  }

  /**
   * Runs work that no running request or event causes, such as work that becomes due. Without this, the only request
   * that is running at that time would be taken for its cause.
   */
  uncaused<Result>(run: () => Result): Result {
    return this.#context.run(null, run);
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

  /**
   * Returns the trace header for a function that events invoke.
   * @param ids the events whose lineages the header continues
   */
  trace(cause: string, ids: readonly string[] = []): string {
    const lineages = ids.flatMap((id) => this.#lineages.get(id) ?? []);
    return withLineage(`Root=${cause};Parent=${this.#random.hex(16)};Sampled=0`, joinLineages(lineages));
  }

  /** Records that an event was accepted, and returns its cause. */
  accept(step: Extract<EventStep, { kind: 'accepted' | 'duplicate' }>, cause = this.begin()): string {
    // A duplicate has the id of an earlier message, and that message keeps its own cause.
    if (step.kind === 'accepted') this.remember(step.id, cause);
    if (step.kind === 'accepted' && this.lineage !== undefined) this.#keepLineage(step.id, this.lineage);
    this.note(step, cause);
    if (!this.#begun.has(cause)) this.#begin(step.id, cause);
    return cause;
  }

  #keepLineage(id: string, lineage: string): void {
    this.#lineages.set(id, lineage);
    const [oldest] = this.#lineages.keys();
    if (this.#lineages.size > MAX_IDS && oldest !== undefined) this.#lineages.delete(oldest);
  }

  #begin(id: string, cause: string): void {
    addBounded(this.#begun, cause);
    if (!this.#own.has(cause) || this.#joined.has(cause)) return;
    // Stream records and changes of objects have an ARN as their id. The ARN is replaced by a short id that users can
    // type.
    const own = id.startsWith('arn:') ? this.#random.uuid() : id;
    this.begun.publish({ form: 'event', id: own, cause, atEpochMs: this.#clock.nowEpochMs() });
  }

  /**
   * Records the run of a schedule, which has no cause of its own. Events that `deliver` sends get the run as their
   * cause.
   */
  run(
    schedule: { readonly at: string; readonly id: string; readonly name: string },
    deliver: () => void,
  ): void {
    const cause = this.accept({ kind: 'accepted', what: 'run', ...schedule }, this.#newRoot());
    this.within(cause, deliver);
  }

  /** Runs an action of a user or of a program, with a new cause, because no request caused it. */
  apart<Result>(run: () => Result): Result {
    return this.#context.run({ root: this.#newRoot() }, run);
  }

  note(step: EventStep, cause: string): void {
    if (this.#steps.length >= 2 * MAX_STEPS) {
      this.#steps = this.#steps.slice(-MAX_STEPS);
      this.#byCause = Map.groupBy(this.#steps, ({ step: { cause: own } }) => own);
    }
    this.#noted += 1;
    const stamped = { ...shortened(step), atEpochMs: this.#clock.nowEpochMs(), cause };
    const kept = { step: stamped, order: this.#noted };
    this.#steps.push(kept);
    const known = this.#byCause.get(cause);
    if (known === undefined) this.#byCause.set(cause, [kept]);
    else known.push(kept);
    if (step.kind === 'ran' && step.invocationId !== undefined) this.remember(step.invocationId, cause);
  }

  /**
   * Records to which trace an invocation belongs. The id of the invocation is read only if the trace has caused an
   * event.
   */
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

  /**
   * Returns the cause of a batch. If the items have several causes, returns a new cause that stands for all of them.
   */
  join(ids: readonly string[]): string {
    const causes = [...new Set(ids.flatMap((id) => this.causeOf(id) ?? []))];
    const [only] = causes;
    if (only !== undefined && causes.length === 1) return only;
    const own = this.#newRoot();
    if (causes.length === 0) return own;
    this.#joined.set(own, causes);
    for (const cause of causes) {
      const batches = this.#batchesOf.get(cause);
      if (batches === undefined) this.#batchesOf.set(cause, new Set([own]));
      else batches.add(own);
    }
    const [oldest] = this.#joined.keys();
    if (this.#joined.size > MAX_STEPS && oldest !== undefined) this.#forgetBatch(oldest);
    return own;
  }

  #forgetBatch(own: string): void {
    for (const cause of this.#joined.get(own) ?? []) {
      const batches = this.#batchesOf.get(cause);
      batches?.delete(own);
      if (batches?.size === 0) this.#batchesOf.delete(cause);
    }
    this.#joined.delete(own);
  }

  /**
   * Returns the steps that have this cause, in order. This includes the steps of batches that have other causes as
   * well.
   */
  ofCause(cause: string): readonly StampedStep[] {
    const all = new Set([cause]);
    // A set also yields what is added to it during the iteration: a batch may be a cause of later batches.
    for (const one of all) for (const own of this.#batchesOf.get(one) ?? []) all.add(own);
    const found = [...all].flatMap((one) => this.#byCause.get(one) ?? []);
    return found.toSorted((one, other) => one.order - other.order).map(({ step }) => step);
  }

  /**
   * Returns the failed batch that blocks later records of the same queue or stream. It is the latest batch from this
   * source, if it failed and will be tried again.
   */
  blockOf(arn: string): Extract<StampedStep, { kind: 'ran' }> | undefined {
    const last = this.#steps.findLast(({ step }) => step.kind === 'ran' && step.from === arn)?.step;
    return last?.kind === 'ran' && (last.next?.kind === 'again' || last.next?.kind === 'visible')
      ? last
      : undefined;
  }

  clear(): void {
    this.#steps = [];
    this.#byCause.clear();
    this.#batchesOf.clear();
    this.#causes.clear();
    this.#lineages.clear();
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
  if (step.kind === 'rejected')
    return {
      ...step,
      target: step.target?.slice(0, MAX_NAME),
      operation: step.operation.slice(0, MAX_NAME),
      message: step.message.slice(0, MAX_TEXT),
    };
  if (step.kind === 'refused' || step.kind === 'denied' || step.kind === 'forbidden')
    return { ...step, message: step.message.slice(0, MAX_TEXT) };
  if (step.kind !== 'ran') return step;
  const { errorMessage, payload } = step;
  return {
    ...step,
    ...(errorMessage !== undefined && { errorMessage: errorMessage.slice(0, MAX_TEXT) }),
    ...(payload !== undefined && { payload: payload.slice(0, MAX_TEXT) }),
  };
}
