/** The instances of one function: which one gets an event, when another is started, when one is let go. */
import { MACHINE_DEADLINES } from './deadlines.ts';
import type { Deadlines, Invocation, InvocationResult, StreamTimes } from '../ports.ts';
import type { Instance, InstanceOwner, InstanceProgram } from './instance.ts';
import { describeUnprepared, throttled } from './refused-start.ts';
import { makeJob } from './invoked-job.ts';
import { type Job, JobQueue, readFailure } from './job.ts';
import { StreamJob, type StreamStart } from './stream-job.ts';

export type PoolLimits = {
  /** Instances of one function at a time. */
  readonly maxInstances: number;
  /** Events at a time, `ReservedConcurrentExecutions`; one more is throttled at once. Undefined = as instances go. */
  readonly reserved?: number | undefined;
  /** Longest wait for an instance once that limit is reached; then `throttled`. */
  readonly queueWaitMs: number;
  /** Events that may wait, and their text together. */
  readonly queueLength: number;
  readonly queueChars: number;
};

export const DEFAULT_LIMITS: Omit<PoolLimits, 'maxInstances'> = {
  queueWaitMs: 5_000,
  queueLength: 20_000,
  queueChars: 256 * 1024 * 1024,
};

/** Work handed ahead to an instance, at most (docs/design/hot-path §3). */
const WINDOW_MS = 2;
const WINDOW_EVENTS = 48;
/** Functions below this mean keep to their warm instance. */
const FAST_BELOW_MS = 1;
/** …until the oldest waiting event has waited this long. */
const FAST_PATIENCE_MS = 50;
const MAX_STARTING = 4;
/** Events that the mean service time looks back on. Long, so that one event preempted on a busy machine does not make a fast function look slow. */
const MEAN_EVENTS = 64;
/** The first event of an instance runs cold code: it counts only if it is slow by any measure. */
const COLD_EVENT_MS = 15;
/** Idle time after which an instance is let go; the last one of a function stays longer. */
const IDLE_LIMIT_MS = 30_000;
const LAST_IDLE_LIMIT_MS = 600_000;

/** How long code that fails to start is taken for a file that is being saved. */
const SAVING_MS = 500;

export class FunctionPool implements InstanceOwner {
  readonly #limits: PoolLimits;
  readonly #prepare: () => Promise<InstanceProgram>;
  readonly #deadlines: Deadlines;
  readonly #queue = new JobQueue();
  /** Last in, first out. */
  readonly #idle: Instance[] = [];
  readonly #busy = new Set<Instance>();
  readonly #starting = new Set<Instance>();
  /** Those told to end, until they have. */
  readonly #ending = new Set<Instance>();
  #program: InstanceProgram | undefined;
  /** Instances wanted whose program is still being built. */
  #preparing = 0;
  #meanMs: number | undefined;
  #measuredCount = 0;
  #readyAt = 0;
  /** Since when no start succeeds, of code that has been started before. */
  #failingSince: number | undefined;
  #headTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #swap:
    { program: InstanceProgram; done: (failure: string | undefined) => void; instance: Instance } | undefined;

  /** Instances that got ready, since the start. */
  startedCount = 0;

  /** @param prepare builds the function's code; called when the first instance is needed, and again after a failure */
  constructor(
    limits: PoolLimits,
    prepare: () => Promise<InstanceProgram>,
    deadlines: Deadlines = MACHINE_DEADLINES,
  ) {
    this.#deadlines = deadlines;
    this.#limits = limits;
    this.#prepare = prepare;
  }

  get size(): number {
    return this.#idle.length + this.#busy.size + this.#starting.size + this.#preparing;
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    return new Promise((resolve) => {
      if (this.#takesNoMore(invocation.payload)) {
        resolve(throttled(invocation.functionName));
        return;
      }
      this.#queue.push(makeJob(invocation, resolve, this.#deadlines));
      this.#dispatch();
    });
  }

  stream(invocation: Invocation & StreamTimes): Promise<StreamStart> {
    return new Promise((resolve) => {
      if (this.#takesNoMore(invocation.payload)) {
        resolve(throttled(invocation.functionName));
        return;
      }
      this.#queue.push(new StreamJob(invocation, resolve, this.#deadlines));
      this.#dispatch();
    });
  }

  #takesNoMore(payload: string): boolean {
    return (
      this.#isClosed ||
      (this.#limits.reserved !== undefined && this.#countEvents() >= this.#limits.reserved) ||
      this.#queue.length >= this.#limits.queueLength ||
      this.#queue.sizeChars + payload.length > this.#limits.queueChars
    );
  }

  /** Those that wait or run; one whose caller has given up runs on. */
  #countEvents(): number {
    return [...this.#busy].reduce((count, { load }) => count + load, this.#queue.length);
  }

  /** Starts an instance if there is none, so that the first event finds it warm. */
  warm(): void {
    if (this.size === 0) this.#startInstance();
  }

  onReady(instance: Instance): void {
    this.startedCount += 1;
    this.#starting.delete(instance);
    this.#readyAt = performance.now();
    this.#failingSince = undefined;
    instance.restingSince = this.#readyAt;
    if (this.#swap?.instance === instance) this.#finishSwap();
    if (instance.isDraining) this.#letGo(instance);
    else this.#idle.push(instance);
    this.#dispatch();
  }

  onAnswer(instance: Instance, serviceMs: number): void {
    if (instance.answeredCount > 1 || serviceMs >= COLD_EVENT_MS) this.#observe(serviceMs);
    if (instance.load === 0 && this.#busy.delete(instance)) {
      instance.restingSince = performance.now();
      if (instance.isDraining) this.#letGo(instance);
      else this.#idle.push(instance);
    }
    if (this.#queue.length > 0) this.#dispatch();
  }

  onTakenBack(_instance: Instance, jobs: readonly Job[], headRanMs: number): void {
    // A head that runs on will be measured when it answers; only the first word about a function cannot wait.
    if (this.#meanMs === undefined) this.#observe(headRanMs);
    this.#queue.putBack(jobs);
    this.#dispatch();
  }

  onEnd(instance: Instance, jobs: readonly Job[], initFailure: string | undefined): void {
    const wasTold = this.#ending.delete(instance);
    this.#starting.delete(instance);
    this.#busy.delete(instance);
    const index = this.#idle.indexOf(instance);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#queue.putBack(jobs);
    if (initFailure !== undefined && !wasTold) this.#failInit(instance, initFailure);
    if (!this.#isClosed) this.#dispatch();
  }

  /**
   * Replaces the code: one instance of the new version starts, then the old ones finish and end.
   * @returns Lambda's error JSON if the new version does not load; the old one goes on
   */
  swap(program: InstanceProgram): Promise<string | undefined> {
    if (this.size === 0 || this.#isClosed) {
      this.#program = program;
      return Promise.resolve(undefined);
    }
    return new Promise((done) => {
      this.#cancelSwap();
      const instance = program.start(this);
      this.#starting.add(instance);
      this.#swap = { program, done, instance };
    });
  }

  /** The next event finds a new instance of the same code; what runs ends as it does. */
  renew(): void {
    for (const idle of this.#idle.splice(0)) this.#letGo(idle);
    for (const old of [...this.#busy, ...this.#starting]) old.isDraining = true;
  }

  /** Those that run an event. */
  get busy(): Iterable<Instance> {
    return this.#busy;
  }

  /** Lets go of instances that have been idle too long. */
  retire(now: number): void {
    while (this.#idle.length > 0) {
      const oldest = this.#idle[0];
      const limit = this.size > 1 ? IDLE_LIMIT_MS : LAST_IDLE_LIMIT_MS;
      if (oldest === undefined || now - oldest.restingSince < limit) return;
      this.#idle.shift();
      this.#letGo(oldest);
    }
  }

  /** Refuses what waits, and ends all instances. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#headTimer);
    this.#swap?.done(undefined);
    this.#swap = undefined;
    for (const job of this.#queue.drain()) {
      job.settle({ kind: 'refused', reason: 'throttled', message: 'the gateway is closing' });
    }
    const all = [...this.#idle, ...this.#busy, ...this.#starting, ...this.#ending];
    await Promise.all(all.map((instance) => instance.end()));
  }

  #dispatch(): void {
    const window = this.#window();
    for (let job = this.#queue.peek(); job !== undefined; job = this.#queue.peek()) {
      const instance = this.#pick(window, job);
      if (instance === undefined) break;
      this.#queue.shift();
      instance.send(job);
    }
    if (this.#queue.length > 0) {
      this.#scale();
      this.#headTimer ??= this.#watchQueue();
    }
  }

  #window(): number {
    if (this.#meanMs === undefined) return 1;
    return Math.min(WINDOW_EVENTS, Math.max(1, Math.floor(WINDOW_MS / this.#meanMs)));
  }

  /** A fast function keeps to its warm instance, even when others are idle; any other takes the one used last. */
  #pick(window: number, job: Job): Instance | undefined {
    if (window > 1) {
      let isMoving = false;
      for (const busy of this.#busy) {
        if (busy.hasRoom(window)) return busy;
        isMoving ||= !busy.isStuck;
      }
      if (isMoving && performance.now() - job.enqueuedAt < FAST_PATIENCE_MS) return undefined;
    }
    const idle = this.#idle.pop();
    if (idle !== undefined) this.#busy.add(idle);
    return idle;
  }

  #scale(): void {
    const isSlow = this.#meanMs !== undefined && this.#meanMs >= FAST_BELOW_MS;
    if (!isSlow) {
      if (this.size === 0) this.#startInstance();
      return;
    }
    const wanted = Math.min(MAX_STARTING, this.#queue.length);
    while (this.#starting.size + this.#preparing < wanted && this.size < this.#limits.maxInstances) {
      this.#startInstance();
    }
  }

  #startInstance(): void {
    if (this.#isClosed) return;
    if (this.#program !== undefined) {
      this.#starting.add(this.#program.start(this));
      return;
    }
    this.#preparing += 1;
    this.#prepare().then(
      (program) => {
        this.#program ??= program;
        this.#preparing -= 1;
        this.#startInstance();
      },
      (error: unknown) => {
        this.#preparing -= 1;
        this.#failOldest(JSON.stringify(describeUnprepared(error)));
        this.#dispatch();
      },
    );
  }

  #watchQueue(): NodeJS.Timeout {
    return setTimeout(() => setImmediate(() => this.#checkQueue()), FAST_PATIENCE_MS).unref();
  }

  #checkQueue(): void {
    this.#headTimer = undefined;
    this.#dispatch();
    const head = this.#queue.peek();
    if (head === undefined || this.#isClosed) return;
    const now = performance.now();
    const isStarting = this.#starting.size + this.#preparing > 0;
    // Waiting for a start is no throttling; the start has a limit of its own.
    if (isStarting) return;
    if (this.size >= this.#limits.maxInstances) this.#refuseExpired(now);
    else if (now - Math.max(head.enqueuedAt, this.#readyAt) >= FAST_PATIENCE_MS) {
      // Nothing was measured yet, but what runs takes at least this long.
      if (this.#meanMs === undefined) this.#observe(FAST_PATIENCE_MS);
      this.#startInstance();
    }
  }

  #refuseExpired(now: number): void {
    for (let job = this.#queue.peek(); job !== undefined; job = this.#queue.peek()) {
      if (now - job.enqueuedAt < this.#limits.queueWaitMs) return;
      this.#queue.shift();
      job.settle(throttled('this function'));
    }
  }

  #observe(serviceMs: number): void {
    if (this.#measuredCount < MEAN_EVENTS) this.#measuredCount += 1;
    const mean = this.#meanMs ?? serviceMs;
    this.#meanMs = mean + (serviceMs - mean) / this.#measuredCount;
  }

  /** The start has failed one invocation, as at Lambda; the next one gets a new instance. */
  #failInit(instance: Instance, payload: string): void {
    if (this.#swap?.instance === instance) {
      const { done } = this.#swap;
      this.#swap = undefined;
      done(payload);
    } else if (!this.#isBeingSaved()) this.#failOldest(payload);
  }

  /** Code that could be started may be half written: an editor truncates a file before it fills it. It is tried again. */
  #isBeingSaved(): boolean {
    if (this.#readyAt === 0) return false;
    this.#failingSince ??= performance.now();
    return performance.now() - this.#failingSince < SAVING_MS;
  }

  #failOldest(payload: string): void {
    const job = this.#queue.peek();
    if (job === undefined) return;
    this.#queue.shift();
    job.settle(readFailure(payload));
  }

  #finishSwap(): void {
    const swap = this.#swap;
    if (swap === undefined) return;
    this.#swap = undefined;
    this.#program = swap.program;
    this.#meanMs = undefined;
    this.#measuredCount = 0;
    this.renew();
    swap.done(undefined);
  }

  #cancelSwap(): void {
    const swap = this.#swap;
    if (swap === undefined) return;
    this.#swap = undefined;
    this.#starting.delete(swap.instance);
    this.#letGo(swap.instance);
    swap.done(undefined);
  }

  #letGo(instance: Instance): void {
    this.#ending.add(instance);
    void instance.end();
  }
}
