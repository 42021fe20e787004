/**
 * One process's state of one ledger: units to use, usage to report, and debts. Checking and taking units is
 * synchronous, so nothing can happen between the check and the taking.
 */
import type { ItemStore } from '../../ports.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import type { ItemKey } from '../../table/item-write.ts';
import type { Debt } from './debts.ts';
import { GrantIds } from './grant.ts';
import type { HolderPorts } from '../holding/holder-ports.ts';
import type { LeaseSize } from '../holding/lease-size.ts';
import { OwnWrites } from './own-writes.ts';
import type { Sent } from './own-writes.ts';

/** The ledger, and the end of its period. After this time its debts are not needed. */
type StockOf = { readonly key: ItemKey; readonly endEpochMs: number };

export class Stock {
  /** Units that may be used without a call. */
  units = 0;
  readonly #of: StockOf;
  readonly #at: HolderPorts;
  /**
   * The ids belong to this lease only. An evicted lease may still write while the lease that has replaced it is
   * already writing.
   */
  readonly #ids: GrantIds;
  /** This lease's writes by partition. With shards, units come from several items. */
  readonly #writes = new Map<string, OwnWrites>();
  readonly #update: ItemStore['update'];
  /**
   * Number of units that were used and are not reported yet. If it is negative, that many units were charged as used
   * but were not used.
   */
  #unreported = 0;
  #unreportedSince: Moment | undefined;
  /**
   * Units that were admitted but not charged, because the ledger could not be reached or an actual cost exceeded its
   * estimate.
   */
  #debt: Debt | undefined;

  constructor(of: StockOf, at: HolderPorts, update: ItemStore['update']) {
    this.#of = of;
    this.#at = at;
    this.#update = update;
    this.#ids = new GrantIds(at.random, at.clock);
    this.#debt = at.debts.find(of.key);
  }

  get isOvercharged(): boolean {
    return this.#unreported < 0;
  }

  get isSettled(): boolean {
    const isSure = [...this.#writes.values()].every(({ isUnsure }) => !isUnsure);
    const isPaid = this.owed === 0 || this.#debt?.isVoid === true;
    return isSure && this.units === 0 && this.#unreported === 0 && isPaid;
  }

  get owed(): number {
    return this.#debt?.owed ?? 0;
  }

  take(cost: number): void {
    this.units -= cost;
    this.#unreported += cost;
    if (this.#unreported > 0) this.#unreportedSince ??= momentOf(this.#at.clock);
  }

  /** Whether there is unreported usage that is older than `afterMs`. */
  isLate(afterMs: number): boolean {
    return this.#unreportedSince !== undefined && elapsedMs(this.#at.clock, this.#unreportedSince) > afterMs;
  }

  /** Gives back units of a request. If their usage is already reported, the next report corrects it. */
  refund(cost: number): void {
    this.#unreported -= cost;
    this.units += cost;
    this.#payFromStock();
  }

  /** Lends the units that are missing for `cost`. Returns false if they would exceed the bound. */
  borrow(cost: number, bound: number): boolean {
    const lacking = Math.max(0, cost - this.units);
    const debt = (this.#debt ??= this.#at.debts.open(this.#of.key, this.#of.endEpochMs));
    if (debt === undefined || debt.borrowed + lacking > bound) return false;
    debt.borrowed += lacking;
    debt.owed += lacking;
    this.units += lacking;
    this.#unreported -= lacking;
    return true;
  }

  owe(units: number): void {
    this.#debt ??= this.#at.debts.open(this.#of.key, this.#of.endEpochMs) ?? { borrowed: 0, owed: 0 };
    this.#debt.owed += units;
  }

  /**
   * Charges the owed units to the root, which may fall below zero. They are not charged to a shard, because the other
   * shards would still grant the units that a shard below zero owes.
   * @returns undefined if nothing is owed
   */
  async pay(): Promise<Sent | undefined> {
    while (this.#debt?.paying !== undefined) await this.#debt.paying;
    const debt = this.#debt;
    if (debt === undefined || debt.owed === 0 || debt.isVoid === true) return undefined;
    const payment = this.#pay(debt).finally(() => (debt.paying = undefined));
    debt.paying = payment;
    return payment;
  }

  async #pay(debt: Debt): Promise<Sent> {
    const { owed } = debt;
    // The debt is set to 0 before the write, because units that are lent or delivered during the write are not part of
    // it.
    debt.owed = 0;
    const { key, endEpochMs } = this.#of;
    const charge = { units: owed, gate: undefined, outstandingMax: undefined, report: 0, endEpochMs };
    const sent = await this.writesTo(key).grant(charge);
    if (sent.kind !== 'done') debt.owed += owed;
    if (sent.kind === 'refused' && sent.item?.['closed'] !== undefined) debt.isVoid = true;
    return sent;
  }

  /**
   * Requests units, and reports usage in the same write.
   * @param isExact whether units that wait in this stock for a request stay charged as used, because the process may
   * end before its next write
   */
  async grant(
    key: ItemKey,
    size: LeaseSize & { readonly termEpochMs?: number | undefined },
    isExact: boolean,
  ): Promise<Sent> {
    while (this.#debt?.paying !== undefined) await this.#debt.paying;
    // Units that were lent, but neither used nor paid, were never charged, so they are not returned.
    const lent = Math.min(this.owed, this.units);
    const untold = this.#unreported + lent;
    const report = isExact ? Math.max(0, untold) : untold;
    this.#unreported -= report;
    this.#unreportedSince = undefined;
    const { outstandingMax } = size;
    // A negative report makes used units outstanding again, so it lowers the bound.
    const bound = outstandingMax === undefined ? undefined : outstandingMax + Math.min(0, report);
    const sent = await this.writesTo(key).grant({
      ...size,
      outstandingMax: bound,
      report,
      endEpochMs: this.#of.endEpochMs,
    });
    if (sent.kind !== 'done') this.#reportLater(report);
    else if (outstandingMax === undefined) this.#unreported -= size.units;
    return sent;
  }

  /**
   * Gives unused units back and reports usage to the item that granted them. They are removed from the stock before the
   * write is sent.
   * @returns the units that were given back, or that may have been; units that are in the stock again do not count
   */
  async settle(
    key: ItemKey,
    keepsUnits = false,
  ): Promise<{ readonly sent: Sent; readonly units: number } | undefined> {
    while (this.#debt?.paying !== undefined) await this.#debt.paying;
    this.#payFromStock();
    const units = keepsUnits ? 0 : this.units;
    const report = keepsUnits ? Math.max(0, this.#unreported) : this.#unreported;
    const writes = this.writesTo(key);
    if (units === 0 && report === 0 && !writes.isUnsure) return undefined;
    this.#unreportedSince = undefined;
    this.units -= units;
    this.#unreported -= report;
    let givenBack = units;
    const sent = await writes.release({ units, report }, () => {
      givenBack = 0;
      this.units += units;
      this.#reportLater(report);
    });
    return { sent, units: givenBack };
  }

  /** Settles writes that got no response. They were sent to items that granted units earlier. */
  async settleOthers({ pk }: ItemKey): Promise<void> {
    for (const [other, writes] of this.#writes)
      if (other !== pk && writes.isUnsure) await writes.release({ units: 0, report: 0 }, () => undefined);
  }

  writesTo(key: ItemKey): OwnWrites {
    const known =
      this.#writes.get(key.pk) ??
      new OwnWrites(key, {
        ...this.#at,
        store: { ...this.#at.store, update: this.#update },
        grantIds: this.#ids,
      });
    this.#writes.set(key.pk, known);
    return known;
  }

  #reportLater(report: number): void {
    this.#unreported += report;
    if (this.#unreported > 0) this.#unreportedSince ??= momentOf(this.#at.clock);
  }

  /**
   * Reduces the debt. Lent units need not be charged if they are unused, or if units that this process has can pay for
   * them.
   */
  #payFromStock(): void {
    if (this.#debt === undefined) return;
    const units = Math.min(this.#debt.owed, this.units);
    this.#debt.owed -= units;
    this.units -= units;
    this.#unreported += units;
  }
}
