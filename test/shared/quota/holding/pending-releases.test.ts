import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PendingReleases } from '#shared/quota/holding/pending-releases.ts';
import type { ItemWrite, WriteOutcome } from '#shared/table/item-write.ts';

const KEY = { pk: 'C#acme', sk: '0' };
const REFUSED: WriteOutcome = { kind: 'refused', item: undefined, storeEpochMs: undefined };
const DONE: WriteOutcome = { kind: 'done', item: {}, storeEpochMs: undefined };

/** Creates an owner of pending releases, with a table that gives the specified answers. */
function anOwner(answer: () => WriteOutcome) {
  let nowMs = 0;
  const tried: ItemWrite[] = [];
  const owed = new PendingReleases({
    clock: { nowEpochMs: () => nowMs, monotonicMs: () => nowMs },
    store: { update: (write) => (tried.push(write), Promise.resolve(answer())) },
  });
  const settleAt = async (ms: number): Promise<number> => {
    nowMs = ms;
    const before = tried.length;
    await owed.settle();
    return tried.length - before;
  };
  return { owed, settleAt };
}

describe('permits that could not be given back', () => {
  it('are tried once a second until the table takes them', async () => {
    let answer: WriteOutcome = { kind: 'unknown', reason: 'down' };
    const { owed, settleAt } = anOwner(() => answer);
    owed.add(KEY, 'a', false);

    assert.deepEqual([await settleAt(0), await settleAt(999), await settleAt(1000)], [1, 0, 1]);
    answer = DONE;
    assert.deepEqual([await settleAt(2000), await settleAt(3000)], [1, 0]);
  });

  it('are done if the table has none of them', async () => {
    const { owed, settleAt } = anOwner(() => REFUSED);
    owed.add(KEY, 'a', false);

    assert.deepEqual([await settleAt(0), await settleAt(1000)], [1, 0]);
  });

  it('are looked up for a minute if a write may still arrive', async () => {
    const { owed, settleAt } = anOwner(() => REFUSED);
    owed.add(KEY, 'a', true);

    assert.deepEqual([await settleAt(0), await settleAt(59_000), await settleAt(60_000)], [1, 1, 1]);
    assert.deepEqual([await settleAt(61_000), await settleAt(62_000)], [1, 0]);
  });

  it('wait for their turn if there are many', async () => {
    const { owed, settleAt } = anOwner(() => DONE);
    for (let index = 0; index < 60; index += 1) owed.add(KEY, String(index), false);

    assert.deepEqual(
      [await settleAt(0), await settleAt(1000), await settleAt(2000), await settleAt(3000)],
      [25, 25, 10, 0],
    );
  });
});
