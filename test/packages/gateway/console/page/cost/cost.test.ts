/** Figures are worked by hand from docs/aws §14. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { costOf, count, tiered } from '../../../../../../packages/gateway/console/page/cost/cost.ts';
import {
  EDITABLE,
  priceOf,
  DEFAULT_PRICES,
  withPrice,
} from '../../../../../../packages/gateway/console/page/cost/prices.ts';
import { REPOSITORY } from '../../../../../architecture/source-files.ts';
import type { Month } from '../../../../../../packages/gateway/console/page/cost/cost.ts';
import type {
  ApiShape,
  FunctionShape,
  TrafficShape,
} from '../../../../../../packages/gateway/console/endpoints/cost-model.ts';

const NOTHING: TrafficShape = {
  events: 0,
  apis: [],
  functions: [],
  caches: [],
  tables: undefined,
  eventsOfTables: 0,
  administration: { calls: 0, reads: 0, writes: 0 },
};
const month = (events: number, over: Partial<Month> = {}): Month => ({
  events,
  writesPerEvent: undefined,
  readsPerEvent: undefined,
  isFreeTierCounted: false,
  ...over,
});
const api = (over: Partial<ApiShape>): ApiShape => ({
  apiId: 'a',
  apiName: 'shop',
  stage: 'dev',
  kind: 'rest',
  requests: 0,
  unbilled: 0,
  units: 0,
  connectionMinutes: 0,
  responseBytes: 0,
  onlyRest: [],
  ...over,
});
const lambda = (over: Partial<FunctionShape>): FunctionShape => ({
  name: 'get',
  memoryMb: 1024,
  architecture: 'x86_64',
  calls: 0,
  totalMs: 0,
  logBytes: 0,
  keptSeconds: undefined,
  ...over,
});

describe('what a month costs', () => {
  const cases: { name: string; shape: Partial<TrafficShape>; month: Month; cost: number }[] = [
    {
      name: 'a million REST requests: 3.50',
      shape: { events: 10, apis: [api({ requests: 10 })] },
      month: month(1e6),
      cost: 3.5,
    },
    {
      name: '500 million REST requests: 333 × 3.50 + 167 × 2.80',
      shape: { events: 1, apis: [api({ requests: 1 })] },
      month: month(500e6),
      cost: 1633.1,
    },
    {
      name: 'a REST API of whose requests a fifth is refused: 0.8 × 3.50',
      shape: { events: 10, apis: [api({ requests: 8, unbilled: 2 })] },
      month: month(1e6),
      cost: 2.8,
    },
    {
      name: 'two REST APIs share the tiers: 333 × 3.50 + 667 × 2.80 for a billion together',
      shape: { events: 2, apis: [api({ requests: 1 }), api({ apiId: 'b', requests: 1 })] },
      month: month(1e9),
      cost: 3033.1,
    },
    {
      name: '400 million HTTP requests: 300 × 1.00 + 100 × 0.90',
      shape: { events: 1, apis: [api({ kind: 'http', requests: 1, units: 1 })] },
      month: month(400e6),
      cost: 390,
    },
    {
      name: 'HTTP requests of 1 MB, a million of them: two units each',
      shape: { events: 5, apis: [api({ kind: 'http', requests: 5, units: 10 })] },
      month: month(1e6),
      cost: 2,
    },
    {
      name: '2 billion messages and 40 million minutes: 1000 + 800 + 10',
      shape: { events: 100, apis: [api({ kind: 'websocket', units: 100, connectionMinutes: 2 })] },
      month: month(2e9),
      cost: 1810,
    },
    {
      name: '10 million calls of 100 ms at 128 MB: 2.00 + 125,000 GB-s × 0.0000166667',
      shape: { events: 1, functions: [lambda({ memoryMb: 128, calls: 1, totalMs: 100 })] },
      month: month(10e6),
      cost: 4.0833,
    },
    {
      name: 'the same on arm64: 2.00 + 125,000 × 0.0000133334',
      shape: {
        events: 1,
        functions: [lambda({ memoryMb: 128, calls: 1, totalMs: 100, architecture: 'arm64' })],
      },
      month: month(10e6),
      cost: 3.6667,
    },
    {
      name: 'the same within the free tier: 9 million calls × 0.20, no GB-second',
      shape: { events: 1, functions: [lambda({ memoryMb: 128, calls: 1, totalMs: 100 })] },
      month: month(10e6, { isFreeTierCounted: true }),
      cost: 1.8,
    },
    {
      name: '7 billion GB-seconds: 6 × 16,666.70 + 1 × 15,000 (thousands), and 1.40 for 7 million calls',
      shape: { events: 1, functions: [lambda({ calls: 1, totalMs: 1_000_000 })] },
      month: month(7e6),
      cost: 115_000.2 + 1.4,
    },
    {
      name: 'a cache of 0.5 GB, asked or not: 730 × 0.02',
      shape: { caches: [{ apiName: 'shop', stage: 'dev', gigabytes: '0.5', hits: 0, misses: 0 }] },
      month: month(1e6),
      cost: 14.6,
    },
    {
      name: 'a cache of 237 GB: 730 × 3.80',
      shape: { caches: [{ apiName: 'shop', stage: 'dev', gigabytes: '237', hits: 0, misses: 0 }] },
      month: month(1),
      cost: 2774,
    },
    {
      name: 'a GB of logs: 0.50',
      shape: { events: 1024, functions: [lambda({ logBytes: 1024 ** 2 })] },
      month: month(1024 ** 2),
      cost: 0.5,
    },
    {
      name: 'two writes and four reads each, of a million: 2 × 0.625 + 4 × 0.125',
      shape: { events: 1 },
      month: month(1e6, { writesPerEvent: 2, readsPerEvent: 4 }),
      cost: 1.75,
    },
    {
      name: 'units that were counted, table by table, of 10 requests: a million takes 3 × 0.625 + 1 × 0.125 and 0.5 × 0.125',
      shape: {
        events: 4,
        eventsOfTables: 10,
        tables: [
          { table: 'orders', reads: 10, writes: 30 },
          { table: 'menus', reads: 5, writes: 0 },
        ],
      },
      month: month(1e6),
      cost: 2.0625,
    },
    {
      name: 'reads as counted, writes as said: 1 × 0.125 + 2 × 0.625',
      shape: { events: 4, eventsOfTables: 10, tables: [{ table: 'orders', reads: 10, writes: 30 }] },
      month: month(1e6, { writesPerEvent: 2 }),
      cost: 1.375,
    },
    {
      name: '150 GB out, 100 of them free: 50 × 0.09',
      shape: { events: 1, apis: [api({ kind: 'rest', responseBytes: 1024 ** 3 })] },
      month: month(150, { isFreeTierCounted: true }),
      cost: 4.5,
    },
    { name: 'nothing recorded: nothing', shape: {}, month: month(1e6), cost: 0 },
  ];
  for (const { name, shape, month: asked, cost } of cases)
    it(name, () => {
      const { total, lines } = costOf({ ...NOTHING, ...shape }, asked, DEFAULT_PRICES);

      assert.ok(Math.abs(total - cost) < 0.0001 * Math.max(1, cost), `${total} is not ${cost}`);
      assert.ok(Math.abs(lines.reduce((sum, line) => sum + line.cost, 0) - total) < 1e-9);
    });

  it('continues with the next tier only above the end of the previous one', () => {
    const tiers = [
      { upTo: 10, price: 3 },
      { upTo: Infinity, price: 1 },
    ];

    assert.deepEqual(
      [0, 10, 12].map((units) => tiered(units, tiers, 1)),
      [0, 30, 32],
    );
  });
});

describe('prices', () => {
  it('are the prices in docs/aws §14', () => {
    const page = readFileSync(join(REPOSITORY, 'docs/aws/prices.md'), 'utf8');
    const { cache, ...others } = DEFAULT_PRICES;
    const all = Object.values(others).flatMap((price) =>
      typeof price === 'number' ? [price] : price.map((tier) => tier.price),
    );

    for (const price of [...all, ...Object.values(cache)]) {
      const written = [String(price), price.toFixed(2), price.toFixed(10).replace(/0+$/, '')];
      assert.ok(
        written.some((text) => page.includes(`$${text}`)),
        written.join(),
      );
    }
  });

  it('can be changed, their further tiers in proportion', () => {
    for (const [name] of EDITABLE) {
      const changed = withPrice(DEFAULT_PRICES, name, 2 * priceOf(DEFAULT_PRICES, name));
      assert.ok(Math.abs(priceOf(changed, name) - 2 * priceOf(DEFAULT_PRICES, name)) < 1e-12, name);
    }
    const dearer = withPrice(DEFAULT_PRICES, 'rest', 7).rest.map(({ price }) => price.toFixed(2));
    assert.deepEqual(dearer, ['7.00', '5.60', '4.76', '3.02']);
  });
});

describe('the lines of a month', () => {
  const shape: TrafficShape = {
    ...NOTHING,
    events: 1,
    apis: [
      api({ requests: 1, responseBytes: 1024 }),
      api({ apiName: 'web', kind: 'http', units: 1 }),
      api({ apiName: 'live', kind: 'websocket', units: 2, connectionMinutes: 3 }),
    ],
    functions: [lambda({ calls: 1, totalMs: 1000, logBytes: 1024 })],
    caches: [{ apiName: 'shop', stage: 'dev', gigabytes: '0.5', hits: 0, misses: 0 }],
    tables: [{ table: 'orders', reads: 2, writes: 1 }],
    eventsOfTables: 1,
    administration: { calls: 0, reads: 0, writes: 0 },
  };

  it('say what they are for, and how much of it', () => {
    assert.deepEqual(
      costOf(shape, month(2e6), DEFAULT_PRICES).lines.map(({ item, of, amount }) => [item, of, amount]),
      [
        ['REST', 'shop / dev', '2 million requests'],
        ['HTTP', 'web / dev', '2 million requests of 512 KB'],
        ['WebSocket', 'live / dev', '4 million messages of 32 KB, 6 million connection minutes'],
        ['Lambda', 'get', '2 million calls, 2 million GB-seconds (x86_64)'],
        ['cache', 'shop / dev', '0.5 GB for 730 hours'],
        ['logs', 'functions', '1.9 GB ingested'],
        ['DynamoDB', 'orders', '2 million write units, 4 million read units'],
        ['data out', 'response bodies', '1.9 GB'],
      ],
    );
  });

  it('are a single line for all tables if a number is given, and are left out for what costs nothing', () => {
    const { lines } = costOf(
      { ...shape, apis: [], functions: [], caches: [] },
      month(1e6, { writesPerEvent: 3 }),
      DEFAULT_PRICES,
    );

    assert.deepEqual(
      lines.map(({ item, of, amount }) => [item, of, amount]),
      [['DynamoDB', 'tables, on demand', '3 million write units, 2 million read units']],
    );
  });
});

describe('the prices that can be changed', () => {
  it('are all prices except those of caches, each once', () => {
    const { cache: _, ...prices } = DEFAULT_PRICES;

    assert.deepEqual(EDITABLE.map(([name]) => name).toSorted(), Object.keys(prices).toSorted());
  });

  // The pages of API Gateway, Lambda, CloudWatch Logs, EC2 and DynamoDB for us-east-1, first tier.
  for (const [name, price] of [
    ['rest', 3.5],
    ['http', 1],
    ['messages', 1],
    ['connectionMinutes', 0.25],
    ['lambdaRequests', 0.2],
    ['lambdaX86', 0.0000166667],
    ['lambdaArm', 0.0000133334],
    ['logs', 0.5],
    ['dataOut', 0.09],
    ['tableWrites', 0.625],
    ['tableReads', 0.125],
  ] as const)
    it(`begin with ${price} for ${name}`, () => assert.equal(priceOf(DEFAULT_PRICES, name), price));

  // API Gateway pricing, "Caching", per hour in us-east-1.
  it('of caches are the prices of their sizes', () =>
    assert.deepEqual(DEFAULT_PRICES.cache, {
      '0.5': 0.02,
      '1.6': 0.038,
      '6.1': 0.2,
      '13.5': 0.25,
      '28.4': 0.5,
      '58.2': 1,
      '118': 1.9,
      '237': 3.8,
    }));

  it('of a free first tier become all the same', () => {
    const free = {
      ...DEFAULT_PRICES,
      rest: [
        { upTo: 1, price: 0 },
        { upTo: Infinity, price: 2 },
      ],
    };

    assert.deepEqual(
      withPrice(free, 'rest', 5).rest.map(({ price }) => price),
      [5, 5],
    );
  });
});

describe('count', () => {
  it('says numbers as people do', () => {
    assert.deepEqual([0, 0.25, 12.3, 340, 1_250_000, 2e9].map(count), [
      '0',
      '0.25',
      '12',
      '340',
      '1.3 million',
      '2 billion',
    ]);
  });
});
