import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { draw } from '../../../../../packages/gateway/engine/faults/draw.ts';

const whole = fc.nat();

describe('draw', () => {
  it('gives the same value for the same seed, rule, request and use, at least 0 and below 1', () => {
    fc.assert(
      fc.property(whole, whole, whole, fc.nat(1), (seed, rule, request, use) => {
        const value = draw(seed, rule, request, use);
        assert.equal(draw(seed, rule, request, use), value);
        assert.ok(value >= 0 && value < 1);
      }),
    );
  });

  it('spreads evenly over the requests of a rule, for any seed', () => {
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 1, max: 9 }), (seed, rule, tenths) => {
        const hits = Array.from({ length: 4_000 }, (_, at) => draw(seed, rule, at, 0) < tenths / 10).filter(
          Boolean,
        );
        // Six standard deviations of 4,000 throws.
        assert.ok(Math.abs(hits.length - 400 * tenths) < 190, `${hits.length} of ${400 * tenths}`);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('differs between seeds, rules and uses', () => {
    const values = [draw(0, 1, 1, 0), draw(1, 1, 1, 0), draw(0, 2, 1, 0), draw(0, 1, 2, 0), draw(0, 1, 1, 1)];

    assert.equal(new Set(values).size, values.length);
  });
});
