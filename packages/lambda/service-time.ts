/** How long a function takes per event, as far as it has been measured, and how much may be handed ahead because of it. */

/** Work handed ahead to an instance, at most (docs/design/hot-path §3). */
const WINDOW_MS = 2;
const WINDOW_EVENTS = 48;
/** Functions below this mean keep to their warm instance. */
const FAST_BELOW_MS = 1;
/** Events that the mean service time looks back on. Long, so that one event preempted on a busy machine does not make a fast function look slow. */
const MEAN_EVENTS = 64;
/** The first event of an instance says something only if it is slow by any measure. */
const COLD_EVENT_MS = 15;

export class ServiceTime {
  #meanMs: number | undefined;
  #count = 0;
  /** It rests on events that were not the first of their instance. */
  #isWarm = false;

  get isKnown(): boolean {
    return this.#meanMs !== undefined;
  }

  get isSlow(): boolean {
    return this.#meanMs !== undefined && this.#meanMs >= FAST_BELOW_MS;
  }

  /** 0 while it is not known. */
  get meanMs(): number {
    return this.#meanMs ?? 0;
  }

  /** Events that an instance may have at a time. */
  get window(): number {
    if (this.#meanMs === undefined) return 1;
    return Math.min(WINDOW_EVENTS, Math.max(1, Math.floor(WINDOW_MS / this.#meanMs)));
  }

  /** How long so many events take so many instances. */
  waitMs(events: number, instances: number): number {
    return instances === 0 ? Infinity : (events * this.meanMs) / instances;
  }

  /** @param isCold the code ran for the first time, which says little of the next time: it counts until that is known */
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
