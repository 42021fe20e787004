/** Bytes on sockets: HTTP requests and WebSocket frames, against servers that must continue serving. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createApiServer } from '../../../packages/gateway/server/http.ts';
import { anApi } from '../../support/an-api.ts';
import { restApi } from '../../support/rest-apis.ts';
import { servedAlone } from '../../support/served-alone.ts';
import { anApi as aWebSocketApi } from '../../packages/gateway/core/websocket/fixture.ts';
import { startApi } from '../../packages/gateway/core/websocket/server.ts';
import type { AddressInfo } from 'node:net';
import type { FuzzTarget } from './target.ts';

/**
 * A connection that is not closed within this time hangs. The server's own limits for half-closed connections are
 * shorter.
 */
const CLOSED_WITHIN_MS = 20_000;
const GET = 'GET /dev/pets?x=1 HTTP/1.1\r\nHost: pets.example\r\n';

/** Sends bytes, ends the sending side, and waits until the connection is closed. */
async function talk(
  port: number,
  bytes: string,
  after?: { readonly head: string; readonly has: string },
): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  let isSent = after === undefined;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const timer = setTimeout(() => socket.destroy(new Error('stuck')), CLOSED_WITHIN_MS);
  let fault: Error | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.message === 'stuck') fault = error;
  });
  socket.on('end', () => socket.end());
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    if (isSent || after === undefined || !received.includes(after.has)) return;
    isSent = true;
    socket.end(Buffer.from(bytes, 'latin1'));
  });
  if (after === undefined) socket.end(Buffer.from(bytes, 'latin1'));
  else socket.write(after.head);
  await closed;
  clearTimeout(timer);
  if (fault !== undefined) throw new Error(`the connection was not closed within ${CLOSED_WITHIN_MS} ms`);
  return received;
}

export async function httpTarget(): Promise<FuzzTarget> {
  const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), {
    list: (event) => ({ statusCode: 200, body: String((event as { body: unknown }).body) }),
  });
  const server = createApiServer(servedAlone(api.served, ports));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name: 'http',
    seeds: [
      `${GET}\r\n`,
      `POST /dev/pets HTTP/1.1\r\nHost: pets.example\r\nContent-Length: 3\r\nContent-Type: application/json\r\n\r\nabc${GET}\r\n`,
      `PUT /dev/pets HTTP/1.1\r\nHost: pets.example\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n`,
      `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    ],
    words: [
      '\r\n',
      '\r\n\r\n',
      'Content-Length: ',
      'Transfer-Encoding: ',
      'chunked',
      'Expect: 100-continue',
      'CONNECT ',
      'HTTP/1.0',
      'HTTP/2.0',
      'Host: ',
      'Connection: close',
      'http://other/dev',
      'Content-Encoding: gzip',
      ' : ',
    ],
    async run(bytes) {
      await talk(port, bytes);
      const served = await talk(port, `${GET}Connection: close\r\n\r\n`);
      if (!served.startsWith('HTTP/1.1 200')) throw new Error(`the next request got ${served.slice(0, 60)}`);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A frame of a client. Its mask consists of zeros, so the masked payload equals the text. */
function frame(opcode: number, text: string): string {
  const length = text.length < 126 ? [0x80 | text.length] : [0xfe, text.length >> 8, text.length & 255];
  return `${String.fromCharCode(0x80 | opcode, ...length)}\0\0\0\0${text}`;
}

export async function webSocketTarget(): Promise<FuzzTarget> {
  const routes = { $connect: { functionName: 'connect' }, $default: { functionName: 'say' } };
  const running = await startApi(aWebSocketApi(routes), {
    connect: () => ({ statusCode: 200 }),
    say: () => ({ statusCode: 200, body: 'said' }),
  });
  const port = Number(running.host.split(':')[1]);
  const head =
    `GET /dev HTTP/1.1\r\nHost: ${running.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  const shakeHands = (bytes: string): Promise<string> => talk(port, bytes, { head, has: '\r\n\r\n' });
  return {
    name: 'websocket',
    seeds: [
      frame(1, '{"action":"say","text":"hello"}') + frame(8, '\x03\xe8'),
      frame(2, 'binary') + frame(9, 'ping') + frame(10, 'pong') + frame(8, ''),
      `\x01\x83\0\0\0\0abc\x80\x83\0\0\0\0def${frame(1, 'x'.repeat(300))}`,
    ],
    words: [
      '\x81',
      '\x82',
      '\x88',
      '\x89',
      '\x01',
      '\x00',
      '\xff',
      '\xfe',
      '\x7f',
      '\xc1',
      '\xf0',
      '\0\0\0\0',
      '\xed\xa0\x80',
    ],
    async run(bytes) {
      await shakeHands(bytes);
      const served = await shakeHands(frame(8, '\x03\xe8'));
      if (!served.startsWith('HTTP/1.1 101'))
        throw new Error(`the next handshake got ${served.slice(0, 60)}`);
    },
    close: () => running.close(),
  };
}
