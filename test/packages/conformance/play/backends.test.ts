import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  startAwsBackend,
  startBackend,
  startRunnerServer,
  startServer,
} from '../../../../packages/conformance/play/backends.ts';
import type { Server } from '../../../../packages/conformance/play/backends.ts';
import { sendRaw } from '../../../../packages/conformance/play/raw-client.ts';
import type { RawReply } from '../../../../packages/conformance/play/raw-client.ts';

const open: Server[] = [];
const opened = <Kind extends Server>(server: Kind): Kind => {
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

type Sent = {
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
};

/** The answer with its headers by name, without the headers that Node adds. */
async function send(
  { url }: Server,
  target: string,
  { method = 'GET', headers: more = [], body }: Sent = {},
) {
  const { port } = new URL(url);
  const reply: RawReply = await sendRaw({
    host: '127.0.0.1',
    port: Number(port),
    method,
    target,
    headers: [['Host', 'backend'], ['Connection', 'close'], ...more],
    ...(body !== undefined && { body: Buffer.from(body) }),
    timeoutMs: 5_000,
  });
  const own = ['Date', 'Connection', 'Content-Length'];
  const headers = Object.fromEntries(reply.headers.filter(([name]) => !own.includes(name)));
  return { status: reply.status, headers, body: reply.body.toString() };
}

describe('startServer', () => {
  it('notes each request: repeated parameters and headers, and the body', async () => {
    const server = opened(await startServer(() => ({ status: 200, headers: {}, body: '' })));

    await send(server, '/a%20b?x=1&y=&x=2', {
      method: 'PUT',
      headers: [
        ['X-One', 'a'],
        ['x-one', 'b'],
      ],
      body: 'hi',
    });
    await send(server, '/plain');

    const [first, second] = server.seen;
    assert.ok(first !== undefined);
    const { headers, rawHeaders, body, ...others } = first;
    assert.deepEqual(others, {
      method: 'PUT',
      path: '/a%20b',
      query: { x: '2', y: '' },
      queryMulti: { x: ['1', '2'], y: [''] },
    });
    assert.equal(headers['x-one'], 'a, b');
    assert.deepEqual(rawHeaders.slice(2, 4), [
      ['X-One', 'a'],
      ['x-one', 'b'],
    ]);
    assert.equal(body.toString(), 'hi');
    assert.deepEqual([second?.path, second?.query], ['/plain', {}]);
  });

  it('ends the connection if it has no answer', async () => {
    const server = opened(await startServer(() => Promise.reject(new Error('none'))));

    await assert.rejects(send(server, '/'));
  });
});

const JSON_TYPE = { 'Content-Type': 'application/json' };
const SENT = { Host: 'backend', Connection: 'close' };

describe('startBackend', () => {
  it('echoes the request, and its trace id', async () => {
    const server = opened(await startBackend('echo'));

    const plain = await send(server, '/a?b=c', { method: 'POST', body: 'hi' });
    const traced = await send(server, '/', { headers: [['X-Amzn-Trace-Id', 'Root=1']] });

    const headers = { ...SENT, 'Content-Length': '2' };
    assert.deepEqual(
      { ...plain, body: JSON.parse(plain.body) as unknown },
      {
        status: 200,
        headers: JSON_TYPE,
        body: { method: 'POST', path: '/a', args: { b: 'c' }, headers, data: 'hi' },
      },
    );
    assert.deepEqual(traced.headers, { ...JSON_TYPE, 'X-Amzn-Trace-Id': 'Root=1' });
  });

  it('echoes the body with its type', async () => {
    const server = opened(await startBackend('echo-body'));

    assert.deepEqual(await send(server, '/', { headers: [['Content-Type', 'text/plain']], body: 'hi' }), {
      status: 200,
      headers: { 'Content-Type': 'text/plain' },
      body: 'hi',
    });
    assert.deepEqual((await send(server, '/')).headers, JSON_TYPE);
  });

  it('answers as httpbin does', async () => {
    const server = opened(await startBackend('httpbin'));

    for (const [body, json] of [
      ['{"a":1}', { a: 1 }],
      ['no JSON', null],
    ] as const) {
      const reply = await send(server, '/anything?b=c', { method: 'POST', body });
      const headers = { ...SENT, 'Content-Length': `${body.length}` };

      assert.deepEqual(
        { ...reply, body: JSON.parse(reply.body) as unknown },
        {
          status: 200,
          headers: {
            ...JSON_TYPE,
            'Access-Control-Allow-Origin': '*',
            'Access-Control-Allow-Credentials': 'true',
          },
          body: { args: { b: 'c' }, data: body, json, headers, url: 'http://backend/anything' },
        },
      );
    }
  });

  it('answers with the status at the end of the path', async () => {
    const server = opened(await startBackend('status'));

    assert.deepEqual(await send(server, '/status/418'), {
      status: 418,
      headers: JSON_TYPE,
      body: '{"message":"","status_code":418}',
    });
  });

  it('answers as a script says, by the number of the request, and with the last answer for all further ones', async () => {
    const server = opened(await startBackend('scripted'));
    const script = JSON.stringify([{ status: 500 }, { body: 'two', headers: { A: 'b' } }]);
    const replies = [];
    for (const header of [script, script, script, '{"status":201}', '[]'])
      replies.push(await send(server, '/', { headers: [['X-Script', header]] }));
    replies.push(await send(server, '/'));

    assert.deepEqual(
      replies.map(({ status, headers, body }) => [status, headers, body]),
      [
        [500, { 'X-Serial': '1' }, '1'],
        [200, { A: 'b', 'X-Serial': '2' }, 'two'],
        [200, { A: 'b', 'X-Serial': '3' }, 'two'],
        [201, { 'X-Serial': '4' }, '4'],
        [200, { 'X-Serial': '5' }, '5'],
        [200, { 'X-Serial': '6' }, '6'],
      ],
    );
  });

  it('answers 304 to a client that has the tag of the script', async () => {
    const server = opened(await startBackend('scripted'));
    const ask = (script: object, tag: string) =>
      send(server, '/', {
        headers: [
          ['X-Script', JSON.stringify(script)],
          ['If-None-Match', tag],
        ],
      });
    const tagged = { headers: { ETag: '"a"' }, body: 'new' };

    const replies = [await ask(tagged, '"a"'), await ask(tagged, '"b"'), await ask({ body: 'new' }, '"a"')];

    assert.deepEqual(
      replies.map(({ status, headers, body }) => [status, headers, body]),
      [
        [304, { ETag: '"a"', 'X-Serial': '1' }, ''],
        [200, { ETag: '"a"', 'X-Serial': '2' }, 'new'],
        [200, { 'X-Serial': '3' }, 'new'],
      ],
    );
  });
});

describe('startAwsBackend', () => {
  for (const { respond, expected } of [
    { respond: { status: 400 }, expected: { status: 400, headers: {}, body: '' } },
    {
      respond: { status: 200, headers: { A: 'b' }, body: 'text' },
      expected: { status: 200, headers: { A: 'b' }, body: 'text' },
    },
    {
      respond: { status: 200, body: 'text', bodyBase64: 'aGk=' },
      expected: { status: 200, headers: {}, body: 'hi' },
    },
  ])
    it(`answers ${JSON.stringify(respond)}`, async () => {
      const server = opened(await startAwsBackend({ service: 'sqs', respond }));

      assert.deepEqual(await send(server, '/'), expected);
    });
});

describe('startRunnerServer', () => {
  it('keeps the events of functions, and posts to connections', async () => {
    const posted: [string, string][] = [];
    const runner = opened(
      await startRunnerServer((id, data) => {
        posted.push([id, data.toString()]);
        return Promise.resolve(410);
      }),
    );

    const told = await send(runner, '/events/list', { method: 'POST', body: '{"a":1}' });
    const sent = await send(runner, '/connections/L0SM9%3D', { method: 'POST', body: 'hi' });

    assert.deepEqual([told.status, sent.status], [200, 410]);
    assert.deepEqual(runner.events, [{ functionName: 'list', event: { a: 1 } }]);
    assert.deepEqual(posted, [['L0SM9=', 'hi']]);
  });
});
