import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printCursor } from '#shared/quota/admin/cursor.ts';
import { gatherReads } from '#shared/table/gather-reads.ts';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { listCurrentUsage, listUsage } from '#shared/quota/admin/list-usage.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { codeOf, memoryAdminPorts, requested } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';
import { REAL_RANDOM } from '../../../support/real-quota-ports.ts';

const ALL = { tenant: undefined, fromEpochMs: undefined, toEpochMs: undefined, limit: 10 };
const WHOLE = { of: 'usage P# all', pk: 'Q#a#b#c', sk: 'HEAD', list: 'H#a' };

const cursorOf = ({ of = '', ...position }: Readonly<Record<string, string>>): string =>
  printCursor(of, position);

describe('a cursor', () => {
  it('is accepted as a whole', async () => {
    assert.deepEqual((await listUsage(memoryAdminPorts(), { ...ALL, cursor: cursorOf(WHOLE) })).rows, []);
  });

  for (const missing of Object.keys(WHOLE))
    it(`is refused without "${missing}"`, async () => {
      const position = Object.fromEntries(Object.entries(WHOLE).filter(([name]) => name !== missing));
      const asked = listUsage(memoryAdminPorts(), { ...ALL, cursor: cursorOf(position) });

      assert.equal(await codeOf(asked), 'REQUEST_INVALID');
    });
});

/** A table with customers who have used their limits, some of whom are suspended, or have changed their plan. */
async function aTableOfCustomers(count: number) {
  let nowMs = NOON_MS;
  const clock = { nowEpochMs: () => nowMs, monotonicMs: () => nowMs };
  const memory = memoryAdminPorts(new Map(), clock);
  let calls = 0;
  const { store, listing } = memory;
  const read = gatherReads({
    readOne: (key) => ((calls += 1), store.read(key)),
    readMany: (keys) => ((calls += 1), Promise.all(keys.map((key) => store.read(key)))),
  });
  const list: AdminPorts['listing'] = {
    range: (range) => ((calls += 1), listing.range(range)),
    list: (page) => ((calls += 1), listing.list(page)),
  };
  const ports: AdminPorts = { ...memory, store: { ...store, read }, listing: list };
  const limits = [
    { id: 'daily', level: 'tenant', quota: 100, period: 'DAY' },
    { id: 'each', level: 'key', quota: 10, period: 'DAY' },
    { id: 'spread', level: 'tenant', quota: 100_000, period: 'MONTH', shards: 4 },
  ];
  const renamed = [{ id: 'daily', level: 'tenant', quota: 900, period: 'MONTH' }];
  await savePlan(ports, requested('free'), 'free', { id: 'free', version: 1, limits });
  await savePlan(ports, requested('pro'), 'pro', { id: 'pro', version: 1, limits: renamed });
  const quotas = createQuotas({
    store,
    clock,
    random: REAL_RANDOM,
    timer: { pause: () => Promise.resolve() },
    customers: (store, plans) => new TermsBook(store, clock, plans),
  });
  const tenants = Array.from({ length: count }, (_, number) => `customer-${number}`);
  for (const [number, tenant] of tenants.entries()) {
    if (number % 3 !== 0) await createCustomer(ports, requested(tenant), { tenant, plan: 'free' });
    const charge = { plan: 'free', tenant, key: 'k', atEpochMs: nowMs };
    for (let unit = 0; unit <= number % 4; unit += 1) await quotas.consume(charge);
  }
  await quotas.flush();
  nowMs += 1000;
  for (const [number, tenant] of tenants.entries()) {
    const by = requested(`change ${tenant}`, nowMs);
    if (number % 3 === 1) await setPlan(ports, by, { tenant, plan: 'pro', version: 2 });
    if (number % 6 === 2) await setState(ports, by, tenant, 'suspended');
  }
  nowMs += 60_000;
  const countCalls = async (run: () => Promise<unknown>): Promise<number> => {
    calls = 0;
    await run();
    return calls;
  };
  return { ports, tenants, nowMs, countCalls };
}

async function listAll(ports: AdminPorts, tenant: string | undefined, atEpochMs: number) {
  const rows: UsageRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await listCurrentUsage(ports, { tenant, cursor, atEpochMs });
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor !== undefined);
  return rows;
}

describe('the current usage of many customers', () => {
  it('is that of each of them, and of each of their limits', async () => {
    const { ports, tenants, nowMs } = await aTableOfCustomers(24);

    const rows = await listAll(ports, undefined, nowMs);

    const single = await Promise.all(tenants.map((tenant) => listAll({ ...ports }, tenant, nowMs)));
    const ordered = (list: readonly UsageRow[]) => list.map((row) => JSON.stringify(row)).toSorted();
    assert.deepEqual(ordered(rows), ordered(single.flat()));
    const onPro = new Set(rows.filter(({ plan }) => plan === 'pro').map(({ tenant }) => tenant));
    for (const { tenant, limit, key, ...row } of rows) {
      // The plan pro has no limit that continues these. They count until their period ends.
      if (onPro.has(tenant) && limit !== 'daily') continue;
      const question = { tenant, limit, key, route: undefined, periodEpochMs: undefined };
      const { counted, left, allowance } = rowOf(await findLedger(ports, question, nowMs));
      assert.deepEqual(
        [row.counted, row.left, row.allowance],
        [counted, left, allowance],
        `${tenant} ${limit}`,
      );
    }
    assert.ok(rows.length > 50, 'more than a page');
    assert.deepEqual(new Set(rows.map(({ plan }) => plan)), new Set(['free', 'pro']));
    assert.ok(rows.some(({ left, allowance, counted }) => left === 0 && counted < allowance));
  });

  it('takes few calls to the table', async () => {
    const { ports, nowMs, countCalls } = await aTableOfCustomers(60);
    let rows: readonly UsageRow[] = [];

    const calls = await countCalls(async () => (rows = await listAll(ports, undefined, nowMs)));

    assert.equal(rows.length, 180);
    // Five pages. Each is listed, and its heads, ledgers with terms, shards and plans take a call each or a few.
    assert.ok(calls < 80, `${calls} calls`);
  });
});
