/** ItemListing over the items of a memory table. */
import type { ItemListing } from '#shared/ports.ts';
import type { Item } from '#shared/table/item-write.ts';
import type { ListedItem, ListedKey } from '#shared/table/listing.ts';

/** @param items the items that were passed to `createMemoryTable` */
export function createMemoryListing(items: ReadonlyMap<string, Item>): ItemListing {
  const all = (): readonly ListedItem[] =>
    [...items].map(([name, item]) => {
      const [pk = '', sk = ''] = name.split('\n');
      return { key: { pk, sk }, item };
    });
  return {
    range({ pk, from, to, limit, after, newestFirst = false }) {
      const found = all()
        .filter(({ key }) => key.pk === pk && key.sk >= from && key.sk <= to)
        .sort((a, b) => compare(a.key.sk, b.key.sk) * (newestFirst ? -1 : 1))
        .filter(({ key }) => after === undefined || (newestFirst ? key.sk < after : key.sk > after));
      return Promise.resolve({
        kind: 'done',
        items: found.slice(0, limit),
        hasMore: found.length > limit,
      });
    },
    list({ list, limit, after }) {
      const found = all()
        .flatMap(({ key, item }): ListedKey[] =>
          typeof item['list'] === 'string' ? [{ ...key, list: item['list'] }] : [],
        )
        .filter((key) => list === undefined || key.list === list)
        .sort((a, b) => compare(orderOf(a), orderOf(b)))
        .filter((key) => after === undefined || orderOf(key) > orderOf(after));
      const keys = found.slice(0, limit);
      return Promise.resolve({ kind: 'done', keys, after: found.length > limit ? keys.at(-1) : undefined });
    },
  };
}

function orderOf({ list, pk, sk }: ListedKey): string {
  return `${list}\n${pk}\n${sk}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
