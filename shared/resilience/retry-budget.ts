/**
 * Limits retries and hedges to a share of the calls, so that they cannot multiply the load of a failing backend. Each
 * first attempt adds `ratio` tokens; each further attempt takes one token.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #most: number;
  #tokens: number;

  /** @param most the initial and largest number of tokens */
  constructor(ratio: number, most: number) {
    this.#ratio = ratio;
    this.#most = most;
    this.#tokens = most;
  }

  noteFirstAttempt(): void {
    this.#tokens = Math.min(this.#most, this.#tokens + this.#ratio);
  }

  /**
   * Takes a token for one more attempt.
   * @returns whether one more attempt may be made
   */
  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
