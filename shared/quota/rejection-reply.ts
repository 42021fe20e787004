import type { ProxyResult } from '../aws/proxy-result.ts';
import { problem, problemReply } from '../http/problem.ts';
import { quotaExceededReply, reducedCapacityReply } from '../http/rate-limit-headers.ts';
import type { Rejection } from './quotas.ts';

/**
 * Returns the response for a rejected request: 429 if a limit is used up, 503 (never 429) if the store does not
 * respond, and 403 if the subject is suspended.
 *
 * @example
 * ```ts
 * import { rejectionReply } from 'gatewright/quota';
 *
 * rejectionReply({ allowed: false, reason: 'suspended', limits: [] } as never).statusCode // → 403
 * rejectionReply({ allowed: false, reason: 'unavailable', limits: [] } as never).statusCode // → 503
 * ```
 */
export function rejectionReply({ reason, limit, retryAfterSeconds = 1, limits }: Rejection): ProxyResult {
  switch (reason) {
    case 'quota-exceeded':
    case 'rate-limited':
    case 'concurrency':
      return quotaExceededReply(limit, retryAfterSeconds, limits);
    case 'unavailable':
      return reducedCapacityReply(retryAfterSeconds, limits);
    case 'suspended':
      return problemReply(problem(403, 'Forbidden', 'access is suspended by the owner of the API'));
  }
}
