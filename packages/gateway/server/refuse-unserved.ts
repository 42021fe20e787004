/**
 * Refuses CONNECT requests, and requests with an unknown `Expect`, with a reply and a log line. Node would otherwise
 * end them itself, and the log would not show them.
 */
import { wordRefusal } from '../core/deployment/wordings/refusal-wordings.ts';
import { refuseOnSocket } from './refuse-malformed.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LogSink } from '../core/ports.ts';

/** The time in milliseconds after which a client is disconnected if it neither reads nor closes the connection. */
const GOODBYE_MS = 2_000;
const MAX_SHOWN = 100;

export function refuseUnserved(server: Server, log: LogSink): void {
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    log.write(`405 CONNECT ${shown(request.url)}: the gateway is not a proxy`);
    // Node has removed its own listeners, so errors must be handled here.
    socket.on('error', () => socket.destroy());
    const deadline = setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
    socket.once('close', () => clearTimeout(deadline));
    // Further input is discarded, because unread bytes would reset the connection before the response arrives.
    socket.resume();
    refuseOnSocket(socket, 'proxy');
  });
  server.on(
    'checkExpectation',
    ({ method = '', url, headers }: IncomingMessage, response: ServerResponse) => {
      log.write(`417 ${method} ${shown(url)}: Expect: ${shown(headers.expect)} is not supported`);
      const reply = wordRefusal('unknown-expectation');
      response.writeHead(reply.status, [
        ...reply.headers,
        'Content-Length',
        String(reply.body.length),
        // The connection is closed, because the client may or may not send the body (RFC 9110 §10.1.1), so it is
        // unknown where the request ends.
        'Connection',
        'close',
      ]);
      response.end(reply.body);
    },
  );
}

/** Formats a client's text for the log, as one line of limited length. */
function shown(text = ''): string {
  return JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_SHOWN));
}
