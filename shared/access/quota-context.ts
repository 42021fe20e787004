/**
 * Quota state in the authorizer's context. The backend reads the state if the request is admitted. If the request is
 * refused, the gateway response builds its headers from the state.
 */
import { QUOTA_REFUSAL, RETRY_AFTER } from '@gatewright/aws/access-decision';
import type { AuthorizerContext } from '../aws/authorizer-result.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import type { QuotaAnswer } from '../ports.ts';

/** Names that a document may not give to a claim. */
export const QUOTA_CONTEXT_NAMES: ReadonlySet<string> = new Set([
  'rateLimit',
  'rateLimitPolicy',
  RETRY_AFTER,
  'violatedPolicy',
  QUOTA_REFUSAL,
]);

/**
 * Returns the context members for a decision. `rateLimit` and `rateLimitPolicy` are the values of the header fields
 * with these names. For a refusal there are also `violatedPolicy`, and `retryAfter` if the time is known.
 */
export function quotaContext(decision: QuotaAnswer): AuthorizerContext {
  const { ratelimit, 'ratelimit-policy': policy } = rateLimitHeaders(decision.limits);
  return {
    ...(ratelimit !== undefined && { rateLimit: ratelimit }),
    ...(policy !== undefined && { rateLimitPolicy: policy }),
    ...(!decision.allowed && { violatedPolicy: decision.limit }),
    ...(!decision.allowed &&
      decision.retryAfterSeconds !== undefined && { [RETRY_AFTER]: decision.retryAfterSeconds }),
  };
}
