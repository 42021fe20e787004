/** A process's share of one limit: units for immediate use, or the way to get more units. */
import { isOfClosedPeriod, standingOf } from '../ledger/ledger.ts';
import type { LedgerId, LedgerState } from '../ledger/ledger.ts';
import type { Period } from '../ledger/period.ts';
import type { QuotaLimit, CustomerPlan, Level } from '../plan/plan.ts';

export type RefusalReason = 'quota-exceeded' | 'rate-limited' | 'concurrency' | 'suspended' | 'unavailable';

export type Refusal = {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly limit: string;
  /**
   * Time until a request may be admitted. It is undefined if the refusal ends with the period, or only when an
   * administrator changes something.
   */
  readonly retryAfterMs: number | undefined;
};

export type Acquired =
  /** There are enough units now, but other requests may take them before the caller does. */
  | { readonly kind: 'acquired' }
  | Refusal
  /** The period must be opened by a newer version of the plan than this process has. */
  | { readonly kind: 'plan-changed' }
  | Moved;

/** Requests are now charged to another ledger, so the holdings have to be determined again. */
export type Moved = {
  readonly kind: 'moved';
  readonly from: {
    readonly id: LedgerId;
    readonly period: Period;
    readonly plan: Pick<CustomerPlan, 'id' | 'version'>;
    readonly termEpochMs?: number | undefined;
  };
  /**
   * The period, or the ledgers of another limit, to which requests are charged now. Undefined means that an earlier
   * move no longer applies.
   */
  readonly to: Period | LedgerId | undefined;
};

export const ACQUIRED: Acquired = { kind: 'acquired' };

/** The state of a limit, for headers and callers. Reading it never does I/O, so it may be stale. */
export type LimitState = {
  readonly id: string;
  readonly kind: 'quota' | 'rate' | 'concurrency';
  readonly level: Level;
  /** Units per window, or requests that may run at once. */
  readonly limit: number;
  /** The customer's own quota, if the customer has one instead of the plan's. */
  readonly ownQuota?: number;
  readonly unit?: 'concurrent-requests';
  /** Duration of the limit's window; undefined if the limit has no time window. */
  readonly windowSeconds: number | undefined;
  /** Units known to be left; the store may have fewer by now. */
  readonly remaining: number;
  /** The time until the period ends, or until the rate has refilled; undefined for concurrency. */
  readonly resetSeconds: number | undefined;
  /** Start of the charged period; undefined unless the limit is a quota. */
  readonly periodStartEpochMs: number | undefined;
  /** Whether the quota is used up, so that units come from its overage. */
  readonly overage: boolean;
  /** Set if the charged period is closed, so that nothing can be charged to it. */
  readonly closed?: true;
};

/**
 * A process's share of one limit. There is one implementation per kind of limit. `isReady`, `take` and `refusal` are
 * synchronous, so nothing happens between a check and the take that follows.
 */
export interface Holding {
  readonly id: string;
  /**
   * Returns the position of the holding in the order of calls. A holding with a smaller number is called earlier. The
   * order is chosen so that a refused request acquires as little as possible from other limits.
   */
  rank(): number;
  isReady(cost: number): boolean;
  /** Returns a refusal that is still fresh. This saves a write that would have the same result. */
  refusal(cost: number): Refusal | undefined;
  acquire(cost: number): Promise<Acquired>;
  /** May be called only in the tick in which `isReady` was true. */
  take(cost: number): void;
  /**
   * Gives the units of a request back. The result is false if the limit has no refunds, because its units come back
   * with time or at the request's end.
   */
  refund(cost: number): boolean;
  /**
   * Charges units that were already delivered, even if `isReady` is false.
   * @returns the number of units that the limit did not have; 0 if the limit's units come back with time or at the
   * request's end
   */
  chargeMore(units: number): Promise<number>;
  /** Reverts a charge in the store when another limit refuses the request. */
  uncharge(): Promise<void>;
  /** Resolves when urgent reports have reached the store or have failed. */
  readonly corrected: Promise<void>;
  /**
   * Lends units while the store cannot be reached, up to the bound of `onUnavailable`. The units have to be charged
   * later.
   */
  borrow(cost: number, bound: number): boolean;
  look(): Promise<void>;
  state(atEpochMs: number): LimitState;
}

/**
 * Returns the state of a counted quota.
 * @param seen the ledger as last seen; undefined means the ledger as it would be opened
 * @param held units that this process may use without a call
 */
export function quotaState(
  { id, level, quota, overage, isOwn }: QuotaLimit,
  period: Period,
  seen: LedgerState | undefined,
  held: number,
  atEpochMs: number,
): LimitState {
  const remaining = (seen?.remaining ?? quota + overage) + held;
  const { allowance, left } =
    seen === undefined
      ? { allowance: quota, left: Math.max(0, remaining - overage) }
      : standingOf({ ...seen, remaining });
  return {
    id,
    kind: 'quota',
    level,
    // The limit includes top-ups, because clients compare `r` (the units left) with it, and `r` must not be larger.
    limit: allowance,
    ...(isOwn === true && { ownQuota: quota }),
    windowSeconds: Math.max(1, Math.round((period.endEpochMs - period.startEpochMs) / 1000)),
    remaining: left,
    resetSeconds: Math.max(0, Math.ceil((period.endEpochMs - atEpochMs) / 1000)),
    periodStartEpochMs: period.startEpochMs,
    overage: overage > 0 && remaining < overage,
    ...(seen !== undefined && isOfClosedPeriod(seen) && { closed: true }),
  };
}
