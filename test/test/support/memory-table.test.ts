import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item } from '#shared/table/item-write.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { REAL_CLOCK } from '../../support/real-quota-ports.ts';
import { describeLedgerStore } from '../../shared/quota/ledger/ledger.suite.ts';
import type { OpenStore } from '../../shared/quota/ledger/ledger.suite.ts';
import { describePermitsAndShards } from '../../shared/quota/holding/permits-and-shards.suite.ts';

const open: OpenStore = () =>
  Promise.resolve({ store: createMemoryTable({ clock: REAL_CLOCK }), close: () => Promise.resolve() });

describeLedgerStore('in memory', open);
describePermitsAndShards('in memory', open);

describe('createMemoryTable', () => {
  const put = (pk: string, item: Item) =>
    ({ purpose: 'plan', key: { pk, sk: 'V' }, when: [], change: { kind: 'put', item } }) as const;

  it('has no expired item', async () => {
    let nowMs = 0;
    const store = createMemoryTable({ clock: { nowEpochMs: () => nowMs } });
    await store.update(put('a', { expiresAt: 10 }));

    nowMs = 9_999;
    const before = await store.read({ pk: 'a', sk: 'V' });
    nowMs = 10_000;
    const after = await store.read({ pk: 'a', sk: 'V' });

    assert.deepEqual(before.kind === 'done' && before.item, { expiresAt: 10 });
    assert.equal(after.kind === 'done' && after.item, undefined);
  });

  it('refuses another item when it is full, and still writes the existing ones', async () => {
    const store = createMemoryTable({ clock: REAL_CLOCK, maxItems: 1 });
    await store.update(put('a', { n: 1 }));

    assert.equal((await store.update(put('b', { n: 1 }))).kind, 'rejected');
    assert.equal((await store.transact([put('b', { n: 1 })])).kind, 'rejected');
    assert.equal((await store.update(put('a', { n: 2 }))).kind, 'done');
  });
});
