import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  releaseBuffersWhenIdle,
  releaseMemoryWhenIdle,
} from '../../../../packages/gatewright/command/release-memory.ts';

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

/** After which looks it collects, where these MB are in buffers before each and a collection leaves `leftMb`. */
function bufferCollections(
  seconds: readonly { readonly mb: number; readonly share: number }[],
  leftMb: number,
): readonly number[] {
  const collected: number[] = [];
  const waiting: (() => void)[] = [];
  let seen = 0;
  let isCollected = false;
  releaseBuffersWhenIdle({
    utilization: () => ({ idle: 0, active: 0, utilization: seconds[seen]?.share ?? 0 }),
    later: (run) => void waiting.push(run),
    collect: (flavor) => {
      assert.equal(flavor, 'regular');
      collected.push(seen + 1);
      isCollected = true;
    },
    bufferBytes: () => (isCollected ? leftMb : (seconds[seen]?.mb ?? 0)) * 1024 ** 2,
  });
  for (; seen < seconds.length; seen += 1) {
    isCollected = false;
    waiting.shift()?.();
  }
  return collected;
}

describe('memory of large bodies', () => {
  it('is given back in the first second without work', () => {
    const seconds = [
      { mb: 10, share: 0.001 },
      { mb: 256, share: 0.9 },
      { mb: 256, share: 0.001 },
      { mb: 10, share: 0.001 },
    ];

    assert.deepEqual(bufferCollections(seconds, 10), [3]);
  });

  it('is looked at once where it is in use', () => {
    const seconds = [
      { mb: 10, share: 0.001 },
      { mb: 200, share: 0.001 },
      { mb: 200, share: 0.001 },
      { mb: 210, share: 0.001 },
    ];

    assert.deepEqual(bufferCollections(seconds, 200), [2]);
  });
});
