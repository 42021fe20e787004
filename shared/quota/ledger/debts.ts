/**
 * Units that this process admitted without the store, by ledger and period (quotas) or by bucket and window (rates).
 * They are stored separately from the leases. If a lease is evicted and created again, it must neither lend the same
 * units twice nor leave them uncharged.
 */

import type { Clock } from '../../ports.ts';
import { nameOfItem } from '../../table/item-write.ts';
import type { ItemKey } from '../../table/item-write.ts';

export type Debt = {
  borrowed: number;
  /** Delivered units that no ledger has been charged for yet. */
  owed: number;
  /**
   * Set while a lease pays the debt. Until the payment has ended, it is unknown whether the lent units have been
   * charged.
   */
  paying?: Promise<unknown> | undefined;
  /** Whether the period was closed, so nothing can be charged to it any more. */
  isVoid?: boolean;
};

/**
 * How long a debt is stored after the end of its period. By default (`maxStampAgeMs`), this is the maximum age of a
 * timestamp that is charged to its own period.
 */
const KEPT_AFTER_END_MS = 900_000;

export class Debts {
  readonly #clock: Clock;
  readonly #maxDebts: number;
  readonly #debts = new Map<string, { readonly debt: Debt; readonly endEpochMs: number }>();

  constructor(clock: Clock, maxDebts: number) {
    this.#clock = clock;
    this.#maxDebts = maxDebts;
  }

  find(key: ItemKey): Debt | undefined {
    return this.#debts.get(nameOfItem(key))?.debt;
  }

  /** Returns the debt to that item, and creates it if it is missing. Returns undefined when too many debts are open. */
  open(key: ItemKey, endEpochMs: number): Debt | undefined {
    const known = this.find(key);
    if (known !== undefined) return known;
    if (this.#debts.size >= this.#maxDebts) this.#forgetOver(this.#clock.nowEpochMs());
    if (this.#debts.size >= this.#maxDebts) return undefined;
    const debt = { borrowed: 0, owed: 0 };
    this.#debts.set(nameOfItem(key), { debt, endEpochMs });
    return debt;
  }

  #forgetOver(nowEpochMs: number): void {
    for (const [name, { endEpochMs }] of this.#debts)
      if (endEpochMs + KEPT_AFTER_END_MS <= nowEpochMs) this.#debts.delete(name);
  }
}
