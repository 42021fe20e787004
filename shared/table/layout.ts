/**
 * The layout of items that this version knows. It is increased with each change that the previous version cannot read.
 * An item of a later layout contains its layout's number, and older versions do not change the item.
 */
import type { Item, ItemWrite, Test } from './item-write.ts';

/** This is also the value of the tables' tag `gatewright:schema`. */
export const LAYOUT = 1;

/** Adds the condition that the item's layout is known. An item without the attribute has the first layout. */
export function guardLayout(write: ItemWrite, layout = LAYOUT): ItemWrite {
  const known: Test = { attribute: 'layout', is: 'absent-or-at-most', value: layout };
  return { ...write, when: [...write.when, known] };
}

/** @returns a message about an item of a newer version; undefined if there is none */
export function findNewerLayout(items: readonly (Item | undefined)[], layout = LAYOUT): string | undefined {
  for (const { layout: found = 1 } of items.filter((item) => item !== undefined))
    if (!(Number(found) <= layout)) return `layout ${found} belongs to a newer stack`;
  return undefined;
}
