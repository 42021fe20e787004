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
      name: 'a currency that does not exist',
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
      name: 'a customer of a day that does not exist',
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
  const tiersOf = (count: number): object[] =>
    Array.from({ length: count }, (_, index) => (index === count - 1 ? tier : { upTo: index + 1, ...tier }));
  const customerOf = (more: object): object =>
    invoiced({}, { currency: 'EUR', customers: { acme: { name: 'A', ...more } } });
  const customersOf = (count: number): object =>
    invoiced(
      {},
      {
        currency: 'EUR',
        customers: Object.fromEntries(
          Array.from({ length: count }, (_, index) => [`c${index}`, { name: 'A' }]),
        ),
      },
    );
  const feeOfPeriod = (everySeconds: number, fee: string): object =>
    plan({ limits: [{ ...PRICED, period: { everySeconds }, price: { fee } }], invoice: { currency: 'EUR' } });
  // docs/guides/sell/quota.md, "Price it": up to 12 digits before and after the point.
  const BOUNDS: readonly (readonly [what: string, accepted: object, refused: object])[] = [
    ['20 tiers', invoiced({ tiers: tiersOf(20) }), invoiced({ tiers: tiersOf(21) })],
    ['500 customers', customersOf(500), customersOf(501)],
    [
      '6 lines of an address',
      customerOf({ address: Array(6).fill('a') }),
      customerOf({ address: Array(7).fill('a') }),
    ],
    [
      'a name of 200 characters',
      customerOf({ name: 'a'.repeat(200) }),
      customerOf({ name: 'a'.repeat(201) }),
    ],
    ['a name of one character', customerOf({ name: 'a' }), customerOf({ name: '' })],
    ['a fee of an hour', feeOfPeriod(3600, '1'), feeOfPeriod(3599, '1')],
    ['no fee of a second', feeOfPeriod(1, '0'), feeOfPeriod(1, '0.000000000001')],
    ['12 digits', invoiced({ fee: '9'.repeat(12) }), invoiced({ fee: '9'.repeat(13) })],
    ['12 decimals', invoiced({ fee: `0.${'1'.repeat(12)}` }), invoiced({ fee: `0.${'1'.repeat(13)}` })],
    ['nothing included', invoiced({ included: 0 }), invoiced({ included: -1 })],
    [
      'a first tier of one unit over what is included',
      invoiced({ included: 9, tiers: [{ upTo: 10, ...tier }, tier] }),
      invoiced({ included: 10, tiers: [{ upTo: 10, ...tier }, tier] }),
    ],
    [
      'a price for a key',
      plan({ limits: [{ ...PRICED, level: 'key', price: { fee: '1' } }], invoice: { currency: 'EUR' } }),
      plan({
        limits: [{ ...PRICED, level: 'route', billing: 'exact', price: { fee: '1' } }],
        invoice: { currency: 'EUR' },
      }),
    ],
  ];
  for (const [what, accepted, refused] of BOUNDS)
    it(`may have ${what}, and nothing beyond`, () => {
      assert.doesNotThrow(() => parsePlan(accepted));
      assert.throws(() => parsePlan(refused), PlanInvalid);
    });

  for (const [what, given] of [
    ['of a price', invoiced({ fees: '1' })],
    ['of a tier', invoiced({ tiers: [{ price: '1', ...tier }] })],
    ['of the terms', invoiced({}, { currency: 'EUR', vat: 19 })],
    ['of a customer', customerOf({ vat: 19 })],
  ] as const)
    it(`have no other member ${what}`, () => assert.throws(() => parsePlan(given), PlanInvalid));

  // The parts of a plan, with an unknown member in each, and how the message names the part.
  const PARTS: readonly (readonly [string, (member: string) => object])[] = [
    ['the plan', (member) => plan({ limits: [PRICED], [member]: 'x' })],
    ['a limit with quota', (member) => limited({ ...PRICED, [member]: 'x' })],
    [
      'a limit with rate',
      (member) => limited({ id: 'r', level: 'tenant', rate: 5, burst: 10, [member]: 'x' }),
    ],
    [
      'a limit with concurrency',
      (member) => limited({ id: 'c', level: 'tenant', concurrency: 5, [member]: 'x' }),
    ],
    ['invoice of the plan', (member) => invoiced({}, { currency: 'EUR', [member]: 'x' })],
    ['price of a limit', (member) => invoiced({ [member]: 'x' })],
    ['a tier of a price', (member) => invoiced({ tiers: [{ ...tier, [member]: 'x' }] })],
  ];
  const refusalOf = (given: object): string => {
    try {
      parsePlan(given);
      return '';
    } catch (error) {
      return String(error);
    }
  };
  it('say where a member belongs that is written in another part', () => {
    const listedIn = new Map(
      PARTS.map(([part, withMember]) => {
        const [, list = ''] = /expected one of (.*)$/.exec(refusalOf(withMember('surprise'))) ?? [];
        return [part, list.split(', ')];
      }),
    );
    assert.ok([...listedIn.values()].every((members) => members.length > 1));
    const placeOf = (member: string): string => {
      const places = [...listedIn].flatMap(([part, members]) => (members.includes(member) ? [part] : []));
      const kinds = places.flatMap((part) => /^a limit with (.*)$/.exec(part)?.[1] ?? []);
      if (kinds.length === 0) return places[0] ?? '';
      return kinds.length === 3 ? 'a limit of the plan' : `a limit with ${kinds.join(' or ')}`;
    };
    for (const members of listedIn.values())
      for (const [other, withMember] of PARTS) {
        const isOwn = (member: string): boolean => listedIn.get(other)?.includes(member) === true;
        // A plan and a limit both have an id.
        const moved = members.filter((member) => member !== 'id' && !isOwn(member));
        for (const member of moved)
          assert.match(
            refusalOf(withMember(member)),
            new RegExp(
              `${member} is unknown in this object: ${member} belongs to ${placeOf(member)}; expected one of`,
            ),
          );
      }
    assert.match(refusalOf(invoiced({ surprise: 1 })), /surprise is unknown; expected one of/);
  });

  it('keep every member of a customer, and of a price that is shared by time', () => {
    const acme = {
      name: 'Acme',
      address: [],
      taxId: 'GB1',
      email: 'a@b.example',
      stripe: 'cus_1',
      from: Date.UTC(2026, 0, 1),
      until: Date.UTC(2026, 11, 31),
    };
    const customers = { acme: { ...acme, from: '2026-01-01', until: '2026-12-31' } };
    const parsed = parsePlan(invoiced({ fee: '1', prorate: true }, { currency: 'EUR', customers }));

    assert.deepEqual(parsed.invoice?.customers.get('acme'), acme);
    assert.partialDeepStrictEqual(parsed.limits, [
      { price: { fee: '1', prorate: true, included: 0, tiers: [] } },
    ]);
    assert.partialDeepStrictEqual(parsePlan(invoiced({ prorate: false })).limits, [{ price: { fee: '0' } }]);
    assert.ok(!('prorate' in (parsePlan(invoiced({ prorate: false })).limits[0] as { price: object }).price));
  });

  for (const { name, given, field } of REFUSED)
    it(`are refused with ${name}, naming ${field}`, () => {
      assert.throws(
        () => parsePlan(given),
        (error) => error instanceof PlanInvalid && error.field === field && error.message.startsWith(field),
      );
    });
});
