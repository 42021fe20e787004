/**
 * Which layout of items this version knows. The number grows with each change that the version before cannot read
 * (docs/decisions/0086). An item says which one it has, so that an older version leaves alone what it would misread.
 */
import type { Item, ItemWrite, Test } from './item-write.ts';

/** Also the value of the tables' tag `gatewright:schema`. */
export const LAYOUT = 1;
/** Absent in the first layout. */
const ATTRIBUTE = 'layout';

/** The write with the condition that what is there is known here, and with the mark of what it leaves there. */
export function guardLayout(write: ItemWrite, layout = LAYOUT): ItemWrite {
  const { when, change } = write;
  const known: Test = { attribute: ATTRIBUTE, is: 'absent-or-at-most', value: layout };
  const guarded = { ...write, when: [...when, known] };
  if (layout === 1 || change.kind === 'check') return guarded;
  const mark = { [ATTRIBUTE]: layout };
  return change.kind === 'put'
    ? { ...guarded, change: { kind: 'put', item: { ...change.item, ...mark } } }
    : { ...guarded, change: { ...change, set: { ...change.set, ...mark } } };
}

/** @returns what to say of an item that a newer version has written; undefined where there is none */
export function findNewerLayout(items: readonly (Item | undefined)[], layout = LAYOUT): string | undefined {
  const newer = items.map((item) => item?.[ATTRIBUTE] ?? 1).find((found) => !(Number(found) <= layout));
  return newer === undefined
    ? undefined
    : `an item has layout ${newer}, which a newer version of the stack has written; this one knows up to ${layout}`;
}
