import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readShift } from '../../../../../../packages/gateway/console/page/data/shift.ts';

describe('readShift', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['', 0],
    ['+1d', 86_400_000],
    ['-30m', -1_800_000],
    ['90s', 90_000],
    [' 1.5 h ', 5_400_000],
    ['- 500 ms', -500],
  ];
  for (const [text, ms] of rows) it(`reads "${text}"`, () => assert.equal(readShift(text), ms));

  it('says how a shift is written', () => {
    for (const text of ['soon', '1', '+d', '1 0d'])
      assert.throws(() => readShift(text), /Write a shift as \+1d/);
  });
});
