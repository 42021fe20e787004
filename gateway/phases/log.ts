/**
 * What is written down of a request, on every exit: its line, and the access log of its stage.
 * reads: everything · adds: nothing · may answer: no · fails with: nothing
 * @see aws-behaviour §10.3
 */
import type { LogFacts, LoggedConnection } from '../events/log-variables.ts';
import type { Received, Reply } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { Trail } from '../trail.ts';

/**
 * `GET /dev/users 200 3.2 ms integrate`, and why where the request failed. `connection` where the request was a
 * WebSocket handshake.
 */
export function log(
  received: Received,
  reply: Reply,
  trail: Trail,
  at: Ports,
  connection?: LoggedConnection,
): void {
  const latencyMs = trail.elapsedMs();
  const line = `${received.method} ${received.rawPath} ${reply.status} ${latencyMs.toFixed(1)} ms ${trail.phase}`;
  at.log.write(trail.failure === undefined ? line : `${line} (${trail.failure})`);
  const access = received.stage?.logs?.access;
  if (access === undefined) return;
  const facts = describe(received, reply, trail, latencyMs, connection);
  const logged = access.format.print(facts);
  for (const group of access.groups) at.logGroups.write(group, logged);
}

function describe(
  received: Received,
  reply: Reply,
  trail: Trail,
  latencyMs: number,
  connection: LoggedConnection | undefined,
): LogFacts {
  // AWS calls a handshake that came through a success.
  const status = reply.status === 101 ? 200 : reply.status;
  const kind = received.route?.authorization.kind;
  const authenticated = trail.describeCheck('authenticate', status);
  const isAsked = kind === 'lambda' || kind === 'token';
  const wordings = received.stage?.deployment.errors ?? received.api.errors;
  return {
    ...{ request: received, status, latencyMs, connection },
    responseBytes: typeof reply.body === 'string' ? Buffer.byteLength(reply.body) : reply.body.length,
    // AWS calls it an authorizer where there is one, and authentication where it checks a signature itself.
    authenticate: kind === 'iam' ? authenticated : undefined,
    authorizer: isAsked ? authenticated : undefined,
    authorize: kind === 'none' ? undefined : trail.describeCheck('authorize', status),
    integration: received.route?.integration.kind === 'mock' ? undefined : trail.describeIntegration(status),
    failure: trail.error && wordings.describe(trail.error.code, trail.error.detail),
  };
}
