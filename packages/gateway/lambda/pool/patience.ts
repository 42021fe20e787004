/**
 * Decides how long an event may wait before its function gets another instance. Another instance helps functions that
 * wait for I/O. For functions that use the processors, it only slows down running events.
 */
import { availableParallelism } from 'node:os';
import type { Instance } from '../instance.ts';

export const DEFAULT_PATIENCE_MS = 50;
/**
 * The maximum time that an event waits before another instance starts, in milliseconds. It is needed because the
 * running event may be an endless loop.
 */
const FULL_PATIENCE_MS = 1_000;
/** The interval between measurements in milliseconds. Shorter intervals say little about the load. */
export const SAMPLE_EVERY_MS = 50;
const LEAST_SPAN_MS = 10;
/** The share of a processor that must be free for another instance to be useful. */
const WORTH_A_START = 0.5;

type Sample = { readonly atMs: number; readonly activeMs: number };

export class Patience {
  readonly #processors: number;
  readonly #nowMs: () => number;
  readonly #looks = new WeakMap<Instance, Sample>();
  readonly #ownActiveMs: () => number;
  #lookedMs = -Infinity;
  #taken = 0;
  /**
   * The load of the thread that gives events to instances. It is measured in the last interval, as a share of one
   * processor.
   */
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

  /** Starts to measure the load of an instance. It is called when the instance is ready. */
  begin(instance: Instance): void {
    this.#looks.set(instance, { atMs: this.#nowMs(), activeMs: instance.activeMs ?? 0 });
  }

  /**
   * Returns how long an event may wait, in milliseconds.
   * @param starting the number of instances that are starting; each of them counts as fully busy
   */
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
    // The interval before the first measurement is infinite, so the first result is 0.
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

  /**
   * Returns the share of a processor that the instance has used since the last measurement. A new instance counts as
   * one whole processor, because its code is cold.
   */
  #shareOf(instance: Instance, activeMs: number, nowMs: number): number {
    const { atMs, activeMs: before } = this.#looks.get(instance) ?? { atMs: nowMs, activeMs };
    if (nowMs - atMs < LEAST_SPAN_MS) return 1;
    this.#looks.set(instance, { atMs: nowMs, activeMs });
    return Math.min(1, (activeMs - before) / (nowMs - atMs));
  }
}
