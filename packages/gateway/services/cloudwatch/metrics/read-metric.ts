/** Reads the metrics, dimensions and queries that calls and alarms contain. */
import { ExpressionError, parseExpression } from '../math/expression.ts';
import { isDimension, MAX_DIMENSIONS, sortDimensions, UNITS } from './metric.ts';
import { NotSupported, parameterOf, readEach, WordedRefusal } from '../read-members.ts';
import { compileStatistic } from './statistic.ts';
import type { MetricQuery, MetricStat } from '../math/run-queries.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';
import type { Dimensions, Metric } from './metric.ts';

export const MAX_QUERIES = 500;
const MAX_PERIOD = 604_800;

export function readMetric(at: MemberReader): Metric {
  return {
    namespace: at.text('Namespace', 255),
    name: at.text('MetricName', 255),
    dimensions: readDimensions(at),
  };
}

export function readDimensions(at: MemberReader, name = 'Dimensions'): Dimensions {
  const dimensions = at
    .objects(name, MAX_DIMENSIONS)
    .map((one): [string, string] => [one.text('Name', 255), one.text('Value')]);
  const names = dimensions.map(([one]) => one);
  const wrong = dimensions.find(([one, value]) => !isDimension(one, value));
  if (wrong !== undefined)
    at.refuse(name, `${JSON.stringify(wrong)}: names and values must be ASCII and must not be blank`);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined)
    throw new WordedRefusal(
      at.at(name),
      `has the dimension ${twice} twice`,
      // See jdamick/dropwizard-metrics-cloudwatch#3
      'No metric may specify the same dimension name twice.',
      'InvalidParameterValue',
    );
  return sortDimensions(dimensions);
}

export function readUnit(at: MemberReader): string | undefined {
  const unit = at.optionalText('Unit');
  if (unit !== undefined && !UNITS.has(unit))
    at.refuse('Unit', `must be a value in the set [ ${[...UNITS].join(', ')} ]`);
  return unit;
}

/** Periods in seconds that are shorter than a minute. */
const SHORT_PERIODS = [1, 5, 10, 20, 30];

/** Reads a period, which is one of `SHORT_PERIODS` or a multiple of 60 seconds. @param least the shortest, in seconds */
export function readPeriod(at: MemberReader, least = 1): number {
  const period = at.integer('Period', least, MAX_PERIOD);
  const short = SHORT_PERIODS.filter((seconds) => seconds >= least);
  if (!short.includes(period) && period % 60 !== 0)
    at.refuse('Period', `${period} must be ${short.join(', ')} or a multiple of 60`);
  return period;
}

export function readStatistic(at: MemberReader, name: string): string {
  const statistic = at.text(name);
  if (compileStatistic(statistic) === undefined) at.refuse(name, `${statistic} is not a supported statistic`);
  return statistic;
}

/** Reads `MetricDataQueries` of a call or `Metrics` of an alarm. */
export function readQueries(at: MemberReader, name: string, leastPeriod = 1): readonly MetricQuery[] {
  const queries = readEach(at.objects(name, MAX_QUERIES), (one) => readQuery(one, leastPeriod));
  const ids = queries.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) at.refuse(name, `has two queries with the id ${twice}`);
  return queries;
}

function readQuery(at: MemberReader, leastPeriod: number): MetricQuery {
  const id = at.text('Id', 255);
  if (!/^[a-z]\w*$/.test(id))
    throw new WordedRefusal(
      at.at('Id'),
      `${id} must begin with a lower-case letter and contain only letters, digits and _`,
      // See influxdata/telegraf#5420
      `The value ${id} for parameter ${parameterOf(at.at('Id'))} is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  const stat = at.optional('MetricStat');
  if ((stat === undefined) === !at.has('Expression'))
    at.refuse('MetricStat', 'must be set, or Expression instead of it, but not both');
  return {
    id,
    label: at.optionalText('Label', 2_048),
    returnsData: at.flag('ReturnData', true),
    of: stat === undefined ? readExpression(at) : { kind: 'metric', ...readStat(stat, leastPeriod) },
  };
}

function readStat(at: MemberReader, leastPeriod: number): MetricStat {
  return {
    metric: readMetric(at.object('Metric')),
    stat: readStatistic(at, 'Stat'),
    periodSeconds: readPeriod(at, leastPeriod),
    unit: readUnit(at),
  };
}

function readExpression(at: MemberReader): Extract<MetricQuery['of'], { kind: 'expression' }> {
  const text = at.text('Expression', 2_048);
  if (/^\s*SELECT\b/i.test(text))
    throw new NotSupported(
      at.at('Expression'),
      'is a Metrics Insights query, which the gateway does not support',
    );
  try {
    return { kind: 'expression', text, expression: parseExpression(text) };
  } catch (error) {
    if (error instanceof ExpressionError) at.refuse('Expression', `"${text}" ${error.message}`);
    throw error;
  }
}
