import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { aMethod, answered } from '../../../../support/a-method.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { LAMBDA } from '../../../../support/streaming-methods.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Reply } from '../../../../../packages/gateway/core/exchange.ts';
import type { MethodSetup } from '../../../../support/a-method.ts';

const GUIDE = 'developer guide, "Receive an API response with a compressed payload"';
const TEXT = 'a text that is worth it, '.repeat(40);
const GZIP = ['Accept-Encoding', 'gzip'];

/** What a client with these headers gets from an API that compresses bodies from `size` bytes on. */
function ask(
  headers: readonly string[],
  setup: Partial<MethodSetup> = {},
  size: number | null = 0,
): Promise<Reply> {
  const api = aMethod({
    integration: proxyTo('say'),
    api: { MinimumCompressionSize: size },
    functions: { say: () => ({ statusCode: 200, body: TEXT }) },
    ...setup,
  });
  api.ports.http.answer = () => answered(TEXT);
  return api.send({ target: '/dev/1', headers });
}

describe('the coding of a reply', () => {
  const rows: readonly (readonly [string | undefined, 'gzip' | 'deflate' | undefined, string])[] = [
    ['gzip', 'gzip', GUIDE],
    ['deflate', 'deflate', GUIDE],
    ['GZIP', 'gzip', 'RFC 9110 §8.4.1'],
    ['gzip, deflate, br', 'gzip', GUIDE],
    ['deflate, gzip', 'deflate', GUIDE],
    [
      'br, gzip',
      undefined,
      'developer guide, "Enable payload compression": the highest priority must be supported',
    ],
    ['br;q=0.5, gzip', 'gzip', 'RFC 9110 §12.5.3'],
    ['gzip;q=0.5, deflate;q=0.8', 'deflate', 'RFC 9110 §12.5.3'],
    ['gzip ; q=0.5', 'gzip', 'RFC 9110 §12.5.3'],
    ['gzip;q=0', undefined, 'RFC 9110 §12.5.3'],
    ['identity, gzip', undefined, GUIDE],
    ['*', undefined, GUIDE],
    ['', undefined, GUIDE],
    [undefined, undefined, GUIDE],
    ['gzip;level=9', undefined, 'malformed'],
    [', ,gzip', 'gzip', 'RFC 9110 §5.6.1'],
  ];
  for (const [header, expected, source] of rows)
    it(`is ${expected ?? 'none'} for ${header === undefined ? 'no header' : `"${header}"`} (${source})`, async () => {
      const headers = header === undefined ? [] : ['Accept-Encoding', header];

      assert.equal(headerOf(await ask(headers), 'content-encoding'), expected);
    });

  it('is one of the known codings, or none, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (header) => {
        const coding = headerOf(await ask(['Accept-Encoding', header]), 'content-encoding');
        assert.ok([undefined, 'gzip', 'deflate'].includes(coding), coding);
      }),
    );
  });
});

describe('a reply of an API with MinimumCompressionSize', () => {
  it('is packed as the client likes it', async () => {
    const gzip = await ask(GZIP);
    const deflate = await ask(['Accept-Encoding', 'deflate']);

    assert.equal(headerOf(gzip, 'content-encoding'), 'gzip');
    assert.equal(gunzipSync(gzip.body).toString(), TEXT);
    assert.equal(headerOf(deflate, 'content-encoding'), 'deflate');
    assert.equal(inflateSync(deflate.body).toString(), TEXT);
  });

  const http: JsonObject = { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri: 'https://pets.example/' };
  const packed: readonly { name: string; setup?: Partial<MethodSetup>; size?: number }[] = [
    { name: 'an HTTP proxy', setup: { integration: http } },
    { name: 'a body of just that size', size: TEXT.length },
    {
      name: 'bytes of a binary media type',
      setup: {
        api: { MinimumCompressionSize: 0, BinaryMediaTypes: ['*/*'] },
        functions: {
          say: () => ({ isBase64Encoded: true, body: Buffer.from(TEXT).toString('base64') }),
        },
      },
    },
    {
      name: 'an answer of any status',
      setup: { functions: { say: () => ({ statusCode: 404, body: TEXT }) } },
    },
  ];
  for (const { name, setup, size } of packed)
    it(`is packed of ${name}`, async () => {
      const reply = await ask(GZIP, setup, size);

      assert.equal(headerOf(reply, 'content-encoding'), 'gzip', GUIDE);
      assert.equal(gunzipSync(reply.body).toString(), TEXT, GUIDE);
    });

  const own = { statusCode: 200, body: TEXT, headers: { 'Content-Encoding': 'br' } };
  const plain: readonly {
    name: string;
    headers?: readonly string[];
    setup?: Partial<MethodSetup>;
    size?: number | null;
    expected?: string;
  }[] = [
    { name: 'without Accept-Encoding', headers: [] },
    { name: 'below the size', size: TEXT.length + 1 },
    {
      name: 'that the integration has packed itself',
      setup: { functions: { say: () => own } },
      expected: 'br',
    },
    { name: 'if the size is null', size: null },
    { name: 'that has no body', setup: { functions: { say: () => ({ statusCode: 200 }) } } },
    {
      name: 'that the gateway words itself',
      setup: {
        functions: {
          say: () => {
            throw new Error('no');
          },
        },
      },
    },
    {
      name: 'that is streamed (developer guide, "Stream the integration response")',
      setup: { integration: LAMBDA, functions: { chat: () => [`{}${'\0'.repeat(8)}${TEXT}`] } },
    },
  ];
  for (const { name, headers = GZIP, setup, size, expected } of plain)
    it(`does not change ${name}`, async () => {
      assert.equal(headerOf(await ask(headers, setup, size), 'content-encoding'), expected, GUIDE);
    });

  it('is cached uncompressed, and compressed for each client', async () => {
    const resources = restApi();
    const Api = { ...resources['Api'], type: 'AWS::ApiGateway::RestApi', id: 'abcdefghij' };
    let calls = 0;
    const api = stagedApi(
      {
        CacheClusterEnabled: true,
        CacheClusterSize: '0.5',
        MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true }],
      },
      { list: () => ({ statusCode: 200, body: `${(calls += 1)} ${TEXT}` }) },
      { ...resources, Api: { ...Api, properties: { Name: 'pets', MinimumCompressionSize: 0 } } },
    );

    const first = await api.send({ target: '/dev/pets', headers: GZIP });
    const second = await api.send({ target: '/dev/pets' });
    const third = await api.send({ target: '/dev/pets', headers: GZIP });

    assert.equal(gunzipSync(first.body).toString(), `1 ${TEXT}`);
    assert.equal(second.body, `1 ${TEXT}`);
    assert.equal(gunzipSync(third.body).toString(), `1 ${TEXT}`);
  });
});

describe('MinimumCompressionSize', () => {
  for (const size of [-1, 10_485_761, 1.5, 'much'])
    it(`is refused as ${size} (0 to 10,485,760; developer guide, "Payload compression for REST APIs")`, () => {
      assert.throws(
        () => aMethod({ integration: proxyTo('say'), api: { MinimumCompressionSize: size } }),
        (error: unknown) =>
          error instanceof DefinitionError && error.place.property === 'MinimumCompressionSize',
      );
    });
});
