/**
 * Whether short waiting events deserve another instance. Time in which events wait while a processor is free
 * counts as lost. Once it equals the cost of starting an instance, an instance is started, so the loss is at most twice the
 * optimum.
 */

import { SAMPLE_EVERY_MS } from './patience.ts';

/** Covers a complete measurement of the processors; without load, earlier measurements saw free processors. */
const LEAST_MS = 2 * SAMPLE_EVERY_MS;

export class Line {
  readonly #nowMs: () => number;
  /** The minimum seen, since other load only adds to it. */
  #startMs = Infinity;
  /** Minimum duration of a first event, whose code is cold. */
  #firstMs = Infinity;
  /** Time in which events have waited, less idle time of instances; never below 0. */
  #lostMs = 0;
  /** Change of the lost time per millisecond. */
  #rate: -1 | 0 | 1 = 0;
  #sinceMs = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  observeStart(ms: number): void {
    this.#startMs = Math.min(this.#startMs, ms);
  }

  observeFirst(serviceMs: number): void {
    this.#firstMs = Math.min(this.#firstMs, serviceMs);
  }

  /** Called when more events wait than instances are starting. */
  stand(): void {
    this.#resume(1);
  }

  /** No event waits and no instance is idle: with two callers of one instance this changes all the time. */
  pause(): void {
    this.#resume(0);
  }

  rest(): void {
    this.#resume(-1);
  }

  #resume(rate: -1 | 0 | 1): void {
    if (rate === this.#rate) return;
    this.#lostMs = this.#lostUntilNow();
    this.#sinceMs = this.#nowMs();
    this.#rate = rate;
  }

  #lostUntilNow(): number {
    return Math.max(0, this.#lostMs + this.#rate * (this.#nowMs() - this.#sinceMs));
  }

  /** Resets the lost time, because an instance starts or would find no free processor. */
  clear(): void {
    this.#rate = 0;
    this.#lostMs = 0;
  }

  /** @param usualMs duration of an event that is not the first */
  isWorthAStart(usualMs: number): boolean {
    const costMs = this.#startMs + Math.max(0, this.#firstMs - usualMs);
    return this.#rate === 1 && this.#lostUntilNow() >= Math.max(LEAST_MS, costMs);
  }

  /** New code may start more slowly. */
  forget(): void {
    this.#startMs = Infinity;
    this.#firstMs = Infinity;
    this.clear();
  }
}
