/** Counts the daily usage of one key under one plan. A plan limits the sum of all days in a period. */
import { dayOf, periodStart } from './quota-period.ts';
import type { StoredUsage } from './stored-usage.ts';
import type { QuotaPeriod, WeekStart } from './quota-period.ts';

/**
 * The quota of a plan, which allows `limit` requests in each period. In the first period, `offset` requests count as
 * already used.
 */
export type PlanQuota = { readonly limit: number; readonly offset: number; readonly period: QuotaPeriod };

/** The number of days for which daily usage is stored. AWS retains usage for the same time. */
const KEPT_DAYS = 90;
/** The maximum number of groups into which pending requests are divided by time. */
const LOTS = 60;

/** A group of requests that arrived at about the same time and are not yet counted in the usage. */
type Lot = { readonly atEpochMs: number; count: number };

/** Counts the requests of one key under one plan. It does not store the limit, because the plan may change. */
export class KeyUsage {
  /** Requests by day; days without requests are absent. */
  readonly #used = new Map<number, number>();
  /**
   * The requests that `UpdateUsage` adds or, if negative, takes away. They apply only to the period in which it is
   * called.
   */
  readonly #extensions = new Map<number, number>();
  #firstDay: number;
  readonly #lagMs: number;
  readonly #weekStart: WeekStart;
  #pending: Lot[] = [];

  /**
   * @param joinedAtEpochMs the time when the key joined the plan; the quota's offset applies to the period of this time
   * @param lagMs the delay until a request counts; 0 means that it counts at once. With a delay, usage may exceed the
   * quota. The same can happen on AWS, where quotas are best effort
   */
  constructor(joinedAtEpochMs: number, lagMs = 0, weekStart: WeekStart = 'sunday') {
    this.#firstDay = dayOf(joinedAtEpochMs);
    this.#lagMs = lagMs;
    this.#weekStart = weekStart;
  }

  count(nowEpochMs: number): void {
    if (this.#lagMs === 0) this.#add(dayOf(nowEpochMs), 1);
    else this.#postpone(nowEpochMs);
  }

  /** Counts the pending requests whose delay is over. */
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

  /** Returns the usage that is stored between runs. It does not include pending requests. */
  keep(): StoredUsage {
    return { firstDay: this.#firstDay, used: [...this.#used], extensions: [...this.#extensions] };
  }

  /** Replaces all counts with stored usage. */
  adopt({ firstDay, used, extensions }: StoredUsage): void {
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

  /** Returns the requests that are left in the period of `day`, as of the end of that day; never below 0. */
  remainingOn(day: number, quota: PlanQuota): number {
    return Math.max(0, this.#balance(day, quota));
  }

  isUsedUp(nowEpochMs: number, quota: PlanQuota): boolean {
    this.settle(nowEpochMs);
    return this.#balance(dayOf(nowEpochMs), quota) < 1;
  }

  /**
   * Sets the remaining requests for the period of `nowEpochMs`; the next period starts with the plan's limit
   * again.
   */
  setRemaining(remaining: number, nowEpochMs: number, quota: PlanQuota): void {
    const day = dayOf(nowEpochMs);
    const start = this.#startOf(quota, day);
    const missing = remaining - this.#balance(day, quota);
    this.#extensions.set(start, (this.#extensions.get(start) ?? 0) + missing);
  }

  #startOf({ period }: PlanQuota, day: number): number {
    return periodStart(period, day, this.#weekStart);
  }

  #balance(day: number, quota: PlanQuota): number {
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
