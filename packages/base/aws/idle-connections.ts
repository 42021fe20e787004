import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Clients are promised a shorter time (`Keep-Alive: timeout=60`) than they get, so that they never send on a
 * connection that is being closed. Node's own `Agent` honours the header only if it has its own `timeout`.
 */
export const KEEP_ALIVE_OPTIONS = { keepAliveTimeout: 60_000, keepAliveTimeoutBuffer: 30_000 } as const;

/**
 * Node checks a connection's idle time before it reads. After a stall of the event loop it would reset
 * requests that were sent in time.
 */
export function readPendingBeforeIdleClose(server: Server): void {
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket;
    // Runs after this turn of the loop has read.
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
}
