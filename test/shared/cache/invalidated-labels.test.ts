import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { pathLabel } from '#shared/cache/entry-labels.ts';
import { entriesOf, isInvalidated, markLabel } from '#shared/cache/labels.ts';
import type { ItemListing } from '#shared/ports.ts';
import { CacheDesk, countedHandler } from '../../support/a-response-cache.ts';

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

async function countOf(listing: ItemListing, label: string): Promise<number> {
  const ids = [];
  for await (const { id } of entriesOf(listing, 'orders', label, desk.nowMs)) ids.push(id);
  return ids.length;
}

describe('an invalidation', () => {
  it('is remembered for an hour, longer than anything is being made, and then is gone from the table', async () => {
    const sinceEpochMs = desk.nowMs;
    await markLabel(desk.ports.store, 'orders', 'tag:t', desk.nowMs);
    const isStill = () =>
      isInvalidated(desk.ports.store, 'orders', { labels: ['tag:t'], id: 'a', sinceEpochMs });

    desk.pass(3599);
    assert.equal(await isStill(), true);
    desk.pass(1);
    assert.equal(await isStill(), false);
    assert.equal(desk.items.size, 0);
  });

  it('of everything is written once for each first digit of an id', async () => {
    await markLabel(desk.ports.store, 'orders', 'all', desk.nowMs);

    assert.equal(desk.items.size, 16);
    for (const digit of '0123456789abcdef')
      assert.equal(
        await isInvalidated(desk.ports.store, 'orders', {
          labels: ['all'],
          id: `${digit}00`,
          sinceEpochMs: desk.nowMs,
        }),
        true,
      );
  });

  it('of everything finds each answer, and none twice', async () => {
    const send = countedHandler(desk, { scope: 'public' });
    for (let page = 0; page < 60; page += 1) await send({ query: `page=${page}` });

    assert.equal(await countOf(desk.listing, 'all'), 60);
  });

  it('finds an answer by a path of any length, and no other', async () => {
    const path = `/orders/${'x'.repeat(300)}`;
    await countedHandler(desk, { scope: 'public' })({ path });

    assert.equal(await countOf(desk.listing, pathLabel(path)), 1);
    assert.equal(await countOf(desk.listing, pathLabel(`${path}y`)), 0);
    for (const key of desk.items.keys()) assert.ok(key.length < 1024, 'the longest sort key of DynamoDB');
  });

  it('reports that the table cannot list entries', async () => {
    const down: ItemListing = {
      ...desk.listing,
      range: () => Promise.resolve({ kind: 'unavailable', reason: 'throttled' }),
    };
    await assert.rejects(countOf(down, 'tag:t'), {
      code: 'STORE_UNAVAILABLE',
      message: "the cache's table is unavailable (throttled)",
    });
  });
});
