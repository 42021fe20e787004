/** The messages that an alarm sends to topics and functions when its state changes. */
import { parseArn } from '@gatewright/aws/arn';
import { printTime } from './state-reason.ts';
import type { MetricQuery } from '../math/run-queries.ts';
import type { Dimensions } from '../metrics/metric.ts';
import type { Alarm, AlarmState, MetricAlarm } from './alarm.ts';

export type Change = {
  readonly alarm: Alarm;
  readonly accountId: string;
  readonly configuredMs: number;
  readonly before: AlarmState;
  readonly after: AlarmState;
};

/** The services whose resources can be actions of an alarm in the gateway. */
export const ACTION_SERVICES: readonly string[] = ['sns', 'lambda'];

/** Returns the "Subject" of a message, at most 100 characters. */
export function subjectOf({ alarm, after }: Change): string {
  const subject = `${after.value}: "${alarm.name}" in ${regionName(alarm)}`;
  return subject.length <= 100 ? subject : `${subject.slice(0, 97)}...`;
}

/** Returns the JSON text that AWS publishes to a topic. */
export function printMessage({ alarm, accountId, configuredMs, before, after }: Change): string {
  return JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: accountId,
    AlarmConfigurationUpdatedTimestamp: printTime(configuredMs),
    NewStateValue: after.value,
    NewStateReason: after.reason,
    StateChangeTime: printTime(after.updatedMs),
    Region: regionName(alarm),
    AlarmArn: alarm.arn,
    OldStateValue: before.value,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    ...(alarm.kind === 'metric'
      ? { Trigger: triggerOf(alarm) }
      : { AlarmRule: alarm.ruleText, TriggeringChildren: childrenOf(after) }),
  });
}

function childrenOf({ causedBy = [] }: AlarmState): readonly object[] {
  return causedBy.map(({ arn, value, updatedMs }) => ({
    Arn: arn,
    State: { Value: value, Timestamp: printTime(updatedMs) },
  }));
}

const UPPER: Readonly<Record<string, string>> = { SampleCount: 'SAMPLE_COUNT' };

function triggerOf(alarm: MetricAlarm): object {
  const { queries, statistic, given } = alarm;
  const rule = {
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(given.datapointsToAlarm !== undefined && { DatapointsToAlarm: given.datapointsToAlarm }),
    ComparisonOperator: alarm.operator,
    Threshold: alarm.threshold,
    TreatMissingData: given.treatMissingData ?? '',
    EvaluateLowSampleCountPercentile: given.evaluateLowSampleCountPercentile ?? '',
  };
  const [first] = queries;
  if (statistic === undefined || first?.of.kind !== 'metric')
    return { ...rule, Metrics: queries.map(printQuery) };
  const { metric, unit } = first.of;
  const { name, isExtended } = statistic;
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    ...(isExtended
      ? { StatisticType: 'ExtendedStatistic', ExtendedStatistic: name }
      : { StatisticType: 'Statistic', Statistic: UPPER[name] ?? name.toUpperCase() }),
    Unit: unit ?? null,
    Dimensions: lowerDimensions(metric.dimensions),
    ...rule,
  };
}

function printQuery({ id, label, returnsData, of }: MetricQuery): object {
  const common = { Id: id, ...(label !== undefined && { Label: label }), ReturnData: returnsData };
  if (of.kind === 'expression') return { Expression: of.text, ...common };
  const { namespace, name, dimensions } = of.metric;
  const Metric = { Dimensions: lowerDimensions(dimensions), MetricName: name, Namespace: namespace };
  return { ...common, MetricStat: { Metric, Period: of.periodSeconds, Stat: of.stat } };
}

function lowerDimensions(dimensions: Dimensions): readonly object[] {
  return dimensions.map(([name, value]) => ({ value, name }));
}

/**
 * Formats the event that AWS sends to a function.
 * @see CloudWatch user guide, "Invoke a Lambda function from an alarm"
 */
export function printEvent({ alarm, accountId, before, after }: Change): string {
  return JSON.stringify({
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId,
    time: printTime(after.updatedMs),
    region: parseArn(alarm.arn)?.region,
    alarmData: {
      alarmName: alarm.name,
      state: eventState(after),
      previousState: eventState(before),
      configuration: {
        ...(alarm.description !== undefined && { description: alarm.description }),
        ...(alarm.kind === 'metric'
          ? { metrics: alarm.queries.map(eventQuery) }
          : { alarmRule: alarm.ruleText }),
      },
    },
  });
}

function eventState({ value, reason, reasonData, updatedMs }: AlarmState): object {
  return { value, reason, ...(reasonData !== undefined && { reasonData }), timestamp: printTime(updatedMs) };
}

function eventQuery({ id, label, returnsData, of }: MetricQuery): object {
  const common = { id, ...(label !== undefined && { label }), returnData: returnsData };
  if (of.kind === 'expression') return { ...common, expression: of.text };
  const { namespace, name, dimensions } = of.metric;
  const metric = { namespace, name, dimensions: Object.fromEntries(dimensions) };
  return { ...common, metricStat: { metric, period: of.periodSeconds, stat: of.stat } };
}

/** The region names as in the AWS console. Other regions are shown by their code. */
const REGIONS: Readonly<Record<string, string>> = {
  'af-south-1': 'Africa (Cape Town)',
  'ap-east-1': 'Asia Pacific (Hong Kong)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-northeast-2': 'Asia Pacific (Seoul)',
  'ap-northeast-3': 'Asia Pacific (Osaka)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ca-central-1': 'Canada (Central)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-north-1': 'EU (Stockholm)',
  'eu-south-1': 'EU (Milan)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-west-3': 'EU (Paris)',
  'me-south-1': 'Middle East (Bahrain)',
  'sa-east-1': 'South America (Sao Paulo)',
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
};

function regionName({ arn }: Alarm): string {
  const region = parseArn(arn)?.region ?? '';
  return REGIONS[region] ?? region;
}
