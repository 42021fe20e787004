import { DomainError } from '../errors.ts';
import type { Clock, ItemListing, ItemStore, Random, Timer } from '../ports.ts';
import type { Item, ItemKey, ItemWrite, TransactOutcome } from '../table/item-write.ts';
import type { ListedItem } from '../table/listing.ts';
import { readCurrentItem } from '../table/read-current-item.ts';

/** The ports of the portal: its table, and everything else that its functions need. */
export type PortalPorts = {
  readonly store: ItemStore;
  readonly listing: Pick<ItemListing, 'range'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly timer: Timer;
};

const RANGE_PAGE = 100;

/** @throws DomainError STORE_UNAVAILABLE if the table is unavailable */
export function readPortalItem(
  { store }: Pick<PortalPorts, 'store'>,
  key: ItemKey,
): Promise<Item | undefined> {
  return readCurrentItem(store, key, portalTableSilent);
}

/**
 * Reads the items of a partition whose sort keys begin with a prefix, in the order of the sort keys.
 * @param most maximum number of items
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function readPortalRange(
  { listing }: Pick<PortalPorts, 'listing'>,
  pk: string,
  prefix: string,
  most: number,
): Promise<readonly ListedItem[]> {
  const found: ListedItem[] = [];
  let after: string | undefined;
  for (;;) {
    const limit = Math.min(RANGE_PAGE, most - found.length);
    const page = await listing.range({
      pk,
      from: prefix,
      to: `${prefix}\uffff`,
      limit,
      ...(after !== undefined && { after }),
    });
    if (page.kind === 'unavailable') throw portalTableSilent();
    found.push(...page.items);
    after = page.items.at(-1)?.key.sk;
    if (!page.hasMore || after === undefined || found.length >= most) return found;
  }
}

/**
 * Writes all items or none.
 * @returns whether they were written; false if a test failed
 * @throws DomainError STORE_UNAVAILABLE if it is not known whether they were written
 */
export async function writePortalItems(
  { store }: Pick<PortalPorts, 'store'>,
  writes: readonly ItemWrite[],
): Promise<boolean> {
  const outcome: TransactOutcome = await store.transact(writes);
  if (outcome.kind === 'done') return true;
  if (outcome.kind === 'refused') return false;
  throw portalTableSilent();
}

function portalTableSilent(): DomainError {
  return new DomainError('STORE_UNAVAILABLE', 'the portal table is unavailable');
}
