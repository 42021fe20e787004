import { describeProperties, FUNCTION, NAMED_BEFORE, ref, TOPIC } from '../check-properties.ts';
import type { PropertyRow } from '../check-properties.ts';

const ACTIONS = {
  AlarmActions: [ref('Topic')],
  OKActions: [ref('Topic')],
  InsufficientDataActions: [FUNCTION],
};
const COMMON_ALARM = { AlarmName: 'a', AlarmDescription: 'd', ActionsEnabled: true, ...ACTIONS };
const COMPARED = {
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'breaching',
};
const NAMED = { AlarmName: NAMED_BEFORE };
const METRIC = { MetricName: 'm', Namespace: 'n', Dimensions: [{ Name: 'a', Value: 'b' }] };
const ALARMS: readonly PropertyRow[] = [
  {
    type: 'AWS::CloudWatch::Alarm',
    properties: {
      ...COMMON_ALARM,
      ...COMPARED,
      ...METRIC,
      Statistic: 'Sum',
      Period: 60,
      Unit: 'Count',
    },
    unread: NAMED,
    others: { Topic: TOPIC },
    // CloudWatch API reference, PutMetricAlarm; three periods of a minute are the default here
    bounds: { DatapointsToAlarm: [1, 3], EvaluationPeriods: [2, 1_440] },
  },
  {
    type: 'AWS::CloudWatch::Alarm',
    properties: {
      ...COMMON_ALARM,
      ...COMPARED,
      ...METRIC,
      ExtendedStatistic: 'p90',
      Period: 3_600,
      EvaluateLowSampleCountPercentile: 'ignore',
    },
    unread: NAMED,
    others: { Topic: TOPIC },
    bounds: { EvaluationPeriods: [2, 168] },
  },
  {
    type: 'AWS::CloudWatch::Alarm',
    properties: {
      ...COMMON_ALARM,
      ...COMPARED,
      Metrics: [
        {
          Id: 'm1',
          Label: 'l',
          ReturnData: false,
          MetricStat: { Metric: METRIC, Stat: 'Sum', Period: 60, Unit: 'Count' },
        },
        { Id: 'e1', Expression: 'm1 * 2', ReturnData: true },
      ],
    },
    unread: NAMED,
    others: { Topic: TOPIC },
  },
  {
    type: 'AWS::CloudWatch::CompositeAlarm',
    properties: { ...COMMON_ALARM, AlarmRule: 'TRUE' },
    unread: NAMED,
    others: { Topic: TOPIC },
  },
];

describeProperties('alarms', ALARMS);
