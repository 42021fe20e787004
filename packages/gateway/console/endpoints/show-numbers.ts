/** Requests, errors and durations by route. All requests count, including those that are not recorded. */
import { quantileOf } from '../records/request-counts.ts';
import type { RequestCounts, RouteCount } from '../records/request-counts.ts';
import type { RouteNumbers, ShownNumbers } from './inspect-model.ts';

/** @param counts undefined if nothing is recorded */
export function showNumbers(counts: RequestCounts | undefined): ShownNumbers {
  return {
    count: counts?.total ?? 0,
    routes: (counts?.routes ?? []).map(showRoute).toSorted((a, b) => b.count - a.count),
    seconds: counts?.seconds ?? [],
  };
}

function showRoute(counted: RouteCount): RouteNumbers {
  const { apiName, routeKey, count, clientErrors, serverErrors } = counted;
  return {
    apiName,
    route: routeKey,
    count,
    clientErrors,
    serverErrors,
    p50Ms: quantileOf(counted, 0.5) ?? 0,
    p99Ms: quantileOf(counted, 0.99) ?? 0,
  };
}
