import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { findRatios, median, printTable, summarise } from '../../../lab/bench/report.ts';
import type { Measurement } from '../../../lab/bench/measure.ts';

const aMeasurement = (requestsPerSecond: number, part: Partial<Measurement> = {}): Measurement => {
  return {
    requestsPerSecond,
    coldRequestsPerSecond: requestsPerSecond / 2,
    p50Ms: 1,
    p99Ms: 4,
    rssMb: 100,
    startMs: 500,
    loadCpuShare: 0.3,
    ...part,
  };
};

describe('median', () => {
  const rows: readonly (readonly [name: string, values: readonly number[], expected: number])[] = [
    ['takes the middle one', [9, 1, 5], 5],
    ['takes the mean of the two in the middle', [1, 2, 4, 100], 3],
    ['takes the only one', [7], 7],
  ];
  for (const [name, values, expected] of rows) it(name, () => assert.equal(median(values), expected));
});

describe('findRatios', () => {
  const rows = [
    summarise('rest', 'gateway', [aMeasurement(900), aMeasurement(1000), aMeasurement(5000)]),
    summarise('rest', 'floor', [aMeasurement(2000, { p99Ms: 8 })]),
    summarise('rest-authorized', 'gateway', [aMeasurement(800)]),
    summarise('rest-authorized', 'other', [aMeasurement(100, { coldRequestsPerSecond: 0 })]),
  ];
  const ratios = findRatios(rows, (scenario) => scenario.replace('-authorized', ''));

  it('compares medians with the floor of the same kind of API', () => {
    assert.deepEqual(ratios, [
      { scenario: 'rest', against: 'floor', requestsPerSecond: 0.5, coldRequestsPerSecond: 0.5, p99: 0.5 },
      {
        scenario: 'rest-authorized',
        against: 'floor',
        requestsPerSecond: 0.4,
        coldRequestsPerSecond: 0.4,
        p99: 0.5,
      },
      {
        scenario: 'rest-authorized',
        against: 'other',
        requestsPerSecond: 8,
        coldRequestsPerSecond: null,
        p99: 1,
      },
    ]);
  });

  it('prints a dash where there is no ratio or no figure', () => {
    const unknown = summarise('rest', 'gateway', [aMeasurement(1, { rssMb: undefined })]);

    assert.match(printTable([unknown], ratios), /^rest +gateway +1 .* - +500/m);
    assert.match(printTable(rows, ratios), /^rest-authorized +other +8 +- +1$/m);
  });
});
