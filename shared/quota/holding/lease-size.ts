/**
 * Decides how many units a holder requests, within the lease settings of its plan (`plan.ts`). This affects only cost,
 * never correctness. The store compares the conditions of a grant with the current item, so a wrong rate or a wrong
 * clock only wastes writes.
 */
import type { QuotaLimit } from '../plan/plan.ts';

type Demand = {
  readonly need: number;
  readonly ownRate: number;
  /** The rate at which the whole ledger loses units, in units per second. */
  readonly ledgerRate: number;
  readonly previousUnits: number;
};

export type LeaseSize = {
  readonly units: number;
  /**
   * The ledger makes the grant only if it has at least this many units left (`rem`). Undefined means no condition,
   * because the units were already admitted.
   */
  readonly gate: number | undefined;
  /** The grant is made only if holders have at most this many units now (`out`); undefined for a direct charge. */
  readonly outstandingMax: number | undefined;
};

/**
 * A lease leaves at least (SHARES - 1) times its size in the ledger, so that a single holder cannot take all remaining
 * units.
 */
const SHARES = 4;
/**
 * Maximum factor by which a lease grows from one grant to the next. Otherwise a holder would request many units for one
 * burst and then leave them unused.
 */
const GROWTH = 4;

/** Returns the size of a direct charge: the units of one request, which are charged only if the ledger has them. */
export function directCharge(need: number): LeaseSize {
  return { units: need, gate: need, outstandingMax: undefined };
}

/**
 * Returns the size n of the next lease: n = min(own rate * min(leaseSeconds, time to exhaustion / 4), 4 * previous, (B
 * - out) / 2, rem / 4, maxLeaseUnits), where B is the waste budget. If n is not more than the need, which happens near
 * the end of the quota, the need is charged directly. A lease requires rem >= 4n and out + n <= B.
 */
export function sizeLease(
  demand: Demand,
  seen: { readonly remaining: number; readonly outstanding: number; readonly wasteBudget: number },
  limit: Pick<QuotaLimit, 'leaseSeconds' | 'maxLeaseUnits'>,
): LeaseSize {
  const { need, ownRate, previousUnits } = demand;
  const secondsLeft = seen.remaining / Math.max(demand.ledgerRate, ownRate, Number.MIN_VALUE);
  const units = Math.min(
    Math.ceil(ownRate * Math.min(limit.leaseSeconds, secondsLeft / SHARES)),
    Math.max(1, GROWTH * previousUnits),
    Math.floor((seen.wasteBudget - seen.outstanding) / 2),
    Math.floor(seen.remaining / SHARES),
    limit.maxLeaseUnits,
  );
  if (!(units > need)) return directCharge(need);
  return { units, gate: SHARES * units, outstandingMax: seen.wasteBudget - units };
}
