/** When a change to a customer's record is in force, in this process and in others. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { resume as resumeLimit, suspend as suspendLimit } from '#shared/quota/admin/limits.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { measureInstance } from '../../../support/measure-instance.ts';
import { measureInForce } from '../../../support/measure-in-force.ts';
import type { Change } from '../../../support/measure-in-force.ts';
import { createMemoryListing } from '../../../support/memory-listing.ts';
import { requested } from '../../../support/quota-admin.ts';
import { QuotaTable } from '../../../support/quota-table.ts';
import { REAL_RANDOM } from '../../../support/real-quota-ports.ts';

const CHANGES = 5;
/** docs/guides/sell/quota.md, "When a change is in force" */
const BOUNDS: readonly {
  readonly change: Change;
  readonly isLeased: boolean;
  readonly knowsVersion: boolean;
  readonly changesWithinMs?: number;
  readonly withinMs: number;
}[] = [
  { change: 'upgrade at 429', isLeased: false, knowsVersion: false, withinMs: 2000 },
  { change: 'upgrade at 429', isLeased: true, knowsVersion: false, withinMs: 2000 },
  { change: 'upgrade at 429', isLeased: true, knowsVersion: true, withinMs: 0 },
  { change: 'resume', isLeased: false, knowsVersion: false, withinMs: 2000 },
  { change: 'resume', isLeased: false, knowsVersion: true, withinMs: 0 },
  { change: 'suspend', isLeased: false, knowsVersion: false, withinMs: 100 },
  { change: 'suspend', isLeased: true, knowsVersion: true, withinMs: 0 },
  { change: 'suspend', isLeased: true, knowsVersion: false, withinMs: 30_000 },
  { change: 'suspend', isLeased: true, knowsVersion: false, changesWithinMs: 2000, withinMs: 2000 },
  { change: 'downgrade', isLeased: true, knowsVersion: false, withinMs: 30_000 },
  { change: 'downgrade', isLeased: true, knowsVersion: false, changesWithinMs: 2000, withinMs: 2000 },
  { change: 'plan saved', isLeased: true, knowsVersion: false, withinMs: 30_000 },
  { change: 'plan saved', isLeased: true, knowsVersion: true, withinMs: 30_000 },
  { change: 'plan saved', isLeased: false, knowsVersion: false, changesWithinMs: 2000, withinMs: 2000 },
];
/** Reads per 1,000 decisions of processes that lease units, before plans had news, by customers of each process. */
const READS_BEFORE = [
  { customers: 1, reads: 7.2 },
  { customers: 5, reads: 6.6 },
  { customers: 20, reads: 39.8 },
  { customers: 100, reads: 174.8 },
] as const;

describe('a change of a customer', () => {
  for (const { change, withinMs, ...options } of BOUNDS) {
    const how = [
      options.isLeased ? 'leased' : 'exact',
      options.knowsVersion ? 'with a key' : 'without a key',
      ...(options.changesWithinMs === undefined ? [] : [`changesWithinMs: ${options.changesWithinMs}`]),
    ].join(', ');
    it(`is in force in 8 processes within ${withinMs} ms: ${change} (${how})`, async () => {
      const { delaysMs, admitted, billed, over } = await measureInForce(change, CHANGES, options);

      assert.equal(delaysMs.length, 8 * CHANGES);
      assert.equal(billed, admitted, 'what is admitted is billed');
      assert.equal(over, 0, 'no quota is exceeded');
      assert.ok((delaysMs.at(-1) ?? Infinity) <= withinMs, `${delaysMs.at(-1) ?? 0} ms`);
    });
  }

  // Before there were news: 7.2 reads and 11.1 writes per 1,000 decisions by leases, 1,001.1 writes by exact billing.
  it('costs no call for a customer whose requests are admitted', async () => {
    for (const [isLeased, mostWrites] of [
      [true, 12.2],
      [false, 1002],
    ] as const) {
      const { decisions, reads, writes } = await measureInForce('suspend', CHANGES, { isLeased });
      assert.ok((1000 * reads) / decisions < 7.9, `${reads} reads`);
      assert.ok((1000 * writes) / decisions < mostWrites, `${writes} writes`);
    }
  });

  for (const { customers, reads: before } of READS_BEFORE)
    it(`costs at most a tenth more reads than before there were news of plans: ${customers} customers`, async () => {
      const { decisions, reads, delaysMs } = await measureInForce('suspend', CHANGES, {
        isLeased: true,
        customers,
      });

      assert.ok((1000 * reads) / decisions <= 1.1 * before, `${(1000 * reads) / decisions} reads`);
      // The reads of records that news save pay for news.
      const halfMs = delaysMs[Math.floor(delaysMs.length / 2)] ?? Infinity;
      assert.ok(customers < 100 || halfMs <= 2000, delaysMs.join());
    });
});

describe('a process', () => {
  const prepare = async ({
    quota: freeQuota = 1,
    changesWithinMs,
  }: { readonly quota?: number; readonly changesWithinMs?: number | undefined } = {}) => {
    const table = new QuotaTable();
    const ports = {
      store: table.store,
      listing: createMemoryListing(table.items),
      random: REAL_RANDOM,
      timer: { pause: () => Promise.resolve() },
    };
    let id = 0;
    const request = () => requested(`op-${(id += 1)}`, table.nowMs);
    for (const [plan, quota, everySeconds] of [
      ['free', freeQuota, 30 * 86_400],
      ['hourly', 1, 3600],
      ['large', 100, 30 * 86_400],
    ] as const) {
      const limits = [{ id: 'all', level: 'tenant', quota, period: { everySeconds } }];
      await savePlan(ports, request(), plan, { id: plan, version: 1, limits });
    }
    await createCustomer(ports, request(), { tenant: 'acme', plan: 'free' });
    const quotas = table.holder([], {
      plans: [],
      customers: (store, plans) => new TermsBook(store, table.clock, plans),
      ...(changesWithinMs !== undefined && { changesWithinMs }),
    });
    const ask = () => quotas.consume({ tenant: 'acme', key: 'k-1', atEpochMs: table.nowMs });
    const changeTo = (plan: string) => () =>
      setPlan(ports, request(), { tenant: 'acme', plan, version: 2 }).then(() => undefined);
    const [change, upgrade] = [changeTo('hourly'), changeTo('large')];
    const suspend = () => setState(ports, request(), 'acme', 'suspended').then(() => undefined);
    const question = {
      tenant: 'acme',
      key: undefined,
      route: undefined,
      limit: 'all',
      periodEpochMs: undefined,
    };
    const changeLimit = (to: typeof suspendLimit) => to(ports, request(), question).then(() => undefined);
    return { table, quotas, ask, change, upgrade, suspend, changeLimit };
  };

  it('decides by its own change immediately after refresh()', async () => {
    const { quotas, ask, change, table } = await prepare();
    await ask();
    table.nowMs += 1000;
    await change();

    quotas.refresh('acme');

    assert.equal((await ask()).plan, 'hourly');
  });

  // It has units for hours at this pace, so it gets no news with a grant.
  it('admits nothing 30 s after a suspension, although it has leased units and was idle', async () => {
    for (const changesWithinMs of [undefined, 2000]) {
      const { table, ask, suspend } = await prepare({ changesWithinMs, quota: 1_000_000 });
      for (let at = 0; at < 1000; at += 1, table.nowMs += 10) await ask();
      await suspend();
      table.nowMs += changesWithinMs ?? 30_000;
      const writes = table.calls.filter((call) => call !== 'read').length;

      const after = await ask();

      assert.ok(!after.allowed && after.reason === 'suspended');
      assert.equal(table.calls.filter((call) => call !== 'read').length, writes, 'it asked for no units');
    }
  });

  // The table of docs/guides/sell/quota.md, "When a change is in force".
  it('costs nothing while a process is idle, and one read each 1.8 s at most for changes within 2 s', async () => {
    for (const changesWithinMs of [undefined, 2000]) {
      const setting = changesWithinMs === undefined ? {} : { changesWithinMs };
      assert.deepEqual(await measureInstance(setting), { requests: 0, reads: 0, writes: 0 });
    }
    const usual = await measureInstance({ everyMs: 1000 });
    const soon = await measureInstance({ everyMs: 1000, changesWithinMs: 2000 });

    assert.deepEqual([usual.reads, usual.writes], [146, 123]);
    assert.deepEqual([soon.reads, soon.writes], [1809, 123]);
  });

  it('admits nothing 30 s after a limit was suspended, and admits within 2 s after it was resumed', async () => {
    for (const changesWithinMs of [undefined, 2000]) {
      const { table, ask, changeLimit } = await prepare({ changesWithinMs, quota: 1_000_000 });
      for (let at = 0; at < 1000; at += 1, table.nowMs += 10) await ask();
      await changeLimit(suspendLimit);
      table.nowMs += changesWithinMs ?? 30_000;
      const after = await ask();
      assert.ok(!after.allowed && after.reason === 'suspended');

      await changeLimit(resumeLimit);
      table.nowMs += 2000;
      assert.ok((await ask()).allowed);
      const reads = table.countOf('read');
      for (let at = 0; at < 100; at += 1) await ask();
      assert.equal(table.countOf('read'), reads, 'the ledger is read once for each change');
    }
  });

  it('uses a record that its plan confirms for 50 s while the table is unavailable', async () => {
    const { table, ask } = await prepare({ quota: 1_000_000 });
    for (let at = 0; at < 2000; at += 1, table.nowMs += 100) await ask();
    table.isDown = true;
    const admitted: number[] = [];
    const since = table.nowMs;
    for (; table.nowMs < since + 90_000; table.nowMs += 100)
      if ((await ask()).allowed) admitted.push(table.nowMs - since);

    assert.ok((admitted.at(-1) ?? 0) <= 50_000, 'a change is in force in a minute');
  });

  it('refuses a bound that would read the table with every request', () => {
    const table = new QuotaTable();
    assert.throws(() => table.holder([], { changesWithinMs: 999 }), { code: 'CONFIG_INVALID' });
  });

  it('reads a record of an earlier version of the toolkit every 40 s, because its changes are not announced', async () => {
    const { table, ask } = await prepare({ quota: 1_000_000 });
    const [name, record] = [...table.items].find(([key]) => key.endsWith('CUSTOMER')) ?? ['', {}];
    const { told, ...earlier } = record;
    assert.equal(told, 'plan');
    table.items.set(name, earlier);
    await ask();
    table.items.set(name, { ...earlier, doc: String(earlier['doc']).replace('"active"', '"suspended"') });
    table.nowMs += 40_001;

    assert.ok(!(await ask()).allowed);
  });

  it('tells a refused client to wait for the end of the period of the plan in force', async () => {
    const { ask, change, table } = await prepare();
    await ask();
    const before = await ask();
    assert.ok(!before.allowed && (before.retryAfterSeconds ?? 0) > 86_400);
    table.nowMs += 10;
    await change();
    table.nowMs += 2000;

    const after = await ask();

    assert.ok(!after.allowed, 'the unit that was used counts in the new plan');
    assert.equal(after.plan, 'hourly');
    assert.ok((after.retryAfterSeconds ?? Infinity) <= 3600 + 30, String(after.retryAfterSeconds));
  });

  // Such as queue messages and calls of `quotas.consume()`: docs/design/quota §1.
  it('decides a request without a time of receipt by a new plan within 2 s', async () => {
    const { quotas, table, upgrade } = await prepare();
    const ask = () => quotas.consume({ tenant: 'acme', key: 'k-1' });
    assert.ok((await ask()).allowed, 'the customer was created now');
    table.nowMs += 10;
    assert.ok(!(await ask()).allowed);
    await upgrade();
    table.nowMs += 2000;

    const after = await ask();
    const [limit] = await quotas.peek({ tenant: 'acme', key: 'k-1' });

    assert.deepEqual([after.allowed, after.plan], [true, 'large']);
    assert.equal(limit?.limit, 100);
  });

  it('reads the record once for a version that the table does not have, as after a restore', async () => {
    const { quotas, table } = await prepare();
    const ask = () =>
      quotas.consume({ tenant: 'acme', key: 'k-1', customerVersion: 99, cost: 0, atEpochMs: table.nowMs });
    await ask();
    const reads = table.countOf('read');

    for (let at = 0; at < 5; at += 1) await ask();

    assert.equal(table.countOf('read'), reads);
  });
});
