import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayError } from '../../../../packages/gateway/core/errors.ts';
import { gatherReply } from '../../../../packages/gateway/core/gather-reply.ts';
import { aMethod, answered, headerLines } from '../../../support/a-method.ts';
import { headerOf } from '../../../support/an-api.ts';
import { accessLogSetting, stagedApi } from '../../../support/logged-apis.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { BACKEND, LAMBDA } from '../../../support/streaming-methods.ts';
import { aByteStream } from '../../../support/virtual-ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Reply } from '../../../../packages/gateway/core/exchange.ts';
import type { TestApi } from '../../../support/an-api.ts';

const GUIDE = 'developer guide, "Stream the integration response for your proxy integrations"';
const FORMAT = 'developer guide, "Lambda proxy integration format for response streaming"';
const NULS = '\0'.repeat(8);
const LIMITS = { maxBytes: 1_000_000, timeoutMs: 1_000 };

/** What a request to an API with this integration returns, with its stream read to the end. */
async function replyOf(api: TestApi, headers: readonly string[] = []): Promise<Reply> {
  return gatherReply(await api.send({ target: '/dev/1', headers }), LIMITS);
}

/** A function that streams these parts. */
const streaming = (...parts: string[]): TestApi =>
  aMethod({ integration: LAMBDA, functions: { chat: () => parts } });

describe('a Lambda proxy of transfer mode STREAM', () => {
  it('gets the event of a proxy and answers by metadata, delimiter and body', async () => {
    const metadata = {
      statusCode: 201,
      headers: { 'X-One': 'a', Date: 'then' },
      multiValueHeaders: { 'X-Two': ['b', 'c'] },
      cookies: ['d=1', 'e=2'],
    };
    const api = streaming(`${JSON.stringify(metadata)}${NULS}hel`, 'lo');

    const reply = await replyOf(api);

    assert.equal(reply.status, 201);
    assert.equal(reply.body.toString(), 'hello');
    assert.equal(headerOf(reply, 'x-one'), 'a');
    assert.equal(headerOf(reply, 'x-two'), 'b, c');
    assert.equal(headerOf(reply, 'set-cookie'), 'd=1, e=2');
    assert.equal(headerOf(reply, 'x-amzn-remapped-date'), 'then');
    assert.equal(headerOf(reply, 'content-type'), 'application/json');
    assert.match(headerOf(reply, 'x-amzn-trace-id') ?? '', /^Root=/);
    assert.partialDeepStrictEqual(api.ports.invoker.calls[0]?.event, {
      httpMethod: 'GET',
      resource: '/{id}',
    });
  });

  const heads: readonly { name: string; parts: string[]; expected: readonly [number, string] }[] = [
    { name: 'takes empty metadata as 200', parts: [`{}${NULS}x`], expected: [200, 'x'] },
    { name: 'may have no body', parts: [`{"statusCode":202}${NULS}`], expected: [202, ''] },
    {
      name: 'may cut metadata and delimiter anywhere',
      parts: ['{"statusC', 'ode":203}\0\0\0', '\0\0\0\0', '\0x', 'y'],
      expected: [203, 'xy'],
    },
    {
      name: 'passes on what looks like a delimiter in the body',
      parts: [`{}${NULS}a${NULS}b`],
      expected: [200, `a${NULS}b`],
    },
    {
      name: 'may begin the delimiter at 16 KB',
      parts: [`${' '.repeat(16_382)}{}${NULS}x`],
      expected: [200, 'x'],
    },
  ];
  for (const { name, parts, expected } of heads)
    it(name, async () => {
      const { status, body } = await replyOf(streaming(...parts));

      assert.deepEqual([status, body.toString()], expected, FORMAT);
    });

  const malformed: readonly { name: string; parts: string[]; reason: RegExp }[] = [
    { name: 'no delimiter', parts: ['{"statusCode":200}'], reason: /ended before the eight NUL bytes/ },
    {
      name: 'the answer of a buffered proxy',
      parts: ['{"statusCode":200,"body":"x"}'],
      reason: /ended before/,
    },
    {
      name: 'a delimiter after 16 KB',
      parts: [`${' '.repeat(16_383)}{}${NULS}x`],
      reason: /in the first 16 KB/,
    },
    { name: 'metadata that are not JSON', parts: [`statusCode: 200${NULS}x`], reason: /not a JSON object/ },
    {
      name: 'a member that AWS does not have',
      parts: [`{"body":"x"}${NULS}`],
      reason: /unknown member "body"/,
    },
    { name: 'an invalid status', parts: [`{"statusCode":99}${NULS}`], reason: /not an HTTP status/ },
    {
      name: 'a header that would be two',
      parts: [`{"headers":{"x":"a\\r\\nb: c"}}${NULS}`],
      reason: /has invalid characters/,
    },
    {
      name: 'cookies that are not a list',
      parts: [`{"cookies":"a=1"}${NULS}`],
      reason: /cookies is not an array/,
    },
  ];
  for (const { name, parts, reason } of malformed)
    it(`is 500 for ${name}`, async () => {
      const api = streaming(...parts);

      const reply = await replyOf(api);

      assert.equal(reply.status, 500, FORMAT);
      assert.equal(reply.body, '{"message": "Internal server error"}');
      assert.match(api.ports.log.lines.at(-1) ?? '', reason);
    });

  const failures: readonly { name: string; function: () => unknown; status: number }[] = [
    {
      name: 'a function that throws before its first byte',
      status: 502,
      function: () => {
        throw new Error('no');
      },
    },
    { name: 'one that is too slow', status: 504, function: () => ({ kind: 'timed-out' }) },
    {
      name: 'one that does not exist',
      status: 500,
      function: () => ({ kind: 'refused', reason: 'not-found', message: 'gone' }),
    },
  ];
  for (const { name, status, function: chat } of failures)
    it(`is ${status} for ${name}, as a buffered proxy is`, async () => {
      const reply = await replyOf(aMethod({ integration: LAMBDA, functions: { chat } }));

      assert.equal(reply.status, status);
    });

  it('needs no binary media types for bytes, and converts nothing', async () => {
    const api = aMethod({
      integration: LAMBDA,
      api: { BinaryMediaTypes: ['image/png'] },
      functions: { chat: () => [`{"headers":{"Content-Type":"image/png"}}${NULS}bytes`] },
    });

    assert.equal((await replyOf(api, ['Accept', 'text/plain'])).body.toString(), 'bytes', GUIDE);
  });
});

describe('an HTTP_PROXY of transfer mode STREAM', () => {
  it('passes on status, headers and body of the backend, still compressed', async () => {
    const api = aMethod({ integration: BACKEND });
    api.ports.http.answer = () =>
      answered('packed', ['Content-Encoding', 'gzip', 'Content-Type', 'text/plain', 'Via', '1.1 x'], 203);

    const reply = await replyOf(api);

    const { status, body } = reply;
    assert.deepEqual([status, body.toString()], [203, 'packed']);
    assert.partialDeepStrictEqual(headerLines(reply.headers), {
      'content-encoding': 'gzip',
      'content-type': 'text/plain',
    });
    assert.equal(headerOf(reply, 'via'), undefined);
    assert.partialDeepStrictEqual(api.ports.http.requests[0], { unpacks: false, idleMs: 30_000 });
  });

  it('is silent for five minutes at most on a Regional API, 30 seconds on an edge-optimized one', async () => {
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }];
    const Policy = { Version: '2012-10-17', Statement };
    const idleOf = async (api: JsonObject): Promise<unknown> => {
      const made = aMethod({ integration: BACKEND, api });
      made.ports.http.answer = () => answered('x');
      const { stream } = await made.send({ target: '/dev/1' });
      return stream?.idleMs;
    };

    assert.equal(await idleOf({ EndpointConfiguration: { Types: ['REGIONAL'] } }), 300_000, GUIDE);
    assert.equal(await idleOf({ EndpointConfiguration: { Types: ['PRIVATE'] }, Policy }), 300_000, GUIDE);
    assert.equal(await idleOf({}), 30_000, GUIDE);
  });

  it('is 504 if the backend cannot be reached', async () => {
    assert.equal((await replyOf(aMethod({ integration: BACKEND }))).status, 504);
  });
});

describe('the access log of a streamed reply', () => {
  const FORMAT_OF_LOG = [
    '$context.requestId',
    '$context.status',
    '$context.responseLength',
    '$context.responseLatency',
    '$context.integration.latency',
    '$context.integration.responseTransferMode',
    '$context.integration.timeToAllHeaders',
    '$context.integration.timeToFirstContent',
    '$context.integration.error',
  ].join(' ');

  function aLoggedApi(): TestApi {
    return stagedApi(
      { AccessLogSetting: accessLogSetting(FORMAT_OF_LOG) },
      {},
      restApi({ Integration: BACKEND }),
    );
  }
  const lineOf = ({ ports }: TestApi): string => ports.logGroups.lines.at(-1)?.replace(/^\S+ \S+ /, '') ?? '';

  it('is written when the stream has ended, with the times of its parts', async () => {
    const api = aLoggedApi();
    api.ports.http.answer = () => {
      api.ports.clock.advance(5);
      return answered('hello');
    };

    const reply = await api.send({ target: '/dev/pets' });
    const before = [...api.ports.logGroups.lines, ...api.ports.log.lines];
    api.ports.clock.advance(100);
    const firstByteMs = api.ports.clock.monotonicMs() - 60;
    reply.stream?.onOver({ sentBytes: 5, firstByteMs, cutBy: undefined, failure: undefined });

    assert.deepEqual(before, []);
    assert.equal(lineOf(api), '200 5 105 105 STREAMED 5 45 -');
    assert.match(api.ports.log.lines.at(-1) ?? '', /^GET \/dev\/pets 200 105\.0 ms integrate$/);
  });

  it('reports a source that broke off, and a client that left without blaming the source', async () => {
    const lines = [];
    for (const cutBy of ['integration', 'client'] as const) {
      const api = aLoggedApi();
      api.ports.http.answer = () => answered('hello');
      const reply = await api.send({ target: '/dev/pets' });
      reply.stream?.onOver({ sentBytes: 2, firstByteMs: undefined, cutBy, failure: 'reset' });
      lines.push(lineOf(api), api.ports.log.lines.at(-1));
    }

    assert.deepEqual(lines, [
      '200 2 0 0 STREAMED 0 - reset',
      'GET /dev/pets 200 0.0 ms integrate (reset)',
      '200 2 0 0 STREAMED 0 - -',
      'GET /dev/pets 200 0.0 ms integrate (reset)',
    ]);
  });

  it('calls every other integration BUFFERED', async () => {
    const api = stagedApi(
      { AccessLogSetting: accessLogSetting(FORMAT_OF_LOG) },
      { list: () => ({ body: 'x' }) },
    );

    await api.send({ target: '/dev/pets' });

    assert.equal(lineOf(api), '200 1 0 0 BUFFERED - - -');
  });
});

describe('gatherReply', () => {
  it('keeps what came before a stream broke off, and its first bytes if it is too long', async () => {
    const ends: unknown[] = [];
    const reset = gatewayError('INTEGRATION_FAILURE', { source: 'integration', reason: 'reset' });
    const broken = aByteStream(['ab', reset]);
    const long = aByteStream(['abc', 'def', 'ghi']);
    const bodies = [];
    for (const bytes of [broken, long]) {
      const stream = { bytes, idleMs: 1, onOver: (end: unknown) => void ends.push(end) };
      const reply = await gatherReply(
        { status: 200, headers: [], body: '', stream },
        { ...LIMITS, maxBytes: 5 },
      );
      bodies.push(reply.body.toString());
    }

    assert.deepEqual(bodies, ['ab', 'abcde']);
    assert.partialDeepStrictEqual(ends, [
      { sentBytes: 2, cutBy: 'integration', failure: 'reset' },
      { sentBytes: 6, cutBy: undefined, failure: undefined },
    ]);
    assert.ok(long.cancelled > 0);
  });
});
