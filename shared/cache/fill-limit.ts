/**
 * Limits how many entries the requests from one address may create in a minute. Attack: a caller sends a different
 * header, cookie or query parameter with each request. An entry is written for each request, but no request is answered
 * from the cache.
 *
 * | item  | pk                         | sk         | attributes           |
 * | ----- | -------------------------- | ---------- | -------------------- |
 * | fills | `E#{namespace}#!{address}` | the minute | `fills`, `expiresAt` |
 */
import { createHash } from 'node:crypto';
import { sourceIpOf } from '../aws/read-request.ts';
import type { AgeClock, ItemStore } from '../ports.ts';
import type { CachedRequest } from './cached-request.ts';
import { entryKey } from './labels.ts';

export const FILLS_PER_MINUTE = 600;
const MINUTE_SECONDS = 60;
/**
 * Number of attempts to count an entry. The first one fails if another request creates the minute's item at the same
 * time.
 */
const ATTEMPTS = 2;

type FillPorts = {
  readonly store: ItemStore;
  readonly namespace: string;
  readonly clock: Pick<AgeClock, 'nowEpochMs'>;
};

/**
 * Whether the address may create another entry. Returns true if the table is unavailable, because the entry could not
 * be written then anyway.
 */
export async function mayFill(
  { store, namespace, clock }: FillPorts,
  { event, apiId, stage }: CachedRequest,
  most: number,
): Promise<boolean> {
  const minute = Math.floor(clock.nowEpochMs() / 1000 / MINUTE_SECONDS);
  // The address comes from API Gateway, so a caller cannot choose it. Credentials and headers are not used, because a
  // caller can choose them on an open route.
  const address = createHash('sha256')
    .update(JSON.stringify([apiId, stage, sourceIpOf(event)]))
    .digest('hex');
  const key = entryKey(namespace, `!${address}`, String(minute));
  const expiresAt = (minute + 2) * MINUTE_SECONDS;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const counted = await store.update({
      purpose: 'cache',
      key,
      when: [{ attribute: 'fills', is: 'at-most', value: most - 1 }],
      change: { kind: 'update', add: { fills: 1 } },
    });
    if (counted.kind !== 'refused') return true;
    if (counted.item !== undefined) return false;
    const begun = await store.update({
      purpose: 'cache',
      key,
      when: [{ attribute: 'fills', is: 'absent' }],
      change: { kind: 'update', set: { fills: 1, expiresAt } },
    });
    if (begun.kind !== 'refused') return true;
  }
  return false;
}
