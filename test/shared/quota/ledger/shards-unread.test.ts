/** Shards that are not there, or cannot be read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { headKey, ledgerKey } from '#shared/quota/ledger/ledger.ts';
import { accountKey, readShards, recallUnits } from '#shared/quota/ledger/shards.ts';
import type { Item, ItemKey } from '#shared/table/item-write.ts';
import { QuotaTable } from '../../../support/quota-table.ts';

const ID = { tenant: 'acme', limit: 'daily', subject: 'key-1' };
const TODAY = { startEpochMs: Date.UTC(2026, 10, 19), endEpochMs: Date.UTC(2026, 10, 20) };
const ROOT = ledgerKey(ID, TODAY);

/** A ledger whose head says that it has two shards. */
function aTable(root: Item): QuotaTable {
  const table = new QuotaTable();
  const put = ({ pk, sk }: ItemKey, item: Item) => table.items.set(`${pk}\n${sk}`, item);
  put(headKey(ID), { sh: 2 });
  put(ROOT, root);
  return table;
}

describe('a ledger with shards', () => {
  it('has no usage to show while one of them cannot be read: what was charged there would be missing', async () => {
    const root = { rem: 10, out: 0, used: 0, mov: 90, cred: 100 };
    const { store } = aTable(root);
    const unread: ItemStore = {
      ...store,
      read: (key, options) =>
        key.pk.endsWith('#S1')
          ? Promise.resolve({ kind: 'unavailable', reason: 'down' })
          : store.read(key, options),
    };

    assert.equal((await readShards(store, ROOT, root)).kind, 'done');
    assert.deepEqual(await readShards(unread, ROOT, root), { kind: 'unavailable', reason: 'down' });
  });

  it('takes back what is missing from the first shard on, and no more', async () => {
    const table = aTable({ rem: -5, out: 0, used: 0, mov: 13, cred: -5 });
    const shards = [0, 1].map((shard) => accountKey(ID, TODAY, shard));
    for (const [index, { pk, sk }] of shards.entries())
      table.items.set(`${pk}\n${sk}`, { rem: [3, 10][index] ?? 0, out: 0, used: 0, cred: 0 });

    await recallUnits(table.store, ID, TODAY);

    const left = [ROOT, ...shards].map(({ pk, sk }) => table.items.get(`${pk}\n${sk}`)?.['rem']);
    assert.deepEqual(left, [0, 0, 8]);
  });

  it('takes nothing back from shards that do not exist yet', async () => {
    const table = aTable({ rem: -5, out: 0, used: 0, mov: 0, cred: -5 });

    await recallUnits(table.store, ID, TODAY);
    assert.equal(table.countOf('open'), 0, 'a transaction that moves nothing');
  });
});
