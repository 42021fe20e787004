/**
 * Quota state in the authorizer's context: for the backend of an admitted request, and for the gateway
 * response to a refused request, which builds its headers from it.
 */
import type { AuthorizerContext } from '../aws/authorizer-result.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import type { QuotaAnswer } from '../ports.ts';

/** A document may not name a claim like this. */
export const QUOTA_CONTEXT_NAMES: ReadonlySet<string> = new Set([
  'rateLimit',
  'rateLimitPolicy',
  'retryAfter',
  'violatedPolicy',
  'quotaRefusal',
]);

/**
 * `rateLimit` and `rateLimitPolicy` are the header fields of those names; a refusal adds `retryAfter` and
 * `violatedPolicy`, and `quotaRefusal` gives the reason for logs.
 */
export function quotaContext(decision: QuotaAnswer): AuthorizerContext {
  const { ratelimit, 'ratelimit-policy': policy } = rateLimitHeaders(decision.limits);
  return {
    ...(ratelimit !== undefined && { rateLimit: ratelimit }),
    ...(policy !== undefined && { rateLimitPolicy: policy }),
    ...(!decision.allowed && { violatedPolicy: decision.limit }),
    ...(!decision.allowed &&
      decision.retryAfterSeconds !== undefined && { retryAfter: decision.retryAfterSeconds }),
  };
}
