/** Searches the items of the usage table for fees of a customer that are neither in a ledger nor in a record. */
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { listDueFees } from '#shared/quota/admin/due-fees.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { nameOfItem } from '#shared/table/item-write.ts';
import type { KeyRange, ListedItem } from '#shared/table/listing.ts';

/**
 * Lists the fees of periods that have begun.
 * @param items all items of the customer, and all plans
 */
export async function findUnrecordedFees(
  items: readonly ListedItem[],
  tenant: string,
  nowEpochMs: number,
): Promise<readonly UsageRow[]> {
  const ports = portsOver(items);
  const found: UsageRow[] = [];
  for (let cursor: string | undefined; ;) {
    const question = { tenant, fromEpochMs: undefined, toEpochMs: undefined, cursor };
    const { rows, next } = await listDueFees(ports, question, nowEpochMs, 'begun');
    found.push(...rows.map(({ row }) => row));
    if (next === undefined) return found;
    cursor = next;
  }
}

/** Returns the result of each query in a single page, because there are only the items of one customer. */
function portsOver(items: readonly ListedItem[]): Parameters<typeof listDueFees>[0] {
  const byName = new Map(items.map((each) => [nameOfItem(each.key), each.item]));
  const store: AdminPorts['store'] = {
    read: (key) =>
      Promise.resolve({ kind: 'done', item: byName.get(nameOfItem(key)), storeEpochMs: undefined }),
    update: refuse,
    transact: refuse,
  };
  return {
    store,
    listing: {
      range: (range) => Promise.resolve({ kind: 'done', items: itemsWithin(items, range), hasMore: false }),
      list: ({ list: asked }) =>
        Promise.resolve({
          kind: 'done',
          keys: items.flatMap(({ key, item: { list } }) =>
            typeof list === 'string' && (asked === undefined || list === asked) ? [{ ...key, list }] : [],
          ),
          after: undefined,
        }),
    },
  };
}

function itemsWithin(
  items: readonly ListedItem[],
  { pk, from, to, newestFirst = false }: KeyRange,
): readonly ListedItem[] {
  return items
    .filter(({ key }) => key.pk === pk && key.sk >= from && key.sk <= to)
    .sort((one, other) => (one.key.sk < other.key.sk ? -1 : 1) * (newestFirst ? -1 : 1));
}

function refuse(): never {
  throw new Error('The search for fees writes nothing.');
}
