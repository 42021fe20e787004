/** Requests, errors and times by route, of what is recorded. */
import type { RequestRow } from '../records/model.ts';
import type { RouteNumbers, ShownNumbers } from './inspect-model.ts';

/** Seconds that a chart shows. */
const SPAN_SECONDS = 300;

/** @param rows newest first */
export function showNumbers(rows: readonly RequestRow[]): ShownNumbers {
  const requests = rows.filter(({ kind }) => kind !== 'post');
  const byRoute = Map.groupBy(
    requests,
    ({ apiName, routeKey, kind }) =>
      `${apiName}\n${routeKey ?? (kind === 'disconnect' ? '$disconnect' : '(no route)')}`,
  );
  return {
    count: requests.length,
    routes: [...byRoute]
      .map(([name, group]) => countRoute(name, group))
      .toSorted((a, b) => b.count - a.count),
    seconds: countSeconds(requests),
  };
}

function countRoute(name: string, rows: readonly RequestRow[]): RouteNumbers {
  const [apiName = '', route = ''] = name.split('\n');
  const times = rows.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return {
    ...{ apiName, route, count: rows.length },
    clientErrors: rows.filter(({ status }) => status >= 400 && status < 500).length,
    serverErrors: rows.filter(({ status }) => status >= 500 && status < 600).length,
    p50Ms: quantile(times, 0.5) ?? 0,
    p99Ms: quantile(times, 0.99) ?? 0,
  };
}

/** Of a sorted list, the smallest value that so many of all do not exceed. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

function countSeconds(rows: readonly RequestRow[]): ShownNumbers['seconds'] {
  const newest = Math.floor((rows[0]?.atEpochMs ?? 0) / 1000);
  const first = newest - SPAN_SECONDS + 1;
  const counts = new Map<number, [number, number]>();
  for (const { atEpochMs, status } of rows) {
    const second = Math.floor(atEpochMs / 1000);
    if (second < first) continue;
    const count = counts.get(second) ?? [0, 0];
    count[0] += 1;
    if (status >= 400 && status < 600) count[1] += 1;
    counts.set(second, count);
  }
  if (rows.length === 0) return [];
  return Array.from({ length: SPAN_SECONDS }, (_, index) => {
    const [count, errors] = counts.get(first + index) ?? [0, 0];
    return [first + index, count, errors] as const;
  });
}
