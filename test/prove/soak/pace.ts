/** How much is offered: a share of what is served, which is measured first, and again wherever requests pile up. */

const LOAD = 0.7;
/** Twice the clients by which it is measured: with so many under way all the time, what is answered is what can be. */
const PILED_UP = 32;
const RISE = 1.1;
/** Something continues even where nearly nothing is answered. */
const LEAST_PER_SECOND = 5;

export class Pace {
  readonly #most: number;
  #perSecond: number;
  /** Seconds in which less was offered than the measure at first would have been. */
  slowedSeconds = 0;

  /** @param servedPerSecond as fast as some clients could */
  constructor(servedPerSecond: number) {
    this.#most = Math.max(LEAST_PER_SECOND, LOAD * servedPerSecond);
    this.#perSecond = this.#most;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /**
   * About a second has passed.
   * @param fewest under way at any time of it
   */
  passed(seconds: number, answered: number, fewest: number): void {
    const served = (LOAD * answered) / seconds;
    const wanted = fewest >= PILED_UP ? served : this.#perSecond * RISE;
    this.#perSecond = Math.min(this.#most, Math.max(LEAST_PER_SECOND, wanted));
    if (this.#perSecond < this.#most) this.slowedSeconds += seconds;
  }
}
