/** The last calls of one instance. Counts how many of them failed. */
import { elapsedMs, momentOf } from '../quota/age.ts';
import type { Moment } from '../quota/age.ts';
import type { AgeClock } from '../ports.ts';

export type WindowRules = {
  /** Maximum number of calls that are counted. */
  readonly calls: number;
  /** Time in milliseconds after which a call is no longer counted. */
  readonly ms: number;
  /** Minimum number of calls. With fewer calls, the failure rate is ignored. */
  readonly minimumCalls: number;
  /** Share of failed calls, above 0 and at most 1, at which `record` returns true. */
  readonly failureRate: number;
};

export class FailureWindow {
  readonly #rules: WindowRules;
  readonly #clock: AgeClock;
  #calls: { readonly at: Moment; readonly isFailure: boolean }[] = [];

  constructor(rules: WindowRules, clock: AgeClock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /**
   * Records a call.
   * @returns true if this call has failed, and too many of the counted calls have failed
   */
  record(isFailure: boolean): boolean {
    const { calls, ms, minimumCalls, failureRate } = this.#rules;
    this.#calls.push({ at: momentOf(this.#clock), isFailure });
    if (this.#calls.length > calls) this.#calls.shift();
    // Calls are sorted by time, so the loop ends at the first recent one.
    while (this.#calls[0] !== undefined && elapsedMs(this.#clock, this.#calls[0].at) > ms)
      this.#calls.shift();
    const failures = this.#calls.filter((call) => call.isFailure).length;
    return isFailure && this.#calls.length >= minimumCalls && failures / this.#calls.length >= failureRate;
  }

  clear(): void {
    this.#calls = [];
  }
}
