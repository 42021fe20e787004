import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import type { ResponseCacheOptions } from '#shared/middleware/response-cache.ts';
import { anHttpEvent, CacheDesk } from '../../support/a-response-cache.ts';
import type { Reply } from '../../support/a-response-cache.ts';

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

/** Answers by address and headers. */
function asking(options: Partial<ResponseCacheOptions<object>> = {}) {
  const handler = withResponseCache<object>(() => ({ statusCode: 200, body: 'answer' }), {
    cache: desk.ports,
    ttlSeconds: 3600,
    ...options,
  });
  return async (sourceIp: string, headers: Readonly<Record<string, string>>, stage = '$default') => {
    const event = anHttpEvent({ headers });
    const { http } = event.requestContext;
    const requestContext = { ...event.requestContext, stage, http: { ...http, sourceIp } };
    const reply = (await handler({ ...event, requestContext })) as Reply;
    return [reply.statusCode, reply.headers['cache-status'] ?? ''] as const;
  };
}

const STORED = [200, 'gatewright; fwd=miss; stored'];
const OVER = [200, 'gatewright; fwd=bypass; detail=limit'];
const entries = () => [...desk.items.values()].filter(({ doc }) => doc !== undefined).length;

describe('an address whose requests begin more entries than allowed in a minute', () => {
  for (const { what, headers, options } of [
    { what: 'a header', headers: (at: number) => ({ 'x-any': String(at) }), options: {} },
    { what: 'a cookie', headers: (at: number) => ({ cookie: `any=${at}` }), options: {} },
    { what: 'a credential', headers: (at: number) => ({ authorization: `Bearer ${at}` }), options: {} },
    {
      what: 'a header of public answers',
      headers: (at: number) => ({ 'x-any': String(at) }),
      options: { scope: 'public' as const },
    },
  ])
    it(`is answered by the handler, and the table has no more of it: ${what}`, async () => {
      const ask = asking({ fillsPerMinute: 3, ...options });
      const statuses = [];
      for (let at = 0; at < 20; at += 1) statuses.push(await ask('203.0.113.7', headers(at)));

      assert.deepEqual(statuses.slice(0, 3), [STORED, STORED, STORED]);
      assert.deepEqual(new Set(statuses.slice(3).map(String)), new Set([String(OVER)]));
      assert.equal(entries(), 3);
      const written = desk.items.size;
      await ask('203.0.113.7', headers(20));
      assert.equal(desk.items.size, written);
    });

  it('still gets what is stored, and begins entries again in the next minute', async () => {
    const ask = asking({ fillsPerMinute: 1 });
    const alice = { authorization: 'alice' };
    await ask('203.0.113.7', alice);
    assert.deepEqual(await ask('203.0.113.7', { authorization: 'bob' }), OVER);

    assert.match((await ask('203.0.113.7', alice))[1], /hit/);
    desk.pass(60);
    assert.deepEqual(await ask('203.0.113.7', { authorization: 'bob' }), STORED);
  });

  it('does not affect other addresses, or another stage', async () => {
    const ask = asking({ fillsPerMinute: 1 });
    await ask('203.0.113.7', { 'x-any': '1' });

    assert.deepEqual(await ask('203.0.113.7', { 'x-any': '2' }), OVER);
    assert.deepEqual(await ask('203.0.113.8', { 'x-any': '2' }), STORED);
    assert.deepEqual(await ask('203.0.113.7', { 'x-any': '2' }, 'beta'), STORED);
  });

  it('may begin 600 by default', async () => {
    const ask = asking();
    for (let at = 0; at < 600; at += 1) await ask('203.0.113.7', { 'x-any': String(at) });

    assert.deepEqual(await ask('203.0.113.7', { 'x-any': '600' }), OVER);
  });

  for (const fillsPerMinute of [0, 1.5, Number.NaN, 1_000_001])
    it(`is refused as a setting: ${fillsPerMinute}`, () => {
      assert.throws(() => asking({ fillsPerMinute }), { code: 'CONFIG_INVALID' });
    });
});
