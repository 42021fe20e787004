import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitGrowth, fitSlope, isWithin, worstOf } from '../../../../lab/bench/growth/slope.ts';
import type { Growth, Pair } from '../../../../lab/bench/growth/slope.ts';

const SIZES = [10, 100, 1_000, 10_000];
const of = (cost: (size: number) => number): readonly Pair[] => SIZES.map((size) => [size, cost(size)]);

describe('the slope of what grows', () => {
  for (const [name, cost, exponent] of [
    ['a constant', () => 7, '0.00'],
    ['a root', (size: number) => 3 * Math.sqrt(size), '0.50'],
    ['what each one costs alike', (size: number) => size / 5, '1.00'],
    ['a square', (size: number) => size ** 2, '2.00'],
  ] as const)
    it(`is the exponent of ${name}, ${exponent}`, () => {
      assert.equal(fitSlope(of(cost))?.toFixed(2), exponent);
    });

  it('is undefined for a single size, and for values without a logarithm', () => {
    assert.equal(fitSlope([[10, 5]]), undefined);
    assert.equal(
      fitSlope([
        [10, 5],
        [100, 0],
        [1_000, Number.NaN],
      ]),
      undefined,
    );
  });
});

describe('how something grows', () => {
  const ROWS: readonly (readonly [string, (size: number) => number, Growth])[] = [
    ['costs the same', () => 100, 'flat'],
    ['differs by what a machine differs from run to run', (size) => (size === 10_000 ? 120 : 100), 'flat'],
    ['costs the same for each', (size) => size, 'linear'],
    ['is sorted', (size) => size * Math.log2(size), 'linear'],
    ['costs the same for each above a start', (size) => 800 + size / 10, 'linear'],
    ['measures every other one', (size) => size ** 2, 'worse than linear'],
    ['measures every other one, hidden by a start', (size) => 1_000 + size ** 2 / 1_000, 'worse than linear'],
  ];
  for (const [what, cost, growth] of ROWS)
    it(`is ${growth} if it ${what}`, () => assert.equal(fitGrowth(of(cost))?.growth, growth));

  it('is judged by the largest sizes, in any order', () => {
    const pairs = of((size) => 1_000 + size).toReversed();

    assert.equal(fitGrowth(pairs)?.atEnd.toFixed(2), fitGrowth(pairs.toReversed())?.atEnd.toFixed(2));
    assert.ok((fitGrowth(pairs)?.atEnd ?? 0) > (fitGrowth(pairs)?.overall ?? 0));
  });

  it('is within what it may be up to that', () => {
    assert.deepEqual(
      (['flat', 'linear', 'worse than linear'] as const).map((growth) => isWithin(growth, 'linear')),
      [true, true, false],
    );
  });

  it('is of an axis what its worst figure is', () => {
    assert.equal(worstOf(['flat', 'worse than linear', 'linear']), 'worse than linear');
    assert.equal(worstOf([]), 'flat');
  });
});
