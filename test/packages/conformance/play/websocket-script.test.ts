import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { WebSocketServer } from 'ws';
import type { RawReply } from '../../../../packages/conformance/play/raw-client.ts';
import type { RunningApi } from '../../../../packages/conformance/play/running-api.ts';
import { framesDifference, playScript } from '../../../../packages/conformance/play/websocket-script.ts';
import type { CaseRequest, FrameStep, Json } from '../../../../packages/conformance/schema/parity-case.ts';

const GONE: RawReply = { status: 410, headers: [], body: Buffer.from('gone') };
const OK: RawReply = { status: 200, headers: [['A', 'b']], body: Buffer.from('{}') };

/**
 * A server that answers `id` with the id of the connection, `bye CODE REASON` by an end, and anything else with
 * itself. It keeps out who asks for `no=1`.
 */
describe('playScript', () => {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: ([first]) => first ?? false });
  let handshakes: { readonly url: string; readonly headers: NodeJS.Dict<string | string[]> }[] = [];
  let calls: (readonly unknown[])[] = [];
  let replies: RawReply[] = [];
  let api: RunningApi;
  before(async () => {
    http.on('upgrade', (request, socket, head) => {
      handshakes.push({ url: request.url ?? '', headers: request.headers });
      if (request.url?.includes('no=1') === true) {
        socket.end('HTTP/1.1 403 Forbidden\r\nX-Why: no\r\nContent-Length: 4\r\n\r\nkept');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        const connectionId = `c${handshakes.length}`;
        client.on('message', (data: Buffer, isBinary) => {
          const text = data.toString();
          const [word, code, reason] = text.split(' ');
          if (word === 'id') client.send(JSON.stringify({ connectionId }));
          else if (word === 'bye') client.close(Number(code), reason);
          else client.send(isBinary ? `binary ${text}` : text);
        });
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  after(() => {
    for (const client of sockets.clients) client.terminate();
    http.closeAllConnections();
    http.close();
  });
  beforeEach(() => {
    [handshakes, calls, replies] = [[], [], []];
    const { port } = http.address() as AddressInfo;
    api = {
      url: new URL(`ws://127.0.0.1:${port}/live`),
      sign: (_: unknown, { as }: { as: string }) => ({ Authorization: as }),
      manage(method: string, id: string, data: Buffer | undefined, sign: unknown) {
        calls.push([method, id, data?.toString(), sign]);
        return Promise.resolve(replies.shift() ?? OK);
      },
      advance: (ms: number) => Promise.resolve(void calls.push(['advance', ms])),
    } as unknown as RunningApi;
  });

  const play = (frames: readonly FrameStep[], expectedFrames = 0, request: Partial<CaseRequest> = {}) =>
    playScript({ api, request: { method: 'WS', path: '/', ...request, frames }, expectedFrames });
  const differenceOf = async (frames: readonly FrameStep[]): Promise<string | undefined> => {
    const result = await play(frames);
    if (result.kind === 'refused') throw new Error('refused');
    return result.kind === 'differs' ? result.difference : undefined;
  };

  it('opens one connection if the script names none, and collects the received frames', async () => {
    const steps = [
      { send: 'one' },
      { frames: 1 },
      { sendBase64: 'dHdv' },
      { frames: 2 },
      { sendFragments: ['th', 're', 'e'] },
    ];

    assert.deepEqual(await play(steps, 3), {
      kind: 'played',
      frames: [
        { on: 'only', text: 'one' },
        { on: 'only', text: 'binary two' },
        { on: 'only', text: 'three' },
      ],
      connections: 1,
    });
    assert.equal(handshakes[0]?.url, '/live');
  });

  it('opens the connections that the script names, and sends on the first unless it says another', async () => {
    const steps = [
      { connect: 'a' },
      { connect: 'b', on: 'b', send: 'to b' },
      { frames: 1 },
      { send: 'to a' },
    ];

    assert.deepEqual(await play(steps, 2), {
      kind: 'played',
      frames: [
        { on: 'b', text: 'to b' },
        { on: 'a', text: 'to a' },
      ],
      connections: 2,
    });
  });

  it('sends the handshake as the request and the step define it, and signs it if the case does', async () => {
    const request = {
      query: 'q=request',
      headers: { 'X-A': 'request', 'X-B': 'request' },
      sign: { as: 'me' },
    };
    const own = { query: 'q=step', headers: { 'X-B': 'step' }, subprotocols: ['one', 'two'] };

    await play([{ connect: 'a' }, { connect: 'b', ...own }, { connect: 'c' }], 0, request);
    await play([], 0, { rawUrlPath: '/other//path' });

    const [a, b, , other] = handshakes;
    assert.deepEqual([a?.url, b?.url, other?.url], ['/live?q=request', '/live?q=step', '/other//path']);
    assert.deepEqual(
      [a?.headers['x-b'], b?.headers['x-a'], b?.headers['x-b']],
      ['request', 'request', 'step'],
    );
    assert.deepEqual([a?.headers['authorization'], other?.headers['authorization']], ['me', undefined]);
    assert.deepEqual(
      [a?.headers['sec-websocket-protocol'], b?.headers['sec-websocket-protocol']],
      [undefined, 'one,two'],
    );
  });

  it('returns the answer to a refused handshake', async () => {
    const result = await play([], 0, { query: 'no=1' });

    assert.ok(result.kind === 'refused');
    assert.equal(result.reply.status, 403);
    assert.deepEqual(result.reply.headers.at(0), ['X-Why', 'no']);
    assert.equal(result.reply.body.toString(), 'kept');
  });

  const no = { connect: 'a', query: 'no=1' };
  it('passes if everything is as the steps expect it, and moves the clock before it connects', async () => {
    const steps: readonly FrameStep[] = [
      { ...no, refused: { status: 403, headers: { 'x-why': 'no' }, body: 'kept' } },
      { connect: 'a', advanceMs: 7, subprotocols: ['x'], accepted: { 'Sec-WebSocket-Protocol': 'x' } },
      { ping: 'hello' },
      { wait: 1 },
      { connect: 'b', on: 'b', send: 'bye 4001 done' },
      { closed: 'b', code: 4001, reason: 'done' },
      { closed: 'b' },
      { connect: 'c' },
      { close: 'c', code: 4002, reason: 'me' },
      { closed: 'c', code: 4002 },
      { connect: 'd' },
      { close: 'd' },
      { closed: 'd', code: 1005 },
    ];

    assert.equal(await differenceOf(steps), undefined);
    assert.deepEqual(calls, [['advance', 7]]);
  });

  const rows: readonly (readonly [steps: readonly FrameStep[], difference: string])[] = [
    [[{ ...no, refused: { status: 401 } }], '1: status: expected 401, got 403 "kept"'],
    [
      [{ connect: 'a', refused: { status: 403 } }],
      '1: expected the handshake to be refused with 403, but it was accepted',
    ],
    [
      [{ connect: 'a', refused: {} }],
      '1: expected the handshake to be refused with an error status, but it was accepted',
    ],
    [
      [{ connect: 'a', subprotocols: ['x'], accepted: { 'Sec-WebSocket-Protocol': 'y' } }],
      '1: headers.sec-websocket-protocol: expected "y", got "x"',
    ],
    [[{ send: 'bye 4001 done' }, { closed: 'only', code: 1000 }], '2: close code: expected 1000, got 4001'],
    [
      [{ send: 'bye 4001 done' }, { closed: 'only', reason: 'over' }],
      '2: close reason: expected "over", got "done"',
    ],
  ];
  for (const [steps, difference] of rows)
    it(`finds ${difference} in ${JSON.stringify(steps)}`, async () => {
      assert.equal(await differenceOf(steps), `frames step ${difference}`);
    });

  it('reads nothing more of a client that is paused', async () => {
    const result = await play([{ pause: true }, { send: 'one' }]);

    assert.deepEqual(result, { kind: 'played', frames: [], connections: 1 });
  });

  it('calls @connections with the id that the connection has sent', async () => {
    const steps: readonly FrameStep[] = [
      { connect: 'a' },
      { connect: 'b', on: 'b', send: 'id' },
      { send: 'id' },
      { manage: 'POST', body: 'hi', answer: { status: 200, headers: { a: 'b' } } },
      { manage: 'GET', on: 'b', sign: null },
      { manage: 'DELETE', connectionId: 'given', sign: { as: 'me' } },
    ];

    assert.equal(await differenceOf(steps), undefined);
    assert.deepEqual(calls, [
      ['POST', 'c1', 'hi', undefined],
      ['GET', 'c2', undefined, null],
      ['DELETE', 'given', undefined, { as: 'me' }],
    ]);
  });

  for (const { name, atMost, given, expected, made } of [
    {
      name: 'once',
      atMost: undefined,
      given: [OK, GONE],
      expected: 'status: expected 410, got 200 "{}"',
      made: 1,
    },
    { name: 'until it is answered so', atMost: 5, given: [OK, OK, GONE], expected: undefined, made: 3 },
    {
      name: 'as often as it says',
      atMost: 2,
      given: [],
      expected: 'status: expected 410, got 200 "{}"',
      made: 2,
    },
  ])
    it(`calls @connections ${name}`, async () => {
      replies = [...given];
      const step = { manage: 'GET', connectionId: 'a', answer: { status: 410 } } as const;

      const difference = await differenceOf([{ ...step, ...(atMost !== undefined && { atMost }) }]);

      assert.equal(difference, expected && `frames step 1: ${expected}`);
      assert.equal(calls.length, made);
    });

  it('fails for a connection that is not open', async () => {
    for (const [steps, named] of [
      [[{ connect: 'a' }, { on: 'b', send: 'x' }], 'b'],
      [[{ ...no, refused: {} }, { send: 'x' }], undefined],
    ] as const)
      await assert.rejects(play(steps), {
        message:
          named === undefined ? 'no connection is open' : `the connection ${named} of the script is not open`,
      });
  });

  it('fails if an error is not a refusal', async () => {
    api = { ...api, url: new URL('ws://127.0.0.1:1/live') };

    await assert.rejects(play([]), { code: 'ECONNREFUSED' });
    await assert.rejects(play([{ connect: 'a', refused: {} }]), { code: 'ECONNREFUSED' });
  });
});

describe('framesDifference', () => {
  const received = [
    { on: 'a', text: 'one' },
    { on: 'b', text: '{"n":2}' },
  ];
  const rows: readonly (readonly [expected: readonly Json[], difference: string | undefined])[] = [
    [['one', { json: { n: 2 }, on: 'b' }], undefined],
    [[{ text: 'one', on: 'a' }, '{"n":2}'], undefined],
    [['one'], 'frames: expected 1, got 2: ["one","{\\"n\\":2}"]'],
    [['<any>', { json: { n: 1 } }], 'frames[1].json.n: expected 1, got 2'],
    [['<any>', { json: {} }], 'frames[1].json.n: not expected, got 2'],
    [[{ text: 'two' }, {}], 'frames[0]: expected "two", got "one"'],
    [[{ on: 'b' }, {}], 'frames[0].on: expected "b", got "a"'],
    [['two', '<any>'], 'frames[0]: expected "two", got "one"'],
  ];
  for (const [expected, difference] of rows)
    it(`finds ${difference ?? 'nothing'} in ${JSON.stringify(expected)}`, () => {
      assert.equal(framesDifference(expected, received), difference);
    });
});
