import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describePrices } from '#shared/portal/describe-limits.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';

const quota = (more: object): object => ({
  id: 'monthly',
  level: 'tenant',
  quota: 50_000,
  period: 'MONTH',
  ...more,
});

describe('the price of a plan, as its customer reads it', () => {
  for (const [what, limit, expected] of [
    [
      'a fee with included units',
      { price: { fee: '49.00', included: 10_000 } },
      ['49.00 EUR a month, 10,000 units included'],
    ],
    ['a fee for each day', { period: 'DAY', price: { fee: '2.00' } }, ['2.00 EUR a day']],
    [
      'a fee and a price of further units',
      { price: { fee: '49.00', included: 1, tiers: [{ unitPrice: '0.002' }] } },
      ['49.00 EUR a month, 1 unit included, then 0.002 EUR a unit'],
    ],
    [
      'prices in steps',
      { price: { tiers: [{ upTo: 1000, unitPrice: '0.2' }, { unitPrice: '0.1' }] } },
      ['0.2 EUR a unit up to 1,000, then 0.1 EUR a unit'],
    ],
    ['included units without a price', { price: { fee: '0', included: 1000 } }, ['Free']],
    ['no price', {}, []],
  ] as const)
    it(`names ${what}`, () => {
      const plan = parsePlan({ id: 'pro', version: 1, invoice: { currency: 'EUR' }, limits: [quota(limit)] });
      assert.deepEqual(
        describePrices(plan).map(({ text }) => text),
        expected,
      );
    });
});
