/** Connections whose client has reset them, which node's TLS does not always hear of. */
import type { Socket } from 'node:net';

const SWEEP_EVERY_MS = 2_000;

/**
 * Where the first that fails is a write of TLS itself, of a session ticket, node's TLS goes on as if it were under way: it
 * calls back for no later write, and of HTTP/2 it reads nothing either. Attack: clients that shake hands and reset, each
 * of which would leave a socket for ever. Returns how to stop; the timer keeps no process alive.
 */
export function sweepReset(connected: ReadonlySet<Socket>, everyMs = SWEEP_EVERY_MS): () => void {
  const timer = setInterval(() => {
    for (const socket of connected) if (!hasClient(socket)) socket.destroy();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

/** Asks the system anew: `remoteAddress` may be what it said once. */
function hasClient(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return false;
  const ask: unknown = Reflect.get(handle, 'getpeername');
  return typeof ask !== 'function' || Reflect.apply(ask, handle, [{}]) === 0;
}
