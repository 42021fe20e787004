import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCheaper } from '../../../../../../packages/gateway/console/page/cost/cheaper.ts';
import { DEFAULT_PRICES } from '../../../../../../packages/gateway/console/page/cost/prices.ts';
import type { TrafficShape } from '../../../../../../packages/gateway/console/endpoints/cost-model.ts';

/** 100 requests: half of them from the cache, all past an authorizer that is asked each time. */
const SHAPE: TrafficShape = {
  events: 100,
  apis: [
    {
      apiId: 'a',
      apiName: 'shop',
      stage: 'dev',
      kind: 'rest',
      requests: 100,
      unbilled: 0,
      units: 100,
      connectionMinutes: 0,
      responseBytes: 0,
      onlyRest: ['the stage cache'],
    },
  ],
  functions: [
    {
      name: 'get',
      memoryMb: 1024,
      architecture: 'x86_64',
      calls: 50,
      totalMs: 5000,
      logBytes: 0,
      keptSeconds: undefined,
    },
    {
      name: 'gate',
      memoryMb: 1024,
      architecture: 'arm64',
      calls: 100,
      totalMs: 1000,
      logBytes: 0,
      keptSeconds: 0,
    },
  ],
  caches: [{ apiName: 'shop', stage: 'dev', gigabytes: '0.5', hits: 50, misses: 50 }],
  tables: undefined,
  eventsOfTables: 0,
  administration: { calls: 0, reads: 0, writes: 0 },
};
const MONTH = { events: 1e6, writesPerEvent: undefined, readsPerEvent: undefined, isFreeTierCounted: false };

describe('what would be cheaper', () => {
  // Worked by hand: get costs 0.5 M × 0.20 + 50,000 GB-s × 0.0000166667 = 0.933335 a month.
  const rows: { what: string; saves: number; loses: RegExp }[] = [
    // 3.50 − 1.00 for the requests, 14.60 for the cache, less what the cache spared of get.
    {
      what: 'shop as an HTTP API',
      saves: 2.5 + 14.6 - 0.933335,
      loses: /HTTP APIs lack: the stage cache/,
    },
    {
      what: 'shop / dev without its cache',
      saves: 14.6 - 0.933335,
      loses: /^50 % of the requests to this stage/,
    },
    // 50,000 GB-s × (0.0000166667 − 0.0000133334)
    { what: 'get on arm64', saves: 0.166665, loses: /binaries for x86_64/ },
    // 1 M × 0.20 + 10,000 GB-s × 0.0000133334
    {
      what: 'results of gate cached for up to 300 s',
      saves: 0.333334,
      loses: /stays in effect up to 300 s longer/,
    },
  ];

  it('is reckoned as the same month once more, the largest first', () => {
    const found = findCheaper(SHAPE, MONTH, DEFAULT_PRICES);

    assert.deepEqual(
      found.map(({ what }) => what),
      [...rows].sort((a, b) => b.saves - a.saves).map(({ what }) => what),
    );
  });

  for (const { what, saves, loses } of rows)
    it(`names ${what} with what it saves and what would be lost`, () => {
      const found = findCheaper(SHAPE, MONTH, DEFAULT_PRICES).find((one) => one.what === what);

      assert.ok(Math.abs((found?.saves ?? 0) - saves) < 1e-5, String(found?.saves));
      assert.match(found?.loses ?? '', loses);
    });

  it('is nothing if a change would cost more: a cache that spares more than it costs', () => {
    const busy = findCheaper(SHAPE, { ...MONTH, events: 100e6 }, DEFAULT_PRICES);

    assert.ok(!busy.some(({ what }) => what.includes('without its cache')));
    assert.deepEqual(
      findCheaper({ ...SHAPE, events: 0, apis: [], functions: [], caches: [] }, MONTH, DEFAULT_PRICES),
      [],
    );
  });
});
