/** A process's share of one limit: units to use at once, or the way to get more. */
import { standingOf } from '../ledger/ledger.ts';
import type { LedgerId, LedgerState } from '../ledger/ledger.ts';
import type { Period } from '../ledger/period.ts';
import type { QuotaLimit, CustomerPlan } from '../plan/plan.ts';

export type RefusalReason = 'quota-exceeded' | 'rate-limited' | 'concurrency' | 'suspended' | 'unavailable';

export type Refusal = {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly limit: string;
  /** Time until a request may be admitted; undefined = only an administrator can change it. */
  readonly retryAfterMs: number | undefined;
};

export type Acquired =
  /** There are enough units now; others may take them before the caller does. */
  | { readonly kind: 'acquired' }
  | Refusal
  /** The period has to be opened by a newer plan than this process knows. */
  | { readonly kind: 'plan-changed' }
  | Moved;

/** Requests are charged elsewhere: read the holdings again. */
export type Moved = {
  readonly kind: 'moved';
  readonly from: {
    readonly id: LedgerId;
    readonly period: Period;
    readonly plan: Pick<CustomerPlan, 'id'>;
    readonly termEpochMs?: number | undefined;
  };
  /** Another period, another limit's ledgers, or (undefined) the default, forgetting what is remembered. */
  readonly to: Period | LedgerId | undefined;
};

export const ACQUIRED: Acquired = { kind: 'acquired' };

/** A limit for headers and callers; never does I/O, may be stale. */
export type LimitState = {
  readonly id: string;
  readonly kind: 'quota' | 'rate' | 'concurrency';
  /** Units per window, or requests that may run at once. */
  readonly limit: number;
  readonly unit?: 'concurrent-requests';
  /** undefined when the limit has no time window. */
  readonly windowSeconds: number | undefined;
  /** Units known to be left; the store may have fewer by now. */
  readonly remaining: number;
  /** The time until the period ends, or until the rate has refilled. */
  readonly resetSeconds: number | undefined;
  /** Start of the charged period; undefined for rates. */
  readonly periodStartEpochMs: number | undefined;
  /** The quota is used up, and units come from its overage. */
  readonly overage: boolean;
};

/**
 * One implementation per kind of limit. `isReady`, `take` and `refusal` are synchronous, so nothing happens
 * between a check and its take.
 */
export interface Holding {
  readonly id: string;
  /** The smallest is called first, so that a denied request acquires as little as possible elsewhere. */
  rank(): number;
  isReady(cost: number): boolean;
  /** A denial that is still fresh; saves a write with the same result. */
  refusal(cost: number): Refusal | undefined;
  acquire(cost: number): Promise<Acquired>;
  /** To be called only in the tick in which `isReady` was true. */
  take(cost: number): void;
  /** Returns unused units. False if they were reported used already. */
  refund(cost: number): boolean;
  /**
   * Charges delivered units, for which `isReady` may be false.
   * @returns the units that the limit did not have; 0 if they come back with time or at the request's end
   */
  chargeMore(units: number): Promise<number>;
  /** Reverts a charge in the store for a request that another limit refuses. */
  uncharge(): Promise<void>;
  /** Resolves when urgent reports have reached the store, or failed. */
  readonly corrected: Promise<void>;
  /** Makes room without the store, within the bound of `onUnavailable`; the units stay owed. */
  borrow(cost: number, bound: number): boolean;
  look(): Promise<void>;
  state(atEpochMs: number): LimitState;
}

/**
 * State of a counted quota.
 * @param seen the ledger as last seen; undefined = as it would be opened
 * @param held units that this process may use without a call
 */
export function quotaState(
  { id, quota, overage }: QuotaLimit,
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
    // Clients show `r` as a part of it: without top-ups, more could be left than the limit.
    limit: allowance,
    windowSeconds: Math.max(1, Math.round((period.endEpochMs - period.startEpochMs) / 1000)),
    remaining: left,
    resetSeconds: Math.max(0, Math.ceil((period.endEpochMs - atEpochMs) / 1000)),
    periodStartEpochMs: period.startEpochMs,
    overage: overage > 0 && remaining < overage,
  };
}
