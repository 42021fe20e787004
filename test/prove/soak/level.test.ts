import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeLevel, median, medianSlope } from './level.ts';

const BOUND = { share: 0.1, atLeast: 4 };

describe('judgeLevel', () => {
  const rows: readonly [string, readonly number[], boolean][] = [
    ['what stays', [100, 100, 100, 100, 100, 100], true],
    ['a value that grows by two with each measurement', [100, 102, 104, 106, 108, 110, 112, 114, 116], true],
    [
      'a value that grows by four with each measurement',
      [100, 104, 108, 112, 116, 120, 124, 128, 132],
      false,
    ],
    ['a value that grows only at first', [10, 60, 90, 100, 100, 101, 100, 101, 100], true],
    ['one unusual measurement', [100, 100, 100, 100, 100, 300, 100, 100, 100], true],
    ['what falls', [300, 250, 200, 150, 100, 50], true],
    ['a value so small that a share of it is nothing', [1, 1, 1, 2, 2, 3, 3, 4, 4], true],
    ['a single measurement', [7], true],
  ];
  for (const [name, looks, isLevel] of rows)
    it(`takes ${name} for ${isLevel ? 'level' : 'growth'}`, () => {
      assert.equal(judgeLevel(looks, BOUND).isLevel, isLevel);
    });
});

describe('medianSlope', () => {
  it('is the slope per measurement', () => assert.equal(medianSlope([1, 3, 5, 7]), 2));
  it('is 0 for a single value', () => assert.equal(medianSlope([5]), 0));
});

describe('median', () => {
  it('is the middle value, or the mean of the two middle values', () =>
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]));
});
