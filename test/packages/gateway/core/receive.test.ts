import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { signRequest } from '../../../../packages/base/aws/sign-request.ts';
import { createIdentities, parseIdentities } from '../../../../packages/gateway/core/policy/identities.ts';
import { aMethod } from '../../../support/a-method.ts';
import { anEchoApi, answerOf, httpRoutes } from '../../../support/routed-apis.ts';
import { ACCOUNT_ID, proxyTo } from '../../../support/a-stack.ts';
import { EPOCH_MS } from '../../../support/virtual-ports.ts';
import type { TestApi } from '../../../support/an-api.ts';

const GUIDE = 'developer guide, "Call an API method with a compressed payload"';
const SEEN_AT_AWS = 'dougmoscrop/serverless-http#194: by default, header kept, body a text';
const ALICE = `identities:
  - { name: alice, accessKeyId: AKIALOCAL000ALICE, secretAccessKey: of-this-test, policies: [{ Version: '2012-10-17', Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }] }`;
const MEGABYTE = 1024 * 1024;

type Seen = { body: string | null; isBase64Encoded: boolean; headers: Record<string, string> };

/** A function that answers with what it got; no compression is asked for. */
const echo = (): TestApi =>
  aMethod({
    integration: proxyTo('echo'),
    functions: {
      echo(event) {
        const { body, isBase64Encoded, headers } = event as Seen;
        return { body: JSON.stringify([body, isBase64Encoded, headers['Content-Encoding']]) };
      },
    },
  });

function post(coding: string, body: Buffer | string): Promise<readonly unknown[]> {
  const headers = ['Content-Encoding', coding, 'Content-Type', 'application/json'];
  return answerOf(echo(), { method: 'POST', target: '/dev/1', headers, body });
}

describe('a packed request body', () => {
  const rows: readonly (readonly [string, Buffer | string, readonly unknown[], string])[] = [
    ['gzip', gzipSync('{"a":1}'), ['{"a":1}', false, 'gzip'], SEEN_AT_AWS],
    ['GZip', gzipSync('{"a":1}'), ['{"a":1}', false, 'GZip'], 'RFC 9110 §8.4.1'],
    ['deflate', deflateSync('{"a":1}'), ['{"a":1}', false, 'deflate'], GUIDE],
    ['identity', 'plain', ['plain', false, 'identity'], GUIDE],
    ['gzip', '', [null, false, 'gzip'], 'nothing to unpack'],
  ];
  for (const [coding, body, expected, source] of rows)
    it(`reaches the function unpacked: ${coding} of ${body.length} bytes (${source})`, async () => {
      assert.deepEqual(await post(coding, body), [200, JSON.stringify(expected)]);
    });

  const refused: readonly (readonly [string, string, Buffer | string])[] = [
    ['a coding that AWS does not support', 'br', brotliCompressSync('x')],
    ['one after the other', 'gzip, gzip', gzipSync(gzipSync('x'))],
    ['what is not packed', 'gzip', 'plain'],
    ['what is packed otherwise', 'gzip', deflateSync('x')],
    ['what breaks off', 'gzip', gzipSync('x'.repeat(1000)).subarray(0, 20)],
  ];
  for (const [name, coding, body] of refused)
    it(`is 415 as ${name} (${GUIDE})`, async () => {
      assert.deepEqual(await post(coding, body), [415, '{"message":"Unsupported Media Type"}']);
    });

  it('is 413 if it is more than 10 MB once unpacked, however little was sent', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * MEGABYTE + 1));

    assert.ok(bomb.length < 20_000);
    assert.deepEqual(await post('gzip', bomb), [413, '{"message":"Request Too Long"}']);
  });

  it('is not decompressed by an HTTP API', async () => {
    const api = anEchoApi(httpRoutes(['POST /1']), {
      echo: (event) => ({ statusCode: 200, body: (event as Seen).body }),
    });
    const body = gzipSync('x');

    const headers = ['Content-Encoding', 'gzip'];
    const [status, text] = await answerOf(api, { method: 'POST', target: '/1', headers, body });

    assert.deepEqual([status, text], [200, body.toString('base64')]);
  });

  it('is signed as it was sent', async () => {
    const api = aMethod({
      integration: proxyTo('echo'),
      method: { AuthorizationType: 'AWS_IAM' },
      functions: { echo: (event) => ({ body: (event as Seen).body }) },
    });
    api.ports.identities = createIdentities(parseIdentities(ALICE, 'f.yml', ACCOUNT_ID));
    const body = gzipSync('{"a":1}');
    const signed = signRequest({
      method: 'POST',
      url: new URL('http://pets.example/dev/1'),
      body,
      nowEpochMs: EPOCH_MS,
      service: 'execute-api',
      region: 'us-east-1',
      headers: { 'Content-Encoding': 'gzip' },
      accessKeyId: 'AKIALOCAL000ALICE',
      secretAccessKey: 'of-this-test',
    });

    const request = { method: 'POST', target: '/dev/1', headers: Object.entries(signed).flat(), body };

    assert.deepEqual(await answerOf(api, request), [200, '{"a":1}']);
  });
});

describe('a request body of any bytes', () => {
  it('reaches the function unpacked, or is 415', async () => {
    const coding = fc.constantFrom('gzip', 'deflate', 'identity', 'br');
    await fc.assert(
      fc.asyncProperty(coding, fc.string({ maxLength: 2000 }), fc.boolean(), async (name, text, isPacked) => {
        const sent = isPacked && name === 'gzip' ? gzipSync(text) : Buffer.from(text);
        const [status, body] = await post(name, sent);
        if (status === 415) assert.ok(name !== 'identity' && !(isPacked && name === 'gzip'));
        else if (text !== '') assert.deepEqual(JSON.parse(String(body)), [text, false, name]);
      }),
    );
  });
});
