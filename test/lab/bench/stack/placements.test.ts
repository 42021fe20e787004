/** Figures are worked by hand from docs/aws §14. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costOfPlacement, describePrices, listPlacements } from '../../../../lab/bench/stack/placements.ts';
import type { Placement } from '../../../../lab/bench/stack/placements.ts';

const aPlacement = (over: Partial<Placement>): Placement => ({
  what: 'it',
  api: 'rest',
  calls: 0,
  billedMs: 0,
  printedBytes: 0,
  units: { reads: 0, writes: 0 },
  ...over,
});
const BASIS = {
  printedBytes: { token: 700, request: 800, tracker: 900 },
  credentials: [
    { what: 'a token', units: { reads: 0, writes: 0 } },
    { what: 'an API key', isAsked: true, units: { reads: 1, writes: 0 } },
  ],
  charges: [
    { lease: undefined, charges: 1000, units: { reads: 0, writes: 1 } },
    { lease: 1000, charges: 100_000, units: { reads: 0, writes: 0.001 } },
  ],
  trackerUnits: { reads: 2, writes: 4 },
  linesPerEvent: 100,
};

describe('a million requests', () => {
  const cases: { name: string; placement: Partial<Placement>; total: number }[] = [
    { name: 'of a REST API: 3.50', placement: {}, total: 3.5 },
    { name: 'of an HTTP API: 1.00', placement: { api: 'http' }, total: 1 },
    {
      name: 'with a call of 3 ms each: 3.50 + 0.20 + 1,500 GB-s × 0.0000133334 + 0.279 GB of REPORT × 0.50',
      placement: { calls: 1, billedMs: 3 },
      total: 3.5 + 0.2 + 0.02 + 0.1397,
    },
    {
      name: 'with a tenth of such calls: a tenth of what they cost',
      placement: { calls: 0.1, billedMs: 3 },
      total: 3.5 + 0.035_97,
    },
    {
      name: 'with one write unit and two read units each: 3.50 + 0.625 + 0.25',
      placement: { units: { reads: 2, writes: 1 } },
      total: 4.375,
    },
  ];
  for (const { name, placement, total } of cases)
    it(`cost ${name}`, () => {
      assert.ok(Math.abs(costOfPlacement(aPlacement(placement)).total - total) < 0.001);
    });

  it('are reckoned for every placement: kinds of API and authorizer, kept answers, credentials and quotas', () => {
    const names = listPlacements(BASIS).map(({ what }) => what);

    assert.equal(new Set(names).size, names.length);
    for (const part of [
      'without an authorizer',
      'TOKEN authorizer, not cached',
      'simple response',
      'IAM policy',
      'each cached result serves 100',
      'an API key',
      'billed exactly',
      'leases of 1,000',
      'access logs',
    ])
      assert.ok(
        names.some((name) => name.includes(part)),
        part,
      );
  });

  it('cost less from leases than exactly billed, and the log tracker is paid by the line', () => {
    const totalOf = (part: string): number => {
      const placement = listPlacements(BASIS).find(({ what }) => what.includes(part));
      return placement === undefined ? Number.NaN : costOfPlacement(placement).total;
    };

    assert.ok(totalOf('in the handler, leases of 1,000') < totalOf('in the handler, billed exactly'));
    const fromLogs = listPlacements(BASIS).find(({ what }) => what.includes('access logs'));
    assert.deepEqual(fromLogs?.units, { reads: 0.02, writes: 0.04 });
  });

  it('have dated prices', () => {
    assert.match(describePrices(), /REST requests \$3\.5 per million \(May 2025\)/);
    assert.match(describePrices(), /\$0\.625 per million write units \(November 2024\)/);
  });
});
