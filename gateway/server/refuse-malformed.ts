/** Bytes that are no HTTP, or that come too slowly: they never reach a route, and the client still learns what was wrong. */
import { ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

type ClientError = Error & { readonly code?: string };

/** What node's parser refuses. */
export function refuseMalformed({ code }: ClientError, socket: Duplex): void {
  refuseOnSocket(
    socket,
    code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400,
  );
}

/**
 * A client that says it has sent all while its body is not whole. Node's parser tells of it, save where the request has
 * an `Upgrade` that is not wanted: such a request would hold its connection for a minute.
 */
export function refuseUnfinished(socket: Duplex): void {
  socket.on('end', () => {
    const current = responseOf(socket);
    if (current !== undefined && !current.req.complete) refuseOnSocket(socket, 400);
  });
}

/**
 * Answers on the socket itself and ends it. Requests before the bad one on the same connection get their answers
 * first: a client that pipelines must not read the refusal as the answer to another one.
 */
export function refuseOnSocket(socket: Duplex, status: number): void {
  if (!socket.writable) return;
  const current = responseOf(socket);
  if (current === undefined) {
    socket.end(refusal(status));
    return;
  }
  if (current.req.complete && !current.writableFinished) {
    // Node has put the next response in its place by then, if there is one.
    current.once('finish', () => refuseOnSocket(socket, status));
    return;
  }
  // Its own answer has begun: there is no place for another one.
  if (current.headersSent) socket.destroy();
  else socket.end(refusal(status));
}

/** The response that the socket is waiting for; node keeps it under this name. */
function responseOf(socket: Duplex): ServerResponse | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  return message instanceof ServerResponse ? message : undefined;
}

function refusal(status: number): string {
  const reason = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ message: status === 431 ? 'Request Header Fields Too Large' : reason });
  return `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
