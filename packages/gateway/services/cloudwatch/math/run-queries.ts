/** Runs queries of metrics and expressions over the stored data, for GetMetricData and for alarms. */
import { compileStatistic } from '../metrics/statistic.ts';
import { compute } from './compute.ts';
import { ExpressionError, idsIn } from './expression.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Expression } from './expression.ts';
import type { Grid, Series, Value } from './value.ts';

export type MetricStat = {
  readonly metric: Metric;
  readonly stat: string;
  readonly periodSeconds: number;
  readonly unit: string | undefined;
};

export type MetricQuery = {
  readonly id: string;
  readonly label: string | undefined;
  readonly returnsData: boolean;
  readonly of:
    | ({ readonly kind: 'metric' } & MetricStat)
    | { readonly kind: 'expression'; readonly text: string; readonly expression: Expression };
};

/** A time range in epoch milliseconds. The first period begins at `fromMs`. */
type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * The maximum number of periods of a query. One call may return at most this number of data points. If the range has
 * more periods, the latest periods are used.
 */
const MAX_PERIODS = 100_800;

/**
 * Prepares queries to be computed.
 * @returns a function that computes the query with the given id. Each query is computed at most once
 * @throws ExpressionError when the returned function is called for a query that cannot be computed
 */
export function openQueries(
  queries: readonly MetricQuery[],
  store: MetricStore,
  span: Span,
): (id: string) => Value {
  const byId = new Map(queries.map((query) => [query.id, query]));
  const done = new Map<string, Value>();
  const running = new Set<string>();
  const periods = queries.flatMap(({ of }) => (of.kind === 'metric' ? [of.periodSeconds] : []));
  const grid = gridOf(span, periods.length === 0 ? 60 : Math.min(...periods));
  const metrics = (): readonly (readonly [string, Series])[] =>
    queries.flatMap(({ id, of }) => {
      const value = of.kind === 'metric' ? valueOf(id) : undefined;
      return value?.kind === 'series' ? [[id, value]] : [];
    });
  const valueOf = (id: string): Value => {
    const known = done.get(id);
    if (known !== undefined) return known;
    const query = byId.get(id);
    if (query === undefined) throw new ExpressionError(`refers to "${id}", which is not the id of a query`);
    if (running.has(id)) throw new ExpressionError(`refers to "${id}", which refers back to it`);
    running.add(id);
    const value =
      query.of.kind === 'metric'
        ? readSeries(query.of, store, span)
        : compute(query.of.expression, { grid, valueOf, metrics });
    running.delete(id);
    done.set(id, value);
    return value;
  };
  return valueOf;
}

function gridOf({ fromMs, toMs }: Span, periodSeconds: number): Grid {
  const count = Math.max(0, Math.ceil((toMs - fromMs) / (periodSeconds * 1000)));
  const kept = Math.min(MAX_PERIODS, count);
  const starts = Array.from(
    { length: kept },
    (_, index) => fromMs + (count - kept + index) * periodSeconds * 1000,
  );
  return { starts, periodSeconds };
}

function readSeries(
  { metric, stat, periodSeconds, unit }: MetricStat,
  store: MetricStore,
  span: Span,
): Series {
  const statistic = compileStatistic(stat);
  if (statistic === undefined) throw new ExpressionError(`has an unknown statistic ${stat}`);
  const periodMs = periodSeconds * 1000;
  const { fromMs } = span;
  // The range includes the whole last period.
  const toMs = fromMs + Math.ceil((span.toMs - fromMs) / periodMs) * periodMs;
  // If the data have several units, only the first unit is returned, with a message (`messagesOn`) [obs].
  const wanted = unit ?? store.unitsOf(metric, fromMs, toMs)[0];
  const samples = [...store.samplesOf(metric, { fromMs, toMs, periodMs, unit: wanted })];
  const points = new Map<number, number>();
  for (const [start, sample] of samples.toSorted(([one], [other]) => one - other)) {
    const value = statistic(sample);
    if (value !== undefined) points.set(start, value);
  }
  return { kind: 'series', label: metric.name, periodSeconds, points };
}

/** Returns the metrics that the query with the given id depends on. */
export function metricsBehind(queries: readonly MetricQuery[], id: string): readonly MetricStat[] {
  const byId = new Map(queries.map((query) => [query.id, query]));
  const seen = new Set<string>();
  const collect = (one: string): readonly MetricStat[] => {
    const query = byId.get(one);
    if (query === undefined || seen.has(one)) return [];
    seen.add(one);
    if (query.of.kind === 'metric') return [query.of];
    const { expression, text } = query.of;
    // METRICS() refers to all metrics without naming them.
    const ids = /\bMETRICS\s*\(/i.test(text) ? [...byId.keys()] : idsIn(expression);
    return ids.flatMap(collect);
  };
  return collect(id);
}

/** Returns the ids that expressions name although no query has them. */
export function unknownIds(queries: readonly MetricQuery[]): readonly string[] {
  const known = new Set(queries.map(({ id }) => id));
  return queries
    .flatMap(({ of }) => (of.kind === 'expression' ? idsIn(of.expression) : []))
    .filter((id) => !known.has(id));
}
