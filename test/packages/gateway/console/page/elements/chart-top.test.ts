import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { topOf, withoutRest } from '../../../../../../packages/gateway/console/page/elements/chart-top.ts';

for (const [most, height, expected] of [
  [9, 100, 10],
  [8, 100, 10],
  [3, 100, 3],
  [0, 100, 1],
  [1, 100, 1],
  [41, 100, 60],
  [100, 100, 100],
] as const)
  it(`the highest line of the grid is ${expected} if the highest bar is ${most}`, () => {
    assert.equal(topOf(most, height, 30), expected);
    assert.ok(topOf(most, height, 30) >= most);
  });

describe('withoutRest', () => {
  for (const [values, drawn] of [
    [
      [0, 0, 0],
      [null, null, null],
    ],
    [
      [0, 0, 3, 0, 0],
      [null, 0, 3, 0, null],
    ],
    [
      [2, 0, 1],
      [2, 0, 1],
    ],
    [[], []],
  ] as const)
    it(`draws ${JSON.stringify(values)} without a line along the axis`, () => {
      assert.deepEqual(withoutRest(values), drawn);
    });
});
