/** Customers on record whose requests are charged from access logs: the tracker charges, the authorizer looks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { topUp } from '#shared/quota/admin/limits.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import { createUsageReader } from '#shared/quota/usage/read-usage.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import type { Item } from '#shared/table/item-write.ts';
import { memoryAdminPorts, requested } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const MINUTE_MS = 60_000;
const OF = { tenant: 'acme', limit: 'monthly', key: undefined, route: undefined, periodEpochMs: undefined };

class Logs {
  nowMs = NOON_MS;
  readonly #clock = { nowEpochMs: () => this.nowMs, monotonicMs: () => this.nowMs };
  readonly ports = memoryAdminPorts(new Map<string, Item>(), this.#clock);
  readonly #tracker = createUsageTracker({
    store: this.ports.store,
    clock: this.#clock,
    timer: { pause: () => Promise.resolve() },
    observe: () => undefined,
  });
  readonly #reader = createUsageReader({ store: this.ports.store, clock: this.#clock, plans: [] });
  #requests = 0;

  async begin(): Promise<void> {
    for (const [id, quota] of Object.entries({ free: 10, pro: 3000 })) {
      const limit = { id: 'monthly', level: 'tenant', quota, period: 'MONTH' };
      await savePlan(this.ports, requested(id), id, { id, version: 1, limits: [limit] });
    }
  }

  /** Returns the log lines of `times` requests, all of which name the free plan. */
  async serve(times: number): Promise<void> {
    const lines = Array.from({ length: times }, () => ({
      requestId: `r-${(this.#requests += 1)}`,
      subject: { plan: 'free', tenant: 'acme', key: 'k-1' },
      atEpochMs: this.nowMs,
    }));
    const { charged, unchargeable, waiting } = await this.#tracker.track(lines);
    assert.deepEqual([charged, unchargeable, waiting], [times, 0, []]);
  }

  async allows(plan: string | undefined = 'free'): Promise<boolean> {
    const charge = { plan, tenant: 'acme', key: 'k-1', route: 'GET /a', atEpochMs: this.nowMs };
    return (await this.#reader.look(charge)).allowed;
  }

  async left(): Promise<number> {
    return rowOf(await findLedger(this.ports, OF, this.nowMs)).remaining;
  }
}

describe('a customer whose access logs are charged', () => {
  it('is upgraded with its use, whatever plan its lines name', async () => {
    const logs = new Logs();
    await logs.begin();
    await createCustomer(logs.ports, requested('new'), { tenant: 'acme', plan: 'free' });
    await logs.serve(12);
    assert.deepEqual([await logs.allows(), await logs.left()], [false, -2]);

    logs.nowMs += 1;
    await setPlan(logs.ports, requested('set', logs.nowMs), { tenant: 'acme', plan: 'pro', version: 2 });
    logs.nowMs += MINUTE_MS;

    assert.deepEqual([await logs.allows(), await logs.left()], [true, 2988], 'before the next line');
    await logs.serve(8);
    assert.equal(await logs.left(), 2980);
  });

  it('has its own quota in the ledger that its first line opens', async () => {
    const logs = new Logs();
    await logs.begin();
    await createCustomer(logs.ports, requested('new'), {
      tenant: 'acme',
      plan: 'free',
      limits: { monthly: 20 },
    });
    await logs.serve(12);
    assert.deepEqual([await logs.allows(), await logs.left()], [true, 8]);
  });

  it('is refused below its use after a downgrade, before any further line', async () => {
    const logs = new Logs();
    await logs.begin();
    await createCustomer(logs.ports, requested('new'), { tenant: 'acme', plan: 'pro' });
    await logs.serve(12);
    logs.nowMs += 1;
    await setPlan(logs.ports, requested('set', logs.nowMs), { tenant: 'acme', plan: 'free', version: 2 });
    logs.nowMs += MINUTE_MS;

    assert.equal(await logs.allows(), false);
    await logs.serve(1);
    assert.equal(await logs.allows(undefined), false);
  });

  it('keeps its top-up when it comes on record on the same plan', async () => {
    const logs = new Logs();
    await logs.begin();
    await logs.serve(12);
    await topUp(logs.ports, requested('top'), { ...OF, plan: 'free' }, 5);
    await createCustomer(logs.ports, requested('new'), { tenant: 'acme', plan: 'free' });
    logs.nowMs += MINUTE_MS;

    assert.deepEqual([await logs.allows(), await logs.left()], [true, 3]);
    await logs.serve(3);
    logs.nowMs += MINUTE_MS;
    assert.equal(await logs.allows(), false);
  });

  it('is refused while it is suspended, and what it was served is charged', async () => {
    const logs = new Logs();
    await logs.begin();
    await createCustomer(logs.ports, requested('new'), { tenant: 'acme', plan: 'free' });
    await setState(logs.ports, requested('halt', logs.nowMs + 1), 'acme', 'suspended');
    logs.nowMs += MINUTE_MS;

    assert.equal(await logs.allows(), false);
    await logs.serve(2);
    assert.equal(await logs.left(), 8);
  });
});
