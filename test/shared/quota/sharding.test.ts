import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
import { aRequest, QuotaTable } from '../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 1000, period: 'DAY', wasteBudget: 0.2 };

const itemsOf = (table: QuotaTable, pattern: RegExp): readonly Item[] =>
  [...table.items].filter(([name]) => pattern.test(name)).map(([, item]) => item);
const headOf = (table: QuotaTable): Item => itemsOf(table, /\nHEAD$/)[0] ?? {};
const shardsOf = (table: QuotaTable): readonly Item[] => itemsOf(table, /#S\d+\nP#/);

describe('a quota without shards', () => {
  it('leaves no trace of them in what it writes', async () => {
    const table = new QuotaTable();
    const written: ItemWrite[] = [];
    const { store } = table;
    const watched: ItemStore = {
      ...store,
      update: (write) => (written.push(write), store.update(write)),
      transact: (writes) => (written.push(...writes), store.transact(writes)),
    };

    await table.spend(table.holder([DAILY], { store: watched }), 300);

    assert.deepEqual([...new Set(written.map(({ purpose }) => purpose))].sort(), ['grant', 'open', 'plan']);
    const text = JSON.stringify(written.filter(({ purpose }) => purpose !== 'plan'));
    assert.ok(!/"(mov|sh)"|#S\d/.test(text), text);
    assert.equal(table.calls.filter((call) => call === 'read').length, 3);
  });
});

describe('a quota with shards', () => {
  it('is granted from the shards, every unit once, until all of them and the root are empty', async () => {
    const table = new QuotaTable();
    const holders = Array.from({ length: 6 }, (_, index) =>
      table.holder([{ ...DAILY, shards: 4 }], {
        random: { hex: (digits) => String(index).repeat(digits), fraction: () => 0.5 },
      }),
    );

    let admitted = 0;
    for (let round = 0; round < 20; round += 1)
      for (const holder of holders) admitted += await table.spend(holder, 10);
    for (const holder of holders) admitted += await table.spend(holder, 1000);

    assert.equal(admitted, 1000);
    assert.equal(headOf(table)['sh'], 4);
    assert.ok(shardsOf(table).length > 1);
    assert.equal(table.ledger()['rem'], 0);
  });

  it('gets more shards when writes are throttled, and none before', async () => {
    const table = new QuotaTable();
    const { store } = table;
    let throttled = 0;
    const busy: ItemStore = {
      ...store,
      update: (write) => {
        if (write.purpose !== 'grant' || throttled <= 0) return store.update(write);
        throttled -= 1;
        return Promise.resolve({ kind: 'rejected', retryable: true, reason: 'ThrottlingException' });
      },
    };
    const quotas = table.holder([{ ...DAILY, shards: 'auto' }], { store: busy, freshnessMs: 60_000 });

    await table.spend(quotas, 50);
    const calm = headOf(table)['sh'];
    const counts: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      throttled = 1;
      await table.spend(quotas, 100);
      table.nowMs += 2000;
      await table.spend(quotas, 50);
      counts.push(headOf(table)['sh']);
    }

    assert.equal(calm, undefined);
    assert.deepEqual(counts, [2, 4, 8]);
    assert.equal((await quotas.peek(aRequest({ atEpochMs: table.nowMs })))[0]?.limit, 1000);
  });

  it('goes on with its shards when the plan says no more of them', async () => {
    const table = new QuotaTable();
    const first = table.holder([{ ...DAILY, shards: 2 }]);
    await table.spend(first, 100);
    await first.flush();
    const second = table.holder([], { plans: [{ id: 'gold', version: 2, limits: [DAILY] }] });

    assert.equal(await table.spend(second, 2000), 900);
  });

  it('keeps to one item in a period that was opened without', async () => {
    const table = new QuotaTable();
    await table.spend(table.holder([DAILY]), 100);
    const second = table.holder([], {
      plans: [{ id: 'gold', version: 2, limits: [{ ...DAILY, shards: 2 }] }],
    });

    await table.spend(second, 100);

    assert.equal(headOf(table)['sh'], undefined);
    assert.deepEqual(shardsOf(table), []);
  });

  it('charges what is settled above the estimate to the root, which the shards make up for', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, shards: 2 }], { freshnessMs: 1000 });
    await table.spend(quotas, 10);
    const decision = await quotas.consume(aRequest({ atEpochMs: table.nowMs }));
    assert.ok(decision.allowed);

    const owed = await decision.settle(2000);
    table.nowMs += 2000;
    await quotas.flush();
    table.nowMs += 2000;
    const after = await table.spend(quotas, 100);

    assert.ok(owed > 0);
    assert.equal(after, 0);
    const left = [table.ledger(), ...shardsOf(table)].map((item) => Number(item['rem']));
    assert.ok(left.reduce((sum, units) => sum + units, 0) < 0, String(left));
  });
});
