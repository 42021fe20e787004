import type { Holding, Moved, Refusal } from './holding.ts';

export type Charged =
  | { readonly kind: 'charged'; readonly holdings: readonly Holding[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly holdings: readonly Holding[] }
  | { readonly kind: 'plan-changed' };

type ChargePorts = {
  /**
   * Finds the request's current holdings. It is called again after every wait, because a period may have changed in the
   * meantime.
   */
  readonly find: () => readonly Holding[];
  readonly move: (moved: Moved) => void;
  /** Units that each holding may lend while the store cannot be reached. */
  readonly bound: number;
};

/**
 * Maximum number of waits of one request. For each limit, the request may have to wait for a grant, wait again because
 * other requests took the granted units, and wait because another period has to be charged.
 */
const MAX_WAITS = 64;

/**
 * Charges a request. It first acquires missing units, starting with the scarcest limit. As soon as all limits have
 * enough units, it takes the units from all of them in the same tick. If a limit refuses the request, units that were
 * acquired from other limits stay available for the next request.
 */
export async function charge(cost: number, at: ChargePorts): Promise<Charged> {
  let holdings = at.find();
  for (let wait = 0; wait < MAX_WAITS; wait += 1) {
    const refused = firstRefusal(holdings, cost, at.bound);
    if (refused !== undefined) return { kind: 'refused', refusal: refused, holdings };
    const lacking = lowestRank(holdings.filter((holding) => !holding.isReady(cost)));
    if (lacking === undefined) {
      for (const holding of holdings) holding.take(cost);
      return { kind: 'charged', holdings };
    }
    const acquired = await lacking.acquire(cost);
    if (acquired.kind === 'plan-changed') return acquired;
    if (acquired.kind === 'moved') at.move(acquired);
    if (acquired.kind === 'refused' && !mayBorrow(lacking, acquired, cost, at.bound))
      return { kind: 'refused', refusal: acquired, holdings };
    holdings = at.find();
  }
  return { kind: 'refused', refusal: contended(holdings), holdings };
}

function firstRefusal(holdings: readonly Holding[], cost: number, bound: number): Refusal | undefined {
  for (const holding of holdings) {
    const refusal = holding.refusal(cost);
    if (refusal !== undefined && !mayBorrow(holding, refusal, cost, bound)) return refusal;
  }
  return undefined;
}

function mayBorrow(holding: Holding, refusal: Refusal, cost: number, bound: number): boolean {
  return refusal.reason === 'unavailable' && bound > 0 && holding.borrow(cost, bound);
}

function lowestRank(holdings: readonly Holding[]): Holding | undefined {
  return holdings.reduce<Holding | undefined>(
    (least, holding) => (least === undefined || holding.rank() < least.rank() ? holding : least),
    undefined,
  );
}

function contended(holdings: readonly Holding[]): Refusal {
  const limit = holdings[0]?.id ?? '';
  return { kind: 'refused', reason: 'unavailable', limit, retryAfterMs: 1000 };
}
