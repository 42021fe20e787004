import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlanBook, versionKey } from '#shared/quota/plan/plan-book.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import { NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const LIMIT = { id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH' };

describe('plans that code defines', () => {
  it('are published, and those that are invoiced keep each version', async () => {
    const table = new QuotaTable();
    for (const version of [1, 2]) {
      const seeds = [
        parsePlan({ id: 'paid', version, invoice: { currency: 'EUR' }, limits: [LIMIT] }),
        parsePlan({ id: 'free', version, limits: [LIMIT] }),
      ];
      const book = new PlanBook(table.store, table.clock, seeds);
      for (const { id } of seeds) assert.equal((await book.read(id)).kind, 'known');
    }

    const kept = async (plan: string, version: number): Promise<boolean> => {
      const read = await table.store.read(versionKey(plan, version));
      return read.kind === 'done' && read.item !== undefined;
    };
    assert.deepEqual(
      [await kept('paid', 1), await kept('paid', 2), await kept('free', 1)],
      [true, true, false],
    );
  });

  it('do not take the place of a newer plan of the table', async () => {
    const table = new QuotaTable();
    const bookOf = (version: number) =>
      new PlanBook(table.store, table.clock, [parsePlan({ id: 'gold', version, limits: [LIMIT] })]);
    await bookOf(2).read('gold');

    const read = await bookOf(1).read('gold');

    assert.equal(read.kind === 'known' && read.plan.version, 2);
  });

  it('are reported once if the table has another plan of the same version, which counts', async () => {
    const table = new QuotaTable();
    const plan = { id: 'gold', version: 2, limits: [LIMIT] };
    const stored = new PlanBook(table.store, table.clock, [parsePlan(plan)]);
    await stored.read('gold');
    const rows = [
      {
        brought: { ...plan, limits: [{ ...LIMIT, quota: 5 }] },
        expected: [{ kind: 'plan-ignored', plan: 'gold', version: 2 }],
      },
      {
        brought: { limits: [Object.fromEntries(Object.entries(LIMIT).toReversed())], version: 2, id: 'gold' },
        expected: [],
      },
      { brought: { ...plan, version: 3, limits: [{ ...LIMIT, quota: 5 }] }, expected: [] },
    ];
    for (const { brought, expected } of rows) {
      const reported: unknown[] = [];
      const seed = parsePlan(brought);
      const book = new PlanBook(table.store, table.clock, [seed], (event) => reported.push(event));
      await book.read('gold');
      await book.read('gold');
      assert.deepEqual(reported, expected);
    }
  });
});

// A request asks with `peek`, which calls no table: a plan that is not kept would cost a call for each.
describe('a plan that was read', () => {
  const seeds = [parsePlan({ id: 'gold', version: 1, limits: [LIMIT] })];
  for (const { name, isDown, keptMs } of [
    { name: 'from the table is kept for a minute', isDown: false, keptMs: 60_000 },
    { name: 'from code, while the table is unavailable, is kept for a second', isDown: true, keptMs: 1000 },
  ])
    it(name, async () => {
      const table = new QuotaTable();
      const book = new PlanBook(table.store, table.clock, seeds);
      assert.equal(book.peek('gold'), undefined);
      table.isDown = isDown;
      await book.read('gold');

      const kept = [0, keptMs, keptMs + 1].map((afterMs) => {
        table.nowMs = NOON_MS + afterMs;
        return book.peek('gold')?.id;
      });
      assert.deepEqual(kept, ['gold', 'gold', undefined]);
    });

  it('is read again once it has been dropped', async () => {
    const table = new QuotaTable();
    const book = new PlanBook(table.store, table.clock, seeds);
    await book.read('gold');
    book.forget('gold');

    assert.equal(book.peek('gold'), undefined);
  });
});
