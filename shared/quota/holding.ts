/** What a process holds of one limit: units to use at once, or the way to get more. */
import { toppedUpOf } from './ledger.ts';
import type { LedgerId, LedgerState } from './ledger.ts';
import type { Period } from './period.ts';
import type { QuotaLimit, UsagePlan } from './plan.ts';

export type RefusalReason = 'quota-exceeded' | 'rate-limited' | 'concurrency' | 'suspended' | 'unavailable';

export type Refusal = {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** Id of the limit that refuses. */
  readonly limit: string;
  /** Time until a request may be admitted; undefined = only its owner's action changes that. */
  readonly retryAfterMs: number | undefined;
};

export type Acquired =
  /** There is enough now; others may take it before the caller does. */
  | { readonly kind: 'acquired' }
  | Refusal
  /** The period has to be opened by a newer plan than this process knows. */
  | { readonly kind: 'plan-changed' }
  | Moved;

/** Requests are charged elsewhere: ask for the holdings anew. */
export type Moved = {
  readonly kind: 'moved';
  readonly from: { readonly id: LedgerId; readonly period: Period; readonly plan: Pick<UsagePlan, 'id'> };
  /** Another period, the ledgers of another limit, or (undefined) what it would be without what is remembered. */
  readonly to: Period | LedgerId | undefined;
};

export const ACQUIRED: Acquired = { kind: 'acquired' };

/** A limit as headers and callers see it; never I/O, may be stale. */
export type LimitState = {
  readonly id: string;
  readonly kind: 'quota' | 'rate' | 'concurrency';
  /** Promised units per window, or requests that may run at once. */
  readonly limit: number;
  readonly unit?: 'concurrent-requests';
  /** undefined where nothing is counted over time. */
  readonly windowSeconds: number | undefined;
  /** Units known to be left; the server may have fewer by now. */
  readonly remaining: number;
  /** Until the period ends, or until the rate has refilled. */
  readonly resetSeconds: number | undefined;
  /** Start of the charged period; undefined for rates. */
  readonly periodStartEpochMs: number | undefined;
  /** The quota is used up, and this is served from its overage. */
  readonly overage: boolean;
};

/** Implemented per kind of limit. `isReady`, `take` and `refusal` are synchronous: a check and its take never part. */
export interface Holding {
  /** Of its limit. */
  readonly id: string;
  /** Smaller is asked first, so that a denied request acquires as little as possible elsewhere. */
  scarcity(): number;
  isReady(cost: number): boolean;
  /** A denial that is still fresh; saves the write that would say so again. */
  refusal(cost: number): Refusal | undefined;
  acquire(cost: number): Promise<Acquired>;
  /** Only in the same tick in which `isReady` held. */
  take(cost: number): void;
  /** Puts unused units back. False if they were reported used already. */
  refund(cost: number): boolean;
  /**
   * Charges what was delivered already, of which `isReady` may not hold.
   * @returns the units that the limit did not have; 0 where time or the request's end brings back what is taken
   */
  chargeMore(units: number): Promise<number>;
  /** What was charged in the store for a request that another limit refuses is taken back there. */
  uncharge(): Promise<void>;
  /** Resolves when the store has been told of what may not wait, or could not be. */
  readonly corrected: Promise<void>;
  /** Makes room without the store, within the bound of `onUnavailable`; the units stay owed. */
  borrow(cost: number, bound: number): boolean;
  /** Asks the store how it stands, without taking anything. */
  look(): Promise<void>;
  state(atEpochMs: number): LimitState;
}

/**
 * How a counted quota stands.
 * @param seen the ledger as last seen; undefined = as it would be opened
 * @param held units that this process may use without asking
 */
export function quotaState(
  { id, quota, overage }: QuotaLimit,
  period: Period,
  seen: LedgerState | undefined,
  held: number,
  atEpochMs: number,
): LimitState {
  const remaining = (seen?.remaining ?? quota + overage) + held;
  return {
    id,
    kind: 'quota',
    // What clients draw `r` of: a top-up is part of it, or more would be left than there ever was.
    limit: seen === undefined ? quota : seen.limit + toppedUpOf(seen),
    windowSeconds: Math.max(1, Math.round((period.endEpochMs - period.startEpochMs) / 1000)),
    remaining: Math.max(0, remaining - overage),
    resetSeconds: Math.max(0, Math.ceil((period.endEpochMs - atEpochMs) / 1000)),
    periodStartEpochMs: period.startEpochMs,
    overage: overage > 0 && remaining < overage,
  };
}
