import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Sample } from '../../../../../../packages/gateway/services/cloudwatch/metrics/sample.ts';

/** More than are kept exactly. */
function aFullSample(): Sample {
  const sample = new Sample();
  for (let value = 1; value <= 500; value += 1) sample.add([[-value, 1]]);
  return sample;
}

describe('Sample', () => {
  it('keeps three digits of a value if it has 500 already', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
          fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        ),
        (value) => {
          const sample = aFullSample();
          sample.add([[value, 1]]);

          assert.equal([...(sample.values ?? [])].at(-1)?.[0], Number(value.toPrecision(3)));
          assert.equal(sample.max, value);
        },
      ),
    );
  });
});
