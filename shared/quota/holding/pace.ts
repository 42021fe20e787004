/**
 * Measures how fast a holder, and all holders together, use units. The rates are used only to size leases; no guarantee
 * depends on them.
 */
import type { AgeClock } from '../../ports.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import type { LedgerState } from '../ledger/ledger.ts';

export class Pace {
  readonly #clock: AgeClock;
  readonly #own = new MeanRate();
  readonly #ledger = new MeanRate();
  /** Number of units spent since the last request for units. */
  #spent = 0;
  #askedAt: Moment | undefined;
  #ledgerAt: Moment | undefined;

  constructor(clock: AgeClock) {
    this.#clock = clock;
  }

  get ownRate(): number {
    return this.#own.perSecond;
  }

  /** Units per second that leave the ledger; 0 until the ledger has been seen twice. */
  get ledgerRate(): number {
    return this.#ledger.perSecond;
  }

  spend(units: number): void {
    this.#spent += units;
  }

  ask(): void {
    if (this.#askedAt !== undefined)
      this.#own.note(this.#spent, elapsedMs(this.#clock, this.#askedAt) / 1000);
    this.#spent = 0;
    this.#askedAt = momentOf(this.#clock);
  }

  noteLedger(before: LedgerState | undefined, now: LedgerState): void {
    if (before !== undefined && this.#ledgerAt !== undefined) {
      // Changes of the credits by an operator are not counted as usage.
      const drained = before.remaining - now.remaining + (now.credits - before.credits);
      this.#ledger.note(drained, elapsedMs(this.#clock, this.#ledgerAt) / 1000);
    }
    this.#ledgerAt = momentOf(this.#clock);
  }
}

/** A rate, computed as an exponentially weighted mean over the contacts with the store. */
class MeanRate {
  #perSecond: number | undefined;

  get perSecond(): number {
    return this.#perSecond ?? 0;
  }

  /** `seconds` of 0 or less is ignored. It occurs if a clock stands still or was set back. */
  note(units: number, seconds: number): void {
    if (!(seconds > 0)) return;
    const sample = Math.max(0, units) / seconds;
    this.#perSecond = this.#perSecond === undefined ? sample : (this.#perSecond + sample) / 2;
  }
}
