import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it, mock } from 'node:test';
import { createApiServer } from '../../../../packages/gateway/server/http.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { BodyMemory, FREE_BODY_BYTES } from '../../../../packages/gateway/server/body-memory.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

type Seen = {
  readonly body: string | null;
  readonly requestContext: { readonly identity: { readonly sourceIp: string } };
};
const seen: Seen[] = [];
const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), {
  list(event) {
    seen.push(event as Seen);
    return { statusCode: 200, body: (event as Seen).body ?? 'none' };
  },
});

let server: Server;
let port = 0;
before(async () => {
  server = createApiServer(servedAlone(api.served, ports));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function open(
  to: { port: number; host: string; localAddress: string } = {
    port,
    host: '127.0.0.2',
    localAddress: '127.0.0.3',
  },
  first = '',
): { readonly socket: Socket; readonly received: Promise<string> } {
  // The connection has an address that differs from the one given to connections without an address.
  const socket = connect(to);
  socket.write(first);
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('close', () => resolve(text));
  socket.on('error', () => undefined);
  return { socket, received: promise };
}
const post = (body: string, length = body.length): string =>
  `POST /dev/pets HTTP/1.1\r\nHost: pets.example\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${body}`;

describe('bodies that wait for memory', () => {
  const lengthOf = 200_000;
  let small: Server;
  let memory: BodyMemory;
  before(async () => {
    memory = new BodyMemory(ports.log, 4 * lengthOf);
    small = createApiServer({ ...servedAlone(api.served, ports), bodies: memory });
    await new Promise<void>((resolve) => small.listen(0, '127.0.0.2', resolve));
  });
  after(() => {
    small.closeAllConnections();
    small.close();
  });
  function send(localAddress: string, body: string, length = body.length): ReturnType<typeof open> {
    return open(
      { port: (small.address() as AddressInfo).port, host: '127.0.0.2', localAddress },
      post(body, length),
    );
  }
  const large = 'x'.repeat(lengthOf - 1);

  it('get 503 after five seconds, and the others continue', async () => {
    ports.log.lines.splice(0);
    const holding = ['127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'].map((address) =>
      send(address, large, lengthOf),
    );
    while (memory.bytes < 4 * lengthOf) await turn();
    mock.timers.enable({ apis: ['setTimeout'] });
    const waiting = send('127.0.0.7', large, lengthOf);
    const beside = send('127.0.0.3', 'small');
    while (memory.bytes <= 4 * lengthOf + FREE_BODY_BYTES) await turn();

    assert.match(await beside.received, /^HTTP\/1.1 200 [^]*small$/);
    mock.timers.tick(5_000);
    mock.timers.reset();
    assert.match(await waiting.received, /^HTTP\/1.1 503 [^]*"Service Unavailable"/);
    assert.deepEqual(ports.log.lines.filter((line) => line.startsWith('503')).length, 1);
    for (const { socket } of holding) socket.destroy();
    while (memory.bytes > 0) await turn();
  });
});

describe('requests that arrive at the same time', () => {
  it('get their own answers, bodies and all', async () => {
    const clients = Array.from({ length: 100 }, () => open());
    clients.forEach(({ socket }, at) => socket.write(post(`body ${at}`)));
    const replies = await Promise.all(clients.map(({ received }) => received));
    replies.forEach((reply, at) =>
      assert.match(reply, new RegExp(`^HTTP/1.1 200 [^]*\\r\\n\\r\\nbody ${at}$`)),
    );
  });

  it('reach their function with the address of their client, and not at all if it has reset the connection', async () => {
    seen.length = 0;
    const clients = Array.from({ length: 20 }, () => open());
    for (const { socket } of clients) {
      socket.write('GET /dev/pets HTTP/1.1\r\nHost: pets.example\r\n\r\n');
      socket.on('connect', () => setImmediate(() => socket.resetAndDestroy()));
    }
    const staying = open();
    staying.socket.write(post('whole'));
    await Promise.all([staying.received, ...clients.map(({ received }) => received)]);
    for (const { requestContext } of seen) assert.equal(requestContext.identity.sourceIp, '127.0.0.3');
    assert.equal(seen.at(-1)?.body, 'whole');
  });

  it('are dropped if the client leaves in the middle of its body', async () => {
    seen.length = 0;
    const leaving = Array.from({ length: 20 }, () => open());
    for (const { socket } of leaving) {
      socket.write(post('half', 8));
      socket.on('connect', () => setImmediate(() => socket.destroy()));
    }
    const staying = open();
    staying.socket.write(post('whole'));
    assert.match(await staying.received, /whole$/);
    await Promise.all(leaving.map(({ received }) => received));
    assert.deepEqual(
      seen.map(({ body }) => body),
      ['whole'],
    );
  });

  it('arrive in order if a client sends several at once', async () => {
    const { socket, received } = open();
    const get = (name: string): string => `GET /dev/pets?${name} HTTP/1.1\r\nHost: pets.example\r\n`;
    socket.write(
      `${get('first')}\r\n${post('second').replace('Connection: close\r\n', '')}${get('third')}Connection: close\r\n\r\n`,
    );
    const bodies = (await received).split(/HTTP\/1\.1 200[^]*?\r\n\r\n/).slice(1);
    assert.deepEqual(bodies, ['none', 'second', 'none']);
  });
});
