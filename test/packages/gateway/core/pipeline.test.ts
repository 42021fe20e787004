import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi, headerOf } from '../../../support/an-api.ts';
import { restRoutes } from '../../../support/routed-apis.ts';
import { bearer, ok, restApi } from '../../../support/rest-apis.ts';
import type { FakeFunction } from '../../../support/virtual-ports.ts';

describe('serve on a REST API', () => {
  it('answers with what the function returned, request ids and a trace', async () => {
    const { send, ports } = anApi(restApi(), { list: ok });

    const reply = await send({ target: '/dev/pets' });

    assert.equal(reply.status, 200);
    assert.equal(reply.body, 'ok');
    assert.equal(headerOf(reply, 'content-type'), 'application/json');
    assert.match(headerOf(reply, 'x-amzn-requestid') ?? '', /^0{8}-/);
    assert.match(headerOf(reply, 'x-amzn-trace-id') ?? '', /^Root=1-67fd8892-/);
    assert.deepEqual(ports.log.lines, ['GET /dev/pets 200 0.0 ms integrate']);
  });

  const failures: {
    name: string;
    target: string;
    headers?: string[];
    run?: FakeFunction;
    status: number;
    body: string;
    errorType: string;
    source: string;
  }[] = [
    {
      name: 'an unknown stage',
      target: '/nowhere/pets',
      status: 403,
      body: '{"message":"Forbidden"}',
      errorType: 'ForbiddenException',
      source: 'docs/aws §1.1 step 0',
    },
    {
      name: 'an unknown path',
      target: '/dev/cats',
      status: 403,
      body: '{"message":"Missing Authentication Token"}',
      errorType: 'MissingAuthenticationTokenException',
      source: 'docs/aws §1.3',
    },
    {
      name: 'an unknown path with a bearer token',
      target: '/dev/cats',
      headers: bearer,
      status: 403,
      body: `{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'YNWlyY0Lc8v63bqulgV1ARyMCoHkyBdoaZnrLxVemAA='."}`,
      errorType: 'IncompleteSignatureException',
      source: 'docs/aws §1.4',
    },
    {
      name: 'a function that throws',
      target: '/dev/pets',
      run: () => {
        throw new Error('boom');
      },
      status: 502,
      body: '{"message": "Internal server error"}',
      errorType: 'InternalServerErrorException',
      source: 'docs/aws §1.6',
    },
    {
      name: 'a malformed proxy answer',
      target: '/dev/pets',
      run: () => ({ wrong: 'x' }),
      status: 502,
      body: '{"message": "Internal server error"}',
      errorType: 'InternalServerErrorException',
      source: 'docs/aws §3.5',
    },
    {
      name: 'a function that is too slow',
      target: '/dev/pets',
      run: () => ({ kind: 'timed-out' }),
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
      errorType: 'InternalServerErrorException',
      source: 'docs/aws §1.3',
    },
    {
      name: 'a URL over 10,240 bytes',
      target: `/dev/${'a'.repeat(10_300)}`,
      status: 414,
      body: '{"message":"Request URI too long"}',
      errorType: 'RequestUriTooLongException',
      source: 'docs/aws §2.5',
    },
  ];
  for (const { name, target, headers, run, status, body, errorType, source } of failures)
    it(`words ${name} as AWS does`, async () => {
      const { send } = anApi(restApi(), { list: run ?? ok });

      const reply = await send({ target, headers: headers ?? [] });

      assert.equal(reply.status, status, source);
      assert.equal(reply.body, body, source);
      assert.equal(headerOf(reply, 'x-amzn-ErrorType'), errorType, source);
      assert.equal(headerOf(reply, 'x-amzn-trace-id'), undefined, 'gateway errors carry no trace id');
    });

  it('refuses a body over 10 MB before anything else runs', async () => {
    const { send, ports } = anApi(restApi(), { list: ok });

    const reply = await send({ target: '/dev/pets', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    assert.equal(reply.status, 413);
    assert.equal(reply.body, '{"message":"Request Too Long"}');
    assert.equal(ports.invoker.calls.length, 0);
  });

  it('compresses no reply unless the API says from which size on', async () => {
    for (const [api, coding] of [
      [{}, undefined],
      [{ MinimumCompressionSize: 1 }, 'gzip'],
    ] as const) {
      const { send } = anApi(restRoutes({ 'GET /pets': {} }, { api }), { echo: ok });

      const reply = await send({ target: '/dev/pets', headers: ['Accept-Encoding', 'gzip'] });

      assert.equal(headerOf(reply, 'content-encoding'), coding);
    }
  });

  it('hides an internal error from the client and shows it to the operator', async () => {
    const { send, ports } = anApi(restApi(), { list: ok });
    ports.invoker.invoke = () => {
      throw new RangeError('a bug');
    };

    const reply = await send({ target: '/dev/pets' });

    assert.equal(reply.status, 500);
    assert.equal(reply.body, '{"message":"Internal server error"}');
    assert.match(ports.log.lines[0] ?? '', /RangeError: a bug/);
  });
});
