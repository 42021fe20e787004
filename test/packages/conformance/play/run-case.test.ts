/** The runner against a small engine of its own, so that a wrong answer is known to be seen. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import type { AddressInfo } from 'node:net';
import { runCase } from '../../../../packages/conformance/play/run-case.ts';
import type { Deploy } from '../../../../packages/conformance/targets/target.ts';
import type { RunningApi } from '../../../../packages/conformance/play/running-api.ts';
import type { Expectation, ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

const aCase = (part: Partial<ParityCase>): ParityCase => {
  return {
    id: 'a-case',
    source: { kind: 'recorded', repo: 'r', file: 'f', test: 't' },
    area: 'routing',
    api: 'rest',
    setup: { stage: 'dev' },
    request: { method: 'GET', path: '/hello', query: 'a=1' },
    expect: {},
    ...part,
  };
};

type Seen = { readonly target: string; readonly template: string };

/** Answers 201 `{"ok":true}` with two cookies to everything. */
const fakeEngine =
  (seen: Seen[] = [], act: (template: string) => Promise<void> = () => Promise.resolve()): Deploy =>
  async ({ template }) => {
    const server = createServer((incoming, response) => {
      seen.push({ target: incoming.url ?? '', template });
      void act(template).then(() => {
        response.writeHead(201, ['Set-Cookie', 'a', 'set-cookie', 'b', 'Content-Type', 'application/json']);
        response.end('{"ok":true}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const api: RunningApi = {
      apiId: 'abc123',
      region: 'us-east-1',
      control: 'http://127.0.0.1:1',
      accountId: '123456789012',
      url: new URL(`http://127.0.0.1:${port}/dev`),
      manage: () => Promise.reject(new Error('no connections')),
      advance: () => Promise.resolve(),
      sign: () => ({}),
      readLog: () => [],
      testInvoke: () => Promise.resolve({ status: 200, headers: [['A', 'b']], body: Buffer.from('x') }),
      call: () => Promise.resolve({}),
      describeGatewayResponses: () => Promise.resolve({ THROTTLED: { StatusCode: '429' } }),
      close: () =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(() => resolve());
        }),
    };
    return { kind: 'running', api };
  };

const run = (parityCase: ParityCase, deploy: Deploy = fakeEngine()) =>
  runCase(parityCase, { deploy, naming: (name) => name });

const EXPECTATIONS: readonly (readonly [
  name: string,
  expect: Expectation,
  difference: RegExp | undefined,
])[] = [
  ['holds when everything named is as expected', { status: 201, body: { ok: true } }, undefined],
  ['joins repeated headers', { headers: { 'SET-COOKIE': 'a, b' } }, undefined],
  [
    'sees another status, with the body for the reader',
    { status: 200 },
    /^status: expected 200, got 201 .*ok/,
  ],
  [
    'sees a header that must not be there',
    { headers: { 'content-type': '<absent>' } },
    /^headers\.content-type/,
  ],
  ['compares a text body exactly', { body: '{"ok": true}' }, /^body: /],
  ['sees an extra member of a JSON body', { body: {} }, /^body\.ok: not expected/],
  ['ignores it where a subset is asked for', { body: {}, bodySubset: true }, undefined],
  ['finds text in a body', { bodyContains: 'ok' }, undefined],
  ['misses text in a body', { bodyContains: 'ko' }, /^body: expected to contain/],
  ['compares bytes', { bodyBase64: Buffer.from('{"ok":true}').toString('base64') }, undefined],
  [
    'fails where a function must have been invoked and was not',
    { event: {} },
    /^event: the function was not invoked/,
  ],
  [
    'fails where a backend must have been called and was not',
    { backend: { method: 'GET' } },
    /^backend: no request/,
  ],
];

describe('runCase', () => {
  for (const [name, expect, difference] of EXPECTATIONS) {
    it(name, async () => {
      const found = await run(aCase({ expect }));

      if (difference === undefined) assert.equal(found, undefined);
      else assert.match(found ?? '', difference);
    });
  }

  it('puts the stage before the path and keeps a raw path as it is', async () => {
    const seen: Seen[] = [];

    await run(aCase({}), fakeEngine(seen));
    await run(aCase({ request: { method: 'GET', path: '/x', rawUrlPath: '//dev//x' } }), fakeEngine(seen));

    assert.deepEqual(
      seen.map(({ target }) => target),
      ['/dev/hello?a=1', '//dev//x'],
    );
  });

  it('compares the event that the integration function got, not that of the authorizer', async () => {
    const functions = {
      fn: 'exports.handler = async () => ({});',
      auth: 'exports.handler = async () => ({});',
    };
    const methods = [{ path: '/', HttpMethod: 'GET', Integration: { Type: 'AWS_PROXY', Uri: '${fn:fn}' } }];
    const report = async (template: string): Promise<void> => {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(template)?.[0] ?? '';
      for (const name of ['fn', 'auth']) {
        const body = JSON.stringify({ name });
        await new Promise((resolve) =>
          httpRequest(`${address}/events/${name}`, { method: 'POST' }, resolve).end(body),
        );
      }
    };

    const found = await run(
      aCase({ setup: { stage: 'dev', functions, methods }, expect: { event: { name: 'fn' } } }),
      fakeEngine([], report),
    );

    assert.equal(found, undefined);
  });

  it('wants a refusal in the words of AWS', async () => {
    const refusing: Deploy = () => Promise.resolve({ kind: 'refused', message: 'x.json: Api: Invalid ARN' });
    const deploy = aCase({
      request: { method: null, path: null, mode: 'deploy' },
      expect: { deployError: 'Invalid ARN' },
    });

    assert.equal(await run(deploy, refusing), undefined);
    assert.match((await run(deploy)) ?? '', /the template was accepted/);
    assert.match((await run(aCase({}), refusing)) ?? '', /the template was refused: x\.json/);
  });

  it('compares gateway responses as properties, placeholders of the running API filled', async () => {
    const describing = aCase({
      request: { method: null, path: null, mode: 'describe-gateway-responses' },
      expect: { gatewayResponses: { THROTTLED: { StatusCode: '429', ResponseParameters: '<absent>' } } },
    });

    assert.equal(await run(describing), undefined);
  });

  it('compares all headers of a test invocation', async () => {
    const invoking = (headersExact: Record<string, string>) =>
      aCase({
        request: { method: 'GET', path: '/', mode: 'test-invoke', resource: '/' },
        expect: { headersExact },
      });

    assert.equal(await run(invoking({ a: 'b' })), undefined);
    assert.match((await run(invoking({}))) ?? '', /^headers\.a: not expected/);
  });

  for (const [name, expect, difference] of [
    ['takes repeated headers one by one', { headerLists: { 'Set-Cookie': ['a', 'b'] } }, undefined],
    ['misses one of them', { headerLists: { 'set-cookie': ['a'] } }, /^headers\.set-cookie/],
    ['sees an answer where none may come', { unanswered: true }, /^no answer is expected, got 201/],
    ['counts calls that must not be', { calls: { fn: 0 } }, undefined],
  ] as const)
    it(name, async () => {
      const found = await run(aCase({ expect }));

      if (difference === undefined) assert.equal(found, undefined);
      else assert.match(found ?? '', difference);
    });

  it('sends several requests in a row, and says which of them is answered otherwise', async () => {
    const seen: Seen[] = [];
    const request = { method: 'GET', path: '/again' };
    const then = [
      { request, expect: { status: 201 } },
      { request, expect: { status: 429 } },
    ];

    const found = await run(aCase({ expect: { status: 201 }, then }), fakeEngine(seen));

    assert.equal(seen.length, 3);
    assert.match(found ?? '', /^3\. status: expected 429, got 201/);
  });

  it('counts a case that cannot run as failed', async () => {
    const broken: Deploy = () => Promise.reject(new Error('no engine'));

    assert.equal(await run(aCase({}), broken), 'could not run: no engine');
  });
});

describe('a WebSocket case', () => {
  /** Lets everybody in. */
  const openToAll: Deploy = async (...asked) => {
    const started = await fakeEngine()(...asked);
    if (started.kind !== 'running') return started;
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(sockets, 'listening');
    const { port } = sockets.address() as AddressInfo;
    const close = async (): Promise<void> => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await started.api.close();
    };
    return { kind: 'running', api: { ...started.api, url: new URL(`http://127.0.0.1:${port}/dev`), close } };
  };
  const rows: readonly (readonly [name: string, expect: Expectation, difference: RegExp | undefined])[] = [
    [
      'fails where a handshake is accepted that must be refused',
      { status: 403 },
      /was accepted; 403 is expected/,
    ],
    ['holds where nobody says a status', {}, undefined],
  ];
  for (const [name, expect, difference] of rows)
    it(name, async () => {
      const parityCase = aCase({
        api: 'websocket',
        request: { method: 'WS', path: '/', frames: [] },
        expect,
      });
      const found = await run(parityCase, openToAll);
      if (difference === undefined) assert.equal(found, undefined);
      else assert.match(found ?? '', difference);
    });
});
