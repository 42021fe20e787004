/**
 * The version number of the items' layout. It is increased by each change that older code cannot read. An item of a
 * later layout contains the layout's number, and older code does not change such an item.
 */
import type { Item, ItemWrite, Test } from './item-write.ts';

/** The current layout. The tables' tag `gatewright:schema` has the same value. */
export const LAYOUT = 1;

/** Adds the condition that the item's layout is known. An item without the attribute has the first layout. */
export function guardLayout(write: ItemWrite, layout = LAYOUT): ItemWrite {
  const known: Test = { attribute: 'layout', is: 'absent-or-at-most', value: layout };
  return { ...write, when: [...write.when, known] };
}

/**
 * Finds an item whose layout is newer than this code.
 * @returns a message about that item; undefined if there is none
 */
export function findNewerLayout(items: readonly (Item | undefined)[], layout = LAYOUT): string | undefined {
  for (const { layout: found = 1 } of items.filter((item) => item !== undefined))
    if (!(Number(found) <= layout))
      return `an item has layout ${found}, which only a newer version of the stack can read`;
  return undefined;
}
