/** A table in memory from which a customer is removed. */
import assert from 'node:assert/strict';
import type { Item, ItemKey } from '#shared/table/item-write.ts';
import type { SweptTable } from '../../packages/toolkit/stack/quota/commands/forget-customer.ts';

export function sweptMemory(items: Map<string, Item>): SweptTable {
  const nameOf = ({ pk, sk }: ItemKey): string => `${pk}\n${sk}`;
  return {
    async *scan() {
      for (const [name, item] of [...items]) {
        const [pk = '', sk = ''] = name.split('\n');
        yield await Promise.resolve({ key: { pk, sk }, item });
      }
    },
    remove: (key) => Promise.resolve(void items.delete(nameOf(key))),
    rewrite(key, { before: was, after: doc }) {
      assert.equal(items.get(nameOf(key))?.['doc'], was);
      items.set(nameOf(key), { ...items.get(nameOf(key)), doc });
      return Promise.resolve();
    },
  };
}

/** All items of a table, as one string. */
export function printItems(items: ReadonlyMap<string, Item>): string {
  return JSON.stringify([...items]);
}
