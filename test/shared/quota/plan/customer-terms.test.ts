/** Customers on record: what is enforced, and what administration shows, around a change of plan. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { topUp } from '#shared/quota/admin/limits.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import { createMemoryListing } from '../../../support/memory-listing.ts';
import { codeOf, requested } from '../../../support/quota-admin.ts';
import { QuotaTable } from '../../../support/quota-table.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

type Limit = { readonly quota: number; readonly [name: string]: unknown };
const monthly = (quota: number, more: object = {}): Limit => ({
  id: 'monthly',
  level: 'tenant',
  quota,
  period: 'MONTH',
  ...more,
});

/** A table with a customer, processes that charge it, and an operator. */
class Customers {
  readonly table = new QuotaTable();
  readonly ports: AdminPorts;
  #operation = 0;
  #version = 1;

  constructor() {
    const { store, items } = this.table;
    const random = {
      hex: (digits: number) => `${++this.#operation}`.padStart(digits, '0'),
      fraction: () => 0.5,
    };
    const timer = { pause: () => Promise.resolve() };
    this.ports = { store, listing: createMemoryListing(items), random, timer };
  }

  request(): ReturnType<typeof requested> {
    this.#operation += 1;
    return requested(`op-${this.#operation}`, this.table.nowMs);
  }

  async plan(id: string, ...limits: readonly Limit[]): Promise<void> {
    await savePlan(this.ports, this.request(), id, { id, version: 1, limits });
  }

  async create(plan: string, limits?: Readonly<Record<string, number>>): Promise<void> {
    await createCustomer(this.ports, this.request(), { tenant: 'acme', plan, limits });
  }

  async set(
    plan: string,
    more: { fromEpochMs?: number; limits?: Record<string, number> } = {},
  ): Promise<void> {
    this.#version += 1;
    await setPlan(this.ports, this.request(), { tenant: 'acme', plan, version: this.#version, ...more });
  }

  process(): Quotas {
    return this.table.holder([], {
      plans: [],
      customers: (store, plans) => new TermsBook(store, this.table.clock, plans),
      denyCacheMs: 0,
    });
  }

  /** Sends requests up to the given maximum, and returns how many are admitted. */
  async spend(quotas: Quotas, most: number, request: object = {}): Promise<number> {
    return this.table.spend(quotas, most, { plan: undefined, key: 'k-1', ...request });
  }

  async left(limit = 'monthly', key?: string): Promise<number> {
    const question = { tenant: 'acme', limit, key, route: undefined, periodEpochMs: undefined };
    return rowOf(await findLedger(this.ports, question, this.table.nowMs)).remaining;
  }

  pass(ms: number): void {
    this.table.nowMs += ms;
  }
}

describe('a customer that changes its plan', () => {
  // Source of the numbers: issue, what was used in the running period stays counted, and nothing goes below zero.
  const CASES = [
    { name: 'an upgrade of a spent plan', from: 10, used: 10, to: 3000, left: 2990 },
    { name: 'an upgrade of a plan with units left', from: 10, used: 4, to: 3000, left: 2996 },
    { name: 'a downgrade above the use', from: 3000, used: 4, to: 10, left: 6 },
    { name: 'a downgrade below the use', from: 3000, used: 40, to: 10, left: 0 },
  ];
  for (const { name, from, used, to, left } of CASES)
    for (const lease of [{}, { lease: { seconds: 30 } }, { lease: false, level: 'key' }])
      it(`counts what was used: ${name}, ${JSON.stringify(lease)}`, async () => {
        const at = new Customers();
        const key = 'level' in lease ? 'k-1' : undefined;
        await at.plan('before', monthly(from, lease));
        await at.plan('after', monthly(to, lease));
        await at.create('before');
        const [one, other] = [at.process(), at.process()];
        assert.equal(await at.spend(one, used), used);
        await at.spend(other, 0);
        await one.flush();

        at.pass(1);
        await at.set('after');

        assert.equal(await at.left('monthly', key), left, 'shown at once');
        at.pass(MINUTE_MS);
        assert.equal(await at.spend(other, 1), Math.min(1, left));
        assert.equal(await at.spend(one, 5000), Math.max(0, left - 1));
        await one.flush();
        assert.equal(await at.left('monthly', key), 0, 'shown as enforced');
        assert.equal(await at.spend(other, 1), 0);
      });

  it('has the whole plan again in the next period', async () => {
    const at = new Customers();
    await at.plan('before', monthly(30));
    await at.plan('after', monthly(10));
    await at.create('before');
    const quotas = at.process();
    await at.spend(quotas, 20);
    at.pass(1);
    await at.set('after');
    at.pass(MINUTE_MS);
    assert.equal(await at.spend(quotas, 1), 0);

    at.table.nowMs = Date.UTC(2026, 11, 1, 1);

    assert.equal(await at.spend(quotas, 100), 10);
  });

  it('is on the new plan within a minute if a process holds leased units of the old one', async () => {
    const at = new Customers();
    await at.plan('before', monthly(10_000, { lease: { seconds: 300 }, wasteBudget: 0.5 }));
    await at.plan('after', monthly(20));
    await at.create('before');
    const quotas = at.process();
    assert.equal(await at.spend(quotas, 300), 300);

    await at.set('after');
    at.pass(51_000);

    assert.equal(await at.spend(quotas, 100), 0, 'it has used more than the new plan allows');
  });

  it('goes there and back again', async () => {
    const at = new Customers();
    await at.plan('small', monthly(10));
    await at.plan('large', monthly(100));
    await at.create('small');
    const quotas = at.process();
    assert.equal(await at.spend(quotas, 1000), 10);
    for (const [plan, more] of [
      ['large', 90],
      ['small', 0],
      ['large', 0],
    ] as const) {
      at.pass(1);
      await at.set(plan);
      at.pass(MINUTE_MS);
      assert.equal(await at.spend(quotas, 1000), more, plan);
    }
  });

  it('is on a later plan from its moment on, and not before: a trial', async () => {
    const at = new Customers();
    await at.plan('trial', monthly(1000));
    await at.plan('free', monthly(10));
    await at.create('trial');
    await at.set('free', { fromEpochMs: at.table.nowMs + 3 * DAY_MS });
    const quotas = at.process();

    assert.equal(await at.spend(quotas, 8), 8);
    at.pass(3 * DAY_MS - MINUTE_MS);
    assert.equal(await at.spend(quotas, 8), 8);
    at.pass(MINUTE_MS);

    assert.equal(await at.spend(quotas, 8), 0, '16 of 10');
  });

  it('has its own limit, which a later change of plan ends', async () => {
    const at = new Customers();
    await at.plan('gold', monthly(10));
    await at.create('gold');
    const quotas = at.process();
    assert.equal(await at.spend(quotas, 100), 10);
    at.pass(1);
    await at.set('gold', { limits: { monthly: 25 } });
    at.pass(MINUTE_MS);
    assert.equal(await at.left(), 15);
    assert.equal(await at.spend(quotas, 100), 15);
    const charge = { plan: 'gold', tenant: 'acme', key: 'k' };
    const [own] = (await quotas.consume(charge)).limits;
    assert.equal(own?.ownQuota, 25, 'a refusal can say whose limit it is');

    at.pass(1);
    await at.set('gold');
    at.pass(MINUTE_MS);

    assert.equal(await at.spend(quotas, 100), 0);
    const [ofPlan] = (await quotas.consume(charge)).limits;
    assert.equal(ofPlan?.ownQuota, undefined);
  });

  it('keeps a ledger and its top-up when it comes on record on the same plan', async () => {
    const at = new Customers();
    await at.plan('gold', monthly(10));
    const quotas = at.process();
    assert.equal(await at.spend(quotas, 4, { plan: 'gold' }), 4);
    const question = {
      tenant: 'acme',
      limit: 'monthly',
      key: undefined,
      route: undefined,
      periodEpochMs: undefined,
    };
    await topUp(at.ports, at.request(), question, 5);

    await at.create('gold');
    at.pass(MINUTE_MS);

    assert.equal(await at.left(), 11);
    assert.equal(await at.spend(quotas, 100), 11);
  });

  it('keeps the newer plan if a late request or an old record names the older one', async () => {
    const at = new Customers();
    await at.plan('large', monthly(100));
    await at.plan('small', monthly(10));
    await at.create('large');
    const [stale, late, fresh] = [at.process(), at.process(), at.process()];
    assert.equal(await at.spend(stale, 3), 3);
    assert.equal(await at.spend(late, 3), 3);
    const stampMs = at.table.nowMs;
    at.pass(1);
    await at.set('small');
    assert.equal(await at.spend(fresh, 1), 1, 'it has no old record');

    assert.equal(await at.spend(stale, 2), 2);
    assert.equal(await at.spend(late, 1, { atEpochMs: stampMs }), 1);
    assert.equal(await at.spend(fresh, 5), 0, '3 + 3 + 1 + 2 + 1 of 10');
    assert.equal(await at.left(), 0);
  });

  it('is on the plan of its record whatever plan its token names', async () => {
    const at = new Customers();
    await at.plan('free', monthly(2));
    await at.plan('gold', monthly(50));
    await at.create('free');

    assert.equal(await at.spend(at.process(), 10, { plan: 'gold' }), 2);
  });

  it('is refused while it is suspended, and for good when it is closed, within a minute', async () => {
    const at = new Customers();
    await at.plan('gold', monthly(100, { lease: { seconds: 300 } }));
    await at.create('gold');
    const quotas = at.process();
    assert.equal(await at.spend(quotas, 3), 3);
    for (const [state, admitted] of [
      ['suspended', 0],
      ['active', 2],
      ['closed', 0],
    ] as const) {
      await setState(at.ports, at.request(), 'acme', state);
      at.pass(51_000);
      assert.equal(await at.spend(quotas, 2), admitted, state);
    }
    const decision = await quotas.consume({ tenant: 'acme', key: 'k-1' });
    assert.equal(decision.allowed ? '' : decision.reason, 'suspended');
    assert.equal(await codeOf(at.set('gold')), 'CUSTOMER_CLOSED');
  });
});

describe('a key with an assigned plan, of a tenant that is not on record', () => {
  it('is charged by it, whatever plan its token names, and what was used counts', async () => {
    const at = new Customers();
    await at.plan('free', monthly(10, { level: 'key' }));
    await at.plan('pro', monthly(3000, { level: 'key' }));
    const quotas = at.process();
    assert.equal(await at.spend(quotas, 100, { plan: 'free' }), 10);

    await assignPlan(at.ports, at.request(), { tenant: 'acme', key: 'k-1', plan: 'pro', version: 1 });
    at.pass(MINUTE_MS);

    assert.equal(await at.left('monthly', 'k-1'), 2990);
    assert.equal(await at.spend(quotas, 5000, { plan: 'free' }), 2990);
  });

  it('is refused an assignment if the record of the customer names the plan', async () => {
    const at = new Customers();
    await at.plan('gold', monthly(10));
    await at.create('gold');

    const assigned = assignPlan(at.ports, at.request(), {
      tenant: 'acme',
      key: 'k-1',
      plan: 'gold',
      version: 1,
    });

    assert.equal(await codeOf(assigned), 'ASSIGNMENT_OVERRULED');
  });
});
