/** The buckets that requests of one stage meet. */
import type { ThrottleSettings } from '../core/deployment/throttle.ts';
import type { StageThrottle } from '../core/exchange.ts';
import type { TokenBucket, TokenBuckets } from '../core/metering/token-bucket.ts';

/** Undefined where no request of the stage can meet a limit, so that requests ask for nothing. */
export function createStageThrottle(
  settings: ThrottleSettings | undefined,
  buckets: TokenBuckets,
  account: TokenBucket | undefined,
): StageThrottle | undefined {
  if (settings === undefined && account === undefined) return undefined;
  return {
    account,
    bucketOf(routeKey, nowEpochMs) {
      const limit = settings?.byRouteKey.get(routeKey) ?? settings?.usual;
      return limit === undefined ? undefined : buckets.get(routeKey, limit, nowEpochMs);
    },
  };
}
