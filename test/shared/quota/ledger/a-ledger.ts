/** A table in memory, with one ledger of a month in it. */
import { KEEP_MS, ledgerKey } from '#shared/quota/ledger/ledger.ts';
import type { Item, ItemKey } from '#shared/table/item-write.ts';
import { createMemoryTable } from '../../../support/memory-table.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

export const ID = { tenant: 'acme', limit: 'monthly', subject: 'key-1' };
export const PERIOD = { startEpochMs: Date.UTC(2026, 10, 1), endEpochMs: Date.UTC(2026, 11, 1) };
export const KEY = ledgerKey(ID, PERIOD);
export const EXPIRES = (PERIOD.endEpochMs + KEEP_MS) / 1000;
export const OPEN: Item = {
  rem: 10,
  out: 4,
  used: 6,
  cred: 20,
  lim: 20,
  b: 5,
  plan: 'gold',
  expiresAt: EXPIRES,
};

export function aTable(items: Readonly<Record<string, Item>> | undefined) {
  const map = new Map(Object.entries(items ?? {}));
  const store = createMemoryTable({ clock: { nowEpochMs: () => NOON_MS }, items: map });
  return { store, itemAt: ({ pk, sk }: ItemKey): Item | undefined => map.get(`${pk}\n${sk}`) };
}

/** The item under the name that the table has for it. */
export const named = ({ pk, sk }: ItemKey, item: Item | undefined): Record<string, Item> =>
  item === undefined ? {} : { [`${pk}\n${sk}`]: item };
