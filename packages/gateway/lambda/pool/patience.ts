/**
 * How long an event may wait before its function gets another instance. Another instance helps functions that wait for
 * I/O. For functions that use the processors, it only slows down running events.
 */
import { availableParallelism } from 'node:os';
import type { Instance } from '../instance.ts';

export const DEFAULT_PATIENCE_MS = 50;
/** Upper bound of the wait. It is needed because the running event may be an endless loop. */
const FULL_PATIENCE_MS = 1_000;
/** Interval between measurements. Shorter intervals say little about the load. */
export const SAMPLE_EVERY_MS = 50;
const LEAST_SPAN_MS = 10;
/** Share of a processor. If less is free, another instance does not help. */
const WORTH_A_START = 0.5;

type Sample = { readonly atMs: number; readonly activeMs: number };

export class Patience {
  readonly #processors: number;
  readonly #nowMs: () => number;
  readonly #looks = new WeakMap<Instance, Sample>();
  readonly #ownActiveMs: () => number;
  #lookedMs = -Infinity;
  #taken = 0;
  /** Load of this thread, which gives events to instances, in the last interval as a share of a processor. */
  #own = 0;
  #ownUntilMs = 0;
  #unreported = 0;

  constructor(
    processors: number = availableParallelism(),
    nowMs: () => number = () => performance.now(),
    ownActiveMs: () => number = () => performance.eventLoopUtilization().active,
  ) {
    this.#processors = processors;
    this.#nowMs = nowMs;
    this.#ownActiveMs = ownActiveMs;
  }

  /** Measures the load of an instance from now on. Called when the instance is ready. */
  begin(instance: Instance): void {
    this.#looks.set(instance, { atMs: this.#nowMs(), activeMs: instance.activeMs ?? 0 });
  }

  /** @param starting the number of instances being started, each of which counts as fully busy */
  ms(busy: Iterable<Instance>, starting: number): number {
    this.#look(busy);
    return this.#leavesOne(this.#taken + starting) ? DEFAULT_PATIENCE_MS : FULL_PATIENCE_MS;
  }

  /** Whether another instance would find a free processor. Instances of unknown load count as busy. */
  hasProcessor(busy: Iterable<Instance>, starting: number): boolean {
    this.#look(busy);
    return this.#leavesOne(this.#own + this.#taken + this.#unreported + starting);
  }

  #leavesOne(taken: number): boolean {
    return taken <= this.#processors - WORTH_A_START;
  }

  #look(busy: Iterable<Instance>): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lookedMs < SAMPLE_EVERY_MS) return;
    const ownActiveMs = this.#ownActiveMs();
    // Before the first measurement the interval is infinite, so the load is 0.
    this.#own = (ownActiveMs - this.#ownUntilMs) / (nowMs - this.#lookedMs);
    this.#ownUntilMs = ownActiveMs;
    this.#lookedMs = nowMs;
    this.#taken = 0;
    this.#unreported = 0;
    for (const instance of busy) {
      const { activeMs } = instance;
      if (activeMs === undefined) this.#unreported += 1;
      else this.#taken += this.#shareOf(instance, activeMs, nowMs);
    }
  }

  /** The share of a processor that the instance used since the last check. A new instance counts fully, because its code is cold. */
  #shareOf(instance: Instance, activeMs: number, nowMs: number): number {
    const { atMs, activeMs: before } = this.#looks.get(instance) ?? { atMs: nowMs, activeMs };
    if (nowMs - atMs < LEAST_SPAN_MS) return 1;
    this.#looks.set(instance, { atMs: nowMs, activeMs });
    return Math.min(1, (activeMs - before) / (nowMs - atMs));
  }
}
