/**
 * Replies to bytes that are not HTTP or arrive too slowly. They never reach a route, so the reply explains to the
 * client what was wrong.
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
 * Refuses a client that is really slow. Node checks timeouts before it reads waiting bytes. After a stall of the event
 * loop or the machine, it would mistake a new connection, or a body in parts, for a slow client.
 */
function refuseSlow(socket: Duplex): void {
  const before = responseOf(socket);
  const written = writtenTo(socket);
  if (before?.req.complete === true) {
    // The current request is complete, so a later request has timed out.
    refuseOnSocket(socket, 'too-slow');
    return;
  }
  // Runs after the reads of this turn.
  setImmediate(() => {
    const current = before ?? responseOf(socket);
    // The request may have been answered, or the connection may have become a WebSocket, from which Node removes its
    // parser.
    const isOver = current === undefined && writtenTo(socket) > written;
    const isRead = current?.req.complete === true || Reflect.get(socket, 'parser') === null;
    if (!isRead && !isOver) refuseOnSocket(socket, 'too-slow');
  });
}

/**
 * Refuses a client that closes its side before its body is complete. Node's parser reports this, except for a request
 * with an unwanted `Upgrade`, which would otherwise hold its connection for a minute.
 */
export function refuseUnfinished(socket: Duplex): void {
  socket.on('end', () => {
    const current = responseOf(socket);
    if (current !== undefined && !current.req.complete) refuseOnSocket(socket, 'malformed');
  });
}

/**
 * Replies on the socket itself and ends it. The reply comes after the replies to earlier requests of the connection, so
 * that a pipelining client does not take the refusal for the reply to another request.
 */
export function refuseOnSocket(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) return;
  const current = responseOf(socket);
  if (current === undefined) {
    socket.end(printRefusal(refusal));
    return;
  }
  if (current.req.complete && !current.writableFinished) {
    // When this event occurs, Node has already set the next response, if there is one.
    current.once('finish', () => refuseOnSocket(socket, refusal));
    return;
  }
  // The reply to this request has begun, so no other reply can be sent.
  if (current.headersSent) socket.destroy();
  else socket.end(printRefusal(refusal));
}

function writtenTo(socket: Duplex): number {
  const count: unknown = Reflect.get(socket, 'bytesWritten');
  return typeof count === 'number' ? count : 0;
}

/** Returns the response that the socket is waiting for. Node stores the response in the property `_httpMessage`. */
function responseOf(socket: Duplex): InstanceType<typeof ServerResponse> | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  return message instanceof ServerResponse ? message : undefined;
}
