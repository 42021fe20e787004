/**
 * Turns any error into a reply. No other code does this. Never throws.
 * reads: error, error wording of the stage or API · adds: reply · may answer: always
 * @see docs/aws §1.3–1.5; docs/errors.md
 */
import { describeFault, GatewayError, gatewayError } from '../errors.ts';
import type { ErrorWordings } from '../deployment/model.ts';
import type { Received, Reply } from '../exchange.ts';
import type { Trail } from '../trail.ts';

export function fail(error: unknown, received: Received, trail: Trail): Reply {
  const wordings: ErrorWordings = received.stage?.deployment.errors ?? received.api.errors;
  const known = error instanceof GatewayError ? error : asFault(error);
  trail.error = known;
  trail.failure = known.message;
  const { reply } = known.detail;
  if (reply !== undefined) return { ...reply, headers: [...reply.headers] };
  const worded = wordings.word(known.code, known.detail, received);
  return { status: worded.status, headers: [...worded.headers], body: worded.body };
}

/**
 * Converts an unexpected error to a gateway error. Such an error is a bug of the gateway. Only the operator sees its
 * stack, and the client does not.
 */
function asFault(error: unknown): GatewayError {
  const reason = describeFault(error);
  return gatewayError('DEFAULT_5XX', { source: 'gateway', reason });
}
