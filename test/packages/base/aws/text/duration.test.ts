import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readDuration } from '../../../../../packages/base/aws/text/duration.ts';

describe('readDuration', () => {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

  it('reads an amount of each unit, forward and back', () => {
    const anyUnit = fc.constantFrom(...Object.entries(units));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), anyUnit, (amount, [unit, ms]) => {
        assert.equal(readDuration(`${amount}${unit}`), amount * ms);
        assert.equal(readDuration(`+${amount}${unit}`), amount * ms);
        assert.equal(readDuration(`-${amount}${unit}`), -amount * ms);
      }),
    );
  });

  for (const text of ['', '1', 's', '1 s', '1y', '--1s', '1.s', '1s2s'])
    it(`does not read "${text}"`, () => {
      assert.equal(readDuration(text), undefined);
    });
});
