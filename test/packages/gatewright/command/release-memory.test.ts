import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releaseMemoryWhenIdle } from '../../../../packages/gatewright/command/release-memory.ts';

/** How often it collects, and after how many looks, where the loop is busy by these shares of each second. */
function collections(shares: readonly number[], looks?: number): readonly number[] {
  const collected: number[] = [];
  const waiting: (() => void)[] = [];
  let seen = 0;
  releaseMemoryWhenIdle(
    {
      utilization: (since) => {
        const utilization = since === undefined ? 0 : (shares[seen++] ?? 1);
        return { idle: 0, active: 0, utilization };
      },
      later: (run) => void waiting.push(run),
      collect: () => void collected.push(seen),
    },
    looks,
  );
  for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) run();
  return collected;
}

describe('memory of a start', () => {
  it('is given back once, in the first second without work', () => {
    assert.deepEqual(collections([0.9, 0.4, 0.001, 0.001]), [3]);
  });

  it('is kept where requests never pause', () => {
    assert.deepEqual(collections([0.9, 0.4, 0.5, 0.001], 3), []);
  });
});
