import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, measureSteadily } from '../../../lab/bench/steady-pairs.ts';
import type { HostSpeed } from '../../../lab/bench/host-speed.ts';

const at = (share: number): HostSpeed => ({ arithmetic: 200_000 * share, messages: 40_000, echoes: 20_000 });

/** Pairs on a host of these speeds, each measured before and after; the figure counts what was measured. */
async function measure(pairs: number, shares: readonly number[]) {
  const speeds = shares.map(at)[Symbol.iterator]();
  const asked: number[] = [];
  const kept = await measureSteadily(
    pairs,
    (pair) => {
      asked.push(pair);
      return Promise.resolve([{ figure: 'rest', ours: asked.length, theirs: 1 }]);
    },
    () => Promise.resolve(speeds.next().value ?? at(1)),
  );
  return { asked, kept: kept.map(({ ours, isMarked }) => [ours, isMarked]) };
}

describe('a pair', () => {
  it('is kept on a host that stayed as it was, whatever happened before', () => {
    for (const repeats of [0, 1, 3]) assert.equal(decide(at(1), at(1.15), repeats), 'kept');
  });

  it('is measured again if the host changed, three times at most, then marked', () => {
    const outcomes = [0, 1, 2, 3].map((repeats) => decide(at(1), at(0.8), repeats));

    assert.deepEqual(outcomes, ['again', 'again', 'again', 'marked']);
    assert.equal(decide(at(1), at(0.8), 0, 0), 'marked');
  });
});

describe('measureSteadily', () => {
  it('measures each pair once on a steady host, with its speed between them', async () => {
    assert.deepEqual(await measure(3, [1, 1.1, 1.2, 1.1]), {
      asked: [0, 1, 2],
      kept: [
        [1, false],
        [2, false],
        [3, false],
      ],
    });
  });

  it('keeps only the figures of the repetition', async () => {
    assert.deepEqual(await measure(2, [1, 0.5, 0.5, 0.5]), {
      asked: [0, 0, 1],
      kept: [
        [2, false],
        [3, false],
      ],
    });
  });

  it('keeps the fourth measurement with a mark, and starts counting again for the next pair', async () => {
    assert.deepEqual(await measure(2, [1, 2, 1, 2, 1, 2, 2]), {
      asked: [0, 0, 0, 0, 1, 1],
      kept: [
        [4, true],
        [6, false],
      ],
    });
  });
});
