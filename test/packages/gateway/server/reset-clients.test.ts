/**
 * A client may reset its connection in any state of it. An error of a socket that nobody listens to would end the
 * process. The runner takes it for one of the hook that has opened the server, so the tests look for it themselves.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { acceptHttp2 } from '../../../../packages/gateway/server/control-port/http2.ts';
import { UnreadReplies } from '../../../../packages/gateway/server/unread-replies.ts';
import { MemoryLog } from '../../../support/virtual-ports.ts';
import { handshakeText, startEcho } from '../core/websocket/server.ts';

type Running = { readonly port: number; readonly close: () => unknown };

async function anApiPort(): Promise<Running> {
  const running = await startEcho();
  return { port: Number(running.host.split(':')[1]), close: () => running.close() };
}

/** A port for HTTP/1.1 and HTTP/2, such as the control port. */
async function aSniffingPort(): Promise<Running> {
  const server = createServer();
  const end = acceptHttp2(server, () => Promise.resolve({ status: 200, headers: [], body: '' }), {
    maxHeaderBytes: 16_384,
    firstBytesMs: 1_000,
    bodyMs: 1_000,
    unread: new UnreadReplies(new MemoryLog()),
  });
  server.on('request', (_request, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    end();
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** Gets an answer on a connection of its own, so that the server has read what was sent before on others. */
async function askOnce(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  return text(socket);
}

const OPENINGS: readonly (readonly [what: string, bytes: string])[] = [
  ['nothing', ''],
  ['a part of a method', 'GE'],
  ['a part of the preface of HTTP/2', 'PRI * HT'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a part of the headers', 'GET / HTTP/1.1\r\nHost: a'],
  ['a part of the body', 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nabc'],
  ['CONNECT', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n'],
  ['an unknown expectation', 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: x\r\nContent-Length: 9\r\n\r\n'],
  ['a handshake', handshakeText()],
  ['a handshake for nothing', handshakeText({}, '/prod')],
  ['no HTTP', '\x16\x03\x01\x02\x00\x01'],
];

for (const [name, open] of [
  ['an API', anApiPort],
  ['the control port', aSniffingPort],
] as const)
  describe(`a client of ${name} that resets its connection`, () => {
    let running: Running;
    const unheard: unknown[] = [];
    const note = (error: unknown): void => void unheard.push(error);
    before(async () => {
      process.on('uncaughtExceptionMonitor', note);
      running = await open();
    });
    after(() => {
      process.off('uncaughtExceptionMonitor', note);
      return running.close();
    });

    for (const [what, bytes] of OPENINGS)
      it(`after ${what} disturbs no other`, async () => {
        const socket = connect(running.port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        if (bytes !== '') socket.write(bytes, 'latin1');
        await askOnce(running.port);
        socket.resetAndDestroy();

        assert.match(await askOnce(running.port), /^HTTP\/1\.1 \d{3} /);
        assert.deepEqual(unheard, []);
      });
  });
