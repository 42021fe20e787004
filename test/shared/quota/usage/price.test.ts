import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlanInvalid } from '#shared/errors.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';

const MONTHLY = { id: 'monthly', level: 'tenant', quota: 100_000, period: 'MONTH' };
const plan = (fields: object): object => ({ id: 'gold', version: 1, ...fields });
const limited = (limit: object): object => plan({ limits: [limit] });

describe('the prices of a plan', () => {
  const PRICED = { ...MONTHLY, price: { tiers: [{ upTo: 10, unitPrice: '0.002' }, { unitPrice: '0.001' }] } };
  const invoiced = (price: object, invoice: object = { currency: 'EUR' }): object =>
    plan({ limits: [{ ...PRICED, price }], invoice });

  it('are read, with customers', () => {
    const acme = { name: 'Acme Ltd', address: ['1 High Street', 'London'], stripe: 'cus_1' };
    const price = { ...PRICED.price, fee: '49.00', included: 5, meter: 'requests' };
    const parsed = parsePlan(invoiced(price, { currency: 'EUR', customers: { acme } }));

    const [limit] = parsed.limits;
    assert.deepEqual(limit?.kind === 'quota' && limit.price, price);
    assert.deepEqual(parsed.invoice, { currency: 'EUR', customers: new Map([['acme', acme]]) });
  });

  const tier = { unitPrice: '0.001' };
  const REFUSED: readonly { readonly name: string; readonly given: unknown; readonly field: string }[] = [
    { name: 'a price in no currency', given: limited(PRICED), field: 'limits[0].price' },
    {
      name: 'a currency that there is not',
      given: invoiced({}, { currency: 'EURO' }),
      field: 'invoice.currency',
    },
    {
      name: 'a price that YAML has made a number',
      given: invoiced({ tiers: [{ unitPrice: 0.002 }] }),
      field: 'limits[0].price.tiers[0].unitPrice',
    },
    { name: 'a negative fee', given: invoiced({ fee: '-1' }), field: 'limits[0].price.fee' },
    {
      name: 'tiers that do not rise',
      given: invoiced({ tiers: [{ upTo: 10, ...tier }, { upTo: 10, ...tier }, tier] }),
      field: 'limits[0].price.tiers[1].upTo',
    },
    {
      name: 'a first tier within what is included',
      given: invoiced({ included: 10, tiers: [{ upTo: 10, ...tier }, tier] }),
      field: 'limits[0].price.tiers[0].upTo',
    },
    {
      name: 'a last tier that ends',
      given: invoiced({ tiers: [{ upTo: 10, ...tier }] }),
      field: 'limits[0].price.tiers[0].upTo',
    },
    {
      name: 'a fee of a route, which is unknown before the request',
      given: plan({
        limits: [{ ...PRICED, level: 'route', billing: 'exact', price: { fee: '1' } }],
        invoice: { currency: 'EUR' },
      }),
      field: 'limits[0].price.fee',
    },
    {
      name: 'a fee of half an hour',
      given: plan({
        limits: [{ ...PRICED, period: { everySeconds: 1800 }, price: { fee: '1' } }],
        invoice: { currency: 'EUR' },
      }),
      field: 'limits[0].price.fee',
    },
    {
      name: 'a customer of a day that there is not',
      given: invoiced({}, { currency: 'EUR', customers: { acme: { name: 'Acme', from: '2026-02-31' } } }),
      field: 'invoice.customers.acme.from',
    },
    {
      name: 'a customer without name',
      given: invoiced({}, { currency: 'EUR', customers: { acme: {} } }),
      field: 'invoice.customers.acme.name',
    },
    {
      name: 'a customer whose address would break a line',
      given: invoiced({}, { currency: 'EUR', customers: { acme: { name: 'A', address: ['a\nb'] } } }),
      field: 'invoice.customers.acme.address',
    },
  ];
  for (const { name, given, field } of REFUSED)
    it(`are refused with ${name}, naming ${field}`, () => {
      assert.throws(
        () => parsePlan(given),
        (error) => error instanceof PlanInvalid && error.field === field && error.message.startsWith(field),
      );
    });
});
