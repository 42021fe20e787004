import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStartOptions, summariseStarts } from '../../../lab/bench/against-starts.ts';
import type { StartPair } from '../../../lab/bench/against-starts.ts';

describe('parseStartOptions', () => {
  it('measures 15 pairs if no number is given', () => {
    assert.deepEqual(parseStartOptions(['--against', 'HEAD']), { against: 'HEAD', pairs: 15 });
  });

  for (const args of [[], ['--against', 'HEAD', '--pairs', '0'], ['--against', 'HEAD', '--pairs', '1.5']])
    it(`refuses ${args.join(' ') || 'no commit'}`, () => assert.throws(() => parseStartOptions(args)));
});

describe('summariseStarts', () => {
  it('is above 1 if these files start faster, each form by itself', () => {
    const pairs = [100, 110, 120].flatMap((ours): readonly StartPair[] => [
      { form: 'checkout', ours, theirs: 2 * ours },
      { form: 'package', ours, theirs: ours / 2 },
    ]);

    const [checkout, built] = summariseStarts(pairs);
    assert.deepEqual(
      [checkout?.form, checkout?.pairs, checkout?.ours, checkout?.theirs, checkout?.median],
      ['checkout', 3, 110, 220, 2],
    );
    assert.deepEqual([built?.form, built?.median], ['package', 0.5]);
  });
});
