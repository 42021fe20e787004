/**
 * The pace at which requests are sent: a share of the measured throughput. The throughput is measured at first, and
 * again whenever requests pile up.
 */

const LOAD = 0.7;
/**
 * Twice the number of clients with which the throughput is measured. If this many requests are always in progress, the
 * answers show the largest possible throughput.
 */
const PILED_UP = 32;
const RISE = 1.1;
/** A few requests are sent even if almost none is answered. */
const LEAST_PER_SECOND = 5;

export class Pace {
  readonly #most: number;
  #perSecond: number;
  /** The number of seconds in which the pace was below the initial one. */
  slowedSeconds = 0;

  /** @param servedPerSecond the throughput that some clients reached without a limit */
  constructor(servedPerSecond: number) {
    this.#most = Math.max(LEAST_PER_SECOND, LOAD * servedPerSecond);
    this.#perSecond = this.#most;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /**
   * Is called about once a second.
   * @param fewest the smallest number of requests that were in progress at any time in this second
   */
  passed(seconds: number, answered: number, fewest: number): void {
    const served = (LOAD * answered) / seconds;
    const wanted = fewest >= PILED_UP ? served : this.#perSecond * RISE;
    this.#perSecond = Math.min(this.#most, Math.max(LEAST_PER_SECOND, wanted));
    if (this.#perSecond < this.#most) this.slowedSeconds += seconds;
  }
}
