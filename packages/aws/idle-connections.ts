/** Connections that wait for their next request. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * How long: clients are told less (`Keep-Alive: timeout=60`) than they get, so that one that keeps to it never sends while
 * its connection is ended. Node's own `Agent` keeps to it only where it has a `timeout` itself.
 */
export const KEPT_ALIVE = { keepAliveTimeout: 60_000, keepAliveTimeoutBuffer: 30_000 } as const;

/**
 * Node looks at the time of a connection before it reads what has come by it. After a stall of the event loop it would reset
 * requests that were sent in time: just then they pile up, and clients send them on the connections that were idle longest.
 */
export function readBeforeIdleEnds(server: Server): void {
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket;
    // After the part of this turn of the loop that reads.
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
}
