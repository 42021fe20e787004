import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COST_PAGE } from '../../../lab/cost/page.ts';
import { COMMON_PART } from '../../../packages/toolkit/stack/parts.ts';
import { accessPart } from '../../../packages/toolkit/stack/access/part.ts';
import { accessLogsPart } from '../../../packages/toolkit/stack/access-logs/part.ts';
import { quotaPart } from '../../../packages/toolkit/stack/quota/part.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { watchedMetrics } from '../../support/read-stack.ts';
import { apiCost, ASSUMED, authorizerCalls, itemsOf, sumOf, unkeyPrice } from '../../../lab/cost/month.ts';

const SECOND = { ...ASSUMED, requests: 10e6, keys: 500 };
const dollarsOf = (assumed: typeof SECOND): Readonly<Record<string, number>> =>
  Object.fromEntries(itemsOf(assumed).map(({ item, dollars }) => [item, dollars]));
const cents = (dollars: number | undefined): number => Math.round((dollars ?? 0) * 100);

describe('itemsOf', () => {
  // Computed by hand from docs/aws/prices.md; no result is cached, so that a million requests are a million calls.
  it('reckons each item by its price', () => {
    const items = dollarsOf({ ...ASSUMED, requests: 1e6, keys: 1, keptSeconds: 0 });

    assert.deepEqual(
      Object.entries(items).map(([item, dollars]) => [item, cents(dollars)]),
      [
        ['alarms', 410], // 41 × 0.10
        ['metrics', 210], // 7 × 0.30
        ['authorizer, calls', 25], // 0.20 + 0.5 GB × 8 ms × 1e6 × 0.0000133334
        ['authorizer, log lines', 40], // 869 MB × 0.50 a GB
        ['API keys, table', 13], // 1e6 × 0.125 a million + 4,380 notes
        ['quota, table', 66], // 0.625 + 0.5 GB × 5 ms × 1e6 × 0.0000133334
      ],
    );
  });

  it('takes a hundredth of the quota for one write of a hundred requests', () => {
    const [each, leased] = [1, 100].map((requestsPerWrite) => dollarsOf({ ...SECOND, requestsPerWrite }));

    assert.equal(cents((leased?.['quota, table'] ?? 0) * 100), cents(each?.['quota, table']));
  });

  it('never costs less for more requests', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.integer({ min: 1, max: 1e6 }), (a, b, keys) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((requests) =>
          sumOf(itemsOf({ ...ASSUMED, requests, keys })),
        );
        assert.ok((less ?? 0) <= (more ?? 0) + 1e-9);
      }),
    );
  });
});

describe('authorizerCalls', () => {
  it('are one for each request if no result is cached, and fewer the longer a result is cached', () => {
    const calls = [0, 300, 3_600].map((keptSeconds) => authorizerCalls({ ...SECOND, keptSeconds }));
    const [all = 0, usual = 0, longest = 0] = calls;

    assert.equal(all, SECOND.requests);
    // docs/guides/operate/cost.md says "a ninth".
    assert.equal(Math.round(usual / longest), 9);
    assert.ok(usual < all);
  });

  it('is at most one for each key and time', () => {
    const periods = (730 * 3_600) / 300;

    assert.ok(authorizerCalls({ ...SECOND, requests: 1e12 }) <= SECOND.keys * periods);
  });
});

describe('the prices next to it', () => {
  it('are those of the tiers', () => {
    assert.deepEqual([150_000, 150_001, 10e6, 10e6 + 1, 100e6, 100e6 + 1].map(unkeyPrice), [
      0,
      25,
      250,
      500,
      1_000,
      undefined,
    ]);
    assert.deepEqual([cents(apiCost(1e9, 'rest')), cents(apiCost(1e9, 'http'))], [303_310, 93_000]);
  });
});

describe('ASSUMED', () => {
  const page = readFileSync(join(REPOSITORY, COST_PAGE), 'utf8');

  it('has the metrics that the alarms of the parts watch which init chooses', () => {
    const files = [accessPart, quotaPart, accessLogsPart, COMMON_PART].flatMap((part) => part.resourceFiles);
    const watched = files.map(watchedMetrics).reduce((sum, count) => sum + count, 0);

    assert.equal(
      ASSUMED.alarmMetrics,
      watched,
      'change alarmMetrics of ASSUMED in lab/cost/month.ts, then run `npm run schemas`',
    );
  });

  for (const sentence of [
    `The alarms watch ${ASSUMED.alarmMetrics} metrics.`,
    `An authorizer sends ${ASSUMED.metrics} metrics.`,
    `metrics instead of ${ASSUMED.metrics},`,
    `have ${ASSUMED.memoryMb} MB`,
    `prints ${ASSUMED.logBytes} bytes`,
    `billed for ${ASSUMED.authorizerMs} ms, and for ${ASSUMED.tableMs} ms more`,
  ])
    it(`is what the guide says: ${sentence}`, () => {
      assert.ok(page.includes(sentence), `change the sentence about it in ${COST_PAGE}`);
    });
});
