/** What the cache makes of a handler's answer: the same as API Gateway makes of it without the cache. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CacheDesk, countedHandler } from '../../support/a-response-cache.ts';

describe('an answer behind the cache', () => {
  // docs/aws §3.5: headers of both maps are sent; §11.3: a body that is not text is malformed
  for (const { name, answer } of [
    {
      name: 'keeps both cookies if two spellings of the header set them',
      answer: { headers: { 'Set-Cookie': 'a=1', 'set-cookie': 'b=2' } },
    },
    {
      name: 'keeps both cookies if each map of headers sets one',
      answer: { headers: { 'set-cookie': 'a=1' }, multiValueHeaders: { 'set-cookie': ['b=2'] } },
    },
    { name: 'stays malformed if its body is a number', answer: { body: 5 } },
    { name: 'stays malformed if its body is an object', answer: { body: { id: 1 } } },
    { name: 'stays malformed if a header is null', answer: { headers: { etag: null } } },
    { name: 'stays malformed if its status is empty', answer: { statusCode: '' } },
  ])
    it(name, async () => {
      const send = countedHandler(new CacheDesk(), { scope: 'public' }, () => answer);
      assert.deepEqual(await send(), { statusCode: 200, body: 'answer 1', ...answer });
      assert.deepEqual(await send(), { statusCode: 200, body: 'answer 2', ...answer });
    });

  it('has all values of a header that both maps have', async () => {
    const send = countedHandler(new CacheDesk(), { scope: 'public' }, () => ({
      headers: { Link: '</a>' },
      multiValueHeaders: { link: ['</b>', '</a>'] },
    }));
    assert.equal((await send()).headers['link'], '</a>, </b>');
    assert.equal((await send()).headers['link'], '</a>, </b>');
  });

  it('is not kept if one of two spellings of Cache-Control says no-store', async () => {
    const send = countedHandler(new CacheDesk(), { scope: 'public' }, () => ({
      headers: { 'Cache-Control': 'no-store' },
      multiValueHeaders: { 'cache-control': ['max-age=60'] },
    }));
    await send();
    assert.equal((await send()).body, 'answer 2');
  });

  it('has no header whose value is undefined, as in the JSON that Lambda creates from it', async () => {
    const send = countedHandler(new CacheDesk(), { scope: 'public' }, () => ({
      headers: { 'x-next': undefined },
    }));
    assert.equal('x-next' in (await send()).headers, false);
  });
});
