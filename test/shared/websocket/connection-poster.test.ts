import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConnectionPoster } from '#shared/websocket/connection-poster.ts';

const CONFIG = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIA', secretAccessKey: 's', sessionToken: 't' },
};
const CONNECTION = { apiId: 'a1b2c3', stage: 'dev', connectionId: 'L0SM9cOFvHcCIhw=' };
const OUTCOMES = [
  ['sent', () => Promise.resolve(new Response(null, { status: 200 }))],
  ['gone', () => Promise.resolve(new Response('{}', { status: 410 }))],
  ['throttled', () => Promise.resolve(new Response('{}', { status: 429 }))],
  ['failed', () => Promise.resolve(new Response('{}', { status: 403 }))],
  ['failed', () => Promise.reject(new TypeError('fetch failed'))],
] as const;

describe('createConnectionPoster', () => {
  for (const [outcome, answer] of OUTCOMES)
    it(`posts to the connection at its API, signed, and reports that it is ${outcome}`, async (t) => {
      const asked: { url: string; headers: Record<string, string>; body: unknown }[] = [];
      t.mock.method(
        globalThis,
        'fetch',
        (url: URL, init: { headers: Record<string, string>; body: unknown }) => {
          asked.push({ url: url.href, ...init });
          return answer();
        },
      );
      const said = await createConnectionPoster(() => CONFIG).post(CONNECTION, 'hello');
      assert.equal(said, outcome);
      const [{ url, headers, body } = { url: '', headers: {} as Record<string, string>, body: '' }] = asked;
      assert.equal(
        url,
        'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/dev/@connections/L0SM9cOFvHcCIhw%3D',
      );
      assert.match(headers['Authorization'] ?? '', /eu-central-1\/execute-api\/aws4_request/);
      assert.equal(headers['X-Amz-Security-Token'], 't');
      assert.equal(
        Object.keys(headers)
          .map((name) => name.toLowerCase())
          .includes('host'),
        false,
      );
      assert.equal(body, 'hello');
    });

  it('finds the connections of a region in China', async (t) => {
    const asked: string[] = [];
    t.mock.method(globalThis, 'fetch', (url: URL) => {
      asked.push(url.host);
      return Promise.resolve(new Response(null, { status: 200 }));
    });

    await createConnectionPoster(() => ({ ...CONFIG, region: 'cn-north-1' })).post(CONNECTION, 'hello');

    assert.deepEqual(asked, ['a1b2c3.execute-api.cn-north-1.amazonaws.com.cn']);
  });
});
