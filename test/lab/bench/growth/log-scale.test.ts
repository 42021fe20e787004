import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logScale, shorten } from '../../../../lab/bench/growth/log-scale.ts';

describe('a logarithmic scale', () => {
  it('has equal steps for equal ratios', () => {
    const { at } = logScale([1, 10_000], 0, 400);

    assert.deepEqual(
      [1, 10, 100, 10_000].map((value) => Math.round(at(value))),
      [0, 100, 200, 400],
    );
  });

  it('runs downward if its range does, as in pictures', () => {
    const { at } = logScale([1, 100], 200, 0);

    assert.deepEqual(
      [1, 10, 100].map((value) => Math.round(at(value))),
      [200, 100, 0],
    );
  });

  const ROWS: readonly (readonly [readonly number[], readonly string[]])[] = [
    [
      [10, 10_000],
      ['10', '100', '1k', '10k'],
    ],
    [
      [30, 700],
      ['20', '50', '100', '200', '500', '1k'],
    ],
    [
      [100, 6_000_000],
      ['100', '1k', '10k', '100k', '1M', '10M'],
    ],
    [
      [5, 5],
      ['5', '10'],
    ],
    [
      [0.3, 0.9],
      ['0.2', '0.5', '1'],
    ],
  ];
  for (const [values, labels] of ROWS)
    it(`has ticks at ${labels.join(', ')} for ${values.join(' to ')}, with nothing outside of them`, () => {
      const { ticks, at } = logScale(values, 0, 100);

      assert.deepEqual(
        ticks.map(({ label }) => label),
        labels,
      );
      for (const value of values) assert.ok(at(value) >= -1e-9 && at(value) <= 100 + 1e-9);
    });

  it('is refused for what has no logarithm', () => {
    assert.throws(() => logScale([0, 5], 0, 1), RangeError);
    assert.throws(() => logScale([], 0, 1), RangeError);
  });

  it('says large numbers shortly', () => {
    assert.deepEqual([0.25, 999, 1_500, 20_000, 2_000_000].map(shorten), [
      '0.25',
      '999',
      '1.5k',
      '20k',
      '2M',
    ]);
  });
});
