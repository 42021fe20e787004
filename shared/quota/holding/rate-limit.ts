/**
 * Rate limits: GCRA in one conditional write. The item's `tat` is the instant (in microseconds) at which the bucket
 * will be full again. `tat` never decreases, so lost, repeated and late writes only make the limit stricter. DynamoDB
 * has no max(), so there are two forms of the write: one for a full bucket, and one for any other bucket.
 */
import type { ItemKey, ItemWrite } from '../../table/item-write.ts';
import { printKeyPart } from '../../table/item-write.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import { usableBurst } from '../plan/plan.ts';
import type { RateLimit } from '../plan/plan.ts';

type RateAsk = { readonly units: number; readonly nowUs: number };

/** How long an item is stored. Its bucket is full long before that, so the item is no longer needed. */
const KEEP_SECONDS = 86_400;

export function rateKey(id: LedgerId): ItemKey {
  const parts = [id.tenant, id.limit, id.subject].map(printKeyPart);
  return { pk: `R#${parts.join('#')}`, sk: 'TAT' };
}

/**
 * Returns the time that units take to come back. It is rounded up, so that many small grants are never cheaper than one
 * large grant.
 */
export function incrementUs(limit: RateLimit, units: number): number {
  return Math.ceil((units * limit.perSeconds * 1e6) / limit.rate);
}

export function toleranceUs(limit: RateLimit): number {
  return Math.floor((usableBurst(limit) * limit.perSeconds * 1e6) / limit.rate);
}

/**
 * Returns the write that takes units if the bucket has them. `tatUs` is the last known `tat`. If it is wrong, a second
 * write may be needed.
 */
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
      // The bucket is full, so `tat` is set instead of increased. Otherwise the idle time before would add to the
      // burst.
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
