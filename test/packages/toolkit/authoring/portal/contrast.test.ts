import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  contrastOf,
  findUnreadable,
  inkOn,
} from '../../../../../packages/toolkit/authoring/portal/contrast.ts';

describe('contrastOf', () => {
  // WCAG 2.2: 21:1 is the largest contrast. #767676 is the known grey that white text can just be read on.
  const KNOWN: readonly (readonly [one: string, other: string, ratio: number])[] = [
    ['#ffffff', '#000000', 21],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
    ['#ff0000', '#ffffff', 4.0],
    ['#123456', '#123456', 1],
  ];
  for (const [one, other, ratio] of KNOWN)
    it(`is ${ratio} for ${one} and ${other}, in both orders`, () => {
      assert.ok(Math.abs(contrastOf(one, other) - ratio) < 0.01);
      assert.equal(contrastOf(one, other), contrastOf(other, one));
    });
});

describe('inkOn', () => {
  it('can be read on every colour that is not refused', () => {
    const colour = fc
      .integer({ min: 0, max: 0xff_ff_ff })
      .map((value) => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(colour, (each) => {
        assert.equal(findUnreadable(each) === undefined, contrastOf(each, inkOn(each)) >= 4.5);
      }),
    );
  });

  it('is white on dark colours, and near-black on light ones', () => {
    assert.deepEqual(['#0b5fa5', '#f6c945'].map(inkOn), ['#ffffff', '#10131a']);
  });

  it('never prints a ratio that would be enough', () => {
    assert.match(findUnreadable('#777777') ?? '', /is 4\.47:1, .* text 4\.1\d:1/);
  });
});
