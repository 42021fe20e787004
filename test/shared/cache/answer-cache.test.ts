import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import type { ResponseCacheOptions } from '#shared/middleware/response-cache.ts';
import { deleteEntry } from '#shared/cache/entry-store.ts';
import { entriesOf, markLabel } from '#shared/cache/labels.ts';
import { anHttpEvent, CacheDesk, countedHandler } from '../../support/a-response-cache.ts';
import type { TestRequest, Reply } from '../../support/a-response-cache.ts';

type Options = Partial<ResponseCacheOptions<object>>;
type Answered = Record<string, unknown>;

const turn = () => new Promise((resolve) => setImmediate(resolve));
const ALICE = { authorization: 'Bearer alice' };
const BOB = { authorization: 'Bearer bob' };
const ANEW = { 'cache-control': 'max-age=0' };

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

const counted = (options?: Options, answer?: (count: number) => Answered) =>
  countedHandler(desk, options, answer);

const statusOf = ({ headers }: Reply): string | undefined => headers['cache-status'];

describe('an answer cache', () => {
  it('asks the handler once for 200 requests of one key that come together', async () => {
    const send = counted({ scope: 'public' });

    const replies = await Promise.all(Array.from({ length: 200 }, () => send()));

    assert.equal(desk.calls, 1);
    assert.deepEqual(new Set(replies.map(({ body }) => body)), new Set(['answer 1']));
  });

  it('keeps an answer for its time, and says how old it is (RFC 9111 §5.1)', async () => {
    const send = counted({ scope: 'public' });
    await send();
    desk.pass(59);
    const hit = await send();
    desk.pass(1);
    const miss = await send();
    const young = await send();

    assert.deepEqual([hit.body, hit.headers['age'], miss.body], ['answer 1', '59', 'answer 2']);
    assert.deepEqual([young.body, young.headers['age']], ['answer 2', '0']);
    assert.equal(statusOf(hit), 'gatewright; hit; ttl=1');
    assert.equal(statusOf(miss), 'gatewright; fwd=miss; stored');
  });

  it('answers 304 to who has the answer already, from the cache and from the handler', async () => {
    const send = counted({ scope: 'public' }, () => ({ body: 'same' }));
    const { headers } = await send();
    const etag = headers['etag'] ?? '';
    const hit = await send({ headers: { 'if-none-match': `"other", W/${etag}` } });
    desk.pass(60);
    const miss = await send({ headers: { 'if-none-match': etag } });

    assert.match(etag, /^"[\w-]{27}"$/);
    for (const reply of [hit, miss]) assert.deepEqual([reply.statusCode, reply.body], [304, '']);
    assert.equal(hit.headers['etag'], etag);
    assert.equal((await send({ headers: { 'if-none-match': '"other"' } })).statusCode, 200);
  });

  it('returns an expired answer while one caller renews it, but no longer than configured', async () => {
    const send = counted({ scope: 'public', staleWhileRevalidateSeconds: 30 });
    await send();
    desk.pass(61);
    const replies = await Promise.all(Array.from({ length: 20 }, () => send()));

    assert.equal(desk.calls, 2);
    assert.equal(replies.filter(({ body }) => body === 'answer 2').length, 1);
    assert.equal(replies.filter(({ body }) => body === 'answer 1').length, 19);
    desk.pass(91);
    const later = await Promise.all([send(), send()]);
    assert.deepEqual(new Set(later.map(({ body }) => body)), new Set(['answer 3']));
  });

  it('distinguishes two keys, and ignores undeclared values', async () => {
    const send = counted({ scope: 'public', key: { query: ['page'], headers: ['Accept-Language'] } });
    const rows: readonly (readonly [asked: TestRequest, body: string])[] = [
      [{ query: 'page=1' }, 'answer 1'],
      [{ query: 'page=1&utm=x' }, 'answer 1'],
      [{ query: 'page=2' }, 'answer 2'],
      [{ query: 'page=1', headers: { 'accept-language': 'de' } }, 'answer 3'],
      [{ query: 'page=1', path: '/other' }, 'answer 4'],
      [{ query: 'page=1', method: 'HEAD' }, 'answer 5'],
      // Two values are not one with a comma.
      [{ query: 'page=1&page=2' }, 'answer 6'],
      [{ query: 'page=1%2C2' }, 'answer 7'],
      [{ query: 'page=1', method: 'POST' }, 'answer 8'],
      [{ query: 'page=1', method: 'POST' }, 'answer 9'],
    ];
    for (const [asked, body] of rows) assert.equal((await send(asked)).body, body, JSON.stringify(asked));
  });

  it('says which answers are too long to be cached', async () => {
    const long = counted({ scope: 'public', key: { query: ['x'] } }, () => ({ body: 'ü'.repeat(600_000) }));
    assert.equal(statusOf(await long({ query: 'x=1' })), 'gatewright; fwd=miss; detail=too-large');
  });

  it('continues without the table', async () => {
    const send = counted({ scope: 'public' });
    desk.isDown = true;

    const reply = await send();

    assert.deepEqual(
      [reply.body, statusOf(reply)],
      ['answer 1', 'gatewright; fwd=bypass; detail=unavailable'],
    );
  });

  it('runs the handler again for the next caller after a failure', async () => {
    let isBroken = true;
    const handler = withResponseCache<object>(
      () => {
        desk.calls += 1;
        if (isBroken) throw new Error('broken');
        return { statusCode: 200, body: 'good' };
      },
      { cache: desk.ports, ttlSeconds: 60, scope: 'public' },
    );
    await assert.rejects(Promise.resolve(handler(anHttpEvent({}))), /broken/);
    isBroken = false;

    assert.equal(((await handler(anHttpEvent({}))) as Reply).body, 'good');
    assert.equal(desk.calls, 2);
  });

  it('runs the handler again if the first invocation has died', async () => {
    const never = withResponseCache<object>(() => new Promise(() => undefined), {
      cache: desk.ports,
      ttlSeconds: 60,
      scope: 'public',
    });
    void never(anHttpEvent({}));
    await turn();
    await turn();
    const send = counted({ scope: 'public' });
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; detail=waited');
    desk.pass(30);
    assert.equal(statusOf(await send()), 'gatewright; fwd=miss; stored');
  });
});

describe('what is cached (RFC 9111 §3)', () => {
  const rows: readonly (readonly [what: string, answer: Answered, detail: string, options?: Options])[] = [
    ['no-store', { headers: { 'Cache-Control': 'no-store' } }, 'no-store'],
    ['no-cache', { headers: { 'cache-control': 'no-cache' } }, 'no-cache'],
    ['private of a public cache', { headers: { 'cache-control': 'private, max-age=9' } }, 'private'],
    // A group of callers that a scope function names shares its answers as well.
    [
      'private of a cache that a tenant shares',
      { headers: { 'cache-control': 'private, max-age=9' } },
      'private',
      { scope: () => 'tenant' },
    ],
    [
      's-maxage=0 of a cache that a tenant shares',
      { headers: { 'cache-control': 'max-age=9, s-maxage=0' } },
      'expired',
      { scope: () => 'tenant' },
    ],
    ['max-age=0', { headers: { 'cache-control': 'max-age=0' } }, 'expired'],
    ['max-age of nonsense', { headers: { 'cache-control': 'max-age=soon' } }, 'expired'],
    ['s-maxage before max-age', { headers: { 'cache-control': 'max-age=9, s-maxage=0' } }, 'expired'],
    ['Expires of nonsense', { headers: { expires: '0', date: 'Thu, 19 Nov 2026 12:00:00 GMT' } }, 'expired'],
    ['Expires of nonsense without a date', { headers: { expires: '0' } }, 'expired'],
    [
      'Expires in the past without a date',
      { headers: { expires: 'Thu, 01 Jan 1970 00:00:00 GMT' } },
      'expired',
    ],
    ['older than its time', { headers: { 'cache-control': 'max-age=9', age: '9' } }, 'expired'],
    ['cookies', { headers: { 'set-cookie': 'a=b' } }, 'set-cookie'],
    ['Vary on what is not in the key', { headers: { vary: 'accept, Accept-Language' } }, 'vary'],
    ['Vary on everything', { headers: { vary: '*' } }, 'vary'],
    [
      'Vary on everything, although a header is named *',
      { headers: { vary: '*' } },
      'vary',
      { key: { headers: ['*'] } },
    ],
    ['failures', { statusCode: 500 }, 'status'],
    ['parts', { statusCode: 206 }, 'status'],
    ['404 unless said', { statusCode: 404 }, 'status'],
    ['more tags than 32', {}, 'tags', { tags: () => Array.from({ length: 33 }, (_, index) => `t${index}`) }],
    ['tags with spaces', {}, 'tags', { tags: () => ['a b'] }],
  ];
  for (const [what, answer, detail, options = {}] of rows)
    it(`is not: ${what}`, async () => {
      const send = counted({ scope: 'public', key: { headers: ['accept'] }, ...options }, () => answer);
      assert.equal(statusOf(await send()), `gatewright; fwd=miss; detail=${detail}`);
      await send();
      assert.equal(desk.calls, 2);
    });

  it('is the value of the answer rather than that of the service', async () => {
    const send = counted({ scope: 'public' }, () => ({ headers: { 'cache-control': 'max-age=5' } }));
    await send();
    desk.pass(4);
    assert.equal((await send()).body, 'answer 1');
    desk.pass(1);
    assert.equal((await send()).body, 'answer 2');
  });

  for (const statusCode of [404, 410])
    it(`is ${statusCode} if negativeTtlSeconds gives it a time`, async () => {
      const send = counted({ scope: 'public', negativeTtlSeconds: 5 }, () => ({ statusCode }));
      await send();
      assert.equal((await send()).body, 'answer 1');
      desk.pass(5);
      assert.equal((await send()).body, 'answer 2');
    });

  it('is not waited for if it could not be cached a moment ago', async () => {
    const send = counted({ scope: 'public' }, () => ({ headers: { 'cache-control': 'no-store' } }));
    await send();
    const replies = await Promise.all([send(), send(), send()]);
    assert.deepEqual(new Set(replies.map(statusOf)), new Set(['gatewright; fwd=miss; detail=pass']));
    assert.equal(desk.calls, 4);
  });
});

describe('a caller who wants a new answer (docs/aws §9)', () => {
  const isAlice = (event: object): boolean =>
    (event as ReturnType<typeof anHttpEvent>).headers['authorization'] === ALICE.authorization;

  it('gets the cached answer and a warning, unless allowed', async () => {
    const send = counted({ scope: 'public', refresh: { isAllowed: isAlice } });
    await send();
    const warned = await send({ headers: { ...BOB, ...ANEW } });
    const allowed = await send({ headers: { ...ALICE, ...ANEW } });

    assert.deepEqual(
      [warned.body, warned.headers['warning']],
      ['answer 1', '199 Cache-Control header is not authorized'],
    );
    assert.deepEqual([allowed.body, allowed.headers['warning']], ['answer 2', undefined]);
    assert.equal((await send()).body, 'answer 2');
  });

  const rows = ['max-age=0', 'no-cache', 'no-store', 'max-age="0"', 'MAX-AGE=0'];
  for (const directive of rows)
    it(`is refused with ${directive} if configured`, async () => {
      const send = counted({ scope: 'public', refresh: { otherwise: 'FAIL_WITH_403' } });
      await send();
      const { statusCode } = await send({ headers: { 'cache-control': directive } });
      assert.deepEqual([statusCode, desk.calls], [403, 1]);
    });

  it('gets no warning if the options suppress it', async () => {
    const send = counted({ scope: 'public', refresh: { otherwise: 'SUCCEED_WITHOUT_RESPONSE_HEADER' } });
    await send();
    const { body, headers } = await send({ headers: ANEW });
    assert.deepEqual([body, headers['warning']], ['answer 1', undefined]);
  });

  it('gets 504 if it only accepts a cached answer (RFC 9111 §5.2.1.7)', async () => {
    const send = counted({ scope: 'public' });
    assert.equal((await send({ headers: { 'cache-control': 'only-if-cached' } })).statusCode, 504);
    await send();
    assert.equal((await send({ headers: { 'cache-control': 'only-if-cached' } })).statusCode, 200);
  });
});

describe('an invalidation', () => {
  it('finds entries by tag, path, part and all', async () => {
    const send = counted({ scope: 'public', key: { query: ['page'] }, tags: () => ['order:17'] });
    await send({ query: 'page=2' });
    await send({ query: 'page=3', path: '/others' });
    const rows: readonly (readonly [label: string, count: number])[] = [
      ['tag:order:17', 2],
      ['tag:order:1', 0],
      ['path:/orders', 1],
      ['query.page=3', 1],
      ['all', 2],
    ];
    for (const [label, count] of rows) {
      const found = [];
      for await (const entry of entriesOf(desk.listing, 'orders', label, desk.nowMs)) found.push(entry);
      assert.equal(found.length, count, label);
    }
  });

  it('stops an answer in the making from being stored, at any moment', async () => {
    for (const when of ['before the index', 'after the index'] as const) {
      desk = new CacheDesk();
      const { store } = desk.ports;
      const send = counted(
        { scope: 'public', tags: () => ['t'] },
        () => (when === 'before the index' && void markLabel(store, 'orders', 'tag:t', desk.nowMs), {}),
      );
      if (when === 'after the index') {
        await send();
        desk.pass(60);
        const under = send();
        await turn();
        await markLabel(store, 'orders', 'tag:t', desk.nowMs);
        for await (const { id } of entriesOf(desk.listing, 'orders', 'tag:t', desk.nowMs - 60_000))
          await deleteEntry(store, 'orders', id, desk.nowMs);
        assert.equal(statusOf(await under), 'gatewright; fwd=miss; detail=invalidated');
      } else assert.equal(statusOf(await send()), 'gatewright; fwd=miss; detail=invalidated');
    }
  });
});
