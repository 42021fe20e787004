import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyLocks } from '../../../../packages/base/aws/key-locks.ts';

describe('KeyLocks', () => {
  it('never runs two holders of one name at the same time, and runs all of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }), { maxLength: 20 }),
        fc.scheduler(),
        async (options, scheduler) => {
          const locks = new KeyLocks();
          const held = new Set<string>();
          let ran = 0;
          const all = Promise.all(
            options.map((names) =>
              locks.hold(names, async () => {
                const own = new Set(names);
                for (const name of own) {
                  assert.ok(!held.has(name), `${name} is held twice`);
                  held.add(name);
                }
                await scheduler.schedule(Promise.resolve());
                for (const name of own) held.delete(name);
                ran += 1;
              }),
            ),
          );
          await scheduler.waitFor(all);
          assert.equal(ran, options.length);
        },
      ),
      { seed: 20261120, numRuns: 100 },
    );
  });

  it('serves waiters in the order they came, also after one has failed', async () => {
    const locks = new KeyLocks();
    const order: number[] = [];
    const failing = locks.hold(['a'], () => Promise.reject(new Error('no')));
    const others = [1, 2, 3].map((number) => locks.hold(['a'], async () => void order.push(number)));
    await assert.rejects(failing);
    await Promise.all(others);
    assert.deepEqual(order, [1, 2, 3]);
  });
});
