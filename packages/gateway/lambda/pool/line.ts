/**
 * Decides whether events that wait only briefly justify another instance. The time during which events wait although a
 * processor is free counts as lost. When the lost time equals the time that a start costs, an instance is started. The
 * total loss is therefore at most twice the optimum.
 */

import { SAMPLE_EVERY_MS } from './patience.ts';

/**
 * The minimum lost time in milliseconds before another instance starts. It is long enough for a complete measurement of
 * the processors, because a measurement that began before the load would show free processors.
 */
const LEAST_MS = 2 * SAMPLE_EVERY_MS;

export class Line {
  readonly #nowMs: () => number;
  /** The shortest measured start time in milliseconds. It is used because other load can only lengthen a start. */
  #startMs = Infinity;
  /** The shortest measured duration of an instance's first event, whose code is cold, in milliseconds. */
  #firstMs = Infinity;
  /**
   * The lost time in milliseconds. It is the time during which events have waited, minus the idle time of instances,
   * and never falls below 0.
   */
  #lostMs = 0;
  /** The change of the lost time for each millisecond that passes. */
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

  /**
   * Starts to count lost time. It is called when the number of waiting events exceeds the number of starting instances.
   */
  stand(): void {
    this.#resume(1);
  }

  /**
   * Stops counting, because no instance is idle, and the number of waiting events does not exceed the number of
   * starting instances. If two callers share one instance, this method is called very often.
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

  /**
   * Sets the lost time to 0, because an instance starts, another instance would not find a free processor, or the
   * function is fast.
   */
  clear(): void {
    this.#rate = 0;
    this.#lostMs = 0;
  }

  /**
   * Whether the lost time justifies another instance.
   * @param usualMs the duration of an event, not counting the first event of an instance
   */
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
