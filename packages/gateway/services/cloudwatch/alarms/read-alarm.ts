/** Reads alarms of templates, PutMetricAlarm and PutCompositeAlarm, which have the same members. */
import { SIMPLE_STATISTICS } from '../metrics/statistic.ts';
import { readMetric, readPeriod, readQueries, readStatistic, readUnit } from '../metrics/read-metric.ts';
import { InvalidMember } from '@gatewright/aws/member-reader';
import { WordedRefusal, NotSupported } from '../read-members.ts';
import { metricsBehind, unknownIds } from '../math/run-queries.ts';
import { OPERATORS } from './alarm.ts';
import { parseAlarmRule, RuleError } from './alarm-rule.ts';
import type { MetricQuery } from '../math/run-queries.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';
import type { CompositeAlarm, MetricAlarm } from './alarm.ts';

type Identity = Pick<MetricAlarm, 'name' | 'arn'>;

/** The maximum number of actions for each state ("up to five actions"). */
const MAX_ACTIONS = 5;
const LONGEST_RANGE_SECONDS = 604_800;
const LONGEST_RANGE_OF_SHORT_PERIODS = 86_400;
const OF_BANDS = [
  'LessThanLowerOrGreaterThanUpperThreshold',
  'LessThanLowerThreshold',
  'GreaterThanUpperThreshold',
] as const;
const TREATMENTS = ['breaching', 'notBreaching', 'ignore', 'missing'] as const;

/** Whether the alarm compares its metric with an anomaly detection band. */
export function isAnomalyAlarm(at: MemberReader): boolean {
  return (
    at.has('ThresholdMetricId') || OF_BANDS.some((operator) => operator === at.value('ComparisonOperator'))
  );
}

/**
 * Reads a metric alarm.
 * @throws InvalidMember if a member is invalid
 */
export function readMetricAlarm(at: MemberReader, identity: Identity): MetricAlarm {
  const operator = at.oneOf('ComparisonOperator', Object.keys(OPERATORS) as (keyof typeof OPERATORS)[]);
  const evaluationPeriods = at.integer('EvaluationPeriods', 1, LONGEST_RANGE_SECONDS);
  const datapointsToAlarm = readDatapoints(at, evaluationPeriods);
  const { queries, watched, statistic } = at.has('Metrics') ? readExpressions(at) : readOne(at);
  const stats = metricsBehind(queries, watched);
  const periods = new Set(stats.map(({ periodSeconds }) => periodSeconds));
  const [periodSeconds = 60] = periods;
  if (periods.size > 1) at.refuse('Metrics', `have different periods: ${[...periods].join(', ')} s`);
  const seconds = periodSeconds * evaluationPeriods;
  const maxSeconds = periodSeconds < 3_600 ? LONGEST_RANGE_OF_SHORT_PERIODS : LONGEST_RANGE_SECONDS;
  if (seconds > maxSeconds)
    at.refuse('EvaluationPeriods', `times the period is ${seconds} s; at most ${maxSeconds} s are allowed`);
  const treatMissingData = at.optionalOneOf('TreatMissingData', TREATMENTS);
  const lowSamples = at.optionalOneOf('EvaluateLowSampleCountPercentile', ['evaluate', 'ignore']);
  // "Alarms that evaluate metrics in the AWS/DynamoDB namespace default to ignore missing data."
  const defaultTreatment = stats.some(({ metric }) => metric.namespace === 'AWS/DynamoDB')
    ? 'ignore'
    : 'missing';
  return {
    kind: 'metric',
    ...identity,
    ...readCommon(at),
    queries,
    watched,
    statistic,
    periodSeconds,
    evaluationPeriods,
    datapointsToAlarm: datapointsToAlarm ?? evaluationPeriods,
    threshold: at.number('Threshold'),
    operator,
    treatMissingData: treatMissingData ?? defaultTreatment,
    keepsStateOnLowSamples: lowSamples === 'ignore',
    given: { datapointsToAlarm, treatMissingData, evaluateLowSampleCountPercentile: lowSamples },
  };
}

function readDatapoints(at: MemberReader, evaluationPeriods: number): number | undefined {
  const datapoints = at.optionalInteger('DatapointsToAlarm', 1, LONGEST_RANGE_SECONDS);
  if (datapoints !== undefined && datapoints > evaluationPeriods)
    throw new WordedRefusal(
      at.at('DatapointsToAlarm'),
      `must be at most EvaluationPeriods, which is ${evaluationPeriods}`,
      'DatapointsToAlarm must be less than or equal to EvaluationPeriods',
    );
  return datapoints;
}

type Watched = Pick<MetricAlarm, 'queries' | 'watched' | 'statistic'>;

const OF_ONE_METRIC = [
  'MetricName',
  'Namespace',
  'Dimensions',
  'Period',
  'Unit',
  'Statistic',
  'ExtendedStatistic',
];

function readOne(at: MemberReader): Watched {
  const isExtended = at.has('ExtendedStatistic');
  if (isExtended === at.has('Statistic'))
    at.refuse('Statistic', 'must be set, or ExtendedStatistic instead of it, but not both');
  const stat = isExtended ? readStatistic(at, 'ExtendedStatistic') : at.oneOf('Statistic', SIMPLE_STATISTICS);
  const query: MetricQuery = {
    id: 'm1',
    label: undefined,
    returnsData: true,
    of: {
      kind: 'metric',
      metric: readMetric(at),
      stat,
      periodSeconds: readPeriod(at, 10),
      unit: readUnit(at),
    },
  };
  return { queries: [query], watched: 'm1', statistic: { name: stat, isExtended } };
}

const MAX_QUERIES_OF_ALARM = 500;

function readExpressions(at: MemberReader): Watched {
  const other = OF_ONE_METRIC.find((name) => at.has(name));
  if (other !== undefined)
    throw new WordedRefusal(
      at.at(other),
      'cannot be combined with Metrics',
      `${other} should not be set if list of Metrics is set.`,
    );
  const queries = readMetrics(at);
  const returned = queries.filter(({ returnsData }) => returnsData);
  const [watched] = returned;
  if (watched === undefined || returned.length > 1)
    throw new WordedRefusal(
      at.at('Metrics'),
      `return data in ${returned.length} queries; exactly one must have ReturnData true`,
      'Exactly one element of the metrics list should return data.',
    );
  // An expression that reads no metric cannot use the period of a metric (aws/aws-cdk#7155).
  const hasPeriod = at.objects('Metrics', MAX_QUERIES_OF_ALARM).some((query) => query.has('Period'));
  if (metricsBehind(queries, watched.id).length === 0 && !hasPeriod)
    throw new WordedRefusal(
      at.at('Metrics'),
      'has an expression that reads no metric, so the expression needs a Period',
      'Period must not be null',
    );
  return { queries, watched: watched.id, statistic: undefined };
}

/**
 * CloudWatch's message does not say what is wrong in the list. If the gateway refuses a feature because it does not
 * support the feature, it returns its own message.
 */
function readMetrics(at: MemberReader): readonly MetricQuery[] {
  try {
    const queries = readQueries(at, 'Metrics', 10);
    const unknown = unknownIds(queries)[0];
    if (unknown !== undefined) at.refuse('Metrics', `refer to ${unknown}, which is not the id of a query`);
    return queries;
  } catch (error) {
    if (!(error instanceof InvalidMember) || error instanceof NotSupported) throw error;
    throw new WordedRefusal(error.path, error.message, 'Invalid metrics list');
  }
}

/**
 * Reads a composite alarm.
 * @throws InvalidMember if a member is invalid
 */
export function readCompositeAlarm(at: MemberReader, identity: Identity): CompositeAlarm {
  const ruleText = at.text('AlarmRule', 10_240);
  try {
    return { kind: 'composite', ...identity, ...readCommon(at), ruleText, rule: parseAlarmRule(ruleText) };
  } catch (error) {
    if (error instanceof RuleError) throw new WordedRefusal('AlarmRule', error.message, error.message);
    throw error;
  }
}

function readCommon(at: MemberReader): Pick<MetricAlarm, 'description' | 'actionsEnabled' | 'actions'> {
  return {
    description: at.optionalText('AlarmDescription'),
    actionsEnabled: at.flag('ActionsEnabled', true),
    actions: {
      ALARM: at.texts('AlarmActions', MAX_ACTIONS),
      OK: at.texts('OKActions', MAX_ACTIONS),
      INSUFFICIENT_DATA: at.texts('InsufficientDataActions', MAX_ACTIONS),
    },
  };
}
