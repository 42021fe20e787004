/** News of a plan's customers: who writes them, and what a process concludes from them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { PlanBook } from '#shared/quota/plan/plan-book.ts';
import type { ItemWrite } from '#shared/table/item-write.ts';
import { createMemoryListing } from '../../../support/memory-listing.ts';
import { requested } from '../../../support/quota-admin.ts';
import { NOON_MS, QuotaTable } from '../../../support/quota-table.ts';
import { REAL_RANDOM } from '../../../support/real-quota-ports.ts';

const EVERY_MS = 27_000;
const LIMITS = [{ id: 'daily', level: 'tenant', quota: 1000, period: 'DAY', billing: 'leased' }];

async function prepare() {
  const table = new QuotaTable();
  const transactions: (readonly ItemWrite[])[] = [];
  const ports: AdminPorts = {
    store: {
      ...table.store,
      transact: (writes) => (transactions.push(writes), table.store.transact(writes)),
    },
    listing: createMemoryListing(table.items),
    random: REAL_RANDOM,
    timer: { pause: () => Promise.resolve() },
  };
  let id = 0;
  const request = () => requested(`op-${(id += 1)}`, table.nowMs);
  for (const plan of ['free', 'pro', 'gold'])
    await savePlan(ports, request(), plan, { id: plan, version: 1, limits: LIMITS });
  await createCustomer(ports, request(), { tenant: 'acme', plan: 'free' });
  const plans = new PlanBook(table.store, table.clock, [], undefined, EVERY_MS);
  const customers = new TermsBook(table.store, table.clock, plans);
  table.nowMs += 120_000;
  transactions.length = 0;
  /** Decides once, as `Quotas` does; the plan in force, and how often the table was read. */
  const decide = async (): Promise<{ readonly plan: string; readonly reads: number }> => {
    const before = table.countOf('read');
    const terms = async () =>
      customers.peek('acme', 'k', table.nowMs) ?? (await customers.read('acme', 'k', table.nowMs));
    let found = await terms();
    if (found.kind === 'term' && plans.peek(found.term.plan) === undefined) {
      await plans.read(found.term.plan);
      found = await terms();
    }
    const plan = found.kind === 'term' ? found.term.plan : found.kind;
    return { plan, reads: table.countOf('read') - before };
  };
  return { table, ports, request, transactions, decide };
}

describe('a change of a customer', () => {
  const toldBy = (writes: readonly ItemWrite[] | undefined): readonly string[] =>
    (writes ?? []).flatMap(({ key, change }) =>
      change.kind === 'update' && change.set?.['news'] !== undefined ? [key.pk] : [],
    );

  it('is announced in the plans by which the customer may be charged, in the transaction of the record', async () => {
    const { table, ports, request, transactions } = await prepare();
    const rows: readonly (readonly [() => Promise<unknown>, readonly string[]])[] = [
      [() => setState(ports, request(), 'acme', 'suspended'), ['PLAN#free']],
      [() => setPlan(ports, request(), { tenant: 'acme', plan: 'pro', version: 3 }), ['PLAN#free']],
      // Within a minute after the change, a process may still charge by the earlier plan.
      [() => setState(ports, request(), 'acme', 'active'), ['PLAN#free', 'PLAN#pro']],
      [
        () =>
          setPlan(ports, request(), {
            tenant: 'acme',
            plan: 'gold',
            version: 5,
            fromEpochMs: table.nowMs + 3_600_000,
          }),
        ['PLAN#pro'],
      ],
      // A planned plan is announced, too, because a process may begin to charge by it.
      [() => setState(ports, request(), 'acme', 'closed'), ['PLAN#gold', 'PLAN#pro']],
    ];
    for (const [index, [change, expected]] of rows.entries()) {
      transactions.length = 0;
      if (index === 3) table.nowMs += 120_000;
      await change();
      const plans = toldBy(transactions[0]).toSorted();
      assert.deepEqual(plans, [...expected], `row ${index + 1}`);
      const keys = (transactions[0] ?? []).map(({ key }) => `${key.pk} ${key.sk}`);
      assert.equal(new Set(keys).size, keys.length, 'DynamoDB accepts each item only once in a transaction');
    }
  });

  it('tests and updates a plan in one write if the customer stays on the plan', async () => {
    const { ports, request, transactions } = await prepare();

    await setPlan(ports, request(), { tenant: 'acme', plan: 'free', limits: { daily: 5 }, version: 2 });

    const writes = (transactions[0] ?? []).filter(({ key }) => key.pk === 'PLAN#free');
    assert.equal(writes.length, 1);
    assert.deepEqual(writes[0]?.when, [{ attribute: 'ver', is: 'at-least', value: 1 }]);
  });
});

describe('a process', () => {
  it('reads the plan instead of the record, and not more often than it read both', async () => {
    const { table, decide } = await prepare();
    const [record, plan] = [40_000, 60_000];
    let reads = 0;
    const minutes = 10;
    for (const end = table.nowMs + minutes * 60_000; table.nowMs < end; table.nowMs += 100)
      reads += (await decide()).reads;

    assert.ok(reads <= 1 + minutes * 60_000 * (1 / record + 1 / plan), `${reads} reads`);
  });

  for (const { name, change, expected } of [
    { name: 'another plan', change: 'plan', expected: 'pro' },
    { name: 'a suspension', change: 'suspended', expected: 'halted' },
  ] as const)
    it(`reads the record again when the news of its plan tell of ${name}`, async () => {
      const { table, ports, request, decide } = await prepare();
      await decide();
      await decide();
      if (change === 'plan') await setPlan(ports, request(), { tenant: 'acme', plan: 'pro', version: 2 });
      else await setState(ports, request(), 'acme', change);
      table.nowMs += EVERY_MS + 1;

      assert.equal((await decide()).plan, expected);
    });

  it('reads records again after a new version of the plan, which begins without news', async () => {
    const { table, ports, request, decide } = await prepare();
    await decide();
    await setState(ports, request(), 'acme', 'suspended');
    await savePlan(ports, request(), 'free', { id: 'free', version: 2, limits: LIMITS });
    table.nowMs += 27_001;

    assert.equal((await decide()).plan, 'halted');
  });

  // It reads the record first, and the plan after it, so a change between the two is in the news that it reads first.
  it('does not take news that are younger than its record for news that belong to the record', async () => {
    const { table, ports, request, decide } = await prepare();
    const { store } = table;
    let isFirst = true;
    const read = store.read.bind(store);
    Object.assign(store, {
      read: async (...args: Parameters<typeof read>) => {
        const isPlan = args[0].pk === 'PLAN#free';
        if (isPlan && isFirst) {
          isFirst = false;
          await setState(ports, request(), 'acme', 'suspended');
        }
        return read(...args);
      },
    });
    await decide();
    table.nowMs += EVERY_MS + 1;

    assert.equal((await decide()).plan, 'halted');
  });

  it('reads a confirmed record again after 5 minutes, so that a record without news is in force then', async () => {
    const { table, decide } = await prepare();
    await decide();
    const name = [...table.items.keys()].find((key) => key.endsWith('CUSTOMER')) ?? '';
    const record = table.items.get(name) ?? {};
    table.items.set(name, { ...record, doc: String(record['doc']).replace('"active"', '"suspended"') });
    let plan = '';
    for (const end = NOON_MS + 120_000 + 300_000 + 40_000; table.nowMs < end; table.nowMs += 1000)
      ({ plan } = await decide());

    assert.equal(plan, 'halted');
  });
});
