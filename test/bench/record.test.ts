import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarise } from '../../bench/record.ts';
import type { Sample } from '../../bench/record.ts';

const sample = (requestsPerSecond: number, cpuMicros?: number): Sample => ({ requestsPerSecond, cpuMicros });

describe('summarise', () => {
  it('compares pair by pair, so that a machine that slows down costs neither side', () => {
    const { cost, cpu, on, off } = summarise({
      off: [sample(10_000, 50), sample(5_000, 100), sample(1_000, 200)],
      on: [sample(9_800, 51), sample(4_900, 102), sample(980, 204)],
    });

    assert.deepEqual(
      [cost.median.toFixed(3), cpu?.median.toFixed(3), on, off],
      ['0.020', '0.020', 4_900, 5_000],
    );
  });

  it('says nothing of processor time where the system does not', () => {
    const { cpu, cpuMicros } = summarise({ off: [sample(100)], on: [sample(99)] });

    assert.deepEqual([cpu, cpuMicros], [undefined, { on: undefined, off: undefined }]);
  });
});
