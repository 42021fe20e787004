/** Requests that are reported after their period was closed, when a later term of the customer was in force for them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { createCustomer, setPlan } from '#shared/quota/admin/customers.ts';
import { listRecords } from '#shared/quota/admin/list-usage.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { invoicesOf } from '#shared/quota/admin/tenant-invoices.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import { memoryAdminPorts, requested } from '../../../support/quota-admin.ts';

const MONTH = '2026-11';
const ALL = {
  tenant: 'acme',
  fromEpochMs: undefined,
  toEpochMs: undefined,
  cursor: undefined,
  limit: 100,
} as const;
const UNITS = [{ unitPrice: '1.00' }];
const WHOLE = { free: { fee: '10.00', tiers: UNITS }, pro: { fee: '40.00', tiers: UNITS } };
const SHARED = {
  free: { fee: '30.00', prorate: true, tiers: UNITS },
  pro: { fee: '60.00', prorate: true, tiers: UNITS },
};
const WITHOUT_FEE = { ...SHARED, pro: { fee: '0', tiers: UNITS } };
const UNPRICED = { ...SHARED, pro: undefined };

type Prices = Readonly<Record<'free' | 'pro', object | undefined>>;

/** A customer whose requests are charged from access logs, and whose clock a test moves. */
class Shop {
  #nowMs = 0;
  readonly #ports = memoryAdminPorts(new Map(), { nowEpochMs: () => this.#nowMs });
  readonly #tracker = createUsageTracker({
    store: this.#ports.store,
    clock: { nowEpochMs: () => this.#nowMs, monotonicMs: () => this.#nowMs },
    timer: { pause: () => Promise.resolve() },
    observe: () => undefined,
  });

  async open(prices: Prices): Promise<void> {
    for (const [id, price] of Object.entries(prices)) {
      const limits = [{ id: 'monthly', level: 'tenant', quota: 100, period: 'MONTH', price }];
      const plan = { id, version: 1, invoice: { currency: 'EUR' }, limits };
      await savePlan(this.#ports, this.#by('2026-10-01'), id, plan);
    }
  }

  async create(when: string): Promise<void> {
    await createCustomer(this.#ports, this.#by(when), { tenant: 'acme', plan: 'free' });
  }

  async change(when: string): Promise<void> {
    await setPlan(this.#ports, this.#by(when), { tenant: 'acme', plan: 'pro', version: 2 });
  }

  /** Reports a request of a day. */
  async report(when: string, day: string): Promise<{ readonly charged: number }> {
    this.#nowMs = Date.parse(when);
    const subject = { plan: 'free', tenant: 'acme', key: 'k', route: 'GET /a' };
    return this.#tracker.track([{ requestId: `${when} ${day}`, atEpochMs: Date.parse(day), subject }]);
  }

  /** Closes the month, and returns the number of records that were written. */
  async close(when: string): Promise<number> {
    return (await closeOver(this.#ports, this.#by(when), { month: MONTH, cursor: undefined })).recorded;
  }

  /** Returns the used units of the newest records by plan, and the total of the invoice. */
  async bill(): Promise<{ readonly used: Readonly<Record<string, number>>; readonly total: string }> {
    const { rows } = await listRecords(this.#ports, ALL);
    const used: Record<string, number> = {};
    for (const { plan, usedDelta } of rows) used[plan] = (used[plan] ?? 0) + usedDelta;
    const invoices = await invoicesOf(this.#ports, { tenant: 'acme', month: MONTH }, this.#nowMs);
    return { used, total: invoices.map(({ total }) => total).join() };
  }

  #by(when: string): ReturnType<typeof requested> {
    this.#nowMs = Date.parse(when);
    return requested(when, this.#nowMs);
  }
}

type Case = {
  readonly name: string;
  readonly prices: Prices;
  /** The day of the request before the change of plan; undefined if there was none. */
  readonly early?: string;
  readonly created: string;
  /** Undefined if the customer stays on the plan. */
  readonly changed?: string;
  readonly used: Readonly<Record<string, number>>;
  readonly total: string;
};

// The totals are computed by hand from the prices: a fee without shares is owed for the last plan of the month only.
const CASES: readonly Case[] = [
  {
    name: 'after a change of plan, to the later plan, whose fee is charged once',
    prices: WHOLE,
    early: '2026-11-10',
    created: '2026-11-02',
    changed: '2026-11-20',
    used: { free: 1, pro: 1 },
    total: '42.00',
  },
  {
    name: 'after a change of plan in a month without earlier requests, to the later plan',
    prices: WHOLE,
    created: '2026-10-02',
    changed: '2026-11-20',
    used: { pro: 1 },
    total: '41.00',
  },
  {
    name: 'after a change between plans whose fees are shared, to the later plan, not under the record of the earlier one',
    prices: SHARED,
    created: '2026-10-02',
    changed: '2026-11-16',
    used: { free: 0, pro: 1 },
    total: '46.00',
  },
  {
    name: 'after a change to a plan without a fee, to that plan',
    prices: WITHOUT_FEE,
    created: '2026-10-02',
    changed: '2026-11-16',
    used: { free: 0, pro: 1 },
    total: '16.00',
  },
  {
    name: 'after a change to a plan without prices, to that plan',
    prices: UNPRICED,
    created: '2026-10-02',
    changed: '2026-11-16',
    used: { free: 0, pro: 1 },
    total: '15.00',
  },
  {
    name: 'of a customer who was put on record with the same plan in between, to that plan',
    prices: WHOLE,
    early: '2026-11-10',
    created: '2026-11-20',
    used: { free: 2 },
    total: '12.00',
  },
];

describe('a request that is reported after the close of its month is charged', () => {
  for (const { name, prices, early, created, changed, used, total } of CASES)
    it(name, async () => {
      const shop = new Shop();
      await shop.open(prices);
      if (early !== undefined && early < created) await shop.report(early, early);
      await shop.create(created);
      if (early !== undefined && early > created) await shop.report(early, early);
      if (changed !== undefined) await shop.change(changed);
      await shop.close('2026-12-02');

      const { charged } = await shop.report('2026-12-02T01:00Z', '2026-11-25');

      assert.equal(charged, 1);
      assert.equal(await shop.close('2026-12-03'), 1);
      assert.deepEqual(await shop.bill(), { used, total });
      assert.equal(await shop.close('2026-12-04'), 0, 'nothing is recorded twice');
    });
});
