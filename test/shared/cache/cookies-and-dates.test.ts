import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CacheDesk, countedHandler } from '../../support/a-response-cache.ts';

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

describe('an answer that sets cookies by payload 2.0', () => {
  it('goes unchanged to its caller only', async () => {
    const send = countedHandler(desk, { scope: 'public' }, (count) => ({ cookies: [`session=${count}`] }));

    assert.deepEqual(await send(), { statusCode: 200, body: 'answer 1', cookies: ['session=1'] });
    assert.deepEqual(await send(), { statusCode: 200, body: 'answer 2', cookies: ['session=2'] });
  });

  it('is cached if its list of them is empty', async () => {
    const send = countedHandler(desk, { scope: 'public' }, () => ({ cookies: [] }));
    await send();
    assert.equal((await send()).body, 'answer 1');
  });
});

describe('a caller who asks by date', () => {
  const CHANGED = 'Thu, 19 Nov 2026 11:00:00 GMT';

  // RFC 9110 §13.1.3
  for (const [since, status] of [
    ['Thu, 19 Nov 2026 10:59:59 GMT', 200],
    [CHANGED, 304],
    ['Thu, 19 Nov 2026 11:00:01 GMT', 304],
    ['yesterday', 200],
  ] as const)
    it(`gets ${status} for what has changed at 11:00, and was known at ${since}`, async () => {
      const send = countedHandler(desk, { scope: 'public' }, () => ({
        headers: { 'last-modified': CHANGED },
      }));
      await send();
      assert.equal((await send({ headers: { 'if-modified-since': since } })).statusCode, status);
    });

  it('gets the whole answer without a date', async () => {
    const send = countedHandler(desk, { scope: 'public' });
    assert.equal((await send({ headers: { 'if-modified-since': CHANGED } })).statusCode, 200);
  });
});
