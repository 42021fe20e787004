/** A function's measured time per event, and the number of events that an instance may therefore get in advance. */

/** The amount of work in milliseconds that an instance may have queued (docs/design/hot-path §3). */
const WINDOW_MS = 2;
const WINDOW_EVENTS = 48;
/** The mean time in milliseconds below which a function counts as fast. A fast function uses only its warm instance. */
const FAST_BELOW_MS = 1;
/**
 * The number of events in the moving mean. It is large, so that a fast function does not appear slow because one event
 * was interrupted on a busy machine.
 */
const MEAN_EVENTS = 64;
/**
 * The minimum duration in milliseconds at which the first event of an instance is included in the mean. Such an event
 * is slow even for cold code.
 */
const COLD_EVENT_MS = 15;

export class ServiceTime {
  #meanMs: number | undefined;
  #count = 0;
  /** Whether the mean includes events that were not the first of their instance. */
  #isWarm = false;

  get isKnown(): boolean {
    return this.#meanMs !== undefined;
  }

  get isSlow(): boolean {
    return this.#meanMs !== undefined && this.#meanMs >= FAST_BELOW_MS;
  }

  get meanMs(): number {
    return this.#meanMs ?? 0;
  }

  get window(): number {
    if (this.#meanMs === undefined) return 1;
    return Math.min(WINDOW_EVENTS, Math.max(1, Math.floor(WINDOW_MS / this.#meanMs)));
  }

  waitMs(events: number, instances: number): number {
    return instances === 0 ? Infinity : (events * this.meanMs) / instances;
  }

  /**
   * Adds a measured time.
   * @param isCold whether the code ran for the first time; such a time is used only until warm events have been
   * measured
   */
  observe(serviceMs: number, isCold = false): void {
    if (isCold && (this.#isWarm || serviceMs < COLD_EVENT_MS)) return;
    if (!isCold && !this.#isWarm) {
      this.forget();
      this.#isWarm = true;
    }
    if (this.#count < MEAN_EVENTS) this.#count += 1;
    const mean = this.#meanMs ?? serviceMs;
    this.#meanMs = mean + (serviceMs - mean) / this.#count;
  }

  forget(): void {
    this.#meanMs = undefined;
    this.#count = 0;
    this.#isWarm = false;
  }
}
