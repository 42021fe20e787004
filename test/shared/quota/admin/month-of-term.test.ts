/** A customer's plan may begin in a later month than the period in which it is charged (`anchor`). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { createCustomer, setPlan } from '#shared/quota/admin/customers.ts';
import { listRecords, listUsage } from '#shared/quota/admin/list-usage.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { invoicesOf } from '#shared/quota/admin/tenant-invoices.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { Item } from '#shared/table/item-write.ts';
import { memoryAdminPorts, requested } from '../../../support/quota-admin.ts';

const at = (text: string): number => Date.parse(text);
const FEE = { fee: '31.00', prorate: true, tiers: [{ unitPrice: '1.00' }] };
const PLANS = { gold: FEE, silver: { ...FEE, fee: '62.00' } };

/** Plans whose months begin on the 25th, and a table whose clock the test moves. */
class Shop {
  nowMs = at('2026-10-01');
  readonly ports = memoryAdminPorts(new Map<string, Item>(), { nowEpochMs: () => this.nowMs });
  #operation = 0;

  request(when: string): ReturnType<typeof requested> {
    this.nowMs = at(when);
    this.#operation += 1;
    return requested(`op-${this.#operation}`, this.nowMs);
  }

  async open(): Promise<void> {
    const limit = { id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH', anchor: { day: 25 } };
    for (const [id, price] of Object.entries(PLANS)) {
      const plan = { id, version: 1, invoice: { currency: 'EUR' }, limits: [{ ...limit, price }] };
      await savePlan(this.ports, this.request('2026-10-01'), id, plan);
    }
  }

  async ask(when: string): Promise<void> {
    this.nowMs = at(when);
    const clock = { nowEpochMs: () => this.nowMs, monotonicMs: () => this.nowMs };
    const quotas = createQuotas({
      ...this.ports,
      clock,
      customers: (store, plans) => new TermsBook(store, clock, plans),
    });
    const { allowed } = await quotas.consume({ tenant: 'acme', key: 'k-1', atEpochMs: this.nowMs });
    assert.ok(allowed);
    await quotas.flush();
  }

  async totals(...months: readonly string[]): Promise<readonly string[]> {
    const invoices = await Promise.all(
      months.map((month) => invoicesOf(this.ports, { tenant: 'acme', month }, this.nowMs)),
    );
    return invoices.map((each) => each.map(({ total }) => total).join());
  }

  /** Closes what has ended, and returns how many records that wrote. */
  async close(when: string, month: string | undefined): Promise<number> {
    const { recorded, next } = await closeOver(this.ports, this.request(when), { month, cursor: undefined });
    const rest = next === undefined ? undefined : { month, cursor: next };
    return (
      recorded + (rest === undefined ? 0 : (await closeOver(this.ports, this.request(when), rest)).recorded)
    );
  }
}

const inMonth = (month: number) => ({
  tenant: 'acme',
  fromEpochMs: Date.UTC(2026, month - 1, 1),
  toEpochMs: Date.UTC(2026, month, 1),
  cursor: undefined,
  limit: 100,
});

describe('the month of the invoice', () => {
  // The fee of a customer without requests is in the month of the term (due-fees.test.ts), so with a request it is too.
  for (const month of ['2026-11', undefined])
    it(`is the month in which a new customer's plan begins, if ${month ?? 'every month'} is closed`, async () => {
      const shop = new Shop();
      await shop.open();
      await createCustomer(shop.ports, shop.request('2026-11-10'), { tenant: 'acme', plan: 'gold' });
      await shop.ask('2026-11-12');

      const drafts = await shop.totals('2026-10', '2026-11');
      const listed = [await listUsage(shop.ports, inMonth(10)), await listUsage(shop.ports, inMonth(11))];
      const closed = [await shop.close('2026-11-26', '2026-10'), await shop.close('2026-11-26', month)];

      assert.deepEqual(
        listed.map(({ rows }) => rows.map(({ periodStart, billedFrom }) => [periodStart, billedFrom])),
        [[], [['2026-10-25T00:00:00.000Z', '2026-11-10T00:00:00.000Z']]],
      );
      assert.deepEqual(closed, [0, 1]);
      const records = [
        await listRecords(shop.ports, inMonth(10)),
        await listRecords(shop.ports, inMonth(11)),
      ];
      assert.deepEqual(
        records.map(({ rows }) => rows.map(({ month: noted, recordId }) => [noted, recordId])),
        [[], [['2026-11', 'acme/monthly/2026-10-25T00%3A00%3A00.000Z/1']]],
      );
      // 15 of 31 days, and a request. From the 25th on, November also has the draft of the next period's fee.
      assert.deepEqual(drafts, ['', '16.00']);
      assert.deepEqual(await shop.totals('2026-10', '2026-11', '2026-12'), ['', '47.00', '']);
    });

  it('is the month in which a change of plan is in force', async () => {
    const shop = new Shop();
    await shop.open();
    await createCustomer(shop.ports, shop.request('2026-10-26'), { tenant: 'acme', plan: 'gold' });
    await shop.ask('2026-10-27');
    const change = { tenant: 'acme', plan: 'silver', version: 2 };
    await setPlan(shop.ports, shop.request('2026-11-10'), change);
    await shop.ask('2026-11-12');

    await shop.close('2026-11-26', undefined);

    // 15 of 31 days of gold and a request; 15 of 31 days of silver and a request, and the whole fee of the next period.
    assert.deepEqual(await shop.totals('2026-10', '2026-11', '2026-12'), ['16.00', '93.00', '']);
  });

  it('stays the month of the period if the plan begins in the same month', async () => {
    const shop = new Shop();
    await shop.open();
    await createCustomer(shop.ports, shop.request('2026-10-26'), { tenant: 'acme', plan: 'gold' });
    await shop.ask('2026-10-27');

    const { rows } = await listUsage(shop.ports, inMonth(10));

    assert.deepEqual(
      rows.map(({ month, billedFrom }) => [month, billedFrom]),
      [['2026-10', undefined]],
    );
  });
});
