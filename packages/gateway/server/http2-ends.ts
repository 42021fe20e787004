import { constants } from 'node:http2';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 500;
/**
 * The time in milliseconds after which an idle session ends. It is longer than any pause in a streamed reply, and
 * longer than the longest call to the control port.
 */
export const IDLE_SESSION_MS = 310_000;

/**
 * Ends a session whose client has closed its side. Open requests are answered first, except that requests with an
 * incomplete body end at once.
 *
 * This is needed because sockets of an HTTP server stay open for replies (`allowHalfOpen`), and Node ends a session
 * only together with its socket. Attack: clients request a large reply and disconnect. The rest of the reply would then
 * wait forever for window space, and the reset would never be noticed because nothing is written.
 */
export function endWithClient(session: ServerHttp2Session, socket: Socket): void {
  const open = new Set<ServerHttp2Stream>();
  session.on('stream', (stream) => {
    open.add(stream);
    stream.once('close', () => open.delete(stream));
  });
  socket.once('end', () => {
    if (session.destroyed) return;
    // `destroy` is used because `close` would wait until the client has read the reset of the stream.
    for (const stream of open) if (stream.state.remoteClose !== 1) stream.destroy();
    session.close();
    let sentBytes: number | undefined;
    const timer = setInterval(() => {
      // A stream without buffered output is waiting for its function.
      const waits = [...open].some((stream) => stream.writableLength === 0);
      if (!waits && socket.bytesWritten === sentBytes) session.destroy();
      sentBytes = socket.bytesWritten;
    }, LOOK_EVERY_MS).unref();
    session.once('close', () => clearInterval(timer));
  });
}

/** Ends the stream if its body is missing or arrives too slowly. */
export function limitBody(stream: ServerHttp2Stream, ms: number): void {
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), ms).unref();
  const clear = (): void => clearTimeout(timer);
  stream.once('end', clear);
  stream.once('close', clear);
}
