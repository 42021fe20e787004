/**
 * Which request calls the handler, and whose answer is stored, if one takes longer than its lease or the table fails in
 * between.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { entriesOf, markLabel } from '#shared/cache/labels.ts';
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import { anHttpEvent, CacheDesk, countedHandler, incompressible } from '../../support/a-response-cache.ts';
import type { Reply } from '../../support/a-response-cache.ts';

const LEASE_SECONDS = 30;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const statusOf = ({ headers }: Reply): string | undefined => headers['cache-status'];

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

/** A request whose handler has begun, and answers on request. */
async function begin() {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const handler = withResponseCache<object>(() => promise, {
    cache: desk.ports,
    ttlSeconds: 60,
    scope: 'public',
  });
  const reply = handler(anHttpEvent({})) as Promise<Reply>;
  for (let turns = 0; turns < 4; turns += 1) await turn();
  return { reply, answer: (body: string) => resolve({ statusCode: 200, body }), fail: reject };
}

describe('a handler that takes longer than its lease', () => {
  it('answers its own caller, and keeps what was stored meanwhile', async () => {
    const late = await begin();
    desk.pass(LEASE_SECONDS);
    const send = countedHandler(desk, { scope: 'public' });
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; stored');
    late.answer('late');

    const reply = await late.reply;
    assert.deepEqual([reply.body, statusOf(reply)], ['late', 'gatewright; fwd=miss; detail=overtaken']);
    assert.equal((await send()).body, 'answer 1');
  });

  it('leaves the stored answer within reach of an invalidation, however short its own time is', async () => {
    const late = await begin();
    desk.pass(LEASE_SECONDS);
    const send = countedHandler(desk, { scope: 'public', ttlSeconds: 3600 });
    await send();
    late.answer('late');
    await late.reply;

    desk.pass(120);
    assert.equal((await send()).body, 'answer 1');
    const ids = [];
    for await (const { id } of entriesOf(desk.listing, 'orders', 'all', desk.nowMs)) ids.push(id);
    assert.equal(ids.length, 1);
  });

  it('and then fails, gives back nothing of who asks now', async () => {
    const late = await begin();
    desk.pass(LEASE_SECONDS);
    const next = await begin();
    late.fail(new Error('late'));
    await assert.rejects(late.reply, /late/);

    const send = countedHandler(desk, { scope: 'public' });
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; detail=waited');
    next.answer('next');
    assert.equal(statusOf(await next.reply), 'gatewright; fwd=miss; stored');
    assert.equal((await send()).body, 'next');
  });
});

describe('a table that fails while the handler answers', () => {
  it('returns the answer unchanged, and says why it was not stored', async () => {
    const send = countedHandler(desk, { scope: 'public' }, () => {
      desk.isDown = true;
      return {};
    });
    const reply = await send();
    assert.deepEqual([reply.body, statusOf(reply)], ['answer 1', 'gatewright; fwd=miss; detail=unavailable']);
  });
});

describe('a lease without an answer to store', () => {
  const leases = () => [...desk.items.values()].filter((item) => 'leasedUntil' in item || 'owner' in item);
  const passes = () => [...desk.items.values()].filter((item) => 'passUntil' in item);

  it('of a handler that failed is released, so that the next request calls it at once', async () => {
    const failing = await begin();
    failing.fail(new Error('down'));
    await assert.rejects(failing.reply, /down/);

    assert.deepEqual([leases(), passes()], [[], []]);
    assert.equal(statusOf(await countedHandler(desk, { scope: 'public' })()), 'gatewright; fwd=miss; stored');
  });

  it('of an answer that is too large is released, and the next requests call the handler without waiting', async () => {
    const body = 'x'.repeat(desk.ports.maxBodyBytes + 1);
    const send = countedHandler(desk, { scope: 'public' }, () => ({ body }));
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; detail=too-large');

    assert.deepEqual([leases().length, passes().length], [0, 1]);
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; detail=pass');
    desk.pass(2);
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; detail=too-large');
  });

  it('of an answer that was invalidated in the meantime is released, and the next answer is stored', async () => {
    const send = countedHandler(desk, { scope: 'public', tags: () => ['t'] });
    await markLabel(desk.ports.store, 'orders', 'tag:t', desk.nowMs);
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; detail=invalidated');

    assert.deepEqual([leases(), passes()], [[], []]);
    desk.pass(5);
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; stored');
  });
});

describe('a long answer', () => {
  const body = incompressible(900_000);
  const pieces = () => [...desk.items.keys()].filter((key) => key.includes('BODY#'));

  it('is put together of the pieces that the table took', async () => {
    const send = countedHandler(desk, { scope: 'public' }, () => ({ body }));
    await send();
    assert.ok(pieces().length > 1);
    const hit = await send();
    assert.equal(hit.body === body, true);
    assert.match(statusOf(hit) ?? '', /hit/);
  });

  it('is created again if a piece is missing', async () => {
    const send = countedHandler(desk, { scope: 'public' }, () => ({ body }));
    await send();
    desk.items.delete(pieces().at(-1) ?? '');
    assert.equal((await send()).body === body, true);
    assert.equal(desk.calls, 2);
  });
});
