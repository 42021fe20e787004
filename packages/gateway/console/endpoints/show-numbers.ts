/** Requests, errors and durations by route. All requests count, including those that are not recorded. */
import { quantileOf } from '../records/request-counts.ts';
import type { ApiLabels } from '../records/api-labels.ts';
import type { RequestCounts, RouteCount } from '../records/request-counts.ts';
import type { RouteNumbers, ShownNumbers } from './inspect-model.ts';

/** @param counts undefined if nothing is recorded */
export function showNumbers(counts: RequestCounts | undefined, labels: ApiLabels): ShownNumbers {
  const isToolkit = (apiId: string): boolean => labels.of(apiId).isToolkit;
  return {
    count: counts?.total ?? 0,
    routes: (counts?.routes ?? [])
      .map((counted) => showRoute(counted, labels))
      .toSorted((a, b) => b.count - a.count),
    seconds: counts?.secondsOf((apiId) => !isToolkit(apiId)) ?? [],
    toolkitSeconds: counts?.secondsOf(isToolkit) ?? [],
  };
}

function showRoute(counted: RouteCount, labels: ApiLabels): RouteNumbers {
  const { apiId, apiName, routeKey, count, clientErrors, serverErrors } = counted;
  const { label, isToolkit } = labels.of(apiId, apiName);
  return {
    apiId,
    api: label,
    isToolkit,
    route: routeKey,
    count,
    clientErrors,
    serverErrors,
    p50Ms: quantileOf(counted, 0.5) ?? 0,
    p99Ms: quantileOf(counted, 0.99) ?? 0,
  };
}
