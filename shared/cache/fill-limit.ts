/**
 * How many entries the requests of one address may create in a minute. Attack: a caller who sends another
 * header, cookie or query parameter with each request causes an entry to be written for each, and no request
 * hits any of them.
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
/** Another request may already have created the minute's item, and then the first attempt fails. */
const ATTEMPTS = 2;

type FillPorts = {
  readonly store: ItemStore;
  readonly namespace: string;
  readonly clock: Pick<AgeClock, 'nowEpochMs'>;
};

/** Also returns true if the table does not respond, because then no lease is taken either. */
export async function mayFill(
  { store, namespace, clock }: FillPorts,
  { event, apiId, stage }: CachedRequest,
  most: number,
): Promise<boolean> {
  const minute = Math.floor(clock.nowEpochMs() / 1000 / MINUTE_SECONDS);
  // The address comes from API Gateway. A caller cannot choose it, but can choose credentials and headers on an open
  // route.
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
