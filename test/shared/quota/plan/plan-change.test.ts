/** A plan that changes its periods, and a key that changes its plan. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { topUp } from '#shared/quota/admin/limits.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { createMemoryListing } from '../../../support/memory-listing.ts';
import type { Rejection } from '#shared/quota/quotas.ts';
import { ofKey, requested } from '../../../support/quota-admin.ts';
import { QuotaTable } from '../../../support/quota-table.ts';

const DAY_MS = 86_400_000;
/** A Friday. */
const NOV_20_MS = Date.UTC(2026, 10, 20, 12);

type Limits = readonly object[];
const limit = (quota: number, period: unknown, more: object = {}): object => ({
  id: 'daily',
  level: 'key',
  quota,
  period,
  lease: false,
  ...more,
});

/** A key on a plan; processes that share it; an operator. */
class Changing {
  readonly table = new QuotaTable();
  readonly #ports;
  #holder;
  #plan = 'p';
  #version = 1;
  #assigned = 0;

  constructor() {
    this.table.nowMs = NOV_20_MS;
    const { store, items } = this.table;
    const random = {
      hex: (digits: number) => `${++this.#assigned}`.padStart(digits, '0'),
      fraction: () => 0.5,
    };
    this.#ports = {
      store,
      listing: createMemoryListing(items),
      random,
      timer: { pause: () => Promise.resolve() },
    };
    this.#holder = this.table.holder([], { plans: [] });
  }

  async plan(limits: Limits, plan = this.#plan, version = this.#version): Promise<void> {
    this.#plan = plan;
    this.#version = version + 1;
    await savePlan(this.#ports, requested(`v${version}`, this.table.nowMs), plan, {
      id: plan,
      version,
      limits,
    });
    // What processes know about plans is a minute old at most.
    this.table.nowMs += 61_000;
  }

  async assign(plan: string, version: number): Promise<void> {
    this.#plan = plan;
    const wanted = { tenant: 'acme', key: 'k-1', plan, version };
    await assignPlan(this.#ports, requested(`a${version}`, this.table.nowMs), wanted);
  }

  restart(): void {
    this.#holder = this.table.holder([], { plans: [] });
  }

  async spend(most: number, plan = this.#plan): Promise<number> {
    return this.table.spend(this.#holder, most, { plan, key: 'k-1' });
  }

  async refusal(): Promise<Rejection> {
    const decision = await this.#holder.consume({
      plan: this.#plan,
      tenant: 'acme',
      key: 'k-1',
      atEpochMs: this.table.nowMs,
    });
    assert.equal(decision.allowed, false);
    return decision;
  }

  async shown(id = 'daily'): Promise<UsageRow> {
    return rowOf(await findLedger(this.#ports, ofKey('acme', { limit: id }), this.table.nowMs));
  }

  async topUp(units: number, id = 'daily'): Promise<void> {
    await topUp(this.#ports, requested(`t${units}`, this.table.nowMs), ofKey('acme', { limit: id }), units);
  }
}

describe('a plan whose periods change', () => {
  // A day that is the first of its month has the instant, and so the key, of the month.
  for (const [from, to, left] of [
    [limit(20, 'DAY'), limit(3000, 'MONTH'), 2991],
    [limit(100, 'MONTH'), limit(30, 'DAY'), 25],
  ] as const)
    it(`continues to count if a ledger of the old rule begins with the new period (${left} left)`, async () => {
      const changing = new Changing();
      changing.table.nowMs = Date.UTC(2026, 10, 1, 12);
      await changing.plan([from]);
      assert.equal(await changing.spend(5), 5);
      if (left > 30) {
        changing.table.nowMs = Date.UTC(2026, 10, 2, 12);
        assert.equal(await changing.spend(4), 4);
      }

      await changing.plan([to]);

      assert.equal((await changing.shown()).remaining, left);
      await changing.topUp(7);
      assert.equal(await changing.spend(4000), left + 7);
      assert.equal((await changing.shown()).remaining, 0);
    });

  // Source of the expectations: units used in an overlapping period count in the new one, and over the overlap nobody
  // gets more than the larger of the two.
  const CASES = [
    { name: 'a day becomes a month', from: limit(20, 'DAY'), used: 3, to: limit(3000, 'MONTH'), left: 2997 },
    { name: 'a day becomes a week', from: limit(20, 'DAY'), used: 20, to: limit(70, 'WEEK'), left: 50 },
    { name: 'a month becomes a day', from: limit(20, 'MONTH'), used: 20, to: limit(30, 'DAY'), left: 10 },
    {
      name: 'a month becomes a smaller day',
      from: limit(100, 'MONTH'),
      used: 50,
      to: limit(30, 'DAY'),
      left: 0,
    },
    {
      name: 'the zone changes',
      from: limit(20, 'DAY'),
      used: 20,
      to: limit(20, 'DAY', { timeZone: 'America/New_York' }),
      left: 0,
    },
    {
      name: 'the anchor changes',
      from: limit(20, 'DAY'),
      used: 15,
      to: limit(20, 'DAY', { anchor: { time: '06:00' } }),
      left: 5,
    },
    {
      name: 'the id changes',
      from: limit(20, 'DAY'),
      used: 15,
      to: limit(30, 'DAY', { id: 'other' }),
      left: 5,
    },
    {
      name: 'id and period change',
      from: limit(20, 'DAY'),
      used: 15,
      to: limit(300, 'MONTH', { id: 'other' }),
      left: 285,
    },
    { name: 'only the limit changes', from: limit(20, 'DAY'), used: 15, to: limit(30, 'DAY'), left: 5 },
  ];
  for (const { name, from, used, to, left } of CASES) {
    const id = (to as { id: string }).id;
    it(`counts what was used: ${name}`, async () => {
      const at = new Changing();
      await at.plan([from]);
      assert.equal(await at.spend(used), used);
      await at.plan([to]);

      const before = await at.shown(id);
      const admitted = await at.spend(10_000);
      const after = await at.shown(id);

      assert.equal(admitted, left);
      assert.equal(before.remaining, left, 'what administration shows before is what is enforced');
      assert.deepEqual([after.remaining, after.limit], [0, id === 'other' && left === 5 ? 'daily' : id]);
      assert.equal((await at.refusal()).reason, 'quota-exceeded');
    });

    it(`takes a top-up if it counts: ${name}`, async () => {
      const at = new Changing();
      await at.plan([from]);
      await at.spend(used);
      await at.plan([to]);

      await at.topUp(7, id);

      assert.equal((await at.shown(id)).remaining, left + 7);
      assert.equal(await at.spend(10_000), left + 7);
    });
  }

  it('counts all days of a month, and what is used of the month in a day again', async () => {
    const at = new Changing();
    await at.plan([limit(20, 'DAY')]);
    for (let day = 0; day < 3; day += 1) {
      assert.equal(await at.spend(20), 20);
      at.table.nowMs += DAY_MS;
    }
    await at.plan([limit(100, 'MONTH')]);
    assert.equal(await at.spend(1000), 40);
    await at.plan([limit(10, 'DAY')]);
    assert.equal(await at.spend(1000), 0);
    at.table.nowMs += DAY_MS;
    assert.equal(await at.spend(1000), 10, 'the next day is a new one');
    await at.plan([limit(120, 'MONTH')]);

    assert.equal(await at.spend(1000), 10);
    at.table.nowMs = Date.UTC(2026, 11, 1, 12);
    assert.equal(await at.spend(1000), 120);
  });

  it('admits no more requests in a period that has ended, and counts in the new period', async () => {
    const at = new Changing();
    at.table.nowMs = Date.UTC(2026, 10, 19, 23, 50);
    await at.plan([limit(20, 'DAY')], 'free', 1);
    await at.plan([limit(30, 'MONTH')], 'paid', 1);
    const lateMs = at.table.nowMs;
    await at.assign('free', 1);
    assert.equal(await at.spend(5), 5);
    at.table.nowMs = Date.UTC(2026, 10, 20, 0, 1);
    assert.equal(await at.spend(3), 3);
    await at.assign('paid', 2);
    assert.equal(await at.spend(10), 10);

    const late = { plan: 'free', key: 'k-1', atEpochMs: lateMs };
    const ofLate = await at.table.spend(at.table.holder([], { plans: [] }), 6, late);

    assert.equal(ofLate, 6);
    assert.equal(await at.spend(1000), 6, 'late requests are charged to the month too');
    assert.equal(await at.table.spend(at.table.holder([], { plans: [] }), 6, late), 0);
  });

  // A head remembers 32 rules. A 33rd change would forget what was charged under the first one.
  it('admits the quota once in a month whose time zone changes more often than the head can store', async () => {
    const at = new Changing();
    at.table.nowMs = Date.UTC(2026, 10, 2, 12);
    let admitted = 0;
    for (let version = 1; version <= 70; version += 1) {
      await at.plan([limit(3, 'MONTH', { timeZone: ['UTC', 'Europe/Berlin'][version % 2] })]);
      at.restart();
      admitted += await at.spend(10);
      assert.equal((await at.shown()).remaining, 0, `shown for version ${version}`);
    }

    assert.equal(admitted, 3);
    at.table.nowMs = Date.UTC(2026, 11, 2, 12);
    assert.equal(await at.spend(10), 3, 'the next month begins with a whole quota');
  });

  it('admits the quota of a tenant once if two of its keys have plans with other time zones', async () => {
    const table = new QuotaTable();
    const ofTenant = (timeZone: string): object[] => [
      limit(3, 'MONTH', { level: 'tenant', timeZone, billing: 'leased' }),
    ];
    const plans = [
      { id: 'utc', version: 1, limits: ofTenant('UTC') },
      { id: 'berlin', version: 1, limits: ofTenant('Europe/Berlin') },
    ];
    table.nowMs = Date.UTC(2026, 10, 2, 12);
    let admitted = 0;
    for (let hour = 0; hour < 70; hour += 1) {
      for (const plan of ['utc', 'berlin'])
        admitted += await table.spend(table.holder([], { plans }), 10, { plan, key: plan });
      table.nowMs += 3_600_000;
    }

    assert.equal(admitted, 3);
  });

  // The plan that has both limits gives the renamed one ledgers of its own, which old processes have to learn.
  it('charges old and new processes to the same ledger after a rename was ended by another plan', async () => {
    const table = new QuotaTable();
    const daily = (id: string): object => limit(3, 'DAY', { id });
    const plans = [
      { id: 'old', version: 1, limits: [daily('a')] },
      { id: 'new', version: 1, limits: [daily('b')] },
      { id: 'both', version: 1, limits: [daily('b'), daily('a')] },
    ];
    const lasting = table.holder([], { plans });
    for (const plan of ['old', 'new', 'both']) {
      assert.equal(await table.spend(lasting, 1, { plan }), 1);
      table.nowMs += DAY_MS;
    }

    assert.equal(await table.spend(lasting, 10, { plan: 'new' }), 3);
    assert.equal(await table.spend(table.holder([], { plans }), 10, { plan: 'new' }), 0);
  });

  it('is the same to a process that has just begun', async () => {
    const at = new Changing();
    await at.plan([limit(20, 'DAY')]);
    await at.spend(20);
    await at.plan([limit(100, 'MONTH')]);
    await at.spend(30);
    at.restart();

    assert.equal(await at.spend(1000), 50);
  });

  it('opens a period once for many keys of many processes, by the first one', async () => {
    const at = new Changing();
    await at.plan([limit(20, 'DAY')]);
    await at.spend(5);
    await at.plan([limit(100, 'MONTH')]);
    const holders = Array.from({ length: 5 }, () => at.table.holder([], { plans: [] }));

    const admitted = await Promise.all(
      holders.map((holder) =>
        at.table.spend(holder, 100, { plan: 'p', key: 'k-1', atEpochMs: at.table.nowMs }),
      ),
    );

    assert.equal(
      admitted.reduce((sum, each) => sum + each, 0),
      95,
    );
  });
});

describe('a key that changes its plan', () => {
  it('gets no new quota, by plans with the same limit or another, there and back again', async () => {
    const at = new Changing();
    await at.plan([limit(20, 'DAY')], 'free', 1);
    await at.plan([limit(100, 'MONTH', { id: 'monthly' })], 'paid', 1);
    await at.assign('free', 1);
    assert.equal(await at.spend(1000), 20);
    await at.assign('paid', 2);
    assert.equal(await at.spend(1000), 80);
    await at.assign('free', 3);
    assert.equal(await at.spend(1000), 0);
    await at.assign('paid', 4);

    assert.equal(await at.spend(1000), 0);
    assert.equal((await at.shown('monthly')).remaining, 0);
  });

  it('is not thrown back by a token of before', async () => {
    const at = new Changing();
    await at.plan([limit(20, 'DAY')], 'free', 1);
    await at.plan([limit(100, 'MONTH')], 'paid', 1);
    assert.equal(await at.spend(5, 'free'), 5);
    at.table.nowMs += 3_600_000;
    assert.equal(await at.spend(10, 'paid'), 10);

    assert.equal(await at.spend(10, 'free'), 10, 'charged to the month');
    at.table.nowMs = Date.UTC(2026, 10, 21, 0, 0, 1);
    assert.equal(await at.spend(1000, 'paid'), 75);
  });
});
