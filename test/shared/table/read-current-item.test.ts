import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import type { ReadOutcome } from '#shared/table/item-write.ts';
import { readCurrentItem } from '#shared/table/read-current-item.ts';

const KEY = { pk: 'A', sk: 'B' };
const SILENT: ReadOutcome = { kind: 'unavailable', reason: 'no answer' };
const FOUND: ReadOutcome = { kind: 'done', item: { ver: 1 }, storeEpochMs: undefined };

function aStore(...answers: readonly ReadOutcome[]) {
  const options: unknown[] = [];
  const read = (_: unknown, asked: unknown) =>
    Promise.resolve(answers[options.push(asked) - 1] ?? assert.fail('one attempt too many'));
  return { options, store: { read } };
}

const silent = () => new DomainError('STORE_UNAVAILABLE', 'the table did not respond');

describe('readCurrentItem', () => {
  it('reads with strong consistency, and once more if the table is unavailable', async () => {
    const { options, store } = aStore(SILENT, FOUND);

    assert.deepEqual(await readCurrentItem(store, KEY, silent), { ver: 1 });
    assert.deepEqual(options, [{ consistent: true }, { consistent: true }]);
  });

  it('fails if the table is unavailable twice', async () => {
    await assert.rejects(readCurrentItem(aStore(SILENT, SILENT).store, KEY, silent), {
      code: 'STORE_UNAVAILABLE',
    });
  });
});
