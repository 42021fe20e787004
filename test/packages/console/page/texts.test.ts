import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axisTime, describeMissing } from '../../../../packages/console/page/texts.ts';

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

describe('describeMissing', () => {
  for (const [item, isHere, text] of [
    ['f1', false, 'This start has no function f1.'],
    ['f1', true, undefined],
    [undefined, false, undefined],
  ] as const)
    it(`says ${text ?? 'nothing'} where ${item ?? 'nothing'} is asked for and is ${isHere ? '' : 'not '}here`, () => {
      assert.equal(describeMissing('function', item, isHere), text);
    });
});
