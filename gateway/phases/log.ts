/**
 * One line per request, on every exit.
 * reads: everything · adds: nothing · may answer: no · fails with: nothing
 */
import type { Received, Reply } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { Trail } from '../trail.ts';

/** `GET /dev/users 200 3.2 ms integrate`, and why where the request failed. */
export function log(received: Received, reply: Reply, trail: Trail, at: Ports): void {
  const ms = (at.clock.monotonicMs() - trail.startedMs).toFixed(1);
  const line = `${received.method} ${received.rawPath} ${reply.status} ${ms} ms ${trail.phase}`;
  at.log.write(trail.failure === undefined ? line : `${line} (${trail.failure})`);
}
