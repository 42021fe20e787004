import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import {
  BYTES_IN_FLIGHT_LIMIT,
  closureOf,
  MESSAGES_IN_FLIGHT_LIMIT,
} from '../../../../packages/gateway/core/websocket/limits.ts';
import { anApi } from '../core/websocket/fixture.ts';
import {
  connectTcp,
  echo,
  ECHO_ROUTES,
  handshakeText,
  open,
  shakeHands,
  startApi,
  startEcho,
} from '../core/websocket/server.ts';
import type { Socket } from 'node:net';
import type { Handler, SeenEvent } from '../core/websocket/fixture.ts';
import type { Client, RunningApi } from '../core/websocket/server.ts';

const endAtLimit =
  (code: '1005' | '1006') =>
  (_client: Client, { at }: RunningApi) => {
    for (const connection of at.connections.all) at.connections.end(connection, closureOf(code));
  };

describe('the end of a client', () => {
  type Row = {
    readonly name: string;
    readonly end: (client: Client, running: RunningApi) => void;
    readonly code: number;
    readonly reason?: string;
    /** What the client reads in the close frame; undefined = it sent the close itself. */
    readonly clientCode?: number;
    readonly source: string;
  };
  const rows: readonly Row[] = [
    {
      name: 'carries the code and the reason of the client',
      end: (client) => client.socket.close(4001, 'bored'),
      code: 4001,
      reason: 'bored',
      source: 'docs/aws §11.4',
    },
    {
      name: 'is 1005 if the client gives no code',
      end: (client) => client.socket.close(),
      code: 1005,
      reason: 'Client-side close frame status not set',
      source: 'docs/aws §11.4',
    },
    {
      name: 'is 1006 if the TCP connection drops',
      end: (client) => client.socket.terminate(),
      code: 1006,
      source: 'docs/aws §11.4',
    },
    {
      name: 'has no code in its frame if --assume names 1005',
      end: endAtLimit('1005'),
      code: 1005,
      clientCode: 1005,
      source: 'docs/aws §11.7',
    },
    {
      name: 'has no close frame if --assume names 1006',
      end: endAtLimit('1006'),
      code: 1006,
      clientCode: 1006,
      source: 'docs/parity.md',
    },
    {
      name: 'is 1003 after a binary message',
      end: (client) => client.socket.send(Buffer.from('hi'), { binary: true }),
      code: 1003,
      clientCode: 1003,
      source: 'docs/aws §11.1',
    },
    {
      name: 'is 1009 after a frame over 32 KB',
      end: (client) => client.socket.send('x'.repeat(32 * 1024 + 1)),
      code: 1009,
      clientCode: 1009,
      source: 'docs/aws §11.1',
    },
    {
      name: 'is 1009 after a message over 128 KB in small frames',
      end: (client) => {
        for (let part = 0; part < 5; part += 1) client.socket.send('x'.repeat(30_000), { fin: part === 4 });
      },
      code: 1009,
      clientCode: 1009,
      source: 'docs/aws §11.1',
    },
    {
      name: 'is 1007 after text that is not a UTF-8',
      end: (client) => client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false }),
      code: 1007,
      clientCode: 1007,
      source: 'RFC 6455 §8.1',
    },
    {
      name: 'is 1001 at a limit of the gateway',
      end: (_client, { at }) => {
        at.clock.pass(10 * 60_000);
        at.connections.sweep();
      },
      code: 1001,
      reason: 'Going away',
      clientCode: 1001,
      source: 'docs/aws §11.4',
    },
  ];
  for (const { name, end, code, reason, clientCode, source } of rows) {
    it(name, async () => {
      const running = await startEcho();
      after(() => running.close());
      const client = await open(`ws://${running.host}/dev`);

      end(client, running);
      const [event, seen] = await Promise.all([running.ended, client.closed]);

      assert.equal(event.requestContext.eventType, 'DISCONNECT', source);
      assert.equal(event.requestContext.routeKey, '$disconnect', source);
      assert.equal(event.requestContext.disconnectStatusCode, code, source);
      if (reason !== undefined) assert.equal(event.requestContext.disconnectReason, reason, source);
      if (clientCode !== undefined) assert.equal(seen.code, clientCode, source);
      assert.equal(running.at.connections.count, 0);
    });
  }
});

describe('frames', () => {
  it('delivers messages that were complete before a frame over the limit', async () => {
    const running = await startEcho();
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);

    client.send('small');
    client.send('x'.repeat(40_000));
    await running.ended;

    assert.deepEqual(
      running.at.invoker.events.map((event) => event.requestContext.eventType),
      ['MESSAGE', 'DISCONNECT'],
    );
  });

  it('delivers nothing that was sent behind what closes the connection', async () => {
    const running = await startEcho();
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);

    client.socket.send(Buffer.from('closes'), { binary: true });
    client.socket.send('late');
    await running.ended;

    assert.deepEqual(
      running.at.invoker.events.map((event) => event.requestContext.eventType),
      ['DISCONNECT'],
    );
  });

  it('splits messages to the client at 32 KB, and joins the frames that it sends', async () => {
    const running = await startEcho();
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);
    const text = 'ä'.repeat(50_000);
    const bytes = Buffer.from(text);

    for (let start = 0; start < bytes.length; start += 30_000)
      client.socket.send(bytes.subarray(start, start + 30_000), {
        binary: false,
        fin: start + 30_000 >= bytes.length,
      });

    assert.equal(await client.next(), text);
  });

  it('answers pings and runs no function for them', async () => {
    const running = await startEcho();
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);
    const pong = once(client.socket, 'pong');

    client.socket.ping('are you there');

    assert.equal(String((await pong)[0]), 'are you there');
    assert.deepEqual(running.at.invoker.events, []);
  });

  it('answers the newest ping of a flood, and serves who has sent it', async () => {
    const running = await startEcho();
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);
    const pongs: string[] = [];
    client.socket.on('pong', (data) => pongs.push(data.toString('utf8')));

    for (let count = 1; count <= 2_000; count += 1) client.socket.ping(`ping ${count}`);
    client.send('still here');

    assert.equal(await client.next(), 'still here');
    while (pongs.at(-1) !== 'ping 2000') await once(client.socket, 'pong');
    assert.ok(pongs.length < 2_000, `${pongs.length} pongs`);
  });

  it('negotiates no compression', async () => {
    const running = await startEcho();
    after(() => running.close());

    const { headers } = await shakeHands(`ws://${running.host}/dev`, { perMessageDeflate: true });

    assert.equal(headers['sec-websocket-extensions'], undefined);
  });

  it('takes bytes that came right behind the handshake as the first frames', async () => {
    const running = await startEcho();
    after(() => running.close());
    const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]).toString('latin1');

    const socket = connectTcp(running.host);
    socket.write(handshakeText() + frame, 'latin1');
    let answer = '';
    while (!answer.endsWith('\x81\x02hi')) answer += await nextChunk(socket);
    socket.destroy();

    assert.match(answer, /^HTTP\/1\.1 101 /);
  });

  // RFC 6455 §7.4.1
  for (const [name, bytes, code] of [
    ['a frame of a reserved kind', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['a frame without a mask', [0x81, 0x02, 0x68, 0x69], 1002],
    ['a text that is not a UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007],
  ] as const)
    it(`ends a connection with ${code} after ${name}`, async () => {
      const running = await startEcho();
      after(() => running.close());

      const socket = connectTcp(running.host);
      socket.write(handshakeText() + Buffer.from(bytes).toString('latin1'), 'latin1');
      await running.ended;
      socket.destroy();

      const [event] = running.at.invoker.events.slice(-1);
      assert.equal(event?.requestContext.disconnectStatusCode, code);
    });

  it('ends a connection with 1006 after a reset', async () => {
    const running = await startEcho();
    after(() => running.close());

    const socket = connectTcp(running.host);
    socket.write(handshakeText());
    await nextChunk(socket);
    socket.resetAndDestroy();
    await running.ended;

    const [event] = running.at.invoker.events.slice(-1);
    assert.equal(event?.requestContext.disconnectStatusCode, 1006);
  });

  it('sends a client text, even if a backend sent bytes that are not text', async () => {
    const running = await startEcho();
    after(() => running.close());
    const socket = connectTcp(running.host);
    socket.write(handshakeText());
    while (running.at.connections.count === 0) await nextChunk(socket);
    const [connection] = running.at.connections.all;
    assert.ok(connection !== undefined);

    running.at.connections.deliver(connection, Buffer.from([0x61, 0xff]));
    const frame = Buffer.from(await nextChunk(socket), 'latin1');
    socket.destroy();

    assert.deepEqual([...frame.subarray(-4)], [0x61, 0xef, 0xbf, 0xbd]);
  });

  it('queues a flood of messages in the socket and loses none', async () => {
    const release = Promise.withResolvers<undefined>();
    let running = 0;
    let most = 0;
    const slowEcho: Handler = async (event) => {
      running += 1;
      most = Math.max(most, running);
      await release.promise;
      running -= 1;
      return { statusCode: 200, body: event.body };
    };
    const api = await startApi(anApi(ECHO_ROUTES), { echo: slowEcho, bye: echo });
    after(() => api.close());
    const client = await open(`ws://${api.host}/dev`);
    const other = await open(`ws://${api.host}/dev`);
    const count = MESSAGES_IN_FLIGHT_LIMIT * 40;
    // So long that one chunk of the socket contains few of them.
    const padding = 'x'.repeat(1000);

    for (let index = 0; index < count; index += 1) client.send(`${index} ${padding}`);
    other.send('still served');
    while (!api.at.invoker.events.some((event) => event.body === 'still served'))
      await new Promise(setImmediate);
    assert.ok(most < count / 2, `${most} of ${count} messages ran at a time`);
    release.resolve(undefined);
    const answers = new Set<string>();
    while (answers.size < count) answers.add(await client.next());

    assert.equal(await other.next(), 'still served');
  });

  it('takes a megabyte of one client while functions work on it, and the rest later', async () => {
    const release = Promise.withResolvers<undefined>();
    let taken = 0;
    const slowEcho: Handler = async ({ body = '' }) => {
      taken += body.length;
      await release.promise;
      return { statusCode: 200, body: 'done' };
    };
    const api = await startApi(anApi(ECHO_ROUTES), { echo: slowEcho, bye: echo });
    after(() => api.close());
    const client = await open(`ws://${api.host}/dev`);
    const other = await open(`ws://${api.host}/dev`);
    const text = 'x'.repeat(30_000);
    const count = Math.ceil((4 * BYTES_IN_FLIGHT_LIMIT) / text.length);

    for (let index = 0; index < count; index += 1) client.send(text);
    other.send('short');
    while (!api.at.invoker.events.some((event) => event.body === 'short')) await new Promise(setImmediate);
    // What one chunk of the socket still held is taken as well.
    assert.ok(taken < 2 * BYTES_IN_FLIGHT_LIMIT, `${taken} bytes at a time`);
    release.resolve(undefined);
    for (let index = 0; index < count; index += 1) assert.equal(await client.next(), 'done');
  });

  it('disconnects a client that leaves megabytes of answers unread, and no other', async () => {
    const release = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<SeenEvent>();
    const long = 'x'.repeat(128 * 1024);
    const slowEcho: Handler = async ({ body }) => {
      if (body === 'short') return { statusCode: 200, body };
      await release.promise;
      return { statusCode: 200, body: long };
    };
    const api = await startApi(anApi(ECHO_ROUTES), { echo: slowEcho, bye: (event) => ended.resolve(event) });
    after(() => api.close());
    const client = await open(`ws://${api.host}/dev`);
    const other = await open(`ws://${api.host}/dev`);
    const count = MESSAGES_IN_FLIGHT_LIMIT - 1;

    for (let index = 0; index < count; index += 1) client.send('long');
    while (api.at.invoker.events.length < count) await new Promise(setImmediate);
    client.socket.pause();
    release.resolve(undefined);
    const event = await ended.promise;
    other.send('short');

    assert.equal(event.requestContext.disconnectStatusCode, 1006);
    assert.equal(await other.next(), 'short');
  });
});

async function nextChunk(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString('latin1');
}
