import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createApiServer } from '../../../../packages/gateway/server/http.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers once it is let: `x-wait` holds a request back until another one has come. */
const waiting: (() => void)[] = [];
const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), {
  async list(event) {
    const { headers, body } = event as { headers: Record<string, string>; body: string | null };
    if (headers['x-wait'] !== undefined) await new Promise<void>((go) => waiting.push(go));
    return { statusCode: 200, headers: { 'x-body': body ?? 'none' }, body: headers['x-name'] ?? 'answer' };
  },
});

let server: Server;
let port = 0;

before(async () => {
  server = createApiServer(servedAlone(api.served, ports));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

type Connection = {
  readonly received: () => string;
  readonly over: Promise<string>;
  write(text: string): void;
};

/** One connection; `ends`: the client says that nothing more will come. */
function open(text: string | Buffer, ends = false): Connection {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('end', () => socket.end());
  socket.on('close', () => resolve(received));
  socket.on('error', () => undefined);
  if (ends) socket.end(text);
  else socket.write(text);
  return { received: () => received, over: promise, write: (more) => void socket.write(more) };
}

const statusesOf = (received: string): string[] => received.match(/HTTP\/1\.1 \d{3}/g) ?? [];
const get = (more = ''): string => `GET /dev/pets HTTP/1.1\r\nHost: pets.example\r\n${more}\r\n`;

describe('a client that has said all it wants', () => {
  it('still gets the answers to what it sent (RFC 9112 §9.6)', async () => {
    const connection = open(get('x-wait: 1\r\nx-name: first\r\n') + get('x-name: second\r\n'), true);
    while (waiting.length === 0) await new Promise((go) => setImmediate(go));
    waiting.shift()?.();
    const received = await connection.over;

    assert.deepEqual(statusesOf(received), ['HTTP/1.1 200', 'HTTP/1.1 200']);
    assert.match(received, /second$/);
  });
});

describe('what node would refuse in silence', () => {
  it('is a line of the log, and no text of the caller commands a terminal', async () => {
    const before = ports.log.lines.length;
    await open('CONNECT x:1 HTTP/1.1\r\nHost: pets.example\r\n\r\n').over;
    await open(Buffer.from(get('Expect: \x9b2J\r\n'), 'latin1')).over;

    assert.deepEqual(ports.log.lines.slice(before), [
      '405 CONNECT "x:1": the gateway is not a proxy',
      '417 GET "/dev/pets": Expect: "?2J" is not supported',
    ]);
  });

  it('does not overtake the answers of its connection', async () => {
    const connection = open(`${get('x-wait: 1\r\n')}CONNECT x:1 HTTP/1.1\r\nHost: pets.example\r\n\r\n`);
    while (waiting.length === 0) await new Promise((go) => setImmediate(go));
    waiting.shift()?.();

    assert.deepEqual(statusesOf(await connection.over), ['HTTP/1.1 200', 'HTTP/1.1 405']);
  });
});

describe('requests in one packet', () => {
  it('begin when the answer before theirs has left', async () => {
    const calls = ports.invoker.calls.length;
    const connection = open(get('x-wait: 1\r\n') + get('Connection: close\r\n'));
    while (waiting.length === 0) await new Promise((go) => setImmediate(go));
    for (let turn = 0; turn < 100; turn += 1) await new Promise((go) => setImmediate(go));
    const started = ports.invoker.calls.length - calls;
    waiting.shift()?.();

    assert.deepEqual(statusesOf(await connection.over), ['HTTP/1.1 200', 'HTTP/1.1 200']);
    assert.equal(started, 1);
  });

  it('never begin where the client has left before', async () => {
    const calls = ports.invoker.calls.length;
    const socket = connect(port, '127.0.0.1');
    socket.write(get('x-wait: 1\r\n') + get());
    while (waiting.length === 0) await new Promise((go) => setImmediate(go));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.resetAndDestroy();
    await gone;
    waiting.shift()?.();
    await open(get('Connection: close\r\n')).over;

    assert.equal(ports.invoker.calls.length - calls, 2, 'the first, and the one after');
  });
});
