/** A function's measured time per event, and the number of events that an instance may therefore get in advance. */

/** The limit of work that an instance gets in advance (docs/design/hot-path §3). */
const WINDOW_MS = 2;
const WINDOW_EVENTS = 48;
/** A function whose mean time is below this value uses only its warm instance. */
const FAST_BELOW_MS = 1;
/**
 * Number of events in the moving mean. It is large, so that one event preempted on a busy machine does not make a fast
 * function look slow.
 */
const MEAN_EVENTS = 64;
/** A first event that takes at least this long counts, because it is slow by any measure. */
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

  /** @param isCold whether the code ran for the first time; such a time counts only until warm events are measured */
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
