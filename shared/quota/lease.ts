/**
 * One process's share of one ledger. Units are debited there before they are here (grant), used here without a
 * call (spend), and go back only by this holder's own act (return). A holder that falls silent keeps what it
 * holds: nobody else can tell whether it used it.
 */
import { elapsedMs, momentOf } from './age.ts';
import type { Moment } from './age.ts';
import { sendGrant } from './grant.ts';
import type { HolderPorts } from './holder-ports.ts';
import { ACQUIRED } from './holding.ts';
import type { Acquired, Holding, LimitState, Refusal, RefusalReason } from './holding.ts';
import type { Item, ItemKey } from './item-write.ts';
import { directCharge, sizeLease } from './lease-size.ts';
import type { LeaseSize } from './lease-size.ts';
import { alarmWrite, ledgerKey, parseLedger, returnWrite } from './ledger.ts';
import type { LedgerId, LedgerState, Opening } from './ledger.ts';
import { openPeriod } from './open-period.ts';
import { Pace } from './pace.ts';
import type { Period } from './period.ts';
import type { QuotaLimit } from './plan.ts';

/** Tries to get units with up to date knowledge; the last one asks for no more than the request needs. */
const ROUNDS = 3;
const MAX_OPENINGS = 3;
/** While the store is out of reach it is asked once in this time, not by every request. */
const UNAVAILABLE_MS = 1000;

export class Lease implements Holding {
  readonly id: string;
  readonly ledger: LedgerId;
  readonly period: Period;
  readonly #key: ItemKey;
  readonly #at: HolderPorts;
  #limit: QuotaLimit;
  #plan: Opening['plan'];

  /** Units that may be used without asking. */
  #remainder = 0;
  /** Used and not yet reported to the ledger. */
  #unreported = 0;
  /** Admitted without the ledger's consent: while it was out of reach, or settled above the estimate. */
  #owed = 0;
  #borrowed = 0;
  #lastGrant: { readonly grantId: string; readonly slot: number; readonly units: number } | undefined;

  #seen: LedgerState | undefined;
  #seenAt: Moment | undefined;
  #storeEpochMs: number | undefined;
  #refused: { readonly refusal: Refusal; readonly at: Moment; readonly forMs: number } | undefined;
  readonly #pace: Pace;
  /** Grants and returns of one lease never overlap: each builds on what the one before has learnt. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ledger: LedgerId, period: Period, limit: QuotaLimit, plan: Opening['plan'], at: HolderPorts) {
    this.id = limit.id;
    this.ledger = ledger;
    this.period = period;
    this.#key = ledgerKey(ledger, period);
    this.#limit = limit;
    this.#plan = plan;
    this.#at = at;
    this.#pace = new Pace(at.clock);
  }

  /** Takes over a newer plan's wishes; what the ledger allows is in the ledger. */
  adopt(limit: QuotaLimit, plan: Opening['plan']): void {
    this.#limit = limit;
    this.#plan = plan;
  }

  scarcity(): number {
    return this.#seen?.remaining ?? 0;
  }

  isReady(cost: number): boolean {
    return this.#remainder >= cost && !this.#isStale() && this.#seen?.suspended !== true;
  }

  take(cost: number): void {
    this.#remainder -= cost;
    this.#unreported += cost;
    this.#pace.spend(cost);
  }

  refund(cost: number): boolean {
    if (this.#unreported < cost) return false;
    this.#unreported -= cost;
    this.#remainder += cost;
    this.#pace.spend(-cost);
    return true;
  }

  borrow(cost: number, bound: number): boolean {
    if (this.#seen?.suspended === true || this.#seen?.closed === true) return false;
    const lacking = Math.max(0, cost - this.#remainder);
    if (this.#borrowed + lacking > bound) return false;
    this.#borrowed += lacking;
    this.#owed += lacking;
    this.#remainder += lacking;
    // What is held counts as fresh, or a stale lease would be asked about for ever.
    this.#seenAt = momentOf(this.#at.clock);
    return true;
  }

  /** Charges what has been delivered already, whether or not the quota has it. */
  owe(units: number): void {
    this.#owed += units;
    this.#unreported += units;
  }

  refusal(cost: number): Refusal | undefined {
    const refused = this.#refused;
    if (refused === undefined) return undefined;
    if (elapsedMs(this.#at.clock, refused.at) > refused.forMs) return undefined;
    const { reason } = refused.refusal;
    if (reason !== 'suspended' && this.isReady(cost)) return undefined;
    // A cheaper request may still fit.
    const remaining = this.#seen?.closed === true ? 0 : (this.#seen?.remaining ?? 0);
    if (reason === 'quota-exceeded' && cost - this.#remainder <= remaining) return undefined;
    return refused.refusal;
  }

  /** Not `async`: its caller must run on before the next in turn, or that one would ask for what is there. */
  acquire(cost: number): Promise<Acquired> {
    return this.#inTurn(() => this.#acquire(cost));
  }

  /** Gives the unused units back, at shutdown. Dropped here first; sent once; refused means wasted. */
  giveBack(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#payDebt();
      const last = this.#lastGrant;
      if (last === undefined) return;
      const units = Math.min(this.#remainder, last.units);
      const report = this.#unreported;
      if (units + report === 0) return;
      this.#lastGrant = undefined;
      this.#remainder -= units;
      this.#unreported = 0;
      const outcome = await this.#at.store.update(returnWrite(this.#key, { ...last, units, report }));
      if (outcome.kind === 'done') this.#note(outcome.item);
      const kind = outcome.kind === 'done' ? 'returned' : 'wasted';
      this.#at.observe({ kind, limit: this.id, units });
    });
  }

  async look(): Promise<void> {
    const read = await this.#at.store.read(this.#key);
    if (read.kind === 'done' && read.item !== undefined) this.#note(read.item);
  }

  state(atEpochMs: number): LimitState {
    const { quota, overage } = this.#limit;
    const known = this.#seen ?? { remaining: quota + overage, limit: quota };
    const remaining = Math.max(0, known.remaining) + this.#remainder;
    return {
      id: this.id,
      kind: 'quota',
      limit: known.limit,
      windowSeconds: Math.max(1, Math.round((this.period.endEpochMs - this.period.startEpochMs) / 1000)),
      remaining: Math.max(0, remaining - overage),
      resetSeconds: Math.max(0, Math.ceil((this.period.endEpochMs - atEpochMs) / 1000)),
      periodStartEpochMs: this.period.startEpochMs,
      overage: overage > 0 && remaining < overage,
    };
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #acquire(cost: number): Promise<Acquired> {
    // The one before in turn may have brought enough, or a denial.
    const known = this.refusal(cost);
    if (known !== undefined) return known;
    if (this.isReady(cost)) return ACQUIRED;
    if (this.#remainder >= cost || (this.#refused?.refusal.reason ?? 'unavailable') !== 'unavailable') {
      const refusal = await this.#refresh(cost);
      if (refusal !== undefined) return refusal;
      if (this.isReady(cost)) return ACQUIRED;
    }
    return (await this.#payDebt()) ?? (await this.#getUnits(cost));
  }

  /** Notices a suspension or a top-up by an eventually consistent read, a tenth of the price of a refused write. */
  async #refresh(cost: number): Promise<Refusal | undefined> {
    const read = await this.#at.store.read(this.#key);
    if (read.kind === 'unavailable') {
      if (this.#remainder < cost) return this.#refuse('unavailable');
      // The units are this holder's own, whatever has become of the store.
      this.#seenAt = momentOf(this.#at.clock);
      return undefined;
    }
    this.#refused = undefined;
    this.#seenAt = momentOf(this.#at.clock);
    if (read.item === undefined) return undefined;
    this.#note(read.item);
    return this.#deny(cost);
  }

  /** Posts what was admitted on trust; the ledger may go below zero by it. */
  async #payDebt(): Promise<Refusal | undefined> {
    const owed = this.#owed;
    if (owed === 0 || this.#seen === undefined) return undefined;
    const outcome = await this.#grant({ units: owed, gate: undefined, outstandingMax: undefined });
    if (outcome === 'granted') this.#owed -= owed;
    else if (outcome === 'unavailable') return this.#refuse('unavailable');
    return undefined;
  }

  async #getUnits(cost: number): Promise<Acquired> {
    this.#pace.ask();
    let openings = 0;
    for (let round = 1; round <= ROUNDS;) {
      const need = cost - this.#remainder;
      if (need <= 0) return ACQUIRED;
      const size = round === ROUNDS ? directCharge(need) : this.#size(need);
      switch (await this.#grant(size)) {
        case 'granted':
          this.#remainder += size.units;
          this.#observeGrant(size);
          await this.#raiseAlarms();
          return ACQUIRED;
        case 'unavailable':
          return this.#refuse('unavailable');
        case 'absent': {
          if (++openings > MAX_OPENINGS) return this.#refuse('unavailable');
          const failure = await this.#open();
          if (failure !== undefined) return failure;
          break;
        }
        case 'refused': {
          const refusal = this.#deny(cost);
          if (refusal !== undefined) return refusal;
          round += 1;
        }
      }
    }
    return this.#refuse('unavailable');
  }

  #size(need: number): LeaseSize {
    if (this.#seen === undefined) return directCharge(need);
    const { ownRate, ledgerRate } = this.#pace;
    const previousUnits = this.#lastGrant?.units ?? 0;
    return sizeLease({ need, ownRate, ledgerRate, previousUnits }, this.#seen, this.#limit);
  }

  async #grant(size: LeaseSize): Promise<'granted' | 'refused' | 'absent' | 'unavailable'> {
    const report = this.#unreported;
    this.#unreported = 0;
    const sent = await sendGrant(this.#key, size, report, this.#at);
    this.#unreported += sent.unsent;
    if (sent.kind === 'unavailable') {
      this.#at.observe({ kind: 'wasted', limit: this.id, units: size.units });
      return 'unavailable';
    }
    if (sent.kind === 'refused') this.#storeEpochMs = sent.storeEpochMs;
    if (sent.item === undefined) return 'absent';
    if (sent.kind === 'granted') {
      this.#lastGrant = { grantId: sent.grantId, slot: sent.slot, units: size.units };
      this.#refused = undefined;
    }
    this.#note(sent.item);
    return sent.kind;
  }

  async #open(): Promise<Acquired | undefined> {
    const { ledger, period } = this;
    const nowEpochMs = this.#storeEpochMs ?? this.#at.clock.nowEpochMs();
    const request = { id: ledger, period, limit: this.#limit, plan: this.#plan, nowEpochMs };
    const opened = await openPeriod(request, this.#at.store);
    switch (opened.kind) {
      case 'ready':
        return undefined;
      case 'moved':
      case 'plan-changed':
        return opened;
      case 'gone':
        return this.#refuse('quota-exceeded');
      case 'unavailable':
        return this.#refuse('unavailable');
    }
  }

  /** What the ledger as last seen says to a request of this cost. */
  #deny(cost: number): Refusal | undefined {
    const seen = this.#seen;
    if (seen === undefined) return undefined;
    if (seen.suspended) return this.#refuse('suspended');
    const lacking = cost - this.#remainder;
    if (lacking > 0 && (seen.closed || seen.remaining < lacking)) return this.#refuse('quota-exceeded');
    return undefined;
  }

  #refuse(reason: RefusalReason): Refusal {
    const { clock, random, denyCacheMs, observe } = this.#at;
    const forMs = (reason === 'unavailable' ? UNAVAILABLE_MS : denyCacheMs) * (0.5 + random.fraction());
    const refusal: Refusal = {
      kind: 'refused',
      reason,
      limit: this.id,
      retryAfterMs: reason === 'unavailable' ? forMs : undefined,
    };
    this.#refused = { refusal, at: momentOf(clock), forMs };
    observe({ kind: 'refused', limit: this.id, reason });
    return refusal;
  }

  /** Only ever makes the holder ask again; it frees no units. */
  #isStale(): boolean {
    return this.#seenAt !== undefined && elapsedMs(this.#at.clock, this.#seenAt) > this.#at.freshnessMs;
  }

  #note(item: Item): void {
    const now = parseLedger(item);
    this.#pace.noteLedger(this.#seen, now);
    this.#seen = now;
    this.#seenAt = momentOf(this.#at.clock);
  }

  #observeGrant({ units, outstandingMax }: LeaseSize): void {
    const leased = outstandingMax !== undefined;
    this.#at.observe({ kind: 'granted', limit: this.id, units, leased });
  }

  async #raiseAlarms(): Promise<void> {
    if (this.#seen === undefined) return;
    for (const percent of dueAlarms(this.#seen, this.#limit.alarms)) {
      const outcome = await this.#at.store.update(
        alarmWrite(this.#key, percent, this.#at.clock.nowEpochMs()),
      );
      if (outcome.kind !== 'done') continue;
      this.#note(outcome.item);
      this.#at.observe({ kind: 'alarm', id: this.ledger, period: this.period, percent });
    }
  }
}

/** Thresholds that what was granted has reached, and that nobody has raised. */
function dueAlarms(seen: LedgerState, percents: readonly number[]): readonly number[] {
  const consumed = seen.credits - seen.remaining;
  return percents.filter((percent) => consumed * 100 >= percent * seen.limit && !seen.alarmed.has(percent));
}
