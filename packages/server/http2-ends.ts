/** Sessions of HTTP/2 whose client sends nothing more. */
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 500;

/**
 * The session ends once what is under way has been answered. Sockets of an HTTP server stay open to answer
 * (`allowHalfOpen`), and node ends a session with its socket alone. Attack: clients that ask for a large reply and leave;
 * the rest of it waits for room that nobody gives any more, and nothing is written that would tell of the reset.
 */
export function endWithClient(session: ServerHttp2Session, socket: Socket): void {
  const open = new Set<ServerHttp2Stream>();
  session.on('stream', (stream) => {
    open.add(stream);
    stream.once('close', () => open.delete(stream));
  });
  socket.once('end', () => {
    if (session.destroyed) return;
    session.close();
    let sentBytes: number | undefined;
    const timer = setInterval(() => {
      // One that has nothing to send yet waits for its function.
      const waits = [...open].some((stream) => stream.writableLength === 0);
      if (!waits && socket.bytesWritten === sentBytes) session.destroy();
      sentBytes = socket.bytesWritten;
    }, LOOK_EVERY_MS).unref();
    session.once('close', () => clearInterval(timer));
  });
}
