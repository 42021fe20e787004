/**
 * Counts concurrent requests. This file defines the counting items and all writes to them, as data.
 *
 * An item has up to 25 permits. `c` is the number of taken permits. Each taken permit has an attribute `f<id>`, the
 * instant (epoch ms) by which its request has ended, even if its process died. After each write, `c` equals the number
 * of `f…` attributes. The id has two purposes: a release applies only once even if it is sent again, and the item shows
 * that a permit was taken even if the response was lost.
 */
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';
import { printKeyPart } from '../../table/item-write.ts';
import type { LedgerId } from '../ledger/ledger.ts';

export type Claim = { readonly id: string; readonly deadlineEpochMs: number };

/**
 * Maximum number of permits per item, chosen so that their ids and deadlines fit into one write unit (1 KB). A limit
 * with more permits uses several items.
 */
export const PERMITS_PER_ITEM = 25;
/**
 * How long an item is stored after the deadline of the permit that was taken last. It is longer than any request may
 * run, because the item must not expire while other requests are running.
 */
const KEEP_SECONDS = 7 * 86_400;

/**
 * Returns the key of an item that counts permits.
 * @param part number of the item, for a limit with more permits than one item has: 0, 1, 2 …
 */
export function semaphoreKey(id: LedgerId, part: number): ItemKey {
  const names = [id.tenant, id.limit, id.subject].map(printKeyPart);
  return { pk: `C#${names.join('#')}#${part}`, sk: 'SEM' };
}

export function createWrite(key: ItemKey, claim: Claim): ItemWrite {
  const item = { c: 1, [nameOf(claim.id)]: claim.deadlineEpochMs, expiresAt: expiryOf(claim) };
  return {
    purpose: 'acquire',
    key,
    when: [{ attribute: 'c', is: 'absent' }],
    change: { kind: 'put', item },
  };
}

/**
 * Takes a permit, and releases the permits of the `expired` claims. This must be a single write, because otherwise two
 * holders could take over the same expired permit.
 */
export function acquireWrite(
  key: ItemKey,
  claim: Claim,
  permits: number,
  expired: readonly Claim[],
): ItemWrite {
  return {
    purpose: 'acquire',
    key,
    when: [
      { attribute: nameOf(claim.id), is: 'absent' },
      { attribute: 'c', is: 'at-most', value: permits - 1 + expired.length },
      ...expired.map(
        ({ id, deadlineEpochMs }) =>
          ({ attribute: nameOf(id), is: 'equal', value: deadlineEpochMs }) as const,
      ),
    ],
    change: {
      kind: 'update',
      add: { c: 1 - expired.length },
      set: { [nameOf(claim.id)]: claim.deadlineEpochMs, expiresAt: expiryOf(claim) },
      remove: expired.map(({ id }) => nameOf(id)),
    },
  };
}

/** Releases a permit. It applies only once. It does not apply if another request has taken over the expired permit. */
export function releaseWrite(key: ItemKey, id: string): ItemWrite {
  const name = nameOf(id);
  return {
    purpose: 'release',
    key,
    when: [{ attribute: name, is: 'present' }],
    change: { kind: 'update', add: { c: -1 }, remove: [name] },
  };
}

export function takenOf(item: Item): number {
  return Number(item['c'] ?? 0);
}

/** Whether the item proves that the claim has its permit, although the response was lost. */
export function isHeld(item: Item, id: string): boolean {
  return item[nameOf(id)] !== undefined;
}

/** Returns the claims whose deadline is before `epochMs`. Their requests must have ended by then. */
export function expiredClaims(item: Item, epochMs: number): readonly Claim[] {
  return Object.entries(item).flatMap(([name, deadline]) =>
    /^f[\da-f]+$/.test(name) && Number(deadline) < epochMs
      ? [{ id: name.slice(1), deadlineEpochMs: Number(deadline) }]
      : [],
  );
}

function nameOf(id: string): string {
  return `f${id}`;
}

function expiryOf({ deadlineEpochMs }: Claim): number {
  return Math.ceil(deadlineEpochMs / 1000) + KEEP_SECONDS;
}
