/**
 * How long an event may wait before its function gets an instance more. One that waits for something else serves more by
 * that; one that keeps the processors busy does not: a start and its cold code take them from those that run.
 */
import { availableParallelism } from 'node:os';
import type { Instance } from './instance.ts';

export const USUAL_PATIENCE_MS = 50;
/** Bounded all the same: what runs may be an endless loop. */
const FULL_PATIENCE_MS = 1_000;
/** Shorter spans say little of who runs. */
export const LOOK_EVERY_MS = 50;
const LEAST_SPAN_MS = 10;
/** Of a processor: with less that is free, one instance more gains nothing. */
const WORTH_A_START = 0.5;

type Look = { readonly atMs: number; readonly activeMs: number };

export class Patience {
  readonly #processors: number;
  readonly #nowMs: () => number;
  readonly #looks = new WeakMap<Instance, Look>();
  readonly #ownActiveMs: () => number;
  #lookedMs = -Infinity;
  #taken = 0;
  /** Of this thread, which hands the events over; what it has been active until the last look. */
  #own = 0;
  #ownUntilMs = 0;
  /** Instances that run an event, and nobody can tell how busy they are. */
  #untold = 0;

  constructor(
    processors: number = availableParallelism(),
    nowMs: () => number = () => performance.now(),
    ownActiveMs: () => number = () => performance.eventLoopUtilization().active,
  ) {
    this.#processors = processors;
    this.#nowMs = nowMs;
    this.#ownActiveMs = ownActiveMs;
  }

  /** It is ready: what it does is measured from now on. */
  begin(instance: Instance): void {
    this.#looks.set(instance, { atMs: this.#nowMs(), activeMs: instance.activeMs ?? 0 });
  }

  /** @param starting instances that are on their way, each as busy as can be */
  ms(busy: Iterable<Instance>, starting: number): number {
    this.#look(busy);
    return this.#leavesOne(this.#taken + starting) ? USUAL_PATIENCE_MS : FULL_PATIENCE_MS;
  }

  /** Whether one more would find a processor for all that is known: whoever does not tell may have one of its own. */
  hasProcessor(busy: Iterable<Instance>, starting: number): boolean {
    this.#look(busy);
    return this.#leavesOne(this.#own + this.#taken + this.#untold + starting);
  }

  #leavesOne(taken: number): boolean {
    return taken <= this.#processors - WORTH_A_START;
  }

  #look(busy: Iterable<Instance>): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    const ownActiveMs = this.#ownActiveMs();
    // Before the first look, the span is without end.
    this.#own = (ownActiveMs - this.#ownUntilMs) / (nowMs - this.#lookedMs);
    this.#ownUntilMs = ownActiveMs;
    this.#lookedMs = nowMs;
    this.#taken = 0;
    this.#untold = 0;
    for (const instance of busy) {
      const { activeMs } = instance;
      if (activeMs === undefined) this.#untold += 1;
      else this.#taken += this.#shareOf(instance, activeMs, nowMs);
    }
  }

  /** Of the time since the last look. One that has just begun runs code that is cold. */
  #shareOf(instance: Instance, activeMs: number, nowMs: number): number {
    const { atMs, activeMs: before } = this.#looks.get(instance) ?? { atMs: nowMs, activeMs };
    if (nowMs - atMs < LEAST_SPAN_MS) return 1;
    this.#looks.set(instance, { atMs: nowMs, activeMs });
    return Math.min(1, (activeMs - before) / (nowMs - atMs));
  }
}
