/**
 * Decides whether events that wait only briefly justify another instance. Time in which events wait while a processor
 * is free counts as lost. An instance is started once the lost time equals the cost of the start, so the total loss is
 * at most twice the optimum.
 */

import { SAMPLE_EVERY_MS } from './patience.ts';

/**
 * Minimum lost time before another instance starts. It covers a complete measurement of the processors, because
 * measurements from before the load saw free processors.
 */
const LEAST_MS = 2 * SAMPLE_EVERY_MS;

export class Line {
  readonly #nowMs: () => number;
  /** Shortest start that was measured. Other load can only make a start longer. */
  #startMs = Infinity;
  /** Minimum duration of a first event, whose code is cold. */
  #firstMs = Infinity;
  /** Time in which events have waited, minus the idle time of instances. It never falls below 0. */
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

  /** Starts counting lost time. Called when more events wait than instances are starting. */
  stand(): void {
    this.#resume(1);
  }

  /**
   * Stops counting, because no event waits and no instance is idle. With two callers of one instance, this happens all
   * the time.
   */
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

  /** @param usualMs duration of an event that is not the first event of its instance */
  isWorthAStart(usualMs: number): boolean {
    const costMs = this.#startMs + Math.max(0, this.#firstMs - usualMs);
    return this.#rate === 1 && this.#lostUntilNow() >= Math.max(LEAST_MS, costMs);
  }

  /** Discards the measured start times, because new code may start more slowly. */
  forget(): void {
    this.#startMs = Infinity;
    this.#firstMs = Infinity;
    this.clear();
  }
}
