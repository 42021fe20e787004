import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Clients are promised a shorter time (`Keep-Alive: timeout=60`) than the server keeps connections open, so that they
 * never send on a connection that is being closed. Node's own `Agent` honors the header only if the option `timeout` of
 * the agent is set.
 */
export const KEEP_ALIVE_OPTIONS = { keepAliveTimeout: 60_000, keepAliveTimeoutBuffer: 30_000 } as const;

/**
 * Makes a server read pending requests before it closes idle connections. Node checks a connection's idle time before
 * it reads. After a stall of the event loop, Node would therefore close connections whose clients sent their requests
 * in time.
 */
export function readPendingBeforeIdleClose(server: Server): void {
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket;
    // Runs after the current turn of the event loop has read the connections.
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
}
