/** The instances of one function. The pool decides which instance gets an event, and when instances start and end. */
import { MACHINE_DEADLINES } from '../invocation/deadlines.ts';
import type { Deadlines, Invocation, InvocationResult, StreamTimes } from '../../core/ports.ts';
import type { Instance, InstanceOwner, InstanceProgram } from '../instance.ts';
import { describeUnprepared, throttled } from './refused-start.ts';
import { makeJob } from '../invocation/invoked-job.ts';
import { type Job, JobQueue, readFailure } from '../invocation/job.ts';
import { Concurrency, type ConcurrencyMember } from './concurrency.ts';
import { type GrowingPool, Growth } from './growth.ts';
import { DEFAULT_PATIENCE_MS } from './patience.ts';
import type { PoolLimits } from './pool-limits.ts';
import { StreamJob, type StreamStart } from '../invocation/stream-job.ts';

const MAX_STARTING = 4;
/** The idle time in milliseconds after which an instance ends. A function's last instance is kept longer. */
const IDLE_LIMIT_MS = 30_000;
const LAST_IDLE_LIMIT_MS = 600_000;

/** For how many milliseconds failed starts are attributed to a source file that is still being saved. */
const SAVING_MS = 500;

const CLOSING: InvocationResult = { kind: 'refused', reason: 'throttled', message: 'the gateway is closing' };

/** Called at the end of an invocation. It must not throw. */
export type InvocationEnd = (result: InvocationResult | StreamStart) => void;

type Refusal = ReturnType<typeof throttled>;

function refused(refusal: Refusal, onEnd: InvocationEnd | undefined): Promise<Refusal> {
  onEnd?.(refusal);
  return Promise.resolve(refusal);
}

/**
 * Returns a function that calls `onEnd` and then `resolve`. A callback is used because a chained promise would delay
 * each invocation.
 */
function withEnd<Result extends InvocationResult | StreamStart>(
  resolve: (result: Result) => void,
  onEnd: InvocationEnd | undefined,
): (result: Result) => void {
  if (onEnd === undefined) return resolve;
  return (result) => {
    onEnd(result);
    resolve(result);
  };
}

export class FunctionPool implements InstanceOwner, ConcurrencyMember, GrowingPool {
  readonly #limits: PoolLimits;
  readonly #prepare: () => Promise<InstanceProgram>;
  readonly #deadlines: Deadlines;
  readonly #together: Concurrency;
  readonly #isCold: boolean;
  readonly #growth = new Growth(this);
  readonly #onRoom = (): void => this.#dispatch();
  readonly #queue = new JobQueue();
  /** The idle instances. The instance that became idle last is used first. */
  readonly #idle: Instance[] = [];
  readonly #busy = new Set<Instance>();
  readonly #starting = new Set<Instance>();
  readonly #ending = new Set<Instance>();
  #program: InstanceProgram | undefined;
  #preparing = 0;
  #readyAt = 0;
  /**
   * The time at which the code first failed to start after it had started successfully. It is undefined if it has not
   * failed since then.
   */
  #failingSince: number | undefined;
  #headTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #onUnused: (() => void) | undefined;
  #swap:
    | { program: InstanceProgram; done: (failure: string | undefined) => void; instance: Instance }
    | undefined;

  startedCount = 0;

  /**
   * @param prepare builds the function's code. It is called when the first instance is needed, after a failure, and for
   * an outdated program.
   */
  constructor(
    limits: PoolLimits,
    prepare: () => Promise<InstanceProgram>,
    deadlines: Deadlines = MACHINE_DEADLINES,
    together = new Concurrency(),
  ) {
    this.#deadlines = deadlines;
    this.#limits = limits;
    this.#prepare = prepare;
    this.#together = together;
    this.#isCold = limits.isCold === true;
  }

  get reserved(): number | undefined {
    return this.#limits.reserved;
  }

  /** Returns the number of waiting and running events. It includes events whose caller no longer waits. */
  get events(): number {
    return this.#queue.length + this.running;
  }

  get running(): number {
    let count = 0;
    for (const { load } of this.#busy) count += load;
    return count;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get idleSince(): number | undefined {
    return this.#idle[0]?.restingSince;
  }

  releaseOldest(): void {
    for (const oldest of this.#idle.splice(0, 1)) this.#letGo(oldest);
  }

  get size(): number {
    return this.#idle.length + this.#busy.size + this.coming;
  }

  get coming(): number {
    return this.#starting.size + this.#preparing;
  }

  /** @param onEnd is called with the result before the caller gets it */
  invoke(invocation: Invocation, onEnd?: InvocationEnd): Promise<InvocationResult> {
    const refusal = this.#refuse(invocation);
    if (refusal !== undefined) return refused(refusal, onEnd);
    return new Promise((resolve) =>
      this.#take(makeJob(invocation, withEnd<InvocationResult>(resolve, onEnd), this.#deadlines)),
    );
  }

  /**
   * @param onEnd is called when the first bytes have arrived or the invocation has failed, before the caller knows
   */
  stream(invocation: Invocation & StreamTimes, onEnd?: InvocationEnd): Promise<StreamStart> {
    const refusal = this.#refuse(invocation);
    if (refusal !== undefined) return refused(refusal, onEnd);
    return new Promise((resolve) =>
      this.#take(new StreamJob(invocation, withEnd<StreamStart>(resolve, onEnd), this.#deadlines)),
    );
  }

  #take(job: Job): void {
    this.#queue.push(job);
    this.#dispatch();
  }

  #refuse({ functionName, payload }: Invocation): Refusal | undefined {
    const { queueLength, queueChars } = this.#limits;
    if (this.#isClosed || this.#queue.isFull(queueLength, queueChars - payload.length))
      return throttled(functionName);
    return this.#together.refuse(this, functionName);
  }

  /** Starts an instance if there is none, so that the first event does not wait for a cold start. */
  warm(): void {
    if (this.size === 0 && !this.#isCold && this.#mayGrow()) this.#startInstance();
  }

  onReady(instance: Instance): void {
    this.startedCount += 1;
    this.#starting.delete(instance);
    this.#readyAt = performance.now();
    this.#failingSince = undefined;
    const isTrial = this.#swap?.instance === instance;
    if (isTrial) this.#finishSwap();
    this.#growth.onReady(instance, this.#readyAt - instance.restingSince);
    instance.restingSince = this.#readyAt;
    this.#rest(instance, isTrial);
    this.#dispatch();
    // This call comes last, because it notifies the other pools, which then read the number of this pool's instances.
    this.#limits.gate.leave(instance);
  }

  onAnswer(instance: Instance, serviceMs: number): void {
    this.#growth.onAnswer(instance, serviceMs);
    if (instance.load === 0 && this.#busy.delete(instance)) {
      instance.restingSince = performance.now();
      this.#rest(instance, true);
    }
    if (this.#queue.length > 0) this.#dispatch();
    else this.#growth.follow();
    if (!this.#isUsed) this.#onUnused?.();
  }

  onTakenBack(_instance: Instance, jobs: readonly Job[], headRanMs: number): void {
    // An event is normally measured when it ends. The first estimate for a function cannot wait until then, so the time
    // that the running event has taken so far is used.
    if (!this.#growth.serviceTime.isKnown) this.#growth.serviceTime.observe(headRanMs, true);
    this.#queue.putBack(jobs);
    this.#dispatch();
  }

  onEnd(instance: Instance, jobs: readonly Job[], initFailure: string | undefined): void {
    const wasReported = this.#ending.delete(instance);
    this.#starting.delete(instance);
    this.#busy.delete(instance);
    const index = this.#idle.indexOf(instance);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#queue.putBack(jobs);
    if (initFailure !== undefined && !wasReported) this.#failInit(instance, initFailure);
    this.#dispatch();
    this.#limits.gate.leave(instance);
    if (!this.#isUsed) this.#onUnused?.();
  }

  /**
   * Replaces the code. If the function has instances, one instance of the new version starts. Then the instances of the
   * old version finish their events and end.
   * @returns Lambda's error JSON if the new version does not load, in which case the old version continues
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

  /**
   * Makes the next event start a new instance of the same code. Events that are already running finish on the old
   * instances.
   */
  renew(): void {
    for (const idle of this.#idle.splice(0)) this.#letGo(idle);
    for (const old of [...this.#busy, ...this.#starting]) old.drain();
  }

  get busy(): Iterable<Instance> {
    return this.#busy;
  }

  retire(now: number): void {
    for (let since = this.idleSince; since !== undefined; since = this.idleSince) {
      if (now - since < (this.size > 1 ? IDLE_LIMIT_MS : LAST_IDLE_LIMIT_MS)) return;
      this.releaseOldest();
    }
  }

  /**
   * Completes all waiting and running events, and then ends all instances. It is called when the pool will not get any
   * more events.
   */
  async finish(): Promise<void> {
    if (this.#isUsed) await new Promise<void>((resolve) => void (this.#onUnused = resolve));
    await this.close();
  }

  get #isUsed(): boolean {
    return this.#queue.length > 0 || this.#busy.size > 0;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onUnused?.();
    this.#together.leave(this);
    clearTimeout(this.#headTimer);
    this.#swap?.done(undefined);
    this.#swap = undefined;
    this.#dispatch();
    const all = [...this.#idle, ...this.#busy, ...this.#starting, ...this.#ending];
    await Promise.all(all.map((instance) => instance.end()));
  }

  #dispatch(): void {
    // Instances that end return the events that they have not started. The callers of these events must get a response,
    // because a waiting caller would keep the process alive for 30 s.
    if (this.#isClosed) for (const job of this.#queue.drain()) job.settle(CLOSING);
    const window = this.#isCold ? 1 : this.#growth.serviceTime.window;
    for (let job = this.#queue.peek(); job !== undefined; job = this.#queue.peek()) {
      const instance = this.#together.isFull(this) ? undefined : this.#pick(window, job);
      if (instance === undefined) break;
      this.#queue.shift();
      this.#together.onHandedOut(this);
      instance.send(job);
    }
    this.#growth.follow();
    if (this.#queue.length > 0) {
      this.#scale();
      this.#headTimer ??= setTimeout(() => setImmediate(this.#checkQueue), DEFAULT_PATIENCE_MS).unref();
    }
  }

  /**
   * Selects the instance for an event. A fast function keeps using its warm instance, even if other instances are idle.
   * Any other function uses the idle instance that was used last.
   */
  #pick(window: number, job: Job): Instance | undefined {
    if (window > 1) {
      let isMoving = false;
      for (const busy of this.#busy) {
        if (busy.hasRoom(window)) return busy;
        isMoving ||= !busy.isStuck;
      }
      if (isMoving && performance.now() - job.enqueuedAt < DEFAULT_PATIENCE_MS) return undefined;
    }
    const idle = this.#idle.pop();
    if (idle !== undefined) this.#busy.add(idle);
    return idle;
  }

  #scale(): void {
    if (!this.#isCold && !this.#growth.serviceTime.isSlow) {
      if (this.size === 0 && this.#mayGrow()) this.#startInstance();
      return;
    }
    const wanted = Math.min(MAX_STARTING, this.#queue.length);
    while (this.coming < wanted && (this.#isCold || this.#growth.wantsOneMore()) && this.#mayStart())
      this.#startInstance();
  }

  /** Whether an instance may start now. The first instance does not wait for other starts. */
  #mayStart(): boolean {
    return this.#mayGrow() && (this.size === 0 || this.#limits.gate.hasRoom(this.#onRoom));
  }

  #mayGrow(): boolean {
    return this.size < this.#limits.maxInstances && this.#together.hasPlace;
  }

  #startInstance(): void {
    if (this.#isClosed) return;
    this.#growth.onStart();
    if (this.#program?.isOutdated?.() === true) this.#program = undefined;
    if (this.#program !== undefined) {
      this.#together.makePlace();
      const instance = this.#program.start(this);
      this.#starting.add(instance);
      this.#limits.gate.enter(instance);
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

  readonly #checkQueue = (): void => {
    this.#headTimer = undefined;
    this.#dispatch();
    const head = this.#queue.peek();
    if (head === undefined || this.#isClosed) return;
    const now = performance.now();
    // Events that wait for an instance to start are not throttled, because the start has its own time limit.
    if (this.coming > 0) return;
    if (!this.#mayGrow() || this.#together.isFull(this)) this.#refuseExpired(now);
    else if (now - Math.max(head.enqueuedAt, this.#readyAt) >= this.#growth.patienceMs) {
      // Nothing has been measured yet, but the running event is known to take at least this long.
      if (!this.#growth.serviceTime.isKnown) this.#growth.serviceTime.observe(DEFAULT_PATIENCE_MS, true);
      if (this.#mayStart()) this.#startInstance();
    }
  };

  #refuseExpired(now: number): void {
    for (let job = this.#queue.peek(); job !== undefined; job = this.#queue.peek()) {
      if (now - job.enqueuedAt < this.#limits.queueWaitMs) return;
      this.#queue.shift();
      job.settle(throttled('this function'));
    }
  }

  /**
   * Fails one event because an instance could not start, as Lambda does. The next event gets a new instance. If the
   * instance was started to replace the code, that replacement gets the error instead of an event. No event fails while
   * a source file is being saved.
   */
  #failInit(instance: Instance, payload: string): void {
    if (this.#swap?.instance === instance) {
      const { done } = this.#swap;
      this.#swap = undefined;
      done(payload);
    } else if (!this.#isBeingSaved()) this.#failOldest(payload);
  }

  /**
   * Whether the code may be incomplete because a file is being saved. Editors truncate a file before they write it. If
   * the code has started successfully before, its start is therefore repeated.
   */
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
    this.#growth.forget();
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

  #rest(instance: Instance, isUsed: boolean): void {
    if (instance.isDraining || (isUsed && this.#isCold)) this.#letGo(instance);
    else this.#idle.push(instance);
  }

  #letGo(instance: Instance): void {
    this.#ending.add(instance);
    void instance.end();
  }
}
