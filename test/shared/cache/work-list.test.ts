import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { parseInvalidation } from '#shared/cache/invalidation.ts';
import { openInvalidation, claim, findWork, finish, LEASE_MS, openWork } from '#shared/cache/work-list.ts';
import { CacheDesk } from '../../support/a-response-cache.ts';
import { portsAt } from '../../support/a-stage-cache.ts';

const INVALIDATION = parseInvalidation({ namespace: 'orders', tags: ['t'] });

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

describe('a wish', () => {
  it('that two callers store at the same time is new for one of them, and joined by the other', async () => {
    const asked = await Promise.all(
      [1, 2].map(() => openInvalidation(portsAt(desk), INVALIDATION, desk.nowMs)),
    );

    assert.deepEqual(asked.map(({ joined }) => joined).sort(), [false, true]);
    assert.equal((await findWork(portsAt(desk), asked[0]?.id ?? ''))?.run, 1);
  });

  it('is given up after eight tries if others change it each time', async () => {
    const { store, ...rest } = portsAt(desk);
    let tries = 0;
    const contended = {
      ...store,
      update: () => {
        tries += 1;
        return Promise.resolve({ kind: 'refused', item: undefined, storeEpochMs: undefined } as const);
      },
    };

    await assert.rejects(openInvalidation({ ...rest, store: contended }, INVALIDATION, desk.nowMs), {
      code: 'STORE_UNAVAILABLE',
    });
    assert.equal(tries, 8);
  });

  it('skips finished work and work of another holder', async () => {
    const ports = portsAt(desk);
    const { id } = await openInvalidation(ports, INVALIDATION, desk.nowMs);
    const work = await claim(ports, id, 'one', desk.nowMs);
    assert.ok(work !== undefined);
    assert.equal(await claim(ports, id, 'other', desk.nowMs + LEASE_MS - 1), undefined);

    assert.equal(await finish(ports, work, { owner: 'one', report: '{}', nowEpochMs: desk.nowMs }), 'done');
    assert.equal(await claim(ports, id, 'other', desk.nowMs + LEASE_MS), undefined);
    assert.deepEqual(await openWork(ports), []);
  });
});
