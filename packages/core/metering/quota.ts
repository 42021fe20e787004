/** What one key has used of one plan, by day; the plan's limit is applied to the sum of a period. */
import { dayOf, periodStart } from './quota-period.ts';
import type { KeptUsage } from './kept-usage.ts';
import type { QuotaPeriod, WeekStart } from './quota-period.ts';

/** `limit` requests a period; `offset` of them count as used in the first one. */
export type QuotaLimit = { readonly limit: number; readonly offset: number; readonly period: QuotaPeriod };

/** How long AWS keeps daily figures. */
const KEPT_DAYS = 90;
/** Requests that nobody knows of yet are kept in so many lots at most. */
const LOTS = 60;

/** Requests of about one moment, of which usage does not tell yet. */
type Lot = { readonly atEpochMs: number; count: number };

/** Requests of one key under one plan. Knows no limit of its own: a plan may be changed while it counts. */
export class KeyUsage {
  /** Requests by day; a day without any is not in it. */
  readonly #used = new Map<number, number>();
  /** `UpdateUsage` grants more (or takes away) for the one period it is called in. */
  readonly #extensions = new Map<number, number>();
  #firstDay: number;
  readonly #lagMs: number;
  readonly #weekStart: WeekStart;
  #pending: Lot[] = [];

  /**
   * The offset belongs to the period in which the key joined the plan. `lagMs`: how late a request shows in the
   * usage, and so may go beyond the quota, as at AWS, whose quotas are best effort; 0 = at once.
   */
  constructor(joinedAtEpochMs: number, lagMs = 0, weekStart: WeekStart = 'sunday') {
    this.#firstDay = dayOf(joinedAtEpochMs);
    this.#lagMs = lagMs;
    this.#weekStart = weekStart;
  }

  /** Counts one admitted request. */
  count(nowEpochMs: number): void {
    if (this.#lagMs === 0) this.#add(dayOf(nowEpochMs), 1);
    else this.#postpone(nowEpochMs);
  }

  /** Takes in what has become known by now. */
  settle(nowEpochMs: number): void {
    if (this.#pending.length === 0) return;
    const isKnown = ({ atEpochMs }: Lot): boolean => atEpochMs + this.#lagMs <= nowEpochMs;
    for (const { atEpochMs, count } of this.#pending.filter(isKnown)) this.#add(dayOf(atEpochMs), count);
    this.#pending = this.#pending.filter((lot) => !isKnown(lot));
  }

  #add(day: number, count: number): void {
    const used = this.#used.get(day);
    if (used === undefined) this.#forgetOldDays(day);
    this.#used.set(day, (used ?? 0) + count);
  }

  #postpone(nowEpochMs: number): void {
    const last = this.#pending.at(-1);
    if (last !== undefined && nowEpochMs - last.atEpochMs < this.#lagMs / LOTS) last.count += 1;
    else this.#pending.push({ atEpochMs: nowEpochMs, count: 1 });
  }

  /** As it is kept between starts; what nobody knows of yet is not in it. */
  keep(): KeptUsage {
    return { firstDay: this.#firstDay, used: [...this.#used], extensions: [...this.#extensions] };
  }

  /** Takes the place of what was counted here. */
  adopt({ firstDay, used, extensions }: KeptUsage): void {
    this.#firstDay = firstDay;
    this.#used.clear();
    this.#extensions.clear();
    this.#pending = [];
    for (const [day, count] of used) this.#used.set(day, count);
    for (const [day, count] of extensions) this.#extensions.set(day, count);
  }

  usedOn(day: number): number {
    return this.#used.get(day) ?? 0;
  }

  /** Requests left in the period of `day`, as they stood at the end of that day; never below 0. */
  remainingOn(day: number, quota: QuotaLimit): number {
    return Math.max(0, this.#balance(day, quota));
  }

  isUsedUp(nowEpochMs: number, quota: QuotaLimit): boolean {
    this.settle(nowEpochMs);
    return this.#balance(dayOf(nowEpochMs), quota) < 1;
  }

  /** Sets what is left of the period of `nowEpochMs`; the next period starts with the plan's own limit again. */
  setRemaining(remaining: number, nowEpochMs: number, quota: QuotaLimit): void {
    const day = dayOf(nowEpochMs);
    const start = this.#startOf(quota, day);
    const missing = remaining - this.#balance(day, quota);
    this.#extensions.set(start, (this.#extensions.get(start) ?? 0) + missing);
  }

  #startOf({ period }: QuotaLimit, day: number): number {
    return periodStart(period, day, this.#weekStart);
  }

  #balance(day: number, quota: QuotaLimit): number {
    const start = this.#startOf(quota, day);
    const isFirst = start === this.#startOf(quota, this.#firstDay);
    let balance = quota.limit - (isFirst ? quota.offset : 0) + (this.#extensions.get(start) ?? 0);
    for (let past = start; past <= day; past += 1) balance -= this.usedOn(past);
    return balance;
  }

  #forgetOldDays(today: number): void {
    for (const days of [this.#used, this.#extensions])
      for (const day of days.keys()) if (day < today - KEPT_DAYS) days.delete(day);
  }
}
