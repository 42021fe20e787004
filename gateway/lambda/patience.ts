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
const LOOK_EVERY_MS = 50;
const LEAST_SPAN_MS = 10;
/** Of a processor: with less that is free, one instance more gains nothing. */
const WORTH_A_START = 0.5;

type Look = { readonly atMs: number; readonly activeMs: number };

export class Patience {
  readonly #processors: number;
  readonly #nowMs: () => number;
  readonly #looks = new WeakMap<Instance, Look>();
  #lookedMs = -Infinity;
  #taken = 0;

  constructor(processors: number = availableParallelism(), nowMs: () => number = () => performance.now()) {
    this.#processors = processors;
    this.#nowMs = nowMs;
  }

  /** It is ready: what it does is measured from now on. */
  begin(instance: Instance): void {
    this.#looks.set(instance, { atMs: this.#nowMs(), activeMs: instance.activeMs });
  }

  /** @param starting instances that are on their way, each as busy as can be */
  ms(busy: Iterable<Instance>, starting: number): number {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lookedMs >= LOOK_EVERY_MS) {
      this.#lookedMs = nowMs;
      this.#taken = 0;
      for (const instance of busy) this.#taken += this.#shareOf(instance, nowMs);
    }
    const isFull = this.#taken + starting > this.#processors - WORTH_A_START;
    return isFull ? FULL_PATIENCE_MS : USUAL_PATIENCE_MS;
  }

  /** Of the time since the last look. One that has just begun runs code that is cold. */
  #shareOf(instance: Instance, nowMs: number): number {
    const { activeMs } = instance;
    const { atMs, activeMs: before } = this.#looks.get(instance) ?? { atMs: nowMs, activeMs };
    if (nowMs - atMs < LEAST_SPAN_MS) return 1;
    this.#looks.set(instance, { atMs: nowMs, activeMs });
    return Math.min(1, (activeMs - before) / (nowMs - atMs));
  }
}
