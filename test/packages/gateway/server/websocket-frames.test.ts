import assert from 'node:assert/strict';
import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { isWebSocketHandshake, TaskQueue } from '../../../../packages/gateway/server/websocket-frames.ts';
import { anApi } from '../core/websocket/fixture.ts';
import {
  connectTcp,
  echo,
  ECHO_ROUTES,
  handshakeText,
  open,
  startApi,
  startEcho,
  talk,
} from '../core/websocket/server.ts';
import type { Handler, SeenEvent } from '../core/websocket/fixture.ts';

describe('handshakes', () => {
  const refused: readonly { readonly name: string; readonly bytes: string; readonly status: number }[] = [
    { name: 'without a key', bytes: handshakeText({ 'Sec-WebSocket-Key': '' }), status: 400 },
    {
      name: 'with a key of the wrong length',
      bytes: handshakeText({ 'Sec-WebSocket-Key': 'abc=' }),
      status: 400,
    },
    { name: 'of another version', bytes: handshakeText({ 'Sec-WebSocket-Version': '8' }), status: 400 },
    {
      name: 'with an invalid list of subprotocols',
      bytes: handshakeText({ 'Sec-WebSocket-Protocol': 'a,,b' }),
      status: 400,
    },
    { name: 'to an unknown stage', bytes: handshakeText({}, '/prod'), status: 403 },
  ];
  for (const { name, bytes, status } of refused) {
    it(`refuses one ${name} with an HTTP reply and no function run`, async () => {
      const api = anApi({ ...ECHO_ROUTES, $connect: { functionName: 'echo' } });
      const running = await startApi(api, { echo, bye: echo });
      after(() => running.close());

      const answer = await talk(running.host, bytes);

      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\n\r\n\\{`));
      assert.deepEqual(running.at.invoker.events, []);
    });
  }

  it("gives the client the headers of $connect's function, but not those of the upgrade a second time", async () => {
    const headers = { 'Sec-WebSocket-Protocol': 'chat', 'X-One': '1', Upgrade: 'other' };
    const api = anApi({ ...ECHO_ROUTES, $connect: { functionName: 'greet' } });
    const running = await startApi(api, { echo, bye: echo, greet: () => ({ statusCode: 200, headers }) });
    after(() => running.close());
    const socket = connectTcp(running.host);
    after(() => socket.destroy());

    socket.write(handshakeText({ 'Sec-WebSocket-Protocol': 'chat' }));
    const [head] = (await once(socket, 'data')) as [Buffer];

    const lines = head.toString('latin1').toLowerCase().split('\r\n');
    assert.match(lines[0] ?? '', /^http\/1\.1 101 /);
    for (const line of ['sec-websocket-protocol: chat', 'x-one: 1', 'upgrade: websocket'])
      assert.equal(lines.filter((one) => one === line).length, 1, line);
    assert.ok(!lines.includes('upgrade: other'));
  });

  it('answers with its own version to a client with another one', async () => {
    const running = await startEcho();
    after(() => running.close());

    const answer = await talk(running.host, handshakeText({ 'Sec-WebSocket-Version': '8' }));

    assert.match(answer, /\r\nSec-WebSocket-Version: 13\r\n/);
  });

  it('gives $disconnect a client that left while $connect ran', async () => {
    const asked = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<SeenEvent>();
    const hello: Handler = async () => {
      asked.resolve(undefined);
      await release.promise;
      return { statusCode: 200 };
    };
    const api = anApi({ $connect: { functionName: 'hello' }, $disconnect: { functionName: 'bye' } });
    const running = await startApi(api, { hello, bye: (event) => ended.resolve(event) });
    after(() => running.close());

    const socket = connectTcp(running.host);
    socket.write(handshakeText());
    await asked.promise;
    socket.resetAndDestroy();
    await once(socket, 'close');
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    release.resolve(undefined);

    assert.equal((await ended.promise).requestContext.disconnectStatusCode, 1006);
    assert.equal(running.at.connections.count, 0);
  });
});

describe('a message that meets a fault of the gateway', () => {
  it('ends only its own connection, and is reported', async () => {
    const api = anApi(ECHO_ROUTES);
    for (const { deployment } of api.stages.values())
      Object.defineProperty(deployment, 'messageRouting', {
        value: {
          select(body: string): string {
            if (body === 'fault') throw new RangeError('planted');
            return '$default';
          },
          routes: deployment.messageRouting?.routes,
        },
      });
    const running = await startApi(api, { echo, bye: echo });
    after(() => running.close());
    const [hit, other] = [await open(`ws://${running.host}/dev`), await open(`ws://${running.host}/dev`)];

    hit.socket.send('fault');
    const { code } = await hit.closed;
    other.socket.send('hello');

    assert.equal(code, 1006);
    assert.notEqual(await other.next(), undefined);
    assert.ok(running.at.lines.some((line) => line.startsWith('RangeError: planted')));
  });
});

describe('isWebSocketHandshake', () => {
  const rows = [
    { name: 'takes the protocol in any case', method: 'GET', upgrade: 'WebSocket', expected: true },
    { name: 'ignores other protocols', method: 'GET', upgrade: 'h2c', expected: false },
    { name: 'ignores other methods', method: 'POST', upgrade: 'websocket', expected: false },
    { name: 'ignores ordinary requests', method: 'GET', upgrade: undefined, expected: false },
  ];
  for (const { name, method, upgrade, expected } of rows) {
    it(name, () => {
      const request = Object.assign(new IncomingMessage(new Socket()), { method });
      if (upgrade !== undefined) request.headers.upgrade = upgrade;

      assert.equal(isWebSocketHandshake(request), expected);
    });
  }
});

describe('close', () => {
  it('says 1001 to every client, runs $disconnect and takes no new ones', async () => {
    const running = await startApi(anApi(ECHO_ROUTES), { echo, bye: echo });
    const clients = await Promise.all([1, 2, 3].map(() => open(`ws://${running.host}/dev`)));

    await running.close();
    const endings = await Promise.all(clients.map((client) => client.closed));

    assert.deepEqual(
      endings,
      clients.map(() => ({ code: 1001, reason: 'Going away' })),
    );
    const codes = running.at.invoker.events.map((event) => event.requestContext.disconnectStatusCode);
    assert.deepEqual(codes, [1001, 1001, 1001]);
  });

  it('ends within its time limits although a client does not read and $disconnect hangs', async () => {
    const running = await startApi(anApi(ECHO_ROUTES), {
      echo,
      bye: () => new Promise(() => undefined),
    });
    const client = await open(`ws://${running.host}/dev`);
    client.socket.pause();

    const startedMs = performance.now();
    await running.close();

    assert.ok(performance.now() - startedMs < 10_000);
    client.socket.terminate();
  });
});

describe('TaskQueue', () => {
  it('runs every task in the order of arrival, with a limited number at a time', async () => {
    const turns = new TaskQueue(3);
    const started: number[] = [];
    let running = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        turns.run(async () => {
          started.push(index);
          most = Math.max(most, (running += 1));
          await setImmediate();
          running -= 1;
        }),
      ),
    );

    assert.deepEqual(started, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(most, 3);
  });

  it('gives the turn of a task that fails to the next', async () => {
    const turns = new TaskQueue(1);
    const failed = turns.run(() => Promise.reject(new Error('no')));
    let ran = false;

    const next = turns.run(() => {
      ran = true;
      return Promise.resolve();
    });

    await assert.rejects(failed);
    await next;
    assert.equal(ran, true);
  });
});
