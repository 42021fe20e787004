import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarisePairs } from '../../lab/bench/against.ts';
import { reasonsAgainst } from './speed.ts';

const rowsOf = (...ratios: readonly number[]) =>
  summarisePairs(
    ratios.map((ratio) => ({ figure: 'rest req/s', ours: 1_000 * ratio, theirs: 1_000 })),
    0.95,
  );

describe('the proof that nothing has become slower', () => {
  it('is refuted if a whole interval is below 0.95', () => {
    assert.deepEqual(reasonsAgainst(rowsOf(0.9, 0.91, 0.92, 0.9, 0.93, 0.94)), [
      'rest req/s: 0.915 of the base, at most 0.940',
    ]);
  });

  it('is proven if only a part of the interval is below', () => {
    assert.deepEqual(reasonsAgainst(rowsOf(0.9, 0.91, 0.92, 0.9, 0.93, 0.96)), []);
  });

  it('is not proven by so few pairs that they have no interval', () => {
    assert.deepEqual(reasonsAgainst(rowsOf(1, 1, 1, 1, 1)), ['rest req/s: 5 pairs are too few']);
  });
});
