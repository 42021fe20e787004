/**
 * Replies to bytes that are not HTTP or arrive too slowly: they never reach a route, and the client learns what
 * was wrong.
 */
import { ServerResponse } from '@gatewright/aws/node-http';
import { printRefusal } from './raw-reply.ts';
import type { Duplex } from 'node:stream';
import type { Refusal } from '../core/deployment/wordings/refusal-wordings.ts';

type ClientError = Error & { readonly code?: string };

export function refuseMalformed({ code }: ClientError, socket: Duplex): void {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') refuseSlow(socket);
  else refuseOnSocket(socket, code === 'HPE_HEADER_OVERFLOW' ? 'headers-beyond-reading' : 'malformed');
}

/**
 * Node checks timeouts before it reads waiting bytes. After a stall of the event loop or the machine it would
 * take a new connection, or a body in parts, for a slow client.
 */
function refuseSlow(socket: Duplex): void {
  const before = responseOf(socket);
  const written = writtenTo(socket);
  if (before?.req.complete === true) {
    // The request that timed out is a later one.
    refuseOnSocket(socket, 'too-slow');
    return;
  }
  // Runs after the reads of this turn.
  setImmediate(() => {
    const current = before ?? responseOf(socket);
    // It may also have been answered, and Node takes its parser off a connection that became a WebSocket.
    const isOver = current === undefined && writtenTo(socket) > written;
    const isRead = current?.req.complete === true || Reflect.get(socket, 'parser') === null;
    if (!isRead && !isOver) refuseOnSocket(socket, 'too-slow');
  });
}

/**
 * A client that closes its side before its body is complete. Node's parser reports it, except for a request
 * with an unwanted `Upgrade`, which would hold its connection for a minute.
 */
export function refuseUnfinished(socket: Duplex): void {
  socket.on('end', () => {
    const current = responseOf(socket);
    if (current !== undefined && !current.req.complete) refuseOnSocket(socket, 'malformed');
  });
}

/**
 * Replies on the socket itself and ends it, after the replies to earlier requests of the connection, so that a
 * pipelining client does not take the refusal for the reply to another request.
 */
export function refuseOnSocket(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) return;
  const current = responseOf(socket);
  if (current === undefined) {
    socket.end(printRefusal(refusal));
    return;
  }
  if (current.req.complete && !current.writableFinished) {
    // Node has by then set the next response, if there is one.
    current.once('finish', () => refuseOnSocket(socket, refusal));
    return;
  }
  // The request's own reply has begun, so no other reply can be sent.
  if (current.headersSent) socket.destroy();
  else socket.end(printRefusal(refusal));
}

function writtenTo(socket: Duplex): number {
  const count: unknown = Reflect.get(socket, 'bytesWritten');
  return typeof count === 'number' ? count : 0;
}

/** The response that the socket is waiting for; Node keeps it under this name. */
function responseOf(socket: Duplex): InstanceType<typeof ServerResponse> | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  return message instanceof ServerResponse ? message : undefined;
}
