import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlanInvalid } from '#shared/errors.ts';
import { costOf, parsePlan, usableBurst } from '#shared/quota/plan/plan.ts';
import type { ConcurrencyLimit, QuotaLimit, RateLimit } from '#shared/quota/plan/plan.ts';

const QUOTA = { id: 'monthly', level: 'key', quota: 1000, period: 'MONTH' };
const RATE = { id: 'burst', level: 'key', rate: 10, burst: 50 };
const CALLS = { id: 'calls', level: 'key', concurrency: 5 };
const plan = (overrides: object = {}): object => ({ id: 'gold', version: 1, limits: [QUOTA], ...overrides });
const limited = (limit: object): object => plan({ limits: [limit] });

describe('parsePlan', () => {
  it('takes alarms from 1 % to 1000 % of the quota, and sorts them', () => {
    const { limits } = parsePlan(limited({ ...QUOTA, alarms: [1000, 80, 1] }));

    assert.partialDeepStrictEqual(limits, [{ alarms: [1, 80, 1000] }]);
  });

  it('fills in missing fields of a plan', () => {
    const { limits, costs, source } = parsePlan(plan({ limits: [QUOTA, RATE, CALLS] }));

    assert.deepEqual(limits, [
      {
        kind: 'quota',
        id: 'monthly',
        level: 'key',
        quota: 1000,
        period: { length: 'MONTH', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 },
        initialUsage: 0,
        overage: 0,
        alarms: [],
        wasteBudget: 10,
        leaseSeconds: 30,
        maxLeaseUnits: 10_000,
        billing: 'leased',
      } satisfies QuotaLimit,
      {
        kind: 'rate',
        id: 'burst',
        level: 'key',
        rate: 10,
        perSeconds: 1,
        burst: 50,
        maxAgeMs: 250,
        leased: false,
        clockSkewMs: 200,
      } satisfies RateLimit,
      {
        kind: 'concurrency',
        id: 'calls',
        level: 'key',
        concurrency: 5,
        maxSeconds: 900,
        clockSkewMs: 1000,
      } satisfies ConcurrencyLimit,
    ]);
    assert.deepEqual([...costs], [['*', 1]]);
    assert.deepEqual(parsePlan(JSON.parse(source)).limits, limits);
  });

  it('reads a billing day and hour in a zone', () => {
    const anchor = { day: 17, time: '06:30' };
    const [limit] = parsePlan(limited({ ...QUOTA, timeZone: 'Europe/Berlin', anchor })).limits;

    const period = { length: 'MONTH', timeZone: 'Europe/Berlin', anchorDay: 17, anchorMinutes: 390 };
    assert.deepEqual(limit?.kind === 'quota' && limit.period, period);
  });

  const MONTHLY = { id: 'monthly', level: 'tenant', quota: 100_000, period: 'MONTH' };
  const BILLINGS: readonly (readonly [string, object, string, number])[] = [
    ['a limit of a tenant by the month', MONTHLY, 'exact', 0],
    ['the same without leases', { ...MONTHLY, lease: false }, 'exact', 0],
    ['the same with leases by name', { ...MONTHLY, lease: { seconds: 10 } }, 'leased', 1000],
    ['the same with a waste budget', { ...MONTHLY, wasteBudget: 0.1 }, 'leased', 10_000],
    ['the same in several items', { ...MONTHLY, shards: 2 }, 'leased', 1000],
    ['the same, leased by name', { ...MONTHLY, billing: 'leased' }, 'leased', 1000],
    ['a limit of a key by the month', { ...MONTHLY, level: 'key' }, 'leased', 1000],
    ['a limit of a tenant by the day', { ...MONTHLY, period: 'DAY' }, 'leased', 1000],
    ['any that says so', { ...MONTHLY, level: 'key', period: 'DAY', billing: 'exact' }, 'exact', 0],
  ];
  for (const [name, limit, billing, wasteBudget] of BILLINGS)
    it(`bills ${name} ${billing === 'exact' ? 'exactly' : 'by leases'}`, () => {
      const [parsed] = parsePlan(limited(limit)).limits;

      assert.equal(parsed?.kind === 'quota' && parsed.billing, billing);
      assert.equal(parsed?.kind === 'quota' && parsed.wasteBudget, wasteBudget);
    });

  it('has room for a cost in the overage, for any in concurrency, and for shards in two units of waste', () => {
    const overage = { ...QUOTA, quota: 5, overage: 5 };
    const { limits } = parsePlan(plan({ cost: 8, limits: [overage, { ...CALLS, concurrency: 1 }] }));
    const [sharded] = parsePlan(limited({ ...QUOTA, quota: 200, shards: 2 })).limits;

    assert.equal(limits.length, 2);
    assert.equal(sharded?.kind === 'quota' && sharded.shards, 2);
  });

  const REFUSED: readonly { readonly name: string; readonly given: unknown; readonly field: string }[] = [
    { name: 'something that is not an object', given: [], field: 'plan' },
    { name: 'an id that would not fit a header', given: plan({ id: 'go ld' }), field: 'id' },
    { name: 'a version of 0', given: plan({ version: 0 }), field: 'version' },
    { name: 'no limit', given: plan({ limits: [] }), field: 'limits' },
    {
      name: 'too many limits',
      given: plan({ limits: Array.from({ length: 11 }, () => QUOTA) }),
      field: 'limits',
    },
    { name: 'an id twice', given: plan({ limits: [QUOTA, QUOTA] }), field: 'limits[1].id' },
    { name: 'a misspelt field', given: limited({ ...QUOTA, overrage: 5 }), field: 'limits[0].overrage' },
    { name: 'an unknown field of the plan', given: plan({ limit: 5 }), field: 'limit' },
    { name: 'a quota that is a rate too', given: limited({ ...QUOTA, ...RATE }), field: 'limits[0].quota' },
    { name: 'a limit without either', given: limited({ id: 'a', level: 'key' }), field: 'limits[0].quota' },
    {
      name: 'a rate that is concurrency too',
      given: limited({ ...RATE, concurrency: 5 }),
      field: 'limits[0].rate',
    },
    {
      name: 'a concurrency of none',
      given: limited({ ...CALLS, concurrency: 0 }),
      field: 'limits[0].concurrency',
    },
    {
      name: 'more concurrency than items to ask',
      given: limited({ ...CALLS, concurrency: 1001 }),
      field: 'limits[0].concurrency',
    },
    {
      name: 'a run of days',
      given: limited({ ...CALLS, maxSeconds: 86_401 }),
      field: 'limits[0].maxSeconds',
    },
    {
      name: 'a lease of what comes back by itself',
      given: limited({ ...CALLS, lease: false }),
      field: 'limits[0].lease',
    },
    { name: 'an unknown level', given: limited({ ...QUOTA, level: 'user' }), field: 'limits[0].level' },
    { name: 'a negative quota', given: limited({ ...QUOTA, quota: -1 }), field: 'limits[0].quota' },
    { name: 'a broken quota', given: limited({ ...QUOTA, quota: 1.5 }), field: 'limits[0].quota' },
    { name: 'a quota over 2^53', given: limited({ ...QUOTA, quota: 2 ** 53 }), field: 'limits[0].quota' },
    {
      name: 'quota and overage over 2^53 together',
      given: limited({ ...QUOTA, quota: 2 ** 53 - 1, overage: 1 }),
      field: 'limits[0].overage',
    },
    {
      name: 'more initial usage than quota',
      given: limited({ ...QUOTA, initialUsage: 1001 }),
      field: 'limits[0].initialUsage',
    },
    { name: 'an unknown period', given: limited({ ...QUOTA, period: 'YEAR' }), field: 'limits[0].period' },
    {
      name: 'a period of no length',
      given: limited({ ...QUOTA, period: { everySeconds: 0 } }),
      field: 'limits[0].period.everySeconds',
    },
    {
      name: 'a beginning on a day that does not exist',
      given: limited({ ...QUOTA, period: { everySeconds: 60, from: '2026-02-31' } }),
      field: 'limits[0].period.from',
    },
    {
      name: 'a beginning between two seconds',
      given: limited({ ...QUOTA, period: { everySeconds: 60, from: '2026-11-20T06:00:00.5Z' } }),
      field: 'limits[0].period.from',
    },
    {
      name: 'an unknown zone',
      given: limited({ ...QUOTA, timeZone: 'Europe/Berln' }),
      field: 'limits[0].timeZone',
    },
    {
      name: 'a zone for seconds',
      given: limited({ ...QUOTA, period: { everySeconds: 60 }, timeZone: 'Asia/Tokyo' }),
      field: 'limits[0].anchor',
    },
    {
      name: 'a day of the week of 8',
      given: limited({ ...QUOTA, period: 'WEEK', anchor: { weekday: 8 } }),
      field: 'limits[0].anchor.weekday',
    },
    {
      name: 'a weekday for months',
      given: limited({ ...QUOTA, anchor: { weekday: 1 } }),
      field: 'limits[0].anchor.weekday',
    },
    {
      name: 'a day of the month for days',
      given: limited({ ...QUOTA, period: 'DAY', anchor: { day: 1 } }),
      field: 'limits[0].anchor.day',
    },
    {
      name: 'a day of the month for weeks',
      given: limited({ ...QUOTA, period: 'WEEK', anchor: { day: 1 } }),
      field: 'limits[0].anchor.day',
    },
    {
      name: 'an anchor for seconds',
      given: limited({ ...QUOTA, period: { everySeconds: 60 }, anchor: { time: '06:00' } }),
      field: 'limits[0].anchor',
    },
    {
      name: 'an unknown field of a lease',
      given: limited({ ...QUOTA, lease: { second: 5 } }),
      field: 'limits[0].lease.second',
    },
    {
      name: 'an unknown field of the lease of a rate',
      given: limited({ ...RATE, lease: { seconds: 5 } }),
      field: 'limits[0].lease.seconds',
    },
    {
      name: 'an unknown field of an anchor',
      given: limited({ ...QUOTA, anchor: { hour: 5 } }),
      field: 'limits[0].anchor.hour',
    },
    {
      name: 'an unknown field of a period',
      given: limited({ ...QUOTA, period: { everySeconds: 60, until: '2026-11-20' } }),
      field: 'limits[0].period.until',
    },
    {
      name: 'a time of 25:00',
      given: limited({ ...QUOTA, anchor: { time: '25:00' } }),
      field: 'limits[0].anchor.time',
    },
    { name: 'an alarm twice', given: limited({ ...QUOTA, alarms: [80, 80] }), field: 'limits[0].alarms' },
    { name: 'an alarm at nothing', given: limited({ ...QUOTA, alarms: [0] }), field: 'limits[0].alarms' },
    {
      name: 'an alarm above ten times the quota',
      given: limited({ ...QUOTA, alarms: [1001] }),
      field: 'limits[0].alarms',
    },
    { name: 'an alarm as share', given: limited({ ...QUOTA, alarms: [0.8] }), field: 'limits[0].alarms' },
    {
      name: 'a lease of no time',
      given: limited({ ...QUOTA, lease: { seconds: 0 } }),
      field: 'limits[0].lease.seconds',
    },
    {
      name: 'a single shard',
      given: limited({ ...QUOTA, shards: 1 }),
      field: 'limits[0].shards',
    },
    {
      name: 'more shards than the waste budget has units',
      given: limited({ ...QUOTA, shards: 11 }),
      field: 'limits[0].shards',
    },
    {
      name: 'shards without leases',
      given: limited({ ...QUOTA, shards: 'auto', lease: false }),
      field: 'limits[0].shards',
    },
    {
      name: 'alarms with shards',
      given: limited({ ...QUOTA, shards: 2, alarms: [80] }),
      field: 'limits[0].alarms',
    },
    {
      name: 'overage with shards',
      given: limited({ ...QUOTA, shards: 2, overage: 5 }),
      field: 'limits[0].overage',
    },
    ...['lease', 'wasteBudget', 'shards'].map((field) => ({
      name: `an exact bill with ${field}`,
      given: limited({
        ...QUOTA,
        billing: 'exact',
        [field]: { lease: {}, wasteBudget: 0.1, shards: 2 }[field],
      }),
      field: `limits[0].${field}`,
    })),
    {
      name: 'a misspelt billing',
      given: limited({ ...QUOTA, billing: 'precise' }),
      field: 'limits[0].billing',
    },
    { name: 'a negative cost', given: plan({ cost: -1 }), field: 'cost' },
    {
      name: 'a negative cost of a route',
      given: plan({ cost: { 'POST /reports': -1 } }),
      field: 'cost.POST /reports',
    },
    { name: 'a cost that no period can pay', given: plan({ cost: 1001 }), field: 'limits[0].quota' },
    { name: 'a rate of 0', given: limited({ ...RATE, rate: 0 }), field: 'limits[0].rate' },
    {
      name: 'a burst that takes days to fill',
      given: limited({ ...RATE, rate: 0.0001, burst: 1000 }),
      field: 'limits[0].burst',
    },
    {
      name: 'a burst too small for asking and using',
      given: limited({ ...RATE, rate: 100, burst: 65 }),
      field: 'limits[0].burst',
    },
    {
      name: 'a burst too small for the lease',
      given: limited({ ...RATE, lease: { maxAgeMs: 5000 } }),
      field: 'limits[0].burst',
    },
    {
      name: 'a burst too small for the largest cost',
      given: plan({ limits: [RATE], cost: { 'POST /reports': 44 } }),
      field: 'limits[0].burst',
    },
  ];
  for (const { name, given, field } of REFUSED)
    it(`refuses ${name}, naming ${field}`, () => {
      assert.throws(
        () => parsePlan(given),
        (error) => error instanceof PlanInvalid && error.field === field && error.message.startsWith(field),
      );
    });

  it('says by how much a burst is too small, and that much does', () => {
    const limit = { ...RATE, lease: { maxAgeMs: 5000 } };
    let least = 0;
    assert.throws(
      () => parsePlan(limited(limit)),
      (error: Error) => (least = Number(/at least (\d+)/.exec(error.message)?.[1])) > 0,
    );

    assert.doesNotThrow(() => parsePlan(limited({ ...limit, burst: least })));
    assert.throws(() => parsePlan(limited({ ...limit, burst: least - 1 })));
  });
});

describe('usableBurst', () => {
  it('takes off what may be used late by clocks that differ', () => {
    const [limit] = parsePlan(limited({ ...RATE, lease: { maxAgeMs: 1000 } })).limits;

    // 50 - 10/s * (1 s + 2 * 0.2 s)
    assert.equal(limit?.kind === 'rate' && usableBurst(limit), 36);
  });
});

describe('a concurrency limit', () => {
  it('is one request for any cost of a request', () => {
    assert.doesNotThrow(() => parsePlan(plan({ limits: [{ ...CALLS, concurrency: 1 }], cost: 1000 })));
  });
});

describe('costOf', () => {
  it('is the cost of the route, otherwise the cost for all other routes, otherwise 1', () => {
    const priced = parsePlan(plan({ cost: { 'POST /reports': 10, '*': 2 } }));
    const partly = parsePlan(plan({ cost: { 'POST /reports': 10 } }));

    assert.deepEqual(
      [costOf(priced, 'POST /reports'), costOf(priced, 'GET /'), costOf(priced, undefined)],
      [10, 2, 2],
    );
    assert.equal(costOf(partly, 'GET /'), 1);
  });
});
