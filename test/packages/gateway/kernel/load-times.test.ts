import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoadTimes } from '../../../../packages/gateway/kernel/load-times.ts';
import { aStack } from '../../../support/a-stack.ts';

describe('the times of loads', () => {
  it('are the time of the first load, and later the time of the last one', () => {
    let nowMs = 1;
    const times = new LoadTimes(() => nowMs);
    const first = [aStack({}, 'a')];
    times.serve(first);
    nowMs = 2;
    const second = [aStack({}, 'a'), aStack({}, 'b')];
    times.serve(second);

    assert.deepEqual([...times.of(first)], [['a', { createdMs: 1, updatedMs: undefined }]]);
    assert.deepEqual(
      [...times.of(second)],
      [
        ['a', { createdMs: 1, updatedMs: 2 }],
        ['b', { createdMs: 2, updatedMs: undefined }],
      ],
    );
  });

  it('are not changed by a reset, which serves nothing for a while, nor by a load that is refused', () => {
    let nowMs = 1;
    const times = new LoadTimes(() => nowMs);
    const stacks = [aStack({}, 'a')];
    times.serve(stacks);
    nowMs = 2;
    times.of([aStack({}, 'a')]);
    times.serve([]);
    times.serve(stacks);

    assert.deepEqual(times.of(stacks).get('a'), { createdMs: 1, updatedMs: undefined });
  });
});
