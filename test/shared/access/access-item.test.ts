import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAccessItem } from '#shared/access/access-item.ts';
import type { ReadOutcome } from '#shared/table/item-write.ts';

const KEY = { pk: 'KEY#a', sk: 'KEY' };
const LOST: ReadOutcome = { kind: 'unavailable', reason: 'timeout' };

function aStore(...outcomes: readonly ReadOutcome[]) {
  const asked: unknown[] = [];
  const read = (...args: readonly unknown[]): Promise<ReadOutcome> => {
    asked.push(args);
    return Promise.resolve(outcomes[asked.length - 1] ?? LOST);
  };
  return { asked, store: { read } };
}

describe('readAccessItem', () => {
  it('asks once more if the first answer was lost, consistently both times', async () => {
    const { asked, store } = aStore(LOST, { kind: 'done', item: { ver: 1 }, storeEpochMs: undefined });

    assert.deepEqual(await readAccessItem(store, KEY), { ver: 1 });
    assert.deepEqual(asked, [
      [KEY, { consistent: true }],
      [KEY, { consistent: true }],
    ]);
  });

  it('does not mistake a missing item for a lost answer', async () => {
    const { asked, store } = aStore({ kind: 'done', item: undefined, storeEpochMs: undefined });

    assert.equal(await readAccessItem(store, KEY), undefined);
    assert.equal(asked.length, 1);
  });

  it('fails after two lost answers', async () => {
    const { asked, store } = aStore(LOST, LOST);

    await assert.rejects(readAccessItem(store, KEY), { code: 'STORE_UNAVAILABLE' });
    assert.equal(asked.length, 2);
  });
});
