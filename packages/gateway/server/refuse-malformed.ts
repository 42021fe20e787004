/**
 * Replies to clients whose bytes are not HTTP or arrive too slowly. Such bytes never reach a route, so the reply itself
 * tells the client what was wrong.
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
 * Refuses a client, but only if it is really slow. Node checks timeouts before it reads the bytes that have already
 * arrived. After a pause of the event loop or the machine, it would therefore report clients as slow although they have
 * sent their bytes in time.
 */
function refuseSlow(socket: Duplex): void {
  const before = responseOf(socket);
  const written = writtenTo(socket);
  if (before?.req.complete === true) {
    // The current request is complete, so a later request has timed out.
    refuseOnSocket(socket, 'too-slow');
    return;
  }
  // The check runs after the data of this turn of the event loop has been read.
  setImmediate(() => {
    const current = before ?? responseOf(socket);
    // The client is not refused if the request has been answered in the meantime. It is also not refused if the
    // connection has become a WebSocket, from which Node removes its parser.
    const isOver = current === undefined && writtenTo(socket) > written;
    const isRead = current?.req.complete === true || Reflect.get(socket, 'parser') === null;
    if (!isRead && !isOver) refuseOnSocket(socket, 'too-slow');
  });
}

/**
 * Refuses a client that closes its side before its body is complete. Node's parser usually reports this. It does not
 * report it for a request with an unwanted `Upgrade`, which would otherwise occupy its connection for a minute.
 */
export function refuseUnfinished(socket: Duplex): void {
  socket.on('end', () => {
    const current = responseOf(socket);
    if (current !== undefined && !current.req.complete) refuseOnSocket(socket, 'malformed');
  });
}

/**
 * Writes a reply directly to the socket and ends the connection. The reply comes after the replies to earlier requests
 * of the connection. Otherwise, a client that pipelines requests would take it for the reply to another request.
 */
export function refuseOnSocket(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) return;
  const current = responseOf(socket);
  if (current === undefined) {
    socket.end(printRefusal(refusal));
    return;
  }
  if (current.req.complete && !current.writableFinished) {
    // When `finish` is emitted, Node has already assigned the next response to the socket, if there is one.
    current.once('finish', () => refuseOnSocket(socket, refusal));
    return;
  }
  // The reply to this request has already begun, so no other reply can be sent.
  if (current.headersSent) socket.destroy();
  else socket.end(printRefusal(refusal));
}

function writtenTo(socket: Duplex): number {
  const count: unknown = Reflect.get(socket, 'bytesWritten');
  return typeof count === 'number' ? count : 0;
}

/**
 * Returns the response that the socket is waiting for; undefined if there is none. Node stores the response in the
 * property `_httpMessage`.
 */
function responseOf(socket: Duplex): InstanceType<typeof ServerResponse> | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  return message instanceof ServerResponse ? message : undefined;
}
