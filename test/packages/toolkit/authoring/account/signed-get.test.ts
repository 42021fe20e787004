import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSignedGet } from '@gatewright/authoring/account/signed-get';
import { verifySignature } from '../../../../../packages/base/aws/signature.ts';
import type { TestContext } from 'node:test';

const KEYS = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's' };
const UsageError = { name: 'UsageError' };

type Sent = { readonly url: URL; readonly options: RequestInit };

/** Stands in for the network, which may answer as AWS or as a proxy in between. */
function answerWith(test: TestContext, answer: () => Response | Promise<never>): readonly Sent[] {
  const sent: Sent[] = [];
  test.mock.method(globalThis, 'fetch', (url: URL, options: RequestInit) => {
    sent.push({ url, options });
    return Promise.resolve(answer());
  });
  return sent;
}

const get = (environment: Readonly<Record<string, string>> = KEYS): Promise<unknown> =>
  createSignedGet(environment).get('apigateway', '/restapis?limit=5');

describe('createSignedGet', () => {
  for (const missing of Object.keys(KEYS))
    it(`says what it needs without ${missing}`, () => {
      const environment = Object.fromEntries(Object.entries(KEYS).filter(([name]) => name !== missing));

      assert.throws(() => createSignedGet(environment), {
        ...UsageError,
        message: /AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
      });
    });

  it('takes the region of AWS_REGION, otherwise of AWS_DEFAULT_REGION', () => {
    const both = { ...KEYS, AWS_DEFAULT_REGION: 'eu-north-1' };

    assert.equal(createSignedGet(both).region, 'eu-central-1');
    assert.equal(createSignedGet({ ...both, AWS_REGION: undefined }).region, 'eu-north-1');
  });

  it('signs a call of the region, or of the endpoint in the environment, and follows no redirect', async (test) => {
    const sent = answerWith(test, () => Response.json({ item: [] }));

    assert.deepEqual(await get(), { item: [] });
    await get({ ...KEYS, AWS_ENDPOINT_URL: 'http://127.0.0.1:4000' });
    await get({
      ...KEYS,
      AWS_ENDPOINT_URL: 'http://x',
      AWS_ENDPOINT_URL_API_GATEWAY: 'http://127.0.0.1:4001/',
    });
    await get({ ...KEYS, AWS_REGION: 'cn-north-1' });

    assert.deepEqual(
      sent.map(({ url }) => url.href),
      [
        'https://apigateway.eu-central-1.amazonaws.com/restapis?limit=5',
        'http://127.0.0.1:4000/restapis?limit=5',
        'http://127.0.0.1:4001/restapis?limit=5',
        'https://apigateway.cn-north-1.amazonaws.com.cn/restapis?limit=5',
      ],
    );
    const [{ url, options } = assert.fail('nothing was sent')] = sent;
    assert.deepEqual([options.method, options.redirect, options.body], ['GET', 'manual', null]);
    const headers = options.headers as Readonly<Record<string, string>>;
    assert.equal(
      Object.keys(headers).find((name) => name.toLowerCase() === 'host'),
      undefined,
    );
    const verified = verifySignature(
      {
        method: 'GET',
        path: url.pathname,
        query: url.search.slice(1),
        rawHeaders: ['Host', url.host, ...Object.entries(headers).flat()],
        body: Buffer.of(),
      },
      { nowEpochMs: Date.now(), service: 'apigateway', secretOf: () => KEYS.AWS_SECRET_ACCESS_KEY },
    );
    assert.equal(verified.kind, 'verified', JSON.stringify(verified));
  });

  for (const { name, answer } of [
    {
      name: '404',
      answer: () => Response.json({ message: 'Invalid API identifier specified 1:x' }, { status: 404 }),
    },
    ...['Stack with id x does not exist', 'Resource Api does not exist for stack x'].map((message) => ({
      name: `400 and "${message}"`,
      answer: () => Response.json({ Error: { Code: 'ValidationError', Message: message } }, { status: 400 }),
    })),
  ])
    it(`has nothing if AWS answers ${name}`, async (test) => {
      answerWith(test, answer);

      assert.equal(await get(), undefined);
    });

  for (const { name, answer, says } of [
    {
      name: 'another 400',
      answer: () => new Response('ValidationError', { status: 400 }),
      says: /answered with status 400: ValidationError$/,
    },
    {
      name: '404 of something between',
      answer: () => new Response('<h1>Not Found</h1>', { status: 404 }),
      says: /answered with status 404: <h1>Not Found<\/h1>$/,
    },
    {
      name: '400 of something between',
      answer: () => new Response('this route does not exist', { status: 400 }),
      says: /answered with status 400: this route does not exist$/,
    },
    {
      name: 'another failure of what does not exist',
      answer: () => new Response('it does not exist', { status: 403 }),
      says: /answered with status 403: it does not exist$/,
    },
    {
      name: 'a redirect',
      answer: () => new Response(null, { status: 301, headers: { Location: 'https://evil.example/' } }),
      says: /answered with status 301: redirects are not followed, because the target would receive the credentials$/,
    },
    {
      name: 'a failure',
      answer: () => new Response('no\nmore', { status: 503 }),
      says: /answered with status 503: no/,
    },
    {
      name: 'the last redirect of all',
      answer: () => new Response(null, { status: 399 }),
      says: /answered with status 399: redirects/,
    },
    {
      name: 'no JSON',
      answer: () => new Response('<html>'),
      says: /did not return a JSON object: <html>$/,
    },
    { name: 'a list', answer: () => new Response('[]'), says: /did not return a JSON object/ },
    {
      name: 'a long text, of which 300 characters are quoted',
      answer: () => new Response('x'.repeat(1_000)),
      says: /: x{300}$/,
    },
    {
      name: 'no end',
      answer: () => Promise.reject(new Error('ECONNRESET')),
      says: /^https:\/\/apigateway\.eu-central-1\.amazonaws\.com cannot be reached, or its response does not end: ECONNRESET$/,
    },
  ])
    it(`refuses ${name}`, async (test) => {
      answerWith(test, answer);

      await assert.rejects(get(), { ...UsageError, message: says });
    });

  it('takes 299, and an answer of 16 MB, but no more than that', async (test) => {
    const limit = 16 * 1024 * 1024;
    const ofBytes = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    let [body, status] = ['{"b":1}', 299];
    answerWith(test, () => new Response(body, { status }));

    assert.deepEqual(await get(), { b: 1 });
    [body, status] = [ofBytes(limit), 200];
    assert.ok(await get());
    body = ofBytes(limit + 1);
    await assert.rejects(get(), { ...UsageError, message: /answered with more than 16777216 bytes$/ });
  });

  it('reads bytes as UTF-8, wherever they are split', async (test) => {
    const bytes = new TextEncoder().encode('{"name":"café"}');
    answerWith(test, () => new Response(ReadableStream.from([bytes.subarray(0, 13), bytes.subarray(13)])));

    assert.deepEqual(await get(), { name: 'café' });
  });
});
