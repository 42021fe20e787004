/** What one key has used of one plan, by day; the plan's limit is applied to the sum of a period. */
import { dayOf, periodStart } from './quota-period.ts';
import type { QuotaPeriod } from './quota-period.ts';

/** `limit` requests a period; `offset` of them count as used in the first one. */
export type QuotaLimit = { readonly limit: number; readonly offset: number; readonly period: QuotaPeriod };

/** How long AWS keeps daily figures. */
const KEPT_DAYS = 90;

/** Requests of one key under one plan. Knows no limit of its own: a plan may be changed while it counts. */
export class KeyUsage {
  /** Requests by day; a day without any is not in it. */
  readonly #used = new Map<number, number>();
  /** `UpdateUsage` grants more (or takes away) for the one period it is called in. */
  readonly #extensions = new Map<number, number>();
  readonly #firstDay: number;

  /** The offset belongs to the period in which the key joined the plan. */
  constructor(joinedAtEpochMs: number) {
    this.#firstDay = dayOf(joinedAtEpochMs);
  }

  /** Counts one admitted request. */
  count(nowEpochMs: number): void {
    const day = dayOf(nowEpochMs);
    const used = this.#used.get(day);
    if (used === undefined) this.#forgetOldDays(day);
    this.#used.set(day, (used ?? 0) + 1);
  }

  usedOn(day: number): number {
    return this.#used.get(day) ?? 0;
  }

  /** Requests left in the period of `day`, as they stood at the end of that day; never below 0. */
  remainingOn(day: number, quota: QuotaLimit): number {
    return Math.max(0, this.#balance(day, quota));
  }

  isUsedUp(nowEpochMs: number, quota: QuotaLimit): boolean {
    return this.#balance(dayOf(nowEpochMs), quota) < 1;
  }

  /** Sets what is left of the period of `nowEpochMs`; the next period starts with the plan's own limit again. */
  setRemaining(remaining: number, nowEpochMs: number, quota: QuotaLimit): void {
    const day = dayOf(nowEpochMs);
    const start = periodStart(quota.period, day);
    const missing = remaining - this.#balance(day, quota);
    this.#extensions.set(start, (this.#extensions.get(start) ?? 0) + missing);
  }

  #balance(day: number, quota: QuotaLimit): number {
    const start = periodStart(quota.period, day);
    const isFirst = start === periodStart(quota.period, this.#firstDay);
    let balance = quota.limit - (isFirst ? quota.offset : 0) + (this.#extensions.get(start) ?? 0);
    for (let past = start; past <= day; past += 1) balance -= this.usedOn(past);
    return balance;
  }

  #forgetOldDays(today: number): void {
    for (const days of [this.#used, this.#extensions])
      for (const day of days.keys()) if (day < today - KEPT_DAYS) days.delete(day);
  }
}
