/**
 * One process's share of one ledger. Units are debited there before they are here (grant), used here without a
 * call (spend), and go back only by this holder's own act (return). A holder that falls silent keeps what it
 * holds: nobody else can tell whether it used it.
 */
import { elapsedMs, momentOf } from './age.ts';
import type { Moment } from './age.ts';
import type { HolderPorts } from './holder-ports.ts';
import { ACQUIRED, quotaState } from './holding.ts';
import type { Acquired, Holding, LimitState, Refusal, RefusalReason } from './holding.ts';
import { isSameItem } from '../table/item-write.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import { directCharge, sizeLease } from './lease-size.ts';
import type { LeaseSize } from './lease-size.ts';
import { LastRefusal } from './last-refusal.ts';
import { isOfPeriod, ledgerKey, parseLedger } from './ledger.ts';
import type { LedgerId, LedgerState } from './ledger.ts';
import { openFor } from './open-for.ts';
import { Pace } from './pace.ts';
import type { Period } from './period.ts';
import type { QuotaLimit, UsagePlan } from './plan.ts';
import { raiseAlarms } from './raise-alarms.ts';
import { Sharding } from './sharding.ts';
import { Stock } from './stock.ts';
import { Turns } from './turns.ts';

/** Tries to get units with up to date knowledge; the last one asks for no more than the request needs. */
const ROUNDS = 3;
const MAX_OPENINGS = 3;
/** Tries to get units to the shard that this process works on; others on it may take them first. */
const MAX_SUPPLIES = 12;

export class Lease implements Holding {
  readonly id: string;
  readonly #ledger: LedgerId;
  readonly #period: Period;
  /** By which it was asked for last. */
  #plan: UsagePlan;
  readonly #key: ItemKey;
  readonly #at: HolderPorts;
  #limit: QuotaLimit;

  readonly #stock: Stock;
  #lastUnits = 0;
  #onUnsettled: (() => void) | undefined;
  corrected: Promise<void> = Promise.resolve();
  /** Only where the ledger's item says that it has shards. */
  #sharding: Sharding | undefined;
  /** The item that units come from now, and that `#seen` is of. */
  #source: ItemKey;

  #seen: LedgerState | undefined;
  #seenAt: Moment | undefined;
  #storeEpochMs: number | undefined;
  readonly #refused: LastRefusal;
  readonly #pace: Pace;
  /** Grants and returns of one lease never overlap: each builds on what the one before has learnt. */
  readonly #turns = new Turns();

  constructor(ledger: LedgerId, period: Period, limit: QuotaLimit, plan: UsagePlan, at: HolderPorts) {
    this.id = limit.id;
    this.#ledger = ledger;
    this.#period = period;
    this.#key = ledgerKey(ledger, period);
    this.#source = this.#key;
    // Whether there are shards, which count throttled writes, shows with the first answer.
    this.#stock = new Stock({ key: this.#key, endEpochMs: period.endEpochMs }, at, (write) =>
      (this.#sharding?.ports ?? this.#at).store.update(write),
    );
    this.#limit = limit;
    this.#plan = plan;
    this.#at = at;
    this.#pace = new Pace(at.clock);
    this.#refused = new LastRefusal(at, at.denyCacheMs);
  }

  /** Takes over a newer plan's wishes; what the ledger allows is in the ledger. */
  adopt(limit: QuotaLimit, plan: UsagePlan): void {
    this.#limit = limit;
    this.#plan = plan;
    this.#sharding?.adopt(limit.shards);
  }

  scarcity(): number {
    return (this.#seen?.remaining ?? 0) + (this.#sharding?.reserve ?? 0);
  }

  isReady(cost: number): boolean {
    return this.#stock.units >= cost && !this.#isStale() && !this.#isSuspended();
  }

  take(cost: number): void {
    this.#stock.take(cost);
    this.#pace.spend(cost);
    this.#onUnsettled?.();
  }

  /** What the ledger was told already is corrected with the next report; at once where it bills exactly. */
  refund(cost: number): boolean {
    this.#stock.refund(cost);
    this.#pace.spend(-cost);
    this.#onUnsettled?.();
    if (this.#limit.billing === 'exact') this.corrected = this.giveBack();
    return true;
  }

  /** Nobody will ask it again: what requests under way give back to it goes to the ledger. */
  retire(onUnsettled: () => void): void {
    this.#onUnsettled = onUnsettled;
  }

  /** Whether the ledger has not heard for long of something that it does not know: a process may end without a word. */
  get isOverdue(): boolean {
    if (this.isSettled || this.#seenAt === undefined) return false;
    return this.#stock.isLate(this.#at.freshnessMs) || this.#isStale();
  }

  /** Tells the ledger what it does not know. What is in use keeps its units. */
  settleOverdue(): Promise<void> {
    if (this.#isStale()) return this.giveBack();
    return this.#turns.take(() => this.#settle(this.#origin, true));
  }

  /** Whether the ledger knows all that there is to know. */
  get isSettled(): boolean {
    return this.#stock.isSettled;
  }

  /** Never where it bills exactly: a process may end before it has paid. */
  borrow(cost: number, bound: number): boolean {
    if (this.#limit.billing === 'exact' || this.#isSuspended() || this.#seen?.closed === true) return false;
    if (!this.#stock.borrow(cost, bound)) return false;
    // What is held counts as fresh, or a stale lease would be asked about for ever.
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
    if (this.#limit.billing === 'exact') this.corrected = this.giveBack();
    return units;
  }

  refusal(cost: number): Refusal | undefined {
    const refused = this.#refused.fresh;
    if (refused === undefined) return undefined;
    if (refused.reason !== 'suspended' && this.isReady(cost)) return undefined;
    // A cheaper request may still fit.
    const remaining = this.#seen?.closed === true ? 0 : (this.#sharding?.left ?? this.#seen?.remaining ?? 0);
    if (refused.reason === 'quota-exceeded' && cost - this.#stock.units <= remaining) return undefined;
    return refused;
  }

  acquire(cost: number): Promise<Acquired> {
    // Its successor is found by who asks again.
    const run = (): Promise<Acquired> =>
      this.#onUnsettled === undefined ? this.#acquire(cost) : Promise.resolve(ACQUIRED);
    return this.#turns.take(run);
  }

  async uncharge(): Promise<void> {
    if (this.#stock.isOvercharged) await this.giveBack();
  }

  /** Gives the unused units back, and reports; at shutdown, or when the lease is given up. Dropped here first. */
  giveBack(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#payDebt();
      const key = this.#origin;
      await this.#settle(key);
      await this.#stock.settleOthers(key);
      // What an earlier return had not told is known only now.
      if (!this.isSettled) await this.#settle(key);
    });
  }

  async look(): Promise<void> {
    await this.#sharding?.refresh(0);
    const source = this.#source;
    const read = await this.#at.store.read(source);
    if (read.kind !== 'done' || read.item === undefined || source !== this.#source) return;
    if (isOfPeriod(read.item, this.#period)) this.#note(read.item);
  }

  state(atEpochMs: number): LimitState {
    const remaining = Math.max(0, this.#seen?.remaining ?? 0) + (this.#sharding?.reserve ?? 0);
    const seen = this.#seen && { ...this.#seen, remaining };
    return quotaState(this.#limit, this.#period, seen, this.#stock.units, atEpochMs);
  }

  async #acquire(cost: number): Promise<Acquired> {
    // The one before in turn may have brought enough, or a denial.
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

  /** Notices a suspension or a top-up by an eventually consistent read, a tenth of the price of a refused write. */
  async #refresh(cost: number): Promise<Refusal | undefined> {
    const isKnown =
      (await this.#sharding?.refresh(this.#pace.ledgerRate / Math.max(1, this.#lastUnits))) ?? true;
    if (this.#sharding !== undefined) await this.#moveOn();
    const read = await this.#at.store.read(this.#source);
    if (read.kind === 'unavailable' || !isKnown) {
      if (this.#stock.units < cost) return this.#refuse('unavailable');
      // The units are this holder's own, whatever has become of the store.
      this.#seenAt = momentOf(this.#at.clock);
      return undefined;
    }
    this.#refused.forget();
    this.#seenAt = momentOf(this.#at.clock);
    if (read.item === undefined || !isOfPeriod(read.item, this.#period))
      return this.#sharding?.isSuspended === true ? this.#refuse('suspended') : undefined;
    this.#note(read.item);
    return this.#deny(cost);
  }

  /** Posts what was admitted on trust, or settled above its estimate. */
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
    const sent = await this.#stock.grant(this.#source, size, this.#limit.billing === 'exact');
    if (sent.kind === 'unavailable') {
      this.#at.observe({ kind: 'wasted', limit: this.id, units: size.units });
      return 'unavailable';
    }
    if (sent.kind === 'refused') this.#storeEpochMs = sent.storeEpochMs;
    if (sent.item === undefined || !isOfPeriod(sent.item, this.#period)) return 'absent';
    if (sent.kind === 'done') {
      this.#lastUnits = size.units;
      this.#refused.forget();
    }
    this.#note(sent.item);
    return sent.kind === 'done' ? 'granted' : 'refused';
  }

  /** Where what is held goes back to: a shard that was never seen may not be there; the root is. */
  get #origin(): ItemKey {
    return this.#seen === undefined ? this.#key : this.#source;
  }

  /** Gives back and reports to the item that the units came from. */
  async #settle(key: ItemKey, keepsUnits = false): Promise<void> {
    const settled = await this.#stock.settle(key, keepsUnits);
    if (settled === undefined) return;
    const { sent, units } = settled;
    if (sent.kind === 'done' && isSameItem(key, this.#source)) this.#note(sent.item);
    if (units > 0)
      this.#at.observe({ kind: sent.kind === 'done' ? 'returned' : 'wasted', limit: this.id, units });
  }

  /** Where the ledger has shards, units may come from another item now; what is held goes back to where it was granted. */
  async #moveOn(): Promise<void> {
    const key = this.#sharding?.key ?? this.#key;
    if (isSameItem(key, this.#source)) return;
    const left = this.#origin;
    this.#source = key;
    this.#seen = undefined;
    await this.#settle(left);
  }

  async #open(): Promise<Acquired | undefined> {
    const wanted = { id: this.#ledger, period: this.#period, limit: this.#limit, plan: this.#plan };
    const opened = await openFor(wanted, this.#storeEpochMs, this.#at);
    return typeof opened === 'string' ? this.#refuse(opened) : opened;
  }

  /** What the ledger as last seen says to a request of this cost. */
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

  /** Only ever makes the holder ask again; it frees no units. */
  #isStale(): boolean {
    if (this.#sharding?.isStale() === true) return true;
    return this.#seenAt !== undefined && elapsedMs(this.#at.clock, this.#seenAt) > this.#at.freshnessMs;
  }

  #isSuspended(): boolean {
    return this.#sharding?.isSuspended ?? this.#seen?.suspended === true;
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
