/** The runner against a small engine of its own, so that a wrong answer is known to be seen. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import type { AddressInfo } from 'node:net';
import { runCase } from '../../../../packages/conformance/play/run-case.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { Deploy, Fragment } from '../../../../packages/conformance/targets/target.ts';
import type { RunningApi } from '../../../../packages/conformance/play/running-api.ts';
import type { Expectation, ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

const aCase = (part: Partial<ParityCase>): ParityCase =>
  aParityCase({ request: { method: 'GET', path: '/hello', query: 'a=1' }, ...part });

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
  ['passes if everything named is as expected', { status: 201, body: { ok: true } }, undefined],
  ['joins repeated headers', { headers: { 'SET-COOKIE': 'a, b' } }, undefined],
  [
    'reports another status, with the body for the reader',
    { status: 200 },
    /^status: expected 200, got 201 .*ok/,
  ],
  [
    'reports a header that must not exist',
    { headers: { 'content-type': '<absent>' } },
    /^headers\.content-type/,
  ],
  ['compares a text body exactly', { body: '{"ok": true}' }, /^body: /],
  ['reports an extra member of a JSON body', { body: {} }, /^body\.ok: not expected/],
  ['ignores it if a subset is expected', { body: {}, bodySubset: true }, undefined],
  ['finds text in a body', { bodyContains: 'ok' }, undefined],
  ['misses text in a body', { bodyContains: 'ko' }, /^body: expected to contain/],
  ['compares bytes', { bodyBase64: Buffer.from('{"ok":true}').toString('base64') }, undefined],
  [
    'fails if a function must have been invoked and was not',
    { event: {} },
    /^event: the function was not invoked/,
  ],
  [
    'fails if a backend must have been called and was not',
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

  it('puts the stage before the path and does not change a raw path', async () => {
    const seen: Seen[] = [];

    await run(aCase({}), fakeEngine(seen));
    await run(aCase({ request: { method: 'GET', path: '/x', rawUrlPath: '//dev//x' } }), fakeEngine(seen));

    assert.deepEqual(
      seen.map(({ target }) => target),
      ['/dev/hello?a=1', '//dev//x'],
    );
  });

  it("compares the event that the integration function received, not the authorizer's event", async () => {
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

  it("requires a refusal to have AWS's wording", async () => {
    const refusing: Deploy = () => Promise.resolve({ kind: 'refused', message: 'x.json: Api: Invalid ARN' });
    const deploy = aCase({
      request: { method: null, path: null, mode: 'deploy' },
      expect: { deployError: 'Invalid ARN' },
    });

    assert.equal(await run(deploy, refusing), undefined);
    assert.match((await run(deploy)) ?? '', /but the template was accepted/);
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
    ['compares repeated headers one by one', { headerLists: { 'Set-Cookie': ['a', 'b'] } }, undefined],
    ['reports a missing one', { headerLists: { 'set-cookie': ['a'] } }, /^headers\.set-cookie/],
    ['reports an answer if none may come', { unanswered: true }, /^expected no response, got 201/],
    ['counts calls that must not be', { calls: { fn: 0 } }, undefined],
  ] as const)
    it(name, async () => {
      const found = await run(aCase({ expect }));

      if (difference === undefined) assert.equal(found, undefined);
      else assert.match(found ?? '', difference);
    });

  it('sends several requests one after the other, and says which of them gets another answer', async () => {
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
      'fails if a handshake is accepted that must be refused',
      { status: 403 },
      /to be refused with 403, but it was accepted/,
    ],
    ['passes if no status is expected', {}, undefined],
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

/** The engine above with parts of its API in the place of its own; what it was asked to deploy. */
function engineWith(part: Partial<RunningApi>, act?: (fragment: Fragment) => Promise<unknown>) {
  const asked: Fragment[] = [];
  const deploy: Deploy = async (fragment) => {
    asked.push(fragment);
    await act?.(fragment);
    const started = await fakeEngine()(fragment);
    return started.kind === 'running' ? { ...started, api: { ...started.api, ...part } } : started;
  };
  return { asked, deploy };
}

describe('what a case asks of its engine', () => {
  const usual = { tls: false, roles: false, awsEndpoint: undefined, files: [] };
  const mapped = { name: 'a.example', mappings: [] };
  const rows: readonly (readonly [setup: Partial<ParityCase['setup']>, asked: object])[] = [
    [{}, usual],
    [{ domains: [mapped] }, usual],
    [
      { domains: [mapped, { ...mapped, mutualTls: true }] },
      { ...usual, tls: true, files: ['gatewright.values.yml'] },
    ],
    [{ identities: { reader: [] } }, { ...usual, files: ['gatewright.identities.yml'] }],
    [{ withoutPermission: [] }, { ...usual, roles: true }],
  ];
  for (const [setup, expected] of rows)
    it(`is ${JSON.stringify(expected)} for ${JSON.stringify(setup)}`, async () => {
      const { asked, deploy } = engineWith({});

      await run(aCase({ setup: { stage: 'dev', ...setup } }), deploy);

      const [{ tls, roles, awsEndpoint, files } = {} as Fragment] = asked;
      assert.deepEqual({ tls, roles, awsEndpoint, files: Object.keys(files) }, expected);
    });

  it('has the addresses of what the case starts with the gateway', async () => {
    const { asked, deploy } = engineWith({});
    const setup = {
      stage: 'dev',
      backend: 'echo',
      awsBackend: { service: 'sqs', respond: { status: 200 } },
      tokens: {},
      functions: { fn: '' },
      functionProps: { fn: { Description: '${backend} ${issuer}' } },
    } as const;

    await run(aCase({ setup, expect: { calls: {} } }), deploy);

    const [{ template, sources, awsEndpoint } = {} as Fragment] = asked;
    const address = String.raw`http:\/\/127\.0\.0\.1:\d+`;
    assert.match(awsEndpoint ?? '', new RegExp(`^${address}$`));
    assert.match(template, new RegExp(`"${address} ${address}"`));
    assert.match(sources['fn'] ?? '', new RegExp(`'${address}'`));
  });
});

describe('the steps of a case', () => {
  const request = { method: 'GET', path: '/' };

  it('move the clock if they require it', async () => {
    const moves: number[] = [];
    const { deploy } = engineWith({ advance: (ms) => Promise.resolve(void moves.push(ms)) });

    await run(
      aCase({
        then: [
          { request, expect: {} },
          { request, expect: {}, advanceMs: 5, times: 2 },
        ],
      }),
      deploy,
    );

    assert.deepEqual(moves, [5, 5]);
  });

  for (const [name, then, count] of [
    ['of the only request', [], 1],
    ['of none of several', [{ request, expect: {} }], 0],
  ] as const)
    it(`return the answer ${name}, with placeholders for what only this run has`, async () => {
      const answers: unknown[] = [];
      const { deploy } = engineWith({
        testInvoke: () =>
          Promise.resolve({
            status: 200,
            headers: [],
            body: Buffer.from('abc123 in us-east-1 of 123456789012'),
          }),
      });
      const invoke = { ...request, mode: 'test-invoke', resource: '/' } as const;

      const tools = { deploy, naming: (one: string) => one, onReply: (one: unknown) => answers.push(one) };
      await runCase(aCase({ request: invoke, then }), tools);

      const body = '${apiId} in ${region} of ${accountId}';
      assert.deepEqual(
        answers,
        Array.from({ length: count }, () => ({ status: 200, headers: {}, body })),
      );
    });

  it('know the API, and create text of a given length', async () => {
    const sent: unknown[] = [];
    const { deploy } = engineWith({
      testInvoke: ({ body, headers }) => {
        sent.push(body?.toString(), headers);
        return Promise.resolve({ status: 200, headers: [], body: Buffer.from('') });
      },
    });
    const filled = {
      ...request,
      mode: 'test-invoke',
      body: '${fill:5}',
      headers: { A: '${apiId} ${region} ${accountId} ${role}' },
    } as const;

    await run(aCase({ request: filled }), deploy);

    const role = 'arn:aws:iam::123456789012:role/parity';
    assert.deepEqual(sent, ['xxxxx', { A: `abc123 us-east-1 123456789012 ${role}` }]);
  });

  it('pass without an answer if none is expected, and fail otherwise', async () => {
    const { deploy } = engineWith({ url: new URL('http://127.0.0.1:1/dev') });

    assert.equal(await run(aCase({ expect: { unanswered: true } }), deploy), undefined);
    assert.match((await run(aCase({}), deploy)) ?? '', /^could not run: .*ECONNREFUSED/);
  });
});

describe('the frames of a WebSocket case', { concurrency: true }, () => {
  const functions = { fn: 'exports.handler = async () => ({});' };
  /** Sockets that echo, and whose functions have got these events and posted one message. */
  async function play(expect: Expectation, connectionIds: readonly string[]) {
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    sockets.on('connection', (client) =>
      client.on('message', (data: Buffer) => client.send(data.toString())),
    );
    await once(sockets, 'listening');
    const { port } = sockets.address() as AddressInfo;
    const posted: unknown[] = [];
    let runner = '';
    const { deploy } = engineWith(
      {
        url: new URL(`http://127.0.0.1:${port}/dev`),
        readLog: () => ['one line'],
        async manage(method, id, data) {
          posted.push([method, id, data?.toString()]);
          return Promise.resolve({ status: 202, headers: [], body: Buffer.from('') });
        },
      },
      async ({ template }) => {
        runner = /http:\/\/127\.0\.0\.1:\d+/.exec(template)?.[0] ?? '';
        for (const connectionId of connectionIds)
          await fetch(`${runner}/events/fn`, {
            method: 'POST',
            body: JSON.stringify({ requestContext: { connectionId } }),
          });
        const early = await fetch(`${runner}/connections/a`, { method: 'POST' }).catch(() => undefined);
        assert.equal(early, undefined);
      },
    );
    const frames = [{ connect: 'a' }, { connect: 'b' }, { send: 'hi' }];
    const request = { method: 'WS', path: '/', frames };
    const found = await run(
      aCase({ api: 'websocket', setup: { stage: 'dev', functions }, request, expect }),
      deploy,
    );
    for (const client of sockets.clients) client.terminate();
    sockets.close();
    return found;
  }

  const rows: readonly (readonly [
    expect: Expectation,
    ids: readonly string[],
    difference: string | undefined,
  ])[] = [
    [{ status: 101, frames: ['hi'] }, [], undefined],
    [{ frames: ['ho'] }, [], 'frames[0]: expected "ho", got "hi"'],
    [{ frames: ['hi'], distinctConnectionIds: 2 }, ['a', 'b', 'a'], undefined],
    [{ frames: ['hi'], distinctConnectionIds: 1 }, ['a', 'b'], 'distinctConnectionIds: expected 1, got 2'],
    [{ frames: ['hi'], distinctConnectionIds: true }, ['a', 'b'], undefined],
    [{ frames: ['hi'], distinctConnectionIds: true }, ['a'], 'distinctConnectionIds: expected 2, got 1'],
    [{ frames: ['hi'], calls: { fn: 0 } }, ['a'], 'calls.fn: expected 0, got 1'],
    [{ frames: ['hi'], backend: {} }, [], 'backend: no request arrived'],
    [{ frames: ['hi'], awsRequest: {} }, [], 'awsRequest: no request arrived'],
    [
      { frames: ['hi'], accessLog: ['other'] },
      [],
      'accessLog[0]: expected "other", got "one line" in "one line"',
    ],
  ];
  for (const [expect, ids, difference] of rows)
    it(`are compared: ${difference ?? `${JSON.stringify(expect)} passes`}`, async () => {
      assert.equal(await play(expect, ids), difference);
    });
});
