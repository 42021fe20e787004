import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Sample } from '../../../../../../packages/gateway/services/cloudwatch/metrics/sample.ts';
import { compileStatistic } from '../../../../../../packages/gateway/services/cloudwatch/metrics/statistic.ts';

const PAGE = 'CloudWatch user guide, "CloudWatch statistics definitions"';

function sampleOf(...values: readonly number[]): Sample {
  const sample = new Sample();
  sample.add(values.map((value) => [value, 1]));
  return sample;
}

const TENS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

describe('compileStatistic', () => {
  for (const [name, expected] of [
    ['SampleCount', 10],
    ['Sum', 550],
    ['Average', 55],
    ['Minimum', 10],
    ['Maximum', 100],
    ['p0', 10],
    ['p10', 10],
    ['p50', 50],
    ['p99.9', 100],
    ['p100', 100],
    ['tm90', 50],
    ['TM(10%:90%)', 55],
    ['TM(:40)', 25],
    ['tc90', 9],
    ['TC(80%:)', 2],
    ['TC(20:40)', 3],
    ['ts50', 150],
    ['TS(95:)', 100],
    ['wm80', (10 + 20 + 30 + 40 + 50 + 60 + 70 + 3 * 80) / 10],
    ['WM(20:90)', (2 * 20 + 30 + 40 + 50 + 60 + 70 + 80 + 2 * 90) / 10],
    ['PR(:30)', 30],
    ['PR(30:60)', 30],
    ['IQM', 55],
  ] as const)
    it(`computes ${name}`, () => {
      assert.equal(compileStatistic(name)?.(sampleOf(...TENS)), expected, PAGE);
    });

  it('depends on no order in which values came', () => {
    const names = ['p25', 'tm50', 'wm80', 'WM(20:90)', 'TS(35:95)', 'TM(:40)', 'IQM'];
    fc.assert(
      fc.property(fc.shuffledSubarray(TENS, { minLength: 10 }), (shuffled) => {
        for (const name of names)
          assert.equal(
            compileStatistic(name)?.(sampleOf(...shuffled)),
            compileStatistic(name)?.(sampleOf(...TENS)),
            name,
          );
      }),
      { numRuns: 20 },
    );
  });

  it('accepts no other names', () => {
    for (const name of [
      '',
      'sum',
      'p',
      'p101',
      'p-1',
      'median',
      'TM(10%)',
      'PR(10%:20%)',
      'TM(a:b)',
      'toString',
    ])
      assert.equal(compileStatistic(name), undefined, name);
  });

  it('has no percentile of a set, unless the set has a single value', () => {
    const set = new Sample();
    set.add({ count: 3, sum: 6, min: 1, max: 3 });
    const same = new Sample();
    same.add({ count: 3, sum: 6, min: 2, max: 2 });

    assert.equal(compileStatistic('p50')?.(set), undefined, PAGE);
    assert.equal(compileStatistic('Average')?.(set), 2);
    assert.equal(compileStatistic('p50')?.(same), 2, PAGE);
    assert.equal(compileStatistic('Sum')?.(new Sample()), undefined);
  });

  it('keeps sums and extremes exactly, and percentiles within a percent, however many values there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 10_000, noNaN: true }), { minLength: 600, maxLength: 900 }),
        (values) => {
          const sample = sampleOf(...values);
          const sorted = values.toSorted((one, other) => one - other);
          const exact = sorted[Math.ceil(0.9 * sorted.length) - 1] ?? 0;
          const p90 = compileStatistic('p90')?.(sample) ?? NaN;

          assert.ok((sample.values?.size ?? 0) <= 500 + 900 * 8);
          assert.equal(sample.min, sorted[0]);
          assert.equal(sample.max, sorted.at(-1));
          assert.ok(Math.abs(p90 - exact) <= 0.01 * exact, `${p90} instead of ${exact}`);
        },
      ),
      { numRuns: 30 },
    );
  });
});
