/**
 * Which layout of items this version knows. The number grows with each change that the version before cannot read.
 * A later layout is written into the item, and an older version leaves such an item alone.
 */
import type { Item, ItemWrite, Test } from './item-write.ts';

/** Also the value of the tables' tag `gatewright:schema`. */
export const LAYOUT = 1;

/** The write with the condition that what is there is known here. Without the attribute it is of the first layout. */
export function guardLayout(write: ItemWrite, layout = LAYOUT): ItemWrite {
  const known: Test = { attribute: 'layout', is: 'absent-or-at-most', value: layout };
  return { ...write, when: [...write.when, known] };
}

/** @returns what to say of an item that a newer version has written; undefined where there is none */
export function findNewerLayout(items: readonly (Item | undefined)[], layout = LAYOUT): string | undefined {
  for (const { layout: found = 1 } of items.filter((item) => item !== undefined))
    if (!(Number(found) <= layout)) return `layout ${found} is of a newer stack`;
  return undefined;
}
