import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axisTime } from '../../console/texts.ts';

describe('axisTime', () => {
  const AT = Date.UTC(2026, 10, 21, 12, 3, 30) / 1000;

  for (const [step, text] of [
    [15, '12:03:30'],
    [60, '12:03'],
    [86_400, '11-21'],
  ] as const)
    it(`is ${text} where marks are ${step} s apart`, () => {
      assert.equal(axisTime(AT, step), text);
    });
});
