/**
 * What this process admitted without a store's consent, by ledger and period or by bucket and window. Kept apart
 * from the leases: one that is pushed out and made anew must not lend, or forget to pay, a second time.
 */

import type { Clock } from '../ports.ts';
import type { ItemKey } from '../table/item-write.ts';

export type Debt = {
  /** Units lent in this period, ever. */
  borrowed: number;
  /** Units delivered that no ledger has been charged for yet. */
  owed: number;
  /** While one of the leases pays it, nobody can tell whether units that were lent have been charged. */
  paying?: Promise<unknown> | undefined;
  /** The period was closed, and is charged no more. */
  isVoid?: boolean;
};

/** The oldest stamp that is charged to its own period is this old; after that nobody asks for the debt. */
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
    return this.#debts.get(nameOf(key))?.debt;
  }

  /** The debt to that item, made where there is none; undefined where so many are open that one more cannot be kept. */
  open(key: ItemKey, endEpochMs: number): Debt | undefined {
    const known = this.find(key);
    if (known !== undefined) return known;
    if (this.#debts.size >= this.#maxDebts) this.#forgetOver(this.#clock.nowEpochMs());
    if (this.#debts.size >= this.#maxDebts) return undefined;
    const debt = { borrowed: 0, owed: 0 };
    this.#debts.set(nameOf(key), { debt, endEpochMs });
    return debt;
  }

  #forgetOver(nowEpochMs: number): void {
    for (const [name, { endEpochMs }] of this.#debts)
      if (endEpochMs + KEPT_AFTER_END_MS <= nowEpochMs) this.#debts.delete(name);
  }
}

function nameOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}
