/**
 * One process's units of one rate limit. Unlike a quota's units, they expire: they are dropped if they are not used
 * within `maxAgeMs` of the request for the grant. The stored burst was lowered to allow for this delay.
 */
import { backOff } from '../../table/back-off.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import { ACQUIRED } from './holding.ts';
import type { Acquired, Holding, LimitState, Refusal } from './holding.ts';
import type { ItemKey } from '../../table/item-write.ts';
import type { HolderPorts } from './holder-ports.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import { Pace } from './pace.ts';
import type { RateLimit } from '../plan/plan.ts';
import { rateKey, rateWrite, unitsLeft, waitUs } from './rate-limit.ts';
import { Turns } from './turns.ts';

type Batch = { units: number; readonly sentAt: Moment };

/**
 * Maximum number of writes for one request. A request may need a write of the other form (@see rate-limit.ts), and then
 * a write of only the needed units. The rest is a margin for two lost races.
 */
const ATTEMPTS = 4;
const BACK_OFF_MS = 10;
const UNAVAILABLE_MS = 1000;
const SHARE = 2;

export class RateLease implements Holding {
  readonly id: string;
  readonly corrected = Promise.resolve();
  readonly #limit: RateLimit;
  readonly #key: ItemKey;
  readonly #at: HolderPorts;
  readonly #nowEpochMs: () => number;
  #batches: Batch[] = [];
  readonly #pace: Pace;
  #tatUs: number | undefined;
  #refused: { readonly refusal: Refusal; readonly at: Moment; readonly cost: number } | undefined;
  readonly #turns = new Turns();

  /** @param nowEpochMs the clock that determines how full a bucket is */
  constructor(id: LedgerId, limit: RateLimit, at: HolderPorts, nowEpochMs: () => number) {
    this.id = limit.id;
    this.#limit = limit;
    this.#key = rateKey(id);
    this.#at = at;
    this.#pace = new Pace(at.clock);
    this.#nowEpochMs = nowEpochMs;
  }

  /** Rates are called last, since their units would expire while other limits are called. */
  rank(): number {
    return Infinity;
  }

  isReady(cost: number): boolean {
    this.#dropStale();
    return this.#available() >= cost;
  }

  take(cost: number): void {
    let left = cost;
    for (const batch of this.#batches) {
      const used = Math.min(left, batch.units);
      batch.units -= used;
      left -= used;
    }
    this.#pace.spend(cost);
  }

  /** Units are not refunded, because the bucket refills with time. */
  refund(): boolean {
    return false;
  }

  chargeMore(): Promise<number> {
    return Promise.resolve(0);
  }

  async uncharge(): Promise<void> {
    // Nothing to do: other requests can use the units.
  }

  borrow(cost: number, bound: number): boolean {
    const windowMs = (this.#limit.burst * this.#limit.perSeconds * 1000) / this.#limit.rate;
    const window = Math.floor(this.#nowEpochMs() / windowMs);
    const debt = this.#at.debts.open({ pk: this.#key.pk, sk: String(window) }, (window + 1) * windowMs);
    if (debt === undefined || debt.borrowed + cost > bound) return false;
    debt.borrowed += cost;
    this.#batches.push({ units: cost, sentAt: momentOf(this.#at.clock) });
    return true;
  }

  refusal(cost: number): Refusal | undefined {
    const refused = this.#refused;
    if (refused === undefined || this.isReady(cost)) return undefined;
    const leftMs = (refused.refusal.retryAfterMs ?? 0) - elapsedMs(this.#at.clock, refused.at);
    // A cheaper request may still be admitted.
    if (leftMs <= 0 || (refused.refusal.reason === 'rate-limited' && cost < refused.cost)) return undefined;
    return { ...refused.refusal, retryAfterMs: leftMs };
  }

  acquire(cost: number): Promise<Acquired> {
    return this.#turns.take(() => this.#acquire(cost));
  }

  state(): LimitState {
    const { level, burst, rate, perSeconds } = this.#limit;
    const nowUs = this.#nowEpochMs() * 1000;
    const fullInUs = Math.max(0, (this.#tatUs ?? 0) - nowUs);
    return {
      id: this.id,
      kind: 'rate',
      level,
      limit: burst,
      windowSeconds: Math.max(1, Math.ceil((burst * perSeconds) / rate)),
      remaining: unitsLeft(this.#limit, nowUs, this.#tatUs) + this.#available(),
      resetSeconds: Math.ceil(fullInUs / 1e6),
      periodStartEpochMs: undefined,
      overage: false,
    };
  }

  async look(): Promise<void> {
    const read = await this.#at.store.read(this.#key);
    if (read.kind === 'done') this.#noteTat(read.item?.['tat']);
  }

  async #acquire(cost: number): Promise<Acquired> {
    const known = this.refusal(cost);
    if (known !== undefined) return known;
    this.#pace.ask();
    let requestedUnits = this.#size();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (this.isReady(cost)) return ACQUIRED;
      const units = Math.max(requestedUnits, cost - this.#available());
      // The age of the units is counted from this moment, because the store may grant them at any time after it.
      const sentAt = momentOf(this.#at.clock);
      const ask = { units, nowUs: Math.floor(this.#nowEpochMs() * 1000) };
      const outcome = await this.#at.store.update(rateWrite(this.#key, this.#limit, ask, this.#tatUs));
      switch (outcome.kind) {
        case 'done':
          this.#noteTat(outcome.item['tat']);
          this.#batches.push({ units, sentAt });
          this.#observeGrant(units);
          break;
        case 'refused': {
          this.#noteTat(outcome.item?.['tat']);
          requestedUnits = 0;
          const bare = { units: cost - this.#available(), nowUs: ask.nowUs };
          const waitMs = waitUs(this.#limit, bare, this.#tatUs) / 1000;
          if (bare.units > 0 && waitMs > 0) return this.#refuse('rate-limited', waitMs, cost);
          break;
        }
        case 'unknown':
          // The write may have been applied. Its units are then lost, and the bucket refills with time anyway.
          break;
        case 'rejected':
          if (!outcome.retryable) return this.#refuse('unavailable', UNAVAILABLE_MS, cost);
          await backOff(this.#at, attempt, BACK_OFF_MS);
      }
    }
    return this.isReady(cost) ? ACQUIRED : this.#refuse('unavailable', UNAVAILABLE_MS, cost);
  }

  /**
   * Returns the number of units that this holder can probably use before they expire. If 0, only the units that the
   * request needs are requested.
   */
  #size(): number {
    if (!this.#limit.leased) return 0;
    const wanted = Math.ceil((this.#pace.ownRate * this.#limit.maxAgeMs) / 1000);
    const left = unitsLeft(this.#limit, this.#nowEpochMs() * 1000, this.#tatUs);
    return Math.min(wanted, Math.floor(left / SHARE));
  }

  #available(): number {
    return this.#batches.reduce((units, batch) => units + batch.units, 0);
  }

  #dropStale(): void {
    const { clock } = this.#at;
    const live = this.#batches.filter(
      ({ units, sentAt }) => units > 0 && elapsedMs(clock, sentAt) <= this.#limit.maxAgeMs,
    );
    if (live.length < this.#batches.length) this.#batches = live;
  }

  #noteTat(tat: unknown): void {
    this.#tatUs = typeof tat === 'number' ? tat : undefined;
  }

  #observeGrant(units: number): void {
    this.#at.observe({ kind: 'granted', limit: this.id, units, leased: this.#limit.leased });
  }

  #refuse(reason: 'rate-limited' | 'unavailable', retryAfterMs: number, cost: number): Refusal {
    const refusal: Refusal = { kind: 'refused', reason, limit: this.id, retryAfterMs };
    this.#refused = { refusal, at: momentOf(this.#at.clock), cost };
    this.#at.observe({ kind: 'refused', limit: this.id, reason });
    return refusal;
  }
}
