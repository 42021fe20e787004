/**
 * Any error → reply. The only place that does so; never throws.
 * reads: error, stage or API wording · adds: reply · may answer: always
 * @see aws-behaviour §1.3–1.5; docs/errors.md
 */
import { GatewayError } from '../errors.ts';
import type { ErrorWordings } from '../deployment/model.ts';
import type { Received, Reply } from '../exchange.ts';
import type { Trail } from '../trail.ts';

export function fail(error: unknown, received: Received, trail: Trail): Reply {
  const wordings: ErrorWordings = received.stage?.deployment.errors ?? received.api.errors;
  if (error instanceof GatewayError) {
    trail.failure = error.message;
    const worded = wordings.word(error.code, error.detail, received);
    return { status: worded.status, headers: [...worded.headers], body: worded.body };
  }
  // A bug of ours: the client learns nothing, the operator gets the stack.
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  trail.failure = reason;
  const worded = wordings.word('DEFAULT_5XX', { source: 'gateway', reason }, received);
  return { status: worded.status, headers: [...worded.headers], body: worded.body };
}
