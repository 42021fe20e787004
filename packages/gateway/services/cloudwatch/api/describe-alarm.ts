/** Alarms as DescribeAlarms shows them. */
import { Double, Timestamp } from '@gatewright/aws/cbor';
import { describeDimensions } from './metric-calls.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Alarm, MetricAlarm } from '../alarms/alarm.ts';
import type { Entry } from '../alarms/alarm-board.ts';
import type { MetricQuery } from '../math/run-queries.ts';

export function describeAlarm(entry: Entry): UnknownMembers {
  const { alarm, configuredMs, actionsEnabled, state, transitionedMs } = entry;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Timestamp(configuredMs),
    ActionsEnabled: actionsEnabled,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Timestamp(state.updatedMs),
    StateTransitionedTimestamp: new Timestamp(transitionedMs),
    ...ownOf(alarm),
  };
}

function ownOf(alarm: Alarm): UnknownMembers {
  if (alarm.kind === 'composite') return { AlarmRule: alarm.ruleText };
  return {
    ...watchedOf(alarm),
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.given.datapointsToAlarm,
    Threshold: new Double(alarm.threshold),
    ComparisonOperator: alarm.operator,
    TreatMissingData: alarm.given.treatMissingData,
    EvaluateLowSampleCountPercentile: alarm.given.evaluateLowSampleCountPercentile,
  };
}

function watchedOf({ queries, statistic }: MetricAlarm): UnknownMembers {
  const [first] = queries;
  if (statistic === undefined || first?.of.kind !== 'metric') return { Metrics: queries.map(describeQuery) };
  const { metric, periodSeconds, unit } = first.of;
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    [statistic.isExtended ? 'ExtendedStatistic' : 'Statistic']: statistic.name,
    Dimensions: describeDimensions(metric.dimensions),
    Period: periodSeconds,
    Unit: unit,
  };
}

function describeQuery({ id, label, returnsData, of }: MetricQuery): UnknownMembers {
  const common = { Id: id, Label: label, ReturnData: returnsData };
  if (of.kind === 'expression') return { ...common, Expression: of.text };
  const { namespace, name, dimensions } = of.metric;
  const Metric = { Namespace: namespace, MetricName: name, Dimensions: describeDimensions(dimensions) };
  return { ...common, MetricStat: { Metric, Period: of.periodSeconds, Stat: of.stat, Unit: of.unit } };
}
