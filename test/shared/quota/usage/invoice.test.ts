import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWrittenByGatewright } from '@gatewright/aws/written-files';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { amountOf, makeInvoices, monthBounds } from '#shared/quota/usage/invoice.ts';
import { describeChanges } from '#shared/quota/usage/invoice-pdf.ts';
import { parseDecimal } from '#shared/quota/usage/money.ts';
import type { Price } from '#shared/quota/usage/price.ts';

const PRICE: Price = {
  fee: '49.00',
  included: 1000,
  tiers: [{ upTo: 10_000, unitPrice: '0.002' }, { unitPrice: '0.001' }],
};
const aRecord = (fields: Partial<UsageRecord>): UsageRecord => ({
  recordId: 'r',
  version: 1,
  recordedAt: '2026-12-01T00:15:00.000Z',
  tenant: 'acme',
  limit: 'monthly',
  plan: 'gold',
  periodStart: '2026-11-01T00:00:00.000Z',
  periodEnd: '2026-12-01T00:00:00.000Z',
  month: '2026-11',
  quota: 1e6,
  credits: 1e6,
  used: 0,
  withinQuota: 0,
  overage: 0,
  lost: 0,
  usedDelta: 0,
  overageDelta: 0,
  currency: 'EUR',
  price: PRICE,
  carried: 0,
  replaced: false,
  ...fields,
});
const invoicesOf = (...records: readonly UsageRecord[]): ReturnType<typeof makeInvoices> =>
  makeInvoices('acme', '2026-11', records, () => undefined);

describe('what a period costs', () => {
  const COSTS: readonly (readonly [number, number, boolean, string])[] = [
    // used, carried, replaced, amount
    [0, 0, false, '49'],
    [1000, 0, false, '49'],
    [1001, 0, false, '49.002'],
    [10_000, 0, false, '67'],
    [10_001, 0, false, '67.001'],
    [20_000, 0, false, '77'],
    [1000, 1000, false, '51'],
    [1000, 500, false, '50'],
    [1000, 9500, false, '50.5'],
    [1000, 20_000, false, '50'],
    [1000, 20_000, true, '1'],
  ];
  for (const [used, carried, replaced, amount] of COSTS)
    it(`is ${amount} for ${used} units after ${carried}${replaced ? ', without the fee' : ''}`, () => {
      assert.equal(amountOf(PRICE, { used, carried, replaced }), parseDecimal(amount));
    });
});

describe('an invoice', () => {
  it('is for what has a price and a currency', () => {
    const without = (name: 'price' | 'currency'): UsageRecord => {
      const record = { ...aRecord({ limit: `without ${name}`, used: 7 }) };
      Reflect.deleteProperty(record, name);
      return record;
    };

    const { invoices } = invoicesOf(aRecord({ used: 2000 }), without('price'), without('currency'));

    assert.deepEqual(
      invoices.map(({ total, lines }) => [total, lines.length]),
      [['51.00', 1]],
    );
  });

  it('names its customer, without the date of joining', () => {
    const customer = { name: 'Acme Ltd', address: ['1 High St'], from: 1, until: 2 };
    const { invoices } = makeInvoices('acme', '2026-11', [aRecord({ used: 1 })], () => customer);

    assert.deepEqual(invoices[0]?.customer, { name: 'Acme Ltd', address: ['1 High St'] });
  });

  it('takes the newest version of a period, and its number changes with it', () => {
    const first = aRecord({ used: 2000 });
    const [before] = invoicesOf(first).invoices;
    const [after] = invoicesOf(first, aRecord({ used: 3000, version: 2 })).invoices;

    assert.deepEqual([before?.total, after?.total], ['51.00', '53.00']);
    assert.deepEqual([before?.revision, after?.revision], [1, 2]);
    assert.notEqual(before?.number, after?.number);
    assert.equal(before?.number, invoicesOf(first).invoices[0]?.number);
    // A gateway that watches the folder of the invoices as the code of a function does not reload the function.
    for (const number of [before, after].map((invoice) => `${invoice?.number}`))
      for (const file of [`${number}.json`, `${number}-draft.json`])
        assert.ok(isWrittenByGatewright(file), file);
  });

  it('rounds each line once, over all of its periods', () => {
    const price = { fee: '0', included: 0, tiers: [{ unitPrice: '0.004' }] };
    const days = ['01', '02', '03'].map((day) =>
      aRecord({ limit: 'daily', used: 1, price, periodStart: `2026-11-${day}T00:00:00.000Z` }),
    );

    const [invoice] = invoicesOf(...days).invoices;

    assert.deepEqual(
      invoice?.lines.map(({ periods, used, amount }) => ({ periods, used, amount })),
      [{ periods: 3, used: 3, amount: '0.01' }],
    );
  });

  // 123 units, 10 of them included by the price, and nothing said why the line has “Included 0”.
  it('says which units of an earlier plan count first, and which periods pay no fee', () => {
    const price = { ...PRICE, included: 10 };
    const ended = aRecord({ plan: 'pro', used: 4, replaced: true });
    const later = aRecord({ plan: 'max', used: 123, carried: 14, price, ledger: '2026-11-09T08:00:00.000Z' });

    const lines = invoicesOf(ended, later).invoices[0]?.lines ?? [];

    assert.deepEqual(
      lines.map(({ plan, included, carried, replaced }) => ({ plan, included, carried, replaced })),
      [
        { plan: 'max', included: 0, carried: 14, replaced: undefined },
        { plan: 'pro', included: 4, carried: undefined, replaced: 1 },
      ],
    );
    assert.deepEqual(describeChanges(lines), [
      'monthly, plan max: 14 units used in the same period before the change to this plan are counted first: included units and unit prices apply only after them.',
      'monthly, plan pro: No fee for the period that a change of plan ended; the later plan charges its fee.',
    ]);
  });

  it('names the lost units, and the usage without a price', () => {
    const free: UsageRecord = aRecord({ plan: 'free', limit: 'daily', used: 5 });
    Reflect.deleteProperty(free, 'price');
    Reflect.deleteProperty(free, 'currency');

    const { invoices, unpriced } = invoicesOf(aRecord({ used: 2000, lost: 7 }), free);

    assert.deepEqual([invoices.length, invoices[0]?.lost, invoices[0]?.lines[0]?.lost], [1, 7, 7]);
    assert.deepEqual(unpriced, [free]);
  });

  // An owner read lost money in a note about each key and day, although the monthly limit billed the same requests.
  it('does not name the usage of a limit without a price if another limit of the plan has one', () => {
    const perKey: UsageRecord = aRecord({ limit: 'per-key', key: 'k-1', used: 60 });
    Reflect.deleteProperty(perKey, 'price');
    Reflect.deleteProperty(perKey, 'currency');

    assert.deepEqual(invoicesOf(aRecord({ used: 60 }), perKey).unpriced, []);
  });

  it('exists once for each currency, and its total is the sum of its lines', () => {
    const { invoices } = invoicesOf(
      aRecord({ used: 2000, key: 'k-1' }),
      aRecord({ used: 3000, key: 'k-2' }),
      aRecord({ used: 3000, limit: 'other', currency: 'JPY' }),
    );

    assert.deepEqual(
      invoices.map(({ currency, total, lines }) => [currency, total, lines.length]),
      [
        ['EUR', '104.00', 2],
        ['JPY', '53', 1],
      ],
    );
  });

  it('is in the name of the customer that the plan names, otherwise of the tenant', () => {
    const customer = { name: 'Acme Ltd', address: ['London'] };

    const named = makeInvoices('acme', '2026-11', [aRecord({})], () => customer);

    assert.deepEqual(named.invoices[0]?.customer, customer);
    assert.deepEqual(invoicesOf(aRecord({})).invoices[0]?.customer, { name: 'acme', address: [] });
  });
});

// Time zones go from UTC-12 to UTC+14: a month begins and ends within 15 hours of UTC's.
describe('monthBounds', () => {
  for (const [month, from, to] of [
    ['2026-11', '2026-10-31T09:00:00.000Z', '2026-12-01T15:00:00.000Z'],
    ['2026-01', '2025-12-31T09:00:00.000Z', '2026-02-01T15:00:00.000Z'],
    ['2026-12', '2026-11-30T09:00:00.000Z', '2027-01-01T15:00:00.000Z'],
    ['2028-02', '2028-01-31T09:00:00.000Z', '2028-03-01T15:00:00.000Z'],
  ] as const)
    it(`are ${from} and ${to} for ${month}`, () => {
      const { fromEpochMs, toEpochMs } = monthBounds(month);

      assert.deepEqual(
        [fromEpochMs, toEpochMs].map((at) => new Date(at).toISOString()),
        [from, to],
      );
    });
});
