import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quantileOf, RequestCounts } from '../../../../../packages/gateway/console/records/request-counts.ts';
import { COUNTED_SECONDS } from '../../../../../packages/gateway/console/records/second-counts.ts';
import type { Finished } from '../../../../../packages/gateway/core/trail.ts';

type TestRequest = {
  readonly route?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly at?: number;
  readonly api?: { readonly apiId: string; readonly name: string };
};

const STAGE = {};
const ROUTES = new Map<string, object>();

/** The parts of a finished request that are counted. */
const REST = { apiId: 'a1', name: 'shop' };
const STAGES = new Map<object, object>([[REST, STAGE]]);

function finished({ route = 'GET /pets', status = 200, ms = 1, at = 0, api = REST }: TestRequest): Finished {
  const plan = ROUTES.get(route) ?? { routeKey: route };
  ROUTES.set(route, plan);
  return {
    received: { api, stage: STAGES.get(api) ?? {}, route: plan, receivedAtEpochMs: at },
    reply: { status },
    latencyMs: ms,
  } as unknown as Finished;
}

describe('counts of requests', () => {
  it('distinguish client errors from server errors, route by route', () => {
    const counts = new RequestCounts();
    for (const status of [200, 404, 429, 502]) counts.take(finished({ status }));
    counts.take(finished({ route: 'GET /' }));

    assert.deepEqual(
      counts.routes.map(({ routeKey, count, clientErrors, serverErrors }) => [
        routeKey,
        count,
        clientErrors,
        serverErrors,
      ]),
      [
        ['GET /pets', 4, 2, 1],
        ['GET /', 1, 0, 0],
      ],
    );
    assert.equal(counts.total, 5);
  });

  it('determine the median and the 99th percentile within 3 %, from microseconds to minutes', () => {
    for (const scale of [0.02, 1, 1_000]) {
      const counts = new RequestCounts();
      for (let index = 1; index <= 200; index += 1) counts.take(finished({ ms: index * scale }));
      const [counted] = counts.routes;
      assert.ok(counted !== undefined);
      for (const [share, exact] of [
        [0.5, 100 * scale],
        [0.99, 198 * scale],
      ] as const) {
        const found = quantileOf(counted, share) ?? 0;
        assert.ok(Math.abs(found / exact - 1) < 0.03, `${share} of ${scale}: ${found} instead of ${exact}`);
      }
    }
    const none = new RequestCounts();
    none.take(finished({ ms: 0 }));
    assert.ok((quantileOf(none.routes[0] ?? assert.fail(), 0.5) ?? 1) < 0.02);
  });

  // The middle of the class of 3,542 ms is 3,564 ms: the page showed a p99 that no request had taken.
  it('have no percentile above the longest request', () => {
    const counts = new RequestCounts();
    for (const ms of [1_000, 2_000, 3_542]) counts.take(finished({ ms }));

    assert.equal(quantileOf(counts.routes[0] ?? assert.fail(), 0.99), 3_542);
  });

  it('count second by second, and drop the counts of five minutes ago', () => {
    const counts = new RequestCounts();
    counts.take(finished({ at: 10_000 }));
    counts.take(finished({ at: 10_999, status: 500 }));
    counts.take(finished({ at: 12_000 }));

    const seen = counts.secondsOf(() => true).filter(([, count]) => count > 0);
    assert.deepEqual(seen, [
      [10, 2, 0, 1],
      [12, 1, 0, 0],
    ]);
    assert.equal(counts.secondsOf(() => true).length, COUNTED_SECONDS);
    counts.take(finished({ at: (10 + COUNTED_SECONDS) * 1000 }));
    assert.deepEqual(
      counts
        .secondsOf(() => true)
        .filter(([, count]) => count > 0)
        .map(([second]) => second),
      [12, 310],
    );
  });

  it('tell APIs of one name apart, by route and by second', () => {
    const http = { apiId: 'b2', name: 'shop' };
    const counts = new RequestCounts();
    counts.take(finished({ at: 10_000, status: 401 }));
    counts.take(finished({ at: 10_000, api: http, status: 503 }));
    counts.take(finished({ at: 10_000, api: http }));

    assert.deepEqual(
      counts.routes.map(({ apiId, apiName, routeKey, count }) => [apiId, apiName, routeKey, count]),
      [
        ['a1', 'shop', 'GET /pets', 1],
        ['b2', 'shop', 'GET /pets', 2],
      ],
    );
    assert.deepEqual(counts.secondsOf((apiId) => apiId === 'a1').at(-1), [10, 1, 1, 0]);
    assert.deepEqual(counts.secondsOf((apiId) => apiId === 'b2').at(-1), [10, 2, 0, 1]);
  });

  it('start over if they are cleared', () => {
    const counts = new RequestCounts();
    counts.take(finished({}));
    counts.clear();
    assert.deepEqual([counts.total, counts.routes, counts.secondsOf(() => true)], [0, [], []]);
    counts.take(finished({}));
    assert.equal(counts.routes[0]?.count, 1);
    assert.deepEqual([counts.sinceStart, counts.sinceStartOf(counts.routes[0].apiId)], [2, 2]);
  });
});
