import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeAllOver } from '#shared/quota/admin/close-all.ts';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { listDueFees } from '#shared/quota/admin/due-fees.ts';
import { assignPlan, unassignPlan } from '#shared/quota/admin/keys.ts';
import { suspend, topUp } from '#shared/quota/admin/limits.ts';
import { listRecords } from '#shared/quota/admin/list-usage.ts';
import { readItem } from '#shared/quota/admin/operation.ts';
import { invoicesOf } from '#shared/quota/admin/tenant-invoices.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { headKey } from '#shared/quota/ledger/ledger.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { makeInvoices } from '#shared/quota/usage/invoice.ts';
import type { Item } from '#shared/table/item-write.ts';
import { AdministeredTable, memoryAdminPorts, requested } from '../../../support/quota-admin.ts';

const at = (text: string): number => Date.parse(text);
const MONTHLY = { id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH' };
const FEE = { fee: '49.00', tiers: [{ unitPrice: '0.01' }] };

class Books {
  nowMs = at('2026-09-01');
  readonly ports = memoryAdminPorts(new Map<string, Item>(), { nowEpochMs: () => this.nowMs });
  readonly table = new AdministeredTable({
    ports: this.ports,
    moveTo: (epochMs) => void (this.nowMs = epochMs),
    close: () => Promise.resolve(),
  });
  #operation = 0;

  request(atEpochMs: number): ReturnType<typeof requested> {
    this.#operation += 1;
    return requested(`op-${this.#operation}`, atEpochMs);
  }

  async save(id: string, limits: readonly object[], customers: object = {}, version = 1): Promise<void> {
    const plan = { id, version, invoice: { currency: 'EUR', customers }, limits };
    await savePlan(this.ports, this.request(this.nowMs), id, plan);
  }

  assign(plan: string, when: string, version = 1, key = 'k-1') {
    return assignPlan(this.ports, this.request(at(when)), { tenant: 'acme', key, plan, version });
  }

  /** A request of an instant, which is charged at another. */
  async ask(stamp: string, when: string, plan = 'gold'): Promise<void> {
    this.nowMs = at(when);
    const request = { plan, tenant: 'acme', key: 'k-1', atEpochMs: at(stamp) };
    const { allowed } = await this.table.aHolder(() => this.nowMs).consume(request);
    assert.ok(allowed);
  }

  async close(when: string, month?: string): Promise<number> {
    this.nowMs = at(when);
    let recorded = 0;
    for (let cursor: string | undefined; ;) {
      const page = await closeOver(this.ports, this.request(this.nowMs), { month, cursor });
      recorded += page.recorded;
      if (page.next === undefined) return recorded;
      cursor = page.next;
    }
  }

  async records(): Promise<readonly UsageRecord[]> {
    const all = { tenant: undefined, fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined };
    return (await listRecords(this.ports, { ...all, limit: 1000 })).rows;
  }

  async billed(): Promise<readonly string[]> {
    return (await this.records()).map(({ month, limit, key, plan, used }) =>
      [month, limit, key, plan, used].filter((part) => part !== undefined).join(' '),
    );
  }
}

describe('the fees of periods without requests', () => {
  it('are not due for a period that was charged in, closed or not', async () => {
    const books = new Books();
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await books.assign('gold', '2026-10-01');
    await books.ask('2026-10-15', '2026-10-15');
    const dueAt = async (when: string): Promise<readonly string[]> => {
      books.nowMs = at(when);
      const all = { tenant: undefined, fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined };
      return (await listDueFees(books.ports, all, at(when), 'ended')).rows.map(({ row }) => row.month);
    };

    assert.deepEqual(await dueAt('2026-11-02'), []);
    assert.deepEqual(await dueAt('2026-12-02'), ['2026-11']);
  });

  it('are recorded once, from the assignment on, and are on the invoice', async () => {
    const books = new Books();
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await books.assign('gold', '2026-10-20');

    assert.equal(await books.close('2026-10-31T23:59:00Z', '2026-10'), 0, 'it is not over');
    assert.equal(await books.close('2026-11-01T00:10:00Z', '2026-10'), 0, 'requests may still arrive');
    assert.equal(await books.close('2026-11-01T00:15:00Z', '2026-10'), 1);
    assert.equal(await books.close('2026-11-02', '2026-10'), 0, 'it is recorded');
    assert.equal(await books.close('2026-11-02', '2026-09'), 0, 'it was not on a plan yet');
    assert.equal(await books.close('2026-12-01T06:00:00Z'), 1);

    assert.deepEqual(await books.billed(), ['2026-10 monthly gold 0', '2026-11 monthly gold 0']);
    const { invoices } = makeInvoices(
      'acme',
      '2026-11',
      (await books.records()).filter(({ month }) => month === '2026-11'),
      () => undefined,
    );
    assert.deepEqual(
      invoices.map(({ total }) => total),
      ['49.00'],
    );
  });

  // The period of 90 days ends on 30 November.
  it('are recorded when a long period ends, also of a customer who was closed long before', async () => {
    const books = new Books();
    const quarter = { everySeconds: 90 * 86_400, from: '2026-09-01' };
    await books.save('gold', [{ ...MONTHLY, period: quarter, price: FEE }]);
    await books.save('parts', [{ ...MONTHLY, period: quarter, price: { ...FEE, prorate: true } }]);
    for (const [tenant, plan] of [
      ['acme', 'gold'],
      ['globex', 'parts'],
    ] as const) {
      await createCustomer(books.ports, books.request(at('2026-09-01')), { tenant, plan });
      await setState(books.ports, books.request(at('2026-09-10')), tenant, 'closed');
    }

    assert.equal(await books.close('2026-11-30T01:00:00Z'), 2);
    const prices = (await books.records()).map(({ tenant, price }) => [tenant, price?.fee]);
    assert.deepEqual(prices, [
      ['acme', '49.00'],
      ['globex', '4.9'],
    ]);
  });

  it('are due from the instant on at which the customer is created', async () => {
    const books = new Books();
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await createCustomer(books.ports, books.request(books.nowMs), { tenant: 'acme', plan: 'gold' });
    const all = { tenant: 'acme', fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined };

    const { rows } = await listDueFees(books.ports, all, books.nowMs, 'begun');

    assert.deepEqual(
      rows.map(({ row }) => row.month),
      ['2026-09'],
    );
  });

  for (const month of ['2026-11', undefined])
    it(`are on the invoice of the month in which the term begins, if ${month ?? 'every month'} is closed`, async () => {
      const books = new Books();
      await books.save('gold', [{ ...MONTHLY, anchor: { day: 25 }, price: FEE }]);
      books.nowMs = at('2026-11-03');
      await createCustomer(books.ports, books.request(books.nowMs), { tenant: 'acme', plan: 'gold' });

      const closed = [await books.close('2026-11-26', '2026-10'), await books.close('2026-11-26', month)];
      const invoices = await Promise.all(
        ['2026-10', '2026-11'].map((each) =>
          invoicesOf(books.ports, { tenant: 'acme', month: each }, at('2026-11-26')),
        ),
      );

      assert.deepEqual(closed, [0, 1]);
      assert.deepEqual(
        (await books.records()).map((record) => [record.month, record.ledger]),
        [['2026-11', '2026-11-03T00:00:00.000Z']],
      );
      assert.deepEqual([invoices[0], invoices[1]?.length], [[], 1]);
    });

  it("do not change the customer's current plan", async () => {
    const books = new Books();
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await books.save('free', [MONTHLY]);
    await books.assign('gold', '2026-11-01');
    await books.assign('free', '2026-12-01', 2);
    await books.ask('2026-12-02', '2026-12-02', 'free');

    await books.close('2026-12-03', '2026-11');

    assert.deepEqual(await books.billed(), ['2026-11 monthly gold 0']);
    const head = await readItem(
      books.ports.store,
      headKey({ tenant: 'acme', limit: 'monthly', subject: '' }),
    );
    assert.equal(head?.['plan'], 'free');
  });

  it('do not exist for a period with requests, or for a plan without fee', async () => {
    const books = new Books();
    const free = { tiers: [{ unitPrice: '0.01' }] };
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await books.save('free', [{ ...MONTHLY, price: free }]);
    await books.assign('gold', '2026-10-01');
    await books.assign('free', '2026-10-01', 1, 'k-2');
    await books.ask('2026-10-02', '2026-10-02');

    await books.close('2026-11-01T06:00:00Z');

    assert.deepEqual(await books.billed(), ['2026-10 monthly gold 1']);
  });

  it('do not exist for a period that was charged under the previous name of the limit', async () => {
    const books = new Books();
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await books.assign('gold', '2026-10-01');
    await books.ask('2026-10-02', '2026-10-02');
    await books.save('gold', [{ ...MONTHLY, id: 'month', price: FEE }], {}, 2);
    await books.ask('2026-11-15', '2026-11-15');
    const all = { tenant: undefined, fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined };

    const due = await listDueFees(books.ports, all, at('2027-01-02'), 'ended');

    assert.deepEqual(
      due.rows.map(({ row }) => `${row.month} ${row.limit}`),
      ['2026-12 month'],
    );
  });

  it('keep the head of a customer who was charged before', async () => {
    const books = new Books();
    for (const plan of ['gold', 'silver']) await books.save(plan, [{ ...MONTHLY, price: FEE }]);
    await books.assign('gold', '2026-10-01');
    await books.ask('2026-10-02', '2026-10-02');
    const head = () =>
      readItem(books.ports.store, headKey({ tenant: 'acme', limit: 'monthly', subject: 'acme' }));
    const before = await head();
    await books.assign('silver', '2026-11-01', 2);

    await books.close('2026-12-01T06:00:00Z');

    assert.deepEqual(await books.billed(), ['2026-10 monthly gold 1', '2026-11 monthly silver 0']);
    assert.deepEqual(await head(), before);
  });

  it('are corrected by a request that is reported late', async () => {
    const books = new Books();
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await books.assign('gold', '2026-10-01');
    await books.close('2026-11-01T00:15:00Z');
    await books.ask('2026-10-31T23:59:59Z', '2026-11-01T00:14:50Z');
    await books.close('2026-11-02');

    const records = await books.records();
    assert.deepEqual(
      records.map(({ version, used, usedDelta }) => [version, used, usedDelta]),
      [
        [1, 0, 0],
        [2, 1, 1],
      ],
    );
    const [invoice] = makeInvoices('acme', '2026-10', records, () => undefined).invoices;
    assert.equal(invoice?.total, '49.01', 'the fee once');
  });

  it('are due for each key if the limit is per key, and follow the plan at the end of a period', async () => {
    const books = new Books();
    const each = (id: string): object => ({ id, level: 'key', quota: 10, period: 'MONTH', price: FEE });
    await books.save('gold', [each('each')]);
    await books.save('silver', [each('small')]);
    await books.assign('gold', '2026-10-01');
    await books.assign('gold', '2026-10-01', 1, 'k-2');
    await books.assign('silver', '2026-11-10', 2, 'k-2');
    await unassignPlan(books.ports, books.request(at('2026-12-10')), { tenant: 'acme', key: 'k-1' });

    await books.close('2026-11-01T06:00:00Z');
    await books.close('2026-12-01T06:00:00Z');
    await books.close('2027-01-01T06:00:00Z');
    await books.close('2027-02-01T06:00:00Z');

    assert.deepEqual((await books.billed()).toSorted(), [
      '2026-10 each k-1 gold 0',
      '2026-10 each k-2 gold 0',
      '2026-11 each k-1 gold 0',
      '2026-11 small k-2 silver 0',
      '2026-12 each k-1 gold 0',
      '2026-12 small k-2 silver 0',
      '2027-01 small k-2 silver 0',
    ]);
  });

  it('are owed by customers that a plan names with a day, though their plan is in tokens', async () => {
    const books = new Books();
    const globex = { name: 'Globex', from: '2026-10-15', until: '2026-12-01' };
    await books.save('gold', [{ ...MONTHLY, price: FEE }], { globex, initech: { name: 'Initech' } });

    await books.close('2026-11-01T06:00:00Z');
    await books.close('2026-12-01T06:00:00Z');
    await books.close('2027-01-01T06:00:00Z');

    assert.deepEqual(
      (await books.records()).map(({ tenant, month }) => [tenant, month]),
      [
        ['globex', '2026-10'],
        ['globex', '2026-11'],
      ],
    );
  });

  it('are not owed by a customer who was suspended all the time', async () => {
    const books = new Books();
    await books.save('gold', [{ ...MONTHLY, price: FEE }]);
    await books.assign('gold', '2026-10-01');
    const limit = {
      tenant: 'acme',
      limit: 'monthly',
      key: undefined,
      route: undefined,
      periodEpochMs: undefined,
    };
    await suspend(books.ports, books.request(at('2026-10-20')), limit);

    await books.close('2026-12-01T06:00:00Z', '2026-10');
    await books.close('2026-12-01T06:00:00Z', '2026-11');

    assert.deepEqual(await books.billed(), ['2026-10 monthly gold 0']);
  });

  const unused: readonly (readonly [string, 'closed' | 'suspended'])[] = [
    ['whose customer was closed before it', 'closed'],
    ['in which the customer was suspended all the time', 'suspended'],
  ];
  for (const [what, state] of unused)
    for (const prorate of [false, true])
      it(`do not exist for a period ${what}, though an administrator changed its counts${prorate ? ', prorated' : ''}`, async () => {
        const books = new Books();
        await books.save('gold', [{ ...MONTHLY, price: { ...FEE, prorate } }]);
        books.nowMs = at('2026-09-01');
        await createCustomer(books.ports, books.request(books.nowMs), { tenant: 'acme', plan: 'gold' });
        await setState(books.ports, books.request(at('2026-09-20')), 'acme', state);
        const limit = {
          tenant: 'acme',
          limit: 'monthly',
          key: undefined,
          route: undefined,
          periodEpochMs: undefined,
        };
        books.nowMs = at('2026-10-05');
        await topUp(books.ports, books.request(books.nowMs), limit, 5);

        await books.close('2026-11-02T06:00:00Z', '2026-10');

        const invoices = await invoicesOf(books.ports, { tenant: 'acme', month: '2026-10' }, books.nowMs);
        assert.deepEqual(
          invoices.map(({ total, lines }) => [
            total,
            lines.map(({ price, replaced }) => [price.fee, replaced]),
          ]),
          [['0.00', [['0', undefined]]]],
        );
      });

  for (const [state, total] of [
    ['closed', '10.00'],
    ['suspended', '20.00'],
  ] as const)
    it(`are for the time of the plan if an administrator changes the counts of a customer who is ${state}`, async () => {
      const books = new Books();
      await books.save('gold', [{ ...MONTHLY, price: { ...FEE, fee: '30', prorate: true } }]);
      const create = books.request(at('2026-11-11'));
      await createCustomer(books.ports, create, { tenant: 'acme', plan: 'gold' });
      await setState(books.ports, books.request(at('2026-11-21')), 'acme', state);
      const limit = {
        tenant: 'acme',
        limit: 'monthly',
        key: undefined,
        route: undefined,
        periodEpochMs: undefined,
      };
      books.nowMs = at('2026-11-25');
      await topUp(books.ports, books.request(books.nowMs), limit, 5);

      await books.close('2026-12-01T06:00:00Z', '2026-11');

      const invoices = await invoicesOf(books.ports, { tenant: 'acme', month: '2026-11' }, books.nowMs);
      assert.deepEqual(
        invoices.map((invoice) => invoice.total),
        [total],
      );
    });

  it('are recorded beside the usage of a later plan of the period, once, however often it is closed', async () => {
    const books = new Books();
    const price = { ...FEE, fee: '30', prorate: true };
    for (const plan of ['gold', 'pro']) await books.save(plan, [{ ...MONTHLY, price }]);
    const create = books.request(at('2026-10-01'));
    await createCustomer(books.ports, create, { tenant: 'acme', plan: 'gold' });
    await setPlan(books.ports, books.request(at('2026-11-11')), { tenant: 'acme', plan: 'pro', version: 2 });
    books.nowMs = at('2026-11-20T12:00:00Z');
    const { ports, nowMs } = books;
    const clock = { nowEpochMs: () => nowMs, monotonicMs: () => nowMs };
    const quotas = createQuotas({
      ...ports,
      clock,
      plans: [],
      customers: (store, plans) => new TermsBook(store, clock, plans),
    });
    const { allowed } = await quotas.consume({ tenant: 'acme', key: 'k-1', atEpochMs: nowMs, cost: 7 });
    assert.ok(allowed);
    await quotas.flush();

    const bills: unknown[] = [];
    for (const day of [1, 2, 3]) {
      await books.close(`2026-12-0${day}T06:00:00Z`, '2026-11');
      const invoices = await invoicesOf(ports, { tenant: 'acme', month: '2026-11' }, books.nowMs);
      bills.push(
        ...invoices.map(({ total, lines, revision }) => [total, lines.map(({ used }) => used), revision]),
      );
    }

    assert.deepEqual(
      bills,
      Array.from({ length: 3 }, () => ['30.07', [0, 7], 1]),
    );
  });

  it('are found over pages of keys and customers, each once', async () => {
    const books = new Books();
    const customers = Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => [`c-${index}`, { name: 'C', from: '2026-10-01' }]),
    );
    await books.save('gold', [{ ...MONTHLY, price: FEE }], customers);
    for (let key = 0; key < 70; key += 1) await books.assign('gold', '2026-10-01', 1, `k-${key}`);
    const nowMs = at('2026-11-01T06:00:00Z');
    const names: string[] = [];
    for (let cursor: string | undefined; ;) {
      const question = { tenant: undefined, fromEpochMs: undefined, toEpochMs: undefined, cursor };
      const page = await listDueFees(books.ports, question, nowMs, 'ended');
      names.push(...page.rows.map(({ row }) => row.tenant));
      if (page.next === undefined) break;
      cursor = page.next;
    }
    assert.equal(new Set(names).size, 121);
    const { recorded } = await closeAllOver(books.ports, 'usage-closer', nowMs, 60_000);
    assert.equal(recorded, 121);
  });
});
