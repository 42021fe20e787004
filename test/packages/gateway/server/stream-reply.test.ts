import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { createHttpClient } from '../../../../packages/gateway/server/adapters/http-client.ts';
import { createApiServer } from '../../../../packages/gateway/server/http.ts';
import { sendStream } from '../../../../packages/gateway/server/stream-reply.ts';
import { accessLogSetting, stagedApi } from '../../../support/logged-apis.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { aByteStream, VirtualClock } from '../../../support/virtual-ports.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StreamEnd } from '../../../../packages/gateway/core/exchange.ts';
import type { ByteStream, HttpClient, HttpHead } from '../../../../packages/gateway/core/ports.ts';
import type { TestPorts } from '../../../support/virtual-ports.ts';

const servers: Server[] = [];
const client = createHttpClient();
const fromBackend: Stream = (request) => client.stream(request);
after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await client.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const OK: HttpHead = { status: 200, headers: ['Content-Type', 'text/plain'] };

type Stream = HttpClient['stream'];
type Started = { readonly port: number; readonly ports: TestPorts; readonly logged: () => Promise<string> };

/** `ANY /dev/pets`, which streams what `stream` gives; `logged` waits for the access log's next line. */
async function start(stream: Stream, uri = 'http://pets.example/'): Promise<Started> {
  const Integration = {
    Type: 'HTTP_PROXY',
    IntegrationHttpMethod: 'ANY',
    Uri: uri,
    ResponseTransferMode: 'STREAM',
  };
  const { api, ports } = stagedApi(
    { AccessLogSetting: accessLogSetting('$context.requestId $context.status $context.responseLength') },
    {},
    restApi({ Integration, HttpMethod: 'ANY' }),
  );
  const server = createApiServer(
    servedAlone(
      api.served,
      { ...ports, http: { send: (request) => ports.http.send(request), stream } },
      () => true,
    ),
  );
  return {
    port: await listen(server),
    ports,
    async logged() {
      while (ports.logGroups.lines.length === 0) await new Promise((go) => setImmediate(go));
      return ports.logGroups.lines.shift()?.replace(/^\S+ \S+ /, '') ?? '';
    },
  };
}

const streams =
  (body: ByteStream, head: HttpHead = OK): Stream =>
  () =>
    Promise.resolve({ kind: 'streams', head, body });

type Conversation = { readonly socket: Socket; readonly text: () => string; readonly over: Promise<void> };

function ask(
  port: number,
  request = `GET /dev/pets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  ends = false,
): Conversation {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: ends });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  const over = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  if (ends) socket.end(request);
  else socket.write(request);
  return { socket, text: () => text, over };
}

/** A stream that a test feeds. */
function aFedStream(): ByteStream & { push(part: string): void; readonly cancelled: Promise<void> } {
  const cancelled = Promise.withResolvers<undefined>();
  const parts: string[] = [];
  let wake: () => void = () => undefined;
  let isOver = false;
  return {
    push(part) {
      parts.push(part);
      wake();
    },
    cancelled: cancelled.promise,
    cancel() {
      isOver = true;
      wake();
      cancelled.resolve(undefined);
    },
    async *[Symbol.asyncIterator]() {
      while (!isOver) {
        const part = parts.shift();
        if (part === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else yield Buffer.from(part);
      }
    },
  };
}

const has = async (conversation: Conversation, wanted: RegExp): Promise<void> => {
  while (!wanted.test(conversation.text())) await new Promise((go) => setImmediate(go));
};

describe('a streamed reply', () => {
  it('sends the head at once and each part as it comes, and is logged when it has ended', async () => {
    const body = aFedStream();
    const { port, ports, logged } = await start(streams(body));

    const conversation = ask(port);
    await has(conversation, /\r\n\r\n$/);
    const head = conversation.text();
    body.push('one');
    await has(conversation, /one/);
    body.push('two');
    await has(conversation, /two/);
    assert.deepEqual(ports.logGroups.lines, []);
    conversation.socket.destroy();

    assert.match(head, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\n/);
    assert.match(head, /Transfer-Encoding: chunked/i);
    await body.cancelled;
    assert.equal(await logged(), '200 6');
  });

  it('ends with its last chunk, after which the connection takes the next request', async () => {
    const { port, logged } = await start(() =>
      Promise.resolve({ kind: 'streams', head: OK, body: aByteStream(['a', 'b']) }),
    );
    const request = 'GET /dev/pets HTTP/1.1\r\nHost: x\r\n\r\n';

    const conversation = ask(port, request + request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    await conversation.over;

    assert.equal(conversation.text().match(/1\r\na\r\n1\r\nb\r\n0\r\n\r\n/g)?.length, 2);
    assert.deepEqual([await logged(), await logged()], ['200 2', '200 2']);
  });

  it('breaks the connection off if its source does: no last chunk', async () => {
    const { port, ports, logged } = await start(streams(aByteStream(['half', new Error('reset')])));

    const conversation = ask(port);
    await conversation.over;

    assert.match(conversation.text(), /half/);
    assert.doesNotMatch(conversation.text(), /\r\n0\r\n\r\n$/);
    assert.equal(await logged(), '200 4');
    assert.match(ports.log.lines.at(-1) ?? '', /integrate \(reset\)$/);
  });

  for (const { name, request, head } of [
    { name: 'HEAD', request: 'HEAD /dev/pets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', head: OK },
    { name: '204', request: undefined, head: { ...OK, status: 204 } },
    { name: '304', request: undefined, head: { ...OK, status: 304 } },
  ])
    it(`has no body with ${name}, and stops its source`, async () => {
      const body = aFedStream();
      const { port, logged } = await start(streams(body, head));

      const conversation = ask(port, request);
      await conversation.over;
      await body.cancelled;

      assert.ok(conversation.text().endsWith('\r\n\r\n'));
      assert.doesNotMatch(conversation.text(), /\r\n0\r\n/);
      assert.equal(await logged(), `${head.status} 0`);
    });

  it('is stopped and logged if its head cannot be written', async () => {
    const body = aFedStream();
    const { port, ports, logged } = await start(
      streams(body, { status: 200, headers: ['X-Bad', 'a\u0000b'] }),
    );

    const conversation = ask(port);
    await conversation.over;

    await body.cancelled;
    assert.deepEqual([conversation.text(), await logged()], ['', '200 0']);
    assert.match(ports.log.lines.at(-1) ?? '', /Invalid character in header content/);
  });

  it('is stopped and logged if the client has left before its head', async () => {
    const body = aFedStream();
    const asked = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<undefined>();
    const { port, ports, logged } = await start(async () => {
      asked.resolve(undefined);
      await answer.promise;
      return { kind: 'streams', head: OK, body };
    });

    const { socket } = ask(port);
    await asked.promise;
    socket.resetAndDestroy();
    await new Promise((go) => setTimeout(go, 20));
    answer.resolve(undefined);

    await body.cancelled;
    assert.equal(await logged(), '200 0');
    assert.match(ports.log.lines.at(-1) ?? '', /the client closed the connection/);
  });

  it('does not begin if it waits behind another one and the client leaves', async () => {
    const first = aFedStream();
    const bodies = [first, aByteStream(['second'])];
    const { port, ports, logged } = await start(() =>
      Promise.resolve({ kind: 'streams', head: OK, body: bodies.shift() ?? aByteStream([]) }),
    );
    const request = 'GET /dev/pets HTTP/1.1\r\nHost: x\r\n\r\n';

    const conversation = ask(port, request + request);
    await has(conversation, /\r\n\r\n$/);
    conversation.socket.destroy();

    await first.cancelled;
    assert.equal((await logged()).slice(0, 4), '200 ');
    assert.equal(bodies.length, 1, 'the second one was never asked for');
    assert.deepEqual(ports.logGroups.lines, []);
  });

  it('reaches a client that had finished sending before (RFC 9112 §9.6)', async () => {
    const body = aFedStream();
    const { port } = await start(streams(body));

    const conversation = ask(port, 'GET /dev/pets HTTP/1.1\r\nHost: x\r\n\r\n', true);
    await has(conversation, /\r\n\r\n$/);
    body.push('part');
    await has(conversation, /part/);
    conversation.socket.destroy();
  });

  it('takes no more of its source than its client reads', async () => {
    let given = 0;
    const part = Buffer.alloc(65_536, 'x');
    const body: ByteStream = {
      cancel: () => undefined,
      async *[Symbol.asyncIterator]() {
        for (given = 0; given < 9 * 1024 * 1024; given += part.length) yield await Promise.resolve(part);
      },
    };
    const { port, logged } = await start(streams(body));

    const { socket } = ask(port);
    socket.pause();
    let before = -1;
    while (given !== before || given === 0) {
      before = given;
      await new Promise((go) => setTimeout(go, 50));
    }
    const taken = given;
    socket.resume();

    assert.equal(await logged(), `200 ${9 * 1024 * 1024}`);
    assert.ok(taken < 9 * 1024 * 1024, `${taken} bytes were taken while nobody read`);
  });
});

describe('sendStream', () => {
  const MEGABYTE = Buffer.alloc(1024 * 1024);
  const rows: readonly {
    name: string;
    bytes: () => ByteStream;
    reads: boolean;
    cutBy: StreamEnd['cutBy'];
  }[] = [
    { name: 'its source is silent', bytes: aFedStream, reads: true, cutBy: 'integration' },
    {
      name: 'its client reads nothing',
      bytes: () => aByteStream(Array.from({ length: 9 }, () => MEGABYTE)),
      reads: false,
      cutBy: 'client',
    },
  ];
  for (const { name, bytes, reads, cutBy } of rows)
    it(`ends the connection after the idle timeout if ${name}`, async () => {
      const over = Promise.withResolvers<StreamEnd>();
      const server = createServer((_, response) => {
        const stream = { bytes: bytes(), idleMs: 100, onOver: over.resolve };
        void sendStream(response, 'GET', { status: 200, headers: [], body: '' }, stream, new VirtualClock());
      });
      const conversation = ask(await listen(server));
      if (!reads) conversation.socket.pause();

      const end = await over.promise;
      conversation.socket.resume();
      await conversation.over;

      assert.equal(end.cutBy, cutBy);
      assert.equal(
        end.failure,
        `the ${cutBy === 'client' ? 'client read' : 'integration sent'} no data for 0.1 s`,
      );
    });
});

describe('the source of a reply', () => {
  async function sent(bytes: ByteStream) {
    const over = Promise.withResolvers<StreamEnd>();
    let waits = 0;
    const server = createServer((_, response) => {
      const stream = { bytes, idleMs: 10_000, onOver: over.resolve };
      const reply = { status: 200, headers: [], body: '' };
      const before = response.listenerCount('drain');
      void sendStream(response, 'GET', reply, stream, new VirtualClock()).then(() => {
        waits = response.listenerCount('drain') - before;
      });
    });
    const conversation = ask(await listen(server));
    const end = await over.promise;
    await conversation.over;
    return { end, waits, text: conversation.text() };
  }

  for (const [name, thrown] of [
    ['an error', new Error('cut')],
    ['a text', 'cut'],
  ] as const)
    it(`breaks the reply off for the reason that it gives by ${name}`, async () => {
      const { end } = await sent({
        cancel: () => undefined,
        async *[Symbol.asyncIterator]() {
          yield await Promise.resolve(Buffer.from('a'));
          throw thrown as Error;
        },
      });

      assert.equal(end.failure, 'cut');
    });

  it('is waited for without leaving anything behind', async () => {
    const { end, waits, text } = await sent(
      aByteStream(Array.from({ length: 3 }, () => Buffer.alloc(2 ** 20))),
    );

    assert.equal(end.failure, undefined);
    assert.ok(text.length > 3 * 2 ** 20);
    assert.equal(waits, 0);
  });
});

describe('a backend behind a streaming HTTP_PROXY', () => {
  it('is read as it sends, and is released when the client leaves', async () => {
    const closed = Promise.withResolvers<undefined>();
    const backend = createServer((_, response) => {
      response.writeHead(200, ['Content-Type', 'text/event-stream', 'X-Own', 'yes']);
      response.write('data: 1\n\n');
      response.on('close', () => closed.resolve(undefined));
    });
    const { port, logged } = await start(fromBackend, `http://127.0.0.1:${await listen(backend)}/feed`);

    const conversation = ask(port);
    await has(conversation, /data: 1/);
    conversation.socket.destroy();

    await closed.promise;
    assert.match(conversation.text(), /X-Own: yes/);
    assert.equal(await logged(), '200 9');
  });

  it('breaks off with it', async () => {
    const backend = createServer((_, response) => {
      response.writeHead(200);
      response.write('half', () => response.destroy());
    });
    const { port, ports, logged } = await start(
      fromBackend,
      `http://127.0.0.1:${await listen(backend)}/feed`,
    );

    const conversation = ask(port);
    await conversation.over;

    assert.doesNotMatch(conversation.text(), /\r\n0\r\n\r\n$/);
    assert.equal(await logged(), '200 4');
    assert.match(ports.log.lines.at(-1) ?? '', /\(GET http:\/\/127\.0\.0\.1:\d+: /);
  });
});
