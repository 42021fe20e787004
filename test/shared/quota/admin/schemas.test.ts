import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAN } from '../../../../shared/quota/admin/schemas.ts';
import { parsePlan } from '../../../../shared/quota/plan/plan.ts';

type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly items?: Schema } & Readonly<
  Record<string, unknown>
>;

/** Wraps an object so that the names that a parser reads from it are kept. */
function watch(object: Readonly<Record<string, unknown>>, names: Set<string>): object {
  return new Proxy(object, {
    get: (target, name, receiver) => {
      // The size of a plan is that of its JSON text.
      if (typeof name === 'string' && name !== 'toJSON') names.add(name);
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

const PRICE = { fee: '1', tiers: [{ unitPrice: '0.1' }] };
const LIMITS = [
  { id: 'leased', level: 'tenant', quota: 1000, period: 'DAY', shards: 'auto', wasteBudget: 0.1 },
  { id: 'exact', level: 'tenant', quota: 1000, period: 'MONTH', billing: 'exact', price: PRICE },
  { id: 'rate', level: 'key', rate: 1, burst: 10 },
  { id: 'running', level: 'key', concurrency: 2 },
];

describe('the schema of a plan in the document of the admin API', () => {
  const read = {
    plan: new Set<string>(),
    limit: new Set<string>(),
    price: new Set<string>(),
    tier: new Set<string>(),
    invoice: new Set<string>(),
    customer: new Set<string>(),
  };
  const price = watch({ ...PRICE, tiers: PRICE.tiers.map((tier) => watch(tier, read.tier)) }, read.price);
  const customers = { acme: watch({ name: 'Acme Ltd' }, read.customer) };
  parsePlan(
    watch(
      {
        id: 'gold',
        version: 1,
        limits: LIMITS.map((limit) => watch('price' in limit ? { ...limit, price } : limit, read.limit)),
        invoice: watch({ currency: 'EUR', customers }, read.invoice),
      },
      read.plan,
    ),
  );
  const plan = PLAN as Schema;
  const limit = plan.properties?.['limits']?.items;
  const invoice = plan.properties?.['invoice'];
  const schemas: Readonly<Record<keyof typeof read, Schema | undefined>> = {
    plan,
    limit,
    price: limit?.properties?.['price'],
    tier: limit?.properties?.['price']?.properties?.['tiers']?.items,
    invoice,
    customer: invoice?.properties?.['customers']?.['additionalProperties'] as Schema | undefined,
  };

  for (const name of Object.keys(read) as (keyof typeof read)[])
    it(`has the fields of the ${name} that the parser reads, and no others`, () => {
      assert.deepEqual(Object.keys(schemas[name]?.properties ?? {}).sort(), [...read[name]].sort());
    });
});
