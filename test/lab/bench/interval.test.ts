import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { judge, medianInterval, rankOfBound } from '../../../lab/bench/interval.ts';

describe('rankOfBound', () => {
  /** Critical values of the two-sided sign test at 5 %, plus one: any table of it, e.g. Dixon & Mood 1946, table 1. */
  const rows: readonly (readonly [n: number, rank: number])[] = [
    [0, 0],
    [1, 0],
    [5, 0],
    [6, 1],
    [8, 1],
    [9, 2],
    [11, 2],
    [12, 3],
    [14, 3],
    [15, 4],
    [17, 5],
    [20, 6],
    [22, 6],
    [23, 7],
    [25, 8],
  ];
  for (const [n, rank] of rows) it(`is ${rank} for ${n} values`, () => assert.equal(rankOfBound(n), rank));

  it('grows with the number of values, never past the middle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), (n) => {
        const [fewer, more] = [rankOfBound(n), rankOfBound(n + 1)];
        assert.ok(more >= fewer && more <= fewer + 1, `${n}: ${fewer} then ${more}`);
        assert.ok(fewer <= n / 2);
      }),
    );
  });

  it('asks more of a higher confidence', () => {
    assert.deepEqual(
      [0.5, 0.9, 0.95, 0.99, 0.999].map((confidence) => rankOfBound(11, confidence)),
      [4, 3, 2, 1, 1],
    );
  });

  it('refuses a number of values for which it has no answer', () => {
    for (const n of [-1, 1.5, 1_001]) assert.throws(() => rankOfBound(n), RangeError);
  });
});

const ratios = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('medianInterval', () => {
  it('is between the second and the last but one of eleven', () => {
    const values = [1.1, 0.9, 1.0, 1.05, 0.95, 1.2, 0.8, 1.01, 0.99, 1.02, 0.98];

    assert.deepEqual(medianInterval(values), { median: 1, low: 0.9, high: 1.1 });
  });

  it('has no bounds if five values cannot give any', () => {
    assert.deepEqual(medianInterval([1, 2, 3, 4, 5]), { median: 3, low: -Infinity, high: Infinity });
    assert.throws(() => medianInterval([]), RangeError);
  });

  it('contains the median, and is the same in any order and any unit', () => {
    fc.assert(
      fc.property(ratios, fc.constantFrom(0.5, 2, 4), (values, unit) => {
        const { median, low, high } = medianInterval(values);
        assert.ok(low <= median && median <= high);
        assert.deepEqual(medianInterval([...values].reverse()), { median, low, high });
        const scaled = medianInterval(values.map((value) => value * unit));
        assert.deepEqual(scaled, { median: median * unit, low: low * unit, high: high * unit });
      }),
    );
  });

  it('is not moved by one wild value, however wild', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 10, maxLength: 30 }),
        (values) => {
          const { low, high } = medianInterval([...values, 1e9]);
          assert.ok(low >= 0.9 && high <= 1.1);
        },
      ),
    );
  });
});

describe('judge', () => {
  const rows: readonly (readonly [low: number, high: number, expected: string])[] = [
    [0.9, 0.949, 'missed'],
    [0.9, 0.95, 'open'],
    [0.949, 1.2, 'open'],
    [0.95, 1.2, 'kept'],
    [-Infinity, Infinity, 'open'],
  ];
  for (const [low, high, expected] of rows)
    it(`calls a bound of 0.95 ${expected} by an interval from ${low} to ${high}, and the same of what may be no more`, () => {
      assert.equal(judge({ median: (low + high) / 2, low, high }, 0.95), expected);
      assert.equal(judge({ median: 1, low: 1.9 - high, high: 1.9 - low }, 0.95, 'at most'), expected);
    });
});
