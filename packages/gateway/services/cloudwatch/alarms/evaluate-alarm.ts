/** Looks an alarm's data points up and judges them. */
import { percentileOf } from '../metrics/statistic.ts';
import { ExpressionError } from '../math/expression.ts';
import { metricsBehind, openQueries } from '../math/run-queries.ts';
import { evaluationRange, judgeAlarm } from './judge-alarm.ts';
import { describeReason, printReasonData } from './state-reason.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { MetricStat } from '../math/run-queries.ts';
import type { AlarmState, MetricAlarm } from './alarm.ts';
import type { EvaluatedPoint, Judgement } from './judge-alarm.ts';

const MINUTE_MS = 60_000;
const HIGH_RESOLUTION_MS = 10_000;
const HOUR_MS = 3_600_000;

/**
 * How often it is evaluated: each minute, of short periods every 10 seconds, of ranges over a day each hour.
 * @see CloudWatch user guide, "Alarm evaluation"
 */
export function intervalMs({ periodSeconds, evaluationPeriods }: MetricAlarm): number {
  if (periodSeconds < 60) return HIGH_RESOLUTION_MS;
  return periodSeconds * evaluationPeriods > 86_400 ? HOUR_MS : MINUTE_MS;
}

/** The start of what it looks at when it is evaluated then. */
export function rangeStart(alarm: MetricAlarm, at: number): number {
  return at - evaluationRange(alarm) * alarm.periodSeconds * 1000;
}

/** Whether any of its metrics has data at or after that time. */
export function hasDataSince(alarm: MetricAlarm, store: MetricStore, fromMs: number): boolean {
  return metricsBehind(alarm.queries, alarm.watched).some(({ metric }) => store.hasSince(metric, fromMs));
}

/** The state that it should have, with its reason; undefined: the one that it has. */
export function evaluateAlarm(alarm: MetricAlarm, store: MetricStore, at: number): AlarmState | undefined {
  let points: readonly EvaluatedPoint[];
  try {
    points = readPoints(alarm, store, at);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const reason = `Unable to evaluate: the expression ${error.message}.`;
    return { value: 'INSUFFICIENT_DATA', reason, reasonData: undefined, updatedMs: at };
  }
  if (alarm.keepsStateOnLowSamples && hasLowSample(alarm, store, at)) return undefined;
  const judgement: Judgement = judgeAlarm(alarm, points);
  if (judgement.kind === 'keep') return undefined;
  return {
    value: judgement.value,
    reason: describeReason(alarm, judgement),
    reasonData: printReasonData(alarm, points, at),
    updatedMs: at,
  };
}

function readPoints(alarm: MetricAlarm, store: MetricStore, at: number): readonly EvaluatedPoint[] {
  const fromMs = rangeStart(alarm, at);
  const value = openQueries(alarm.queries, store, { fromMs, toMs: at })(alarm.watched);
  const series = value.kind === 'list' ? value.items[0] : value;
  if (value.kind === 'list' && value.items.length > 1)
    throw new ExpressionError('returns more than one time series');
  if (series !== undefined && series.kind !== 'series') throw new ExpressionError('returns no time series');
  return Array.from({ length: evaluationRange(alarm) }, (_, index) => {
    const start = at - (index + 1) * alarm.periodSeconds * 1000;
    return { at: start, value: series?.points.get(start) };
  });
}

/** "too few data points to be statistically significant": 10 / (1 - percentile), or 10 / percentile below the middle. */
function hasLowSample(alarm: MetricAlarm, store: MetricStore, at: number): boolean {
  const isLow = ({ metric, stat, periodSeconds, unit }: MetricStat): boolean => {
    const percentile = percentileOf(stat);
    if (percentile === undefined) return false;
    const share = percentile / 100;
    const { count } = store.sampleOf(metric, at - periodSeconds * 1000, at, unit);
    return count > 0 && count < 10 / (share >= 0.5 ? 1 - share : share);
  };
  return metricsBehind(alarm.queries, alarm.watched).some(isLow);
}
