/**
 * Rate limits: GCRA in one conditional write. The item has `tat`, the instant (microseconds) at which the bucket is
 * full again. `tat` never decreases, so lost, repeated and late writes only make the limit stricter. DynamoDB has no
 * max(), so the write has two forms: one for a full bucket, and one for all other buckets.
 */
import type { ItemKey, ItemWrite } from '../../table/item-write.ts';
import { printKeyPart } from '../../table/item-write.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import { usableBurst } from '../plan/plan.ts';
import type { RateLimit } from '../plan/plan.ts';

type RateAsk = { readonly units: number; readonly nowUs: number };

/** An item becomes idle, and therefore useless, long before it expires. */
const KEEP_SECONDS = 86_400;

export function rateKey(id: LedgerId): ItemKey {
  const parts = [id.tenant, id.limit, id.subject].map(printKeyPart);
  return { pk: `R#${parts.join('#')}`, sk: 'TAT' };
}

/**
 * The time that units take to come back, rounded up so that many small grants are never cheaper than one large grant.
 */
export function incrementUs(limit: RateLimit, units: number): number {
  return Math.ceil((units * limit.perSeconds * 1e6) / limit.rate);
}

export function toleranceUs(limit: RateLimit): number {
  return Math.floor((usableBurst(limit) * limit.perSeconds * 1e6) / limit.rate);
}

/** Takes units if the bucket has them. `tatUs` is the last known `tat`; a wrong value costs a second write. */
export function rateWrite(
  key: ItemKey,
  limit: RateLimit,
  ask: RateAsk,
  tatUs: number | undefined,
): ItemWrite {
  const { nowUs } = ask;
  const increment = incrementUs(limit, ask.units);
  const expiresAt = Math.ceil((nowUs + toleranceUs(limit)) / 1e6) + KEEP_SECONDS;
  const isIdle = tatUs === undefined || tatUs < nowUs;
  if (isIdle)
    return {
      purpose: 'rate',
      key,
      when: [{ attribute: 'tat', is: 'absent-or-below', value: nowUs }],
      // The increment is not added to `tat`, because idle time must not add to the burst.
      change: { kind: 'update', set: { tat: nowUs + increment, expiresAt } },
    };
  return {
    purpose: 'rate',
    key,
    when: [
      { attribute: 'tat', is: 'at-least', value: nowUs },
      { attribute: 'tat', is: 'at-most', value: nowUs + toleranceUs(limit) - increment },
    ],
    change: { kind: 'update', add: { tat: increment }, set: { expiresAt } },
  };
}

/** Microseconds until the units are available; 0 means now. */
export function waitUs(limit: RateLimit, ask: RateAsk, tatUs: number | undefined): number {
  const busyUntilUs = Math.max(tatUs ?? 0, ask.nowUs);
  return Math.max(0, busyUntilUs + incrementUs(limit, ask.units) - toleranceUs(limit) - ask.nowUs);
}

export function unitsLeft(limit: RateLimit, nowUs: number, tatUs: number | undefined): number {
  const ahead = Math.max(0, (tatUs ?? 0) - nowUs);
  return Math.max(0, Math.floor(((toleranceUs(limit) - ahead) * limit.rate) / (limit.perSeconds * 1e6)));
}
