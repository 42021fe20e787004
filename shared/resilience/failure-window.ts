/** The last calls by one instance: how many there were, and how many failed. */
import { elapsedMs, momentOf } from '../quota/age.ts';
import type { Moment } from '../quota/age.ts';
import type { AgeClock } from '../ports.ts';

export type WindowRules = {
  /** The maximum number of calls that are considered. */
  readonly calls: number;
  /** The age in milliseconds after which calls are forgotten. */
  readonly ms: number;
  /** With fewer calls, the failure rate is not evaluated. */
  readonly minimumCalls: number;
  /** Share of failures, above 0 and at most 1. */
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

  /** @returns whether too many calls have failed, including this one */
  record(isFailure: boolean): boolean {
    const { calls, ms, minimumCalls, failureRate } = this.#rules;
    this.#calls.push({ at: momentOf(this.#clock), isFailure });
    if (this.#calls.length > calls) this.#calls.shift();
    // Calls are in order of time, so the first recent call ends the search.
    while (this.#calls[0] !== undefined && elapsedMs(this.#clock, this.#calls[0].at) > ms)
      this.#calls.shift();
    const failures = this.#calls.filter((call) => call.isFailure).length;
    return isFailure && this.#calls.length >= minimumCalls && failures / this.#calls.length >= failureRate;
  }

  clear(): void {
    this.#calls = [];
  }
}
