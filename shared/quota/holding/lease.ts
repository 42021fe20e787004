/**
 * One process's share of one ledger. A grant debits units in the ledger before they become available to the process.
 * The process then uses units without a call. Unused units are returned to the ledger, and only this holder can return
 * them. If a holder stops reporting, its units stay charged, because nobody else can tell whether they were used.
 */
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import type { HolderPorts } from './holder-ports.ts';
import { ACQUIRED, quotaState } from './holding.ts';
import type { Acquired, Holding, LimitState, Refusal, RefusalReason } from './holding.ts';
import { isSameItem } from '../../table/item-write.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { directCharge, sizeLease } from './lease-size.ts';
import type { LeaseSize } from './lease-size.ts';
import { LastRefusal } from './last-refusal.ts';
import { asOfTerm, isBeforeTerm, isOfPeriod, ledgerKey, parseLedger } from '../ledger/ledger.ts';
import type { LedgerId, LedgerState } from '../ledger/ledger.ts';
import { openFor } from '../ledger/open-for.ts';
import { isEndedByTerm } from '../ledger/open-period.ts';
import { Pace } from './pace.ts';
import type { Period } from '../ledger/period.ts';
import type { QuotaLimit, CustomerPlan } from '../plan/plan.ts';
import { raiseAlarms } from '../usage/raise-alarms.ts';
import { Sharding } from '../ledger/sharding.ts';
import { Stock } from '../ledger/stock.ts';
import { Turns } from './turns.ts';

/** Maximum number of attempts to get units from the ledger. The last attempt requests only what the request needs. */
const ROUNDS = 3;
const MAX_OPENINGS = 3;
/**
 * Maximum number of attempts to get units for this process's shard. Other processes that use the shard may take them
 * first.
 */
const MAX_SUPPLIES = 12;

export class Lease implements Holding {
  readonly id: string;
  readonly #ledger: LedgerId;
  readonly #period: Period;
  #plan: CustomerPlan;
  readonly #key: ItemKey;
  readonly #at: HolderPorts;
  readonly #termEpochMs: number | undefined;
  #limit: QuotaLimit;

  readonly #stock: Stock;
  #lastUnits = 0;
  #onUnsettled: (() => void) | undefined;
  corrected: Promise<void> = Promise.resolve();
  /** Set only if the ledger's item has shards. */
  #sharding: Sharding | undefined;
  /** The item that currently grants units. `#seen` describes this item. */
  #source: ItemKey;

  #seen: LedgerState | undefined;
  #seenAt: Moment | undefined;
  /** Whether the ledger may have been suspended or resumed since it was read. */
  #isDoubted = false;
  #storeEpochMs: number | undefined;
  readonly #refused: LastRefusal;
  readonly #pace: Pace;
  /** Grants and returns of one lease never overlap, because each builds on the result of the previous one. */
  readonly #turns = new Turns();

  /** @param termEpochMs the customer's term to which the lease's requests belong */
  constructor(
    ledger: LedgerId,
    period: Period,
    limit: QuotaLimit,
    plan: CustomerPlan,
    at: HolderPorts,
    termEpochMs?: number,
  ) {
    this.id = limit.id;
    this.#ledger = ledger;
    this.#period = period;
    this.#key = ledgerKey(ledger, period);
    this.#source = this.#key;
    // The ports are chosen at each write, because only the first response shows whether the ledger has shards. The
    // ports of a ledger with shards count throttled writes.
    this.#stock = new Stock({ key: this.#key, endEpochMs: period.endEpochMs }, at, (write) =>
      (this.#sharding?.ports ?? this.#at).store.update(write),
    );
    this.#limit = limit;
    this.#plan = plan;
    this.#at = at;
    this.#termEpochMs = termEpochMs;
    this.#pace = new Pace(at.clock);
    this.#refused = new LastRefusal(at, at.denyCacheMs);
  }

  /** Adopts the lease settings of a newer plan. The limits themselves are in the ledger. */
  adopt(limit: QuotaLimit, plan: CustomerPlan): void {
    this.#limit = limit;
    this.#plan = plan;
    this.#sharding?.adopt(limit.shards);
  }

  /** Makes the lease of a limit of that plan read its ledger before the next request. */
  doubt(planId: string): void {
    if (this.#plan.id === planId) this.#isDoubted = true;
  }

  rank(): number {
    return (this.#seen?.remaining ?? 0) + (this.#sharding?.reserve ?? 0);
  }

  isReady(cost: number): boolean {
    return this.#stock.units >= cost && !this.#isDoubted && !this.#isStale() && !this.#isSuspended();
  }

  take(cost: number): void {
    this.#stock.take(cost);
    this.#pace.spend(cost);
    this.#onUnsettled?.();
  }

  /**
   * Gives back units of a request. If their usage is already reported, the next report corrects it. With exact billing
   * it is corrected at once.
   */
  refund(cost: number): boolean {
    this.#stock.refund(cost);
    this.#pace.spend(-cost);
    this.#onUnsettled?.();
    if (this.#limit.billing === 'exact') this.corrected = this.release();
    return true;
  }

  /** Stops new requests from using the lease. Units that running requests give back are returned to the ledger. */
  retire(onUnsettled: () => void): void {
    this.#onUnsettled = onUnsettled;
  }

  /** Whether unreported usage is too old. Usage must be reported in time, because a process may end without notice. */
  get isOverdue(): boolean {
    if (this.isSettled || this.#seenAt === undefined) return false;
    return this.#stock.isLate(this.#at.freshnessMs) || this.#isStale();
  }

  settleOverdue(): Promise<void> {
    if (this.#isStale()) return this.release();
    return this.#turns.take(() => this.#settle(this.#origin, true));
  }

  /** Whether all usage is reported. */
  get isSettled(): boolean {
    return this.#stock.isSettled;
  }

  /**
   * Borrows units while the store cannot be reached. Not allowed for exact billing, because a process may end before
   * the borrowed units are charged.
   */
  borrow(cost: number, bound: number): boolean {
    if (this.#limit.billing === 'exact' || this.#isSuspended() || this.#seen?.closed === true) return false;
    if (!this.#stock.borrow(cost, bound)) return false;
    // The state counts as fresh after borrowing. Otherwise a stale lease would try to read the ledger again and again.
    this.#seenAt = momentOf(this.#at.clock);
    return true;
  }

  async chargeMore(units: number): Promise<number> {
    if (!this.isReady(units)) await this.acquire(units);
    if (this.isReady(units)) {
      this.take(units);
      return 0;
    }
    this.#stock.owe(units);
    this.#onUnsettled?.();
    if (this.#limit.billing === 'exact') this.corrected = this.release();
    return units;
  }

  refusal(cost: number): Refusal | undefined {
    const refused = this.#refused.fresh;
    if (refused === undefined) return undefined;
    if (refused.reason !== 'suspended' && this.isReady(cost)) return undefined;
    // A cheaper request may still be admitted.
    const remaining = this.#seen?.closed === true ? 0 : (this.#sharding?.left ?? this.#seen?.remaining ?? 0);
    if (refused.reason === 'quota-exceeded' && cost - this.#stock.units <= remaining) return undefined;
    return refused;
  }

  acquire(cost: number): Promise<Acquired> {
    // If the lease has been retired, the request is retried and finds the lease that has replaced this one.
    const run = (): Promise<Acquired> =>
      this.#onUnsettled === undefined ? this.#acquire(cost) : Promise.resolve(ACQUIRED);
    return this.#turns.take(run);
  }

  async uncharge(): Promise<void> {
    if (this.#stock.isOvercharged) await this.release();
  }

  /**
   * Gives unused units back to the ledger and reports usage, for example at shutdown or when the lease is evicted. The
   * units are removed from the lease before the write is sent.
   */
  release(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#payDebt();
      const key = this.#origin;
      await this.#settle(key);
      await this.#stock.settleOthers(key);
      // An earlier report may have failed. Whether it failed is known only after the first settlement, so its usage is
      // reported now.
      if (!this.isSettled) await this.#settle(key);
    });
  }

  async look(): Promise<void> {
    await this.#sharding?.refresh(0);
    const source = this.#source;
    const read = await this.#at.store.read(source);
    if (read.kind !== 'done' || read.item === undefined || source !== this.#source) return;
    if (!isOfPeriod(read.item, this.#period)) return;
    const at = { plan: this.#plan, termEpochMs: this.#termEpochMs, isOther: false };
    if (isEndedByTerm(read.item, at)) this.#seen = asOfTerm(parseLedger(read.item), this.#limit);
    else this.#note(read.item);
  }

  state(atEpochMs: number): LimitState {
    const remaining = Math.max(0, this.#seen?.remaining ?? 0) + (this.#sharding?.reserve ?? 0);
    const seen = this.#seen && { ...this.#seen, remaining };
    return quotaState(this.#limit, this.#period, seen, this.#stock.units, atEpochMs);
  }

  async #acquire(cost: number): Promise<Acquired> {
    // The previous turn may have brought enough units, or a denial.
    const known = this.refusal(cost);
    if (known !== undefined) return known;
    if (this.isReady(cost)) return ACQUIRED;
    const isUnsure = this.#sharding?.isStale() === true;
    if (isUnsure || this.#stock.units >= cost || (this.#refused.reason ?? 'unavailable') !== 'unavailable') {
      const refusal = await this.#refresh(cost);
      if (refusal !== undefined) return refusal;
      if (this.isReady(cost)) return ACQUIRED;
    }
    return (await this.#payDebt()) ?? (await this.#getUnits(cost));
  }

  /** Reads the ledger again, to notice a suspension or top-up. A read costs a tenth of a refused write. */
  async #refresh(cost: number): Promise<Refusal | undefined> {
    this.#isDoubted = false;
    const isKnown =
      (await this.#sharding?.refresh(this.#pace.ledgerRate / Math.max(1, this.#lastUnits))) ?? true;
    if (this.#sharding !== undefined) await this.#moveOn();
    const read = await this.#at.store.read(this.#source);
    if (read.kind === 'unavailable' || !isKnown) {
      if (this.#stock.units < cost) return this.#refuse('unavailable');
      // The read failed, but this holder may continue to use its units, because nobody else can use them.
      this.#seenAt = momentOf(this.#at.clock);
      return undefined;
    }
    this.#refused.forget();
    this.#seenAt = momentOf(this.#at.clock);
    if (read.item === undefined || !this.#isOurs(read.item))
      return this.#sharding?.isSuspended === true ? this.#refuse('suspended') : undefined;
    this.#note(read.item);
    return this.#deny(cost);
  }

  /**
   * Charges units that were admitted while the store could not be reached, and units by which actual costs exceeded
   * estimates.
   */
  async #payDebt(): Promise<Refusal | undefined> {
    const sent = await this.#stock.pay();
    if (sent?.kind === 'done' && this.#sharding === undefined) this.#note(sent.item);
    return sent?.kind === 'unavailable' ? this.#refuse('unavailable') : undefined;
  }

  async #getUnits(cost: number): Promise<Acquired> {
    this.#pace.ask();
    let openings = 0;
    let supplies = 0;
    for (let round = 1; round <= ROUNDS;) {
      if (this.#sharding !== undefined) await this.#moveOn();
      const need = cost - this.#stock.units;
      if (need <= 0) return ACQUIRED;
      const size = round === ROUNDS ? directCharge(need) : this.#size(need);
      const answer = await this.#grant(size);
      if (answer === 'unavailable') return this.#refuse('unavailable');
      if (answer === 'granted') {
        this.#stock.units += size.units;
        const leased = size.outstandingMax !== undefined;
        this.#at.observe({ kind: 'granted', limit: this.id, units: size.units, leased });
        if (this.#seen !== undefined && this.#sharding === undefined) await this.#raiseAlarms(this.#seen);
        return ACQUIRED;
      }
      if (this.#sharding !== undefined) {
        if (++supplies > MAX_SUPPLIES) return this.#refuse('unavailable');
        const supplied = await this.#sharding.provide(size, answer === 'absent' ? undefined : this.#seen);
        if (this.#sharding.isReplaced) {
          const failure = await this.#open();
          if (failure !== undefined) return failure;
        } else if (supplied === 'smaller') round += 1;
        else if (supplied !== 'again') return this.#refuse(supplied);
      } else if (answer === 'absent' || this.#seen?.replaced === true) {
        if (++openings > MAX_OPENINGS) return this.#refuse('unavailable');
        const failure = await this.#open();
        if (failure !== undefined) return failure;
      } else {
        const refusal = this.#deny(cost);
        if (refusal !== undefined) return refusal;
        round += 1;
      }
    }
    return this.#refuse('unavailable');
  }

  #size(need: number): LeaseSize {
    if (this.#seen === undefined) return directCharge(need);
    const { ownRate, ledgerRate } = this.#pace;
    const previousUnits = this.#lastUnits;
    const remaining = this.#seen.remaining + (this.#sharding?.share ?? 0);
    return sizeLease({ need, ownRate, ledgerRate, previousUnits }, { ...this.#seen, remaining }, this.#limit);
  }

  async #grant(size: LeaseSize): Promise<'granted' | 'refused' | 'absent' | 'unavailable'> {
    // For a shard, the term is not checked. A shard contains only units of its root, and the root's term was checked
    // when the root granted units to this lease earlier.
    const termEpochMs = this.#sharding === undefined ? this.#termEpochMs : undefined;
    const isExact = this.#limit.billing === 'exact';
    const sent = await this.#stock.grant(this.#source, { ...size, termEpochMs }, isExact);
    if (sent.kind === 'unavailable') {
      this.#at.observe({ kind: 'wasted', limit: this.id, units: size.units });
      return 'unavailable';
    }
    if (sent.kind === 'refused') this.#storeEpochMs = sent.storeEpochMs;
    if (sent.item === undefined || !this.#isOurs(sent.item)) return 'absent';
    if (sent.kind === 'done') {
      this.#lastUnits = size.units;
      this.#refused.forget();
    }
    this.#note(sent.item);
    return sent.kind === 'done' ? 'granted' : 'refused';
  }

  /**
   * Returns the item to which leased units are returned. A shard that this process has not seen may not exist, but the
   * root does.
   */
  get #origin(): ItemKey {
    return this.#seen === undefined ? this.#key : this.#source;
  }

  async #settle(key: ItemKey, keepsUnits = false): Promise<void> {
    const settled = await this.#stock.settle(key, keepsUnits);
    if (settled === undefined) return;
    const { sent, units } = settled;
    if (sent.kind === 'done' && isSameItem(key, this.#source)) this.#note(sent.item);
    if (units > 0)
      this.#at.observe({ kind: sent.kind === 'done' ? 'returned' : 'wasted', limit: this.id, units });
  }

  /**
   * With shards, another item may grant units from now on. Units that are leased now are returned to the item that
   * granted them.
   */
  async #moveOn(): Promise<void> {
    const key = this.#sharding?.key ?? this.#key;
    if (isSameItem(key, this.#source)) return;
    const left = this.#origin;
    this.#source = key;
    this.#seen = undefined;
    await this.#settle(left);
  }

  async #open(): Promise<Acquired | undefined> {
    const wanted = {
      id: this.#ledger,
      period: this.#period,
      limit: this.#limit,
      plan: this.#plan,
      termEpochMs: this.#termEpochMs,
    };
    const opened = await openFor(wanted, this.#storeEpochMs, this.#at);
    return typeof opened === 'string' ? this.#refuse(opened) : opened;
  }

  /**
   * Returns the refusal of a request with this cost, based on the ledger as last seen; undefined if the ledger does not
   * refuse it.
   */
  #deny(cost: number): Refusal | undefined {
    const seen = this.#seen;
    if (seen === undefined || seen.replaced) return undefined;
    if (seen.suspended) return this.#refuse('suspended');
    const lacking = cost - this.#stock.units;
    const isShort = this.#sharding === undefined && seen.remaining < lacking;
    if (lacking > 0 && (seen.closed || isShort)) return this.#refuse('quota-exceeded');
    return undefined;
  }

  #refuse(reason: RefusalReason): Refusal {
    return this.#refused.refuse(this.id, reason);
  }

  /** Whether the holder has to read the ledger again. Its units stay with the holder in any case. */
  #isStale(): boolean {
    if (this.#sharding?.isStale() === true) return true;
    return this.#seenAt !== undefined && elapsedMs(this.#at.clock, this.#seenAt) > this.#at.freshnessMs;
  }

  #isSuspended(): boolean {
    return this.#sharding?.isSuspended ?? this.#seen?.suspended === true;
  }

  /**
   * Whether the item is exactly this lease's ledger. It could also be the ledger of another period that begins at the
   * same time, or of an earlier term of the customer.
   */
  #isOurs(item: Item): boolean {
    const isShard = this.#sharding !== undefined;
    return isOfPeriod(item, this.#period) && (isShard || !isBeforeTerm(item, this.#termEpochMs));
  }

  #note(item: Item): void {
    if (item['mov'] !== undefined)
      this.#sharding ??= new Sharding(this.#ledger, this.#period, this.#limit.shards, this.#at);
    this.#stock.writesTo(this.#source).note(item);
    const now = this.#sharding?.view(item, this.#source) ?? parseLedger(item);
    this.#pace.noteLedger(this.#seen, now);
    this.#seen = now;
    this.#seenAt = momentOf(this.#at.clock);
  }

  #raiseAlarms(seen: LedgerState): Promise<void> {
    const where = { key: this.#key, id: this.#ledger, period: this.#period };
    return raiseAlarms(where, seen, this.#limit.alarms, this.#at, (item) => this.#note(item));
  }
}
