/** Bytes that are no HTTP, or that come too slowly: they never reach a route, and the client still learns what was wrong. */
import { ServerResponse } from 'node:http';
import { printRefusal } from './raw-reply.ts';
import type { Duplex } from 'node:stream';
import type { Refusal } from '../core/deployment/refusal-wordings.ts';

type ClientError = Error & { readonly code?: string };

/** What node's parser refuses, and what its clock does. */
export function refuseMalformed({ code }: ClientError, socket: Duplex): void {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') refuseSlow(socket);
  else refuseOnSocket(socket, code === 'HPE_HEADER_OVERFLOW' ? 'headers-beyond-reading' : 'malformed');
}

/**
 * Node looks at the clock before it reads what has come. After a stall of the event loop, or of the machine, it would take
 * whoever has just connected for slow, and whoever sends a body in parts.
 */
function refuseSlow(socket: Duplex): void {
  const before = responseOf(socket);
  const written = writtenTo(socket);
  if (before?.req.complete === true) {
    // It is a later one that does not come.
    refuseOnSocket(socket, 'too-slow');
    return;
  }
  // After the part of this turn of the loop that reads.
  setImmediate(() => {
    const current = before ?? responseOf(socket);
    // It may have been answered as well by now, and Node takes its parser off a connection that has become a WebSocket.
    const isOver = current === undefined && writtenTo(socket) > written;
    const isRead = current?.req.complete === true || Reflect.get(socket, 'parser') === null;
    if (!isRead && !isOver) refuseOnSocket(socket, 'too-slow');
  });
}

/**
 * A client that says it has sent all while its body is not whole. Node's parser tells of it, save where the request has
 * an `Upgrade` that is not wanted: such a request would hold its connection for a minute.
 */
export function refuseUnfinished(socket: Duplex): void {
  socket.on('end', () => {
    const current = responseOf(socket);
    if (current !== undefined && !current.req.complete) refuseOnSocket(socket, 'malformed');
  });
}

/**
 * Answers on the socket itself and ends it. Requests before the bad one on the same connection get their answers
 * first: a client that pipelines must not read the refusal as the answer to another one.
 */
export function refuseOnSocket(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) return;
  const current = responseOf(socket);
  if (current === undefined) {
    socket.end(printRefusal(refusal));
    return;
  }
  if (current.req.complete && !current.writableFinished) {
    // Node has put the next response in its place by then, if there is one.
    current.once('finish', () => refuseOnSocket(socket, refusal));
    return;
  }
  // Its own answer has begun: there is no place for another one.
  if (current.headersSent) socket.destroy();
  else socket.end(printRefusal(refusal));
}

/** Bytes of answers so far. */
function writtenTo(socket: Duplex): number {
  const count: unknown = Reflect.get(socket, 'bytesWritten');
  return typeof count === 'number' ? count : 0;
}

/** The response that the socket is waiting for; node keeps it under this name. */
function responseOf(socket: Duplex): ServerResponse | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  return message instanceof ServerResponse ? message : undefined;
}
