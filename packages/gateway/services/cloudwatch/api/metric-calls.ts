/** Handles GetMetricData, GetMetricStatistics, ListMetrics and PutMetricData. */
import { asNumber, asText } from '@gatewright/aws/json-object';
import { Double, Timestamp } from '@gatewright/aws/cbor';
import { ExpressionError, NotComputed } from '../math/expression.ts';
import { openQueries } from '../math/run-queries.ts';
import { compileStatistic, SIMPLE_STATISTICS } from '../metrics/statistic.ts';
import {
  MAX_QUERIES,
  readDimensions,
  readMetric,
  readPeriod,
  readQueries,
  readUnit,
} from '../metrics/read-metric.ts';
import { InvalidInput, parameterOf, readEach, WordedRefusal } from '../read-members.ts';
import type { InputCode } from '../read-members.ts';
import type { MetricQuery, MetricStat } from '../math/run-queries.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { Sample } from '../metrics/sample.ts';
import { pageOf } from './paging.ts';
import type { Call } from './call.ts';
import type { DataPoint, DataPoints, Dimensions, Metric } from '../metrics/metric.ts';
import type { Series, Value } from '../math/value.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';

/** The maximum number of data points. "Each PutMetricData request ... can contain up to 1000 metrics" */
const MAX_DATA = 1_000;
/** "up to 150 values per metric" */
const MAX_VALUES = 150;
const MAX_VALUE = 2 ** 360;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;
const MAX_DATAPOINTS = 100_800;
const MAX_STATISTICS_POINTS = 1_440;
const MAX_LISTED = 500;
const RECENT_MS = 3 * 3_600_000;

type Span = { readonly fromMs: number; readonly toMs: number };

export const METRIC_CALLS: Readonly<Record<string, Call>> = {
  PutMetricData(at, { store, clock }) {
    const namespace = at.text('Namespace', 255);
    // See boto/boto3#1847
    const [reserved] = /^(?:AWS\/|:)/i.exec(namespace) ?? [];
    if (reserved !== undefined)
      throw new WordedRefusal(
        at.at('Namespace'),
        `begins with ${reserved}`,
        `The value ${reserved} for parameter Namespace is invalid.`,
        'InvalidParameterValue',
      );
    const data = at.objects('MetricData', MAX_DATA);
    const entities = at.objects('EntityMetricData', 2).flatMap((one) => one.objects('MetricData', MAX_DATA));
    if (data.length + entities.length === 0) at.missing('MetricData');
    const now = clock.nowEpochMs();
    for (const point of readEach([...data, ...entities], (one) => readPoint(one, namespace, now)))
      store.add(point);
    return undefined;
  },
  GetMetricData(at, { store }) {
    refuseStatistics(at);
    const queries = readQueries(at, 'MetricDataQueries');
    const span = readSpan(
      at,
      Math.min(60, ...queries.map(({ of }) => (of.kind === 'metric' ? of.periodSeconds : 60))),
    );
    const isAscending =
      at.optionalOneOf('ScanBy', ['TimestampDescending', 'TimestampAscending']) === 'TimestampAscending';
    const pageSize = at.optionalInteger('MaxDatapoints', 1, MAX_DATAPOINTS) ?? MAX_DATAPOINTS;
    const valueOf = openQueries(queries, store, span);
    const labelOf = labelMetrics(queries);
    const results = queries
      .filter(({ returnsData }) => returnsData)
      .flatMap(({ id, label, of }) => {
        const shown = label ?? (of.kind === 'metric' ? labelOf(of) : undefined);
        const messages = of.kind === 'metric' ? messagesOn(of, store, span) : {};
        return seriesOf(id, () => valueOf(id)).map((series) => ({ id, label: shown, series, messages }));
      });
    const rows = results.flatMap(({ series }, index) =>
      [...series.points]
        .toSorted(([one], [other]) => (isAscending ? one - other : other - one))
        .map((point) => ({ index, point })),
    );
    const page = pageOf(at, rows, pageSize);
    return {
      MetricDataResults: results.map(({ id, label, series, messages }, index) => {
        const points = page.items.filter((row) => row.index === index).map(({ point }) => point);
        return {
          Id: id,
          Label: label ?? (series.label === '' ? id : series.label),
          Timestamps: points.map(([time]) => new Timestamp(time)),
          Values: points.map(([, value]) => new Double(value)),
          StatusCode: page.NextToken === undefined ? 'Complete' : 'PartialData',
          ...messages,
        };
      }),
      NextToken: page.NextToken,
      Messages: [],
    };
  },
  GetMetricStatistics(at, { store }) {
    const metric = readMetric(at);
    const unit = readUnit(at);
    const period = readPeriod(at);
    const { fromMs, toMs } = readSpan(at, Math.min(60, period), 'InvalidParameterValue');
    const simple = at.texts('Statistics', SIMPLE_STATISTICS.length);
    const extended = at.texts('ExtendedStatistics', 10);
    if (simple.length + extended.length === 0)
      throw new InvalidInput(
        'InvalidParameterCombination',
        'Statistics',
        'or ExtendedStatistics must be given',
      );
    const wrong = simple.find((name) => !(SIMPLE_STATISTICS as readonly string[]).includes(name));
    if (wrong !== undefined)
      at.refuse('Statistics', `${wrong} must be one of ${SIMPLE_STATISTICS.join(', ')}`);
    const unknown = extended.find((name) => compileStatistic(name) === undefined);
    if (unknown !== undefined) at.refuse('ExtendedStatistics', `${unknown} is not a supported statistic`);
    const asked = Math.ceil((toMs - at.time('StartTime')) / (period * 1000));
    if (asked > MAX_STATISTICS_POINTS)
      throw new InvalidInput(
        'InvalidParameterCombination',
        '',
        `You have requested up to ${asked} datapoints, which exceeds the limit of ${MAX_STATISTICS_POINTS}. ` +
          'You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
      );
    const count = Math.ceil((toMs - fromMs) / (period * 1000));
    const Datapoints = Array.from({ length: count }, (_, index) => fromMs + index * period * 1000).flatMap(
      (start) => {
        const end = start + period * 1000;
        // Without a unit in the call, each unit has its own data points [obs].
        const units = unit === undefined ? store.unitsOf(metric, start, end) : [unit];
        return units.flatMap((one) => {
          const sample = store.sampleOf(metric, start, end, one);
          if (sample.count === 0) return [];
          return [
            {
              Timestamp: new Timestamp(start),
              ...valuesOf(simple, sample),
              Unit: one,
              ...(extended.length > 0 && { ExtendedStatistics: valuesOf(extended, sample) }),
            },
          ];
        });
      },
    );
    return { Label: metric.name, Datapoints };
  },
  ListMetrics(at, { store, clock }) {
    const namespace = at.optionalText('Namespace');
    const name = at.optionalText('MetricName');
    const wanted = at
      .objects('Dimensions', 10)
      .map((one): [string, string | undefined] => [one.text('Name'), one.optionalText('Value')]);
    const isRecent = at.optionalOneOf('RecentlyActive', ['PT3H']) !== undefined;
    const found = store
      .list(isRecent ? clock.nowEpochMs() - RECENT_MS : undefined)
      .filter(
        (metric) =>
          (namespace === undefined || metric.namespace === namespace) &&
          (name === undefined || metric.name === name) &&
          wanted.every(([one, value]) => hasDimension(metric, one, value)),
      );
    const { items, NextToken } = pageOf(at, found, MAX_LISTED, 'InvalidParameterValue');
    return { Metrics: items.map(describeMetric), NextToken };
  },
};

function valuesOf(statistics: readonly string[], sample: Sample): Record<string, Double> {
  return Object.fromEntries(
    statistics.flatMap((name) => {
      const value = compileStatistic(name)?.(sample);
      return value === undefined ? [] : [[name, new Double(value)]];
    }),
  );
}

/**
 * Returns the label for a metric query that sets none. It is the name of the metric, followed by the statistic if the
 * queries have different statistics, and by the period if they have different periods [obs: cloudwatch,
 * test_label_generation].
 */
function labelMetrics(queries: readonly MetricQuery[]): (stat: MetricStat) => string {
  const stats = queries.flatMap(({ label, of }) => (of.kind === 'metric' && label === undefined ? [of] : []));
  const differ = (values: readonly unknown[]): boolean => new Set(values).size > 1;
  const showsStat = differ(stats.map(({ stat }) => stat));
  const showsPeriod = differ(stats.map(({ periodSeconds }) => periodSeconds));
  return ({ metric, stat, periodSeconds }) =>
    [metric.name, ...(showsStat ? [stat] : []), ...(showsPeriod ? [periodSeconds] : [])].join(' ');
}

/** Returns the message for data in several units. The result contains only one of these units [obs]. */
function messagesOn({ metric, unit }: MetricStat, store: MetricStore, span: Span): object {
  const units = unit === undefined ? store.unitsOf(metric, span.fromMs, span.toMs) : [];
  if (units.length < 2) return {};
  return {
    Messages: [{ Code: 'MultipleUnits', Value: `Multiple units returned: '[${units.join(', ')}]'` }],
  };
}

/**
 * Refuses statistics of GetMetricData that do not exist, all of them in one message
 * (prometheus-community/yet-another-cloudwatch-exporter#1435).
 */
function refuseStatistics(at: MemberReader): void {
  const wrong = at.objects('MetricDataQueries', MAX_QUERIES).flatMap((one) => {
    const of = one.optional('MetricStat');
    const stat = of?.optionalText('Stat');
    if (of === undefined || stat === undefined || compileStatistic(stat) !== undefined) return [];
    return [`The value for parameter ${parameterOf(of.at('Stat'))} is not a valid statistic.`];
  });
  if (wrong.length > 0) throw new InvalidInput('ValidationError', '', wrong.join('\n'));
}

function readPoint(at: MemberReader, namespace: string, now: number): DataPoints {
  const epochMs = at.optionalTime('Timestamp') ?? now;
  // AWS's message (cloud-custodian/cloud-custodian#2559). AWS's message about a time in the future is not known.
  if (epochMs < now - OLDEST_MS) at.refuse('Timestamp', 'must specify a time within the past two weeks');
  if (epochMs > now + NEWEST_MS)
    at.refuse('Timestamp', 'must specify a time at most two hours in the future');
  const resolution = at.optionalInteger('StorageResolution', 1, 60) ?? 60;
  if (resolution !== 1 && resolution !== 60) at.refuse('StorageResolution', `${resolution} must be 1 or 60`);
  const name = at.text('MetricName', 255);
  const dimensions = readDimensions(at);
  const unit = readUnit(at) ?? 'None';
  const sample = readSample(at);
  const values = 'count' in sample ? [sample.sum, sample.min, sample.max] : sample.map(([value]) => value);
  if (values.some((value) => Math.abs(value) > MAX_VALUE))
    at.refuse('', 'Values must be in the range of -2^360 to 2^360.');
  return { namespace, dimensions, points: [{ name, unit, epochMs, resolution, sample }] };
}

/** Some clients send NaN and infinities, as text or as numbers (getmoto/moto#3880, recorded at AWS). */
function readFinite(at: MemberReader, name: string): number {
  const value = at.value(name);
  const given = typeof value === 'number' ? String(value) : (asText(value) ?? '');
  if (/^[+-]?(?:nan|infinity)$/i.test(given))
    throw new InvalidInput(
      'InvalidParameterValue',
      '',
      `The value ${given} for parameter ${parameterOf(at.at(name))} is invalid.`,
    );
  return at.number(name);
}

function readSample(at: MemberReader): DataPoint['sample'] {
  const other = ['Values', 'StatisticValues'].find((name) => at.has(name));
  if (!at.has('Value') && other === undefined)
    throw new InvalidInput('MissingParameter', '', 'At least one of the parameters must be specified.');
  // AWS accepts Values together with StatisticValues [obs].
  if (at.has('Value') && other !== undefined)
    throw new InvalidInput(
      'InvalidParameterCombination',
      '',
      `The parameters ${parameterOf(at.at('Value'))} and ${parameterOf(at.at(other))} are mutually exclusive and you have specified both.`,
    );
  const set = at.optional('StatisticValues');
  if (set !== undefined)
    return {
      count: readFinite(set, 'SampleCount'),
      sum: readFinite(set, 'Sum'),
      min: readFinite(set, 'Minimum'),
      max: readFinite(set, 'Maximum'),
    };
  if (at.has('Value')) return [[readFinite(at, 'Value'), 1]];
  const numbers = (name: string): readonly number[] =>
    at.list(name, MAX_VALUES).map((value) => asNumber(value) ?? at.refuse(name, 'must have numbers only'));
  const values = numbers('Values');
  const counts = at.has('Counts') ? numbers('Counts') : values.map(() => 1);
  if (counts.length !== values.length)
    throw new InvalidInput(
      'InvalidParameterValue',
      '',
      `The parameters ${parameterOf(at.at('Values'))} and ${parameterOf(at.at('Counts'))} must be of the same size.`,
    );
  return values.map((value, index) => [value, counts[index] ?? 1]);
}

/**
 * Reads the time range. "Start time less than 15 days ago: Round down to the nearest whole minute". For periods of less
 * than a minute, the start time is rounded down to the period.
 */
function readSpan(at: MemberReader, seconds: number, code: InputCode = 'ValidationError'): Span {
  const fromMs = at.time('StartTime');
  const toMs = at.time('EndTime');
  if (fromMs >= toMs)
    throw new InvalidInput(code, '', 'The parameter StartTime must be less than the parameter EndTime.');
  return { fromMs: Math.floor(fromMs / (seconds * 1000)) * seconds * 1000, toMs };
}

function seriesOf(id: string, compute: () => Value): readonly Series[] {
  try {
    const value = compute();
    if (value.kind === 'list') return value.items;
    if (value.kind === 'series') return [value];
    throw new ExpressionError('returns no time series');
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const code = error instanceof NotComputed ? 'NotImplementedException' : 'ValidationError';
    throw new InvalidInput(code, '', `Error in expression '${id}': it ${error.message}.`);
  }
}

function hasDimension({ dimensions }: Metric, name: string, value: string | undefined): boolean {
  return dimensions.some(([one, its]) => one === name && (value === undefined || its === value));
}

function describeMetric({ namespace, name, dimensions }: Metric): object {
  return { Namespace: namespace, MetricName: name, Dimensions: describeDimensions(dimensions) };
}

export function describeDimensions(dimensions: Dimensions): readonly object[] {
  return dimensions.map(([Name, Value]) => ({ Name, Value }));
}
