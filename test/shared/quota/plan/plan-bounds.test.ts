/** Each bound of a plan, at its edge and beyond. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlanInvalid } from '#shared/errors.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';

const QUOTA = { id: 'monthly', level: 'key', quota: 1000, period: 'MONTH' };
const RATE = { id: 'burst', level: 'key', rate: 10, burst: 50 };
const CALLS = { id: 'calls', level: 'key', concurrency: 5 };
const plan = (overrides: object = {}): object => ({ id: 'gold', version: 1, limits: [QUOTA], ...overrides });
const limited = (limit: object): object => plan({ limits: [limit] });

describe('a plan', () => {
  // docs/guides/sell/quota.md, and docs/design/quota.md for what a bound protects.
  const LARGEST = Number.MAX_SAFE_INTEGER;
  const WIDE = { ...QUOTA, quota: 1_000_000 };
  const SLOW = { ...RATE, rate: 1, burst: 50_000 };
  const withRoutes = (count: number): object =>
    plan({ cost: Object.fromEntries(Array.from({ length: count }, (_, index) => [`GET /${index}`, 1])) });
  const BOUNDS: readonly {
    readonly field: string;
    readonly of: (value: number) => object;
    readonly least?: readonly [accepted: number, refused: number];
    readonly most?: readonly [accepted: number, refused: number];
  }[] = [
    { field: 'version', of: (version) => plan({ version }), least: [1, 0], most: [LARGEST, LARGEST + 1] },
    {
      field: 'limits',
      of: (length) => plan({ limits: Array.from({ length }, (_, index) => ({ ...QUOTA, id: `l${index}` })) }),
      least: [1, 0],
      most: [10, 11],
    },
    { field: 'cost', of: withRoutes, most: [500, 501] },
    { field: 'cost', of: (cost) => plan({ cost }), least: [0, -1], most: [1000, 1001] },
    {
      field: 'quota',
      of: (quota) => limited({ ...QUOTA, quota }),
      least: [1, 0],
      most: [LARGEST, LARGEST + 1],
    },
    {
      field: 'overage',
      of: (overage) => limited({ ...QUOTA, overage }),
      least: [0, -1],
      most: [LARGEST - 1000, LARGEST - 999],
    },
    {
      field: 'initialUsage',
      of: (initialUsage) => limited({ ...QUOTA, initialUsage }),
      least: [0, -1],
      most: [1000, 1001],
    },
    {
      field: 'wasteBudget',
      of: (wasteBudget) => limited({ ...QUOTA, wasteBudget }),
      least: [0, -0.001],
      most: [0.5, 0.501],
    },
    {
      field: 'lease.seconds',
      of: (seconds) => limited({ ...QUOTA, lease: { seconds } }),
      least: [1, 0.9],
      most: [3600, 3600.1],
    },
    {
      field: 'lease.max',
      of: (max) => limited({ ...QUOTA, lease: { max } }),
      least: [1, 0],
      most: [1_000_000, 1_000_001],
    },
    {
      field: 'shards',
      of: (shards) => limited({ ...WIDE, shards }),
      least: [2, 1],
      most: [16, 17],
    },
    {
      field: 'alarms',
      of: (alarm) => limited({ ...QUOTA, alarms: [alarm] }),
      least: [1, 0],
      most: [1000, 1001],
    },
    {
      field: 'alarms',
      of: (length) => limited({ ...QUOTA, alarms: Array.from({ length }, (_, index) => index + 1) }),
      most: [8, 9],
    },
    {
      field: 'period.everySeconds',
      of: (everySeconds) => limited({ ...QUOTA, period: { everySeconds } }),
      least: [1, 0],
      most: [31_622_400, 31_622_401],
    },
    {
      field: 'anchor.day',
      of: (day) => limited({ ...QUOTA, anchor: { day } }),
      least: [1, 0],
      most: [31, 32],
    },
    {
      field: 'anchor.weekday',
      of: (weekday) => limited({ ...QUOTA, period: 'WEEK', anchor: { weekday } }),
      least: [1, 0],
      most: [7, 8],
    },
    {
      field: 'rate',
      of: (rate) => limited({ ...RATE, rate, burst: rate < 1 ? 2 : 1e9 }),
      least: [2.4e-5, 2.3e-5],
      most: [1e6, 1e6 + 0.1],
    },
    {
      field: 'perSeconds',
      of: (perSeconds) => limited({ ...RATE, perSeconds }),
      least: [1, 0.9],
      most: [17_280, 17_280.1],
    },
    {
      field: 'perSeconds',
      of: (perSeconds) => limited({ ...RATE, rate: 1000, burst: 500, perSeconds }),
      most: [86_400, 86_400.1],
    },
    { field: 'burst', of: (burst) => limited({ ...SLOW, burst }), least: [2, 0], most: [86_400, 86_401] },
    { field: 'burst', of: (burst) => limited({ ...RATE, rate: 1e6, burst }), most: [1e9, 1e9 + 1] },
    {
      field: 'lease.maxAgeMs',
      of: (maxAgeMs) => limited({ ...SLOW, lease: { maxAgeMs } }),
      least: [1, 0],
      most: [60_000, 60_001],
    },
    {
      field: 'clockSkewMs',
      of: (clockSkewMs) => limited({ ...SLOW, clockSkewMs }),
      least: [0, -1],
      most: [60_000, 60_001],
    },
    {
      field: 'clockSkewMs',
      of: (clockSkewMs) => limited({ ...CALLS, clockSkewMs }),
      least: [0, -1],
      most: [60_000, 60_001],
    },
    {
      field: 'concurrency',
      of: (concurrency) => limited({ ...CALLS, concurrency }),
      least: [1, 0],
      most: [1000, 1001],
    },
    {
      field: 'maxSeconds',
      of: (maxSeconds) => limited({ ...CALLS, maxSeconds }),
      least: [1, 0],
      most: [86_400, 86_401],
    },
  ];
  for (const { field, of, least, most } of BOUNDS)
    for (const [end, bound] of [
      ['least', least],
      ['most', most],
    ] as const)
      if (bound !== undefined)
        it(`takes ${bound[0]} of ${field} at the ${end}, and not ${bound[1]}`, () => {
          assert.doesNotThrow(() => parsePlan(of(bound[0])));
          assert.throws(() => parsePlan(of(bound[1])), PlanInvalid);
        });

  it('keeps a waste budget of one unit at least, and of whole units', () => {
    const budgetOf = (limit: object): unknown => {
      const [parsed] = parsePlan(limited(limit)).limits;
      return parsed?.kind === 'quota' && parsed.wasteBudget;
    };

    assert.deepEqual(
      [{ quota: 10 }, { quota: 199 }, { quota: 200 }, { wasteBudget: 0 }, { lease: false }].map((more) =>
        budgetOf({ ...QUOTA, ...more }),
      ),
      [1, 1, 2, 1, 0],
    );
  });

  for (const [what, period, expected] of [
    ['a day', 'DAY', { length: 'DAY', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 }],
    ['seconds', { everySeconds: 60 }, { length: { everySeconds: 60 } }],
    [
      'seconds from an instant',
      { everySeconds: 60, from: '2026-11-20T06:00:00Z' },
      { length: { everySeconds: 60, fromEpochMs: Date.UTC(2026, 10, 20, 6) } },
    ],
    [
      'seconds from a day',
      { everySeconds: 60, from: '2026-11-20' },
      { length: { everySeconds: 60, fromEpochMs: Date.UTC(2026, 10, 20) } },
    ],
  ] as const)
    it(`reads a period of ${what}`, () => {
      const [limit] = parsePlan(limited({ ...QUOTA, period })).limits;

      assert.partialDeepStrictEqual(limit, { period: expected });
    });

  for (const [time, minutes] of [
    ['00:00', 0],
    ['09:59', 599],
    ['19:05', 1145],
    ['23:59', 1439],
    ['24:00', undefined],
    ['12:60', undefined],
    ['9:00', undefined],
  ] as const)
    it(`${minutes === undefined ? 'refuses' : 'reads'} a period that begins at ${time}`, () => {
      const work = () => parsePlan(limited({ ...QUOTA, anchor: { time } })).limits[0];

      if (minutes === undefined) assert.throws(work, PlanInvalid);
      else assert.partialDeepStrictEqual(work(), { period: { anchorMinutes: minutes } });
    });
});
