/**
 * How many units a holder requests, within the lease of its plan (`plan.ts`). Affects cost only, never
 * safety: the store compares the grant's gates with the current item, so wrong rates or a wrong clock here
 * only waste writes.
 */
import type { QuotaLimit } from '../plan/plan.ts';

type Demand = {
  readonly need: number;
  readonly ownRate: number;
  /** The whole ledger's drain in units per second. */
  readonly ledgerRate: number;
  readonly previousUnits: number;
};

export type LeaseSize = {
  readonly units: number;
  /** undefined = for units that were admitted already. */
  readonly gate: number | undefined;
  /** undefined = direct charge. */
  readonly outstandingMax: number | undefined;
};

/** A lease leaves at least (SHARES - 1) times its size: no holder takes the last units in one block. */
const SHARES = 4;
/** A lease grows at most by this factor, so one burst does not take units that an idle holder never uses. */
const GROWTH = 4;

/** One request's units, charged only if the ledger has them. */
export function directCharge(need: number): LeaseSize {
  return { units: need, gate: need, outstandingMax: undefined };
}

/**
 * max(need, min(own rate * min(T, time to exhaustion / 4), 4 * previous, (B - out) / 2, rem / 4, max)), which is
 * below 1 near the end of the quota: then a direct charge. A lease is gated by rem >= 4n and out + n <= B.
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
