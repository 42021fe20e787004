import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { TaskQueue } from '../../../packages/server/task-queue.ts';

describe('TaskQueue', () => {
  it('runs every task, so many at a time, in the order in which they came', async () => {
    const turns = new TaskQueue(3);
    const begun: number[] = [];
    let running = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        turns.run(async () => {
          begun.push(index);
          most = Math.max(most, (running += 1));
          await setImmediate();
          running -= 1;
        }),
      ),
    );

    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(most, 3);
  });

  it('gives the turn of a task that fails to the next', async () => {
    const turns = new TaskQueue(1);
    const failed = turns.run(() => Promise.reject(new Error('no')));
    let ran = false;

    const next = turns.run(() => {
      ran = true;
      return Promise.resolve();
    });

    await assert.rejects(failed);
    await next;
    assert.equal(ran, true);
  });
});
