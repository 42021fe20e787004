import * as monitoring from '../../../../../packages/gateway/services/cloudwatch/service.ts';
import {
  times,
  ABSENT,
  describeProperties,
  FUNCTION,
  NAMED_BEFORE,
  ref,
  TOPIC,
} from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

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
    values: {
      Period: { takes: [10, 20, 30, 120], refuses: [0, 5, 15, 90, 604_860] },
      Unit: { takes: ['Bytes/Second', 'None'], refuses: ['count', 'Hours'] },
      Statistic: { takes: ['Average', 'Minimum', 'Maximum', 'SampleCount'], refuses: ['p90', 'sum', ABSENT] },
      ComparisonOperator: {
        takes: ['GreaterThanOrEqualToThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold'],
        refuses: ['EqualToThreshold', ABSENT],
      },
      TreatMissingData: { takes: ['notBreaching', 'ignore', 'missing'], refuses: ['Breaching', 'none'] },
      Threshold: { takes: [0, -1.5], refuses: ['a', ABSENT] },
      AlarmActions: { takes: [times(5, () => FUNCTION)], refuses: [times(6, () => FUNCTION)] },
      Namespace: { takes: ['a'.repeat(255)], refuses: ['a'.repeat(256), ABSENT] },
      MetricName: { takes: ['a'.repeat(255)], refuses: ['a'.repeat(256)] },
      Dimensions: {
        takes: [times(30, (n) => ({ Name: `d${n}`, Value: 'a' }))],
        refuses: [
          times(31, (n) => ({ Name: `d${n}`, Value: 'a' })),
          times(2, () => ({ Name: 'd', Value: 'a' })),
          [{ Name: ' ', Value: 'a' }],
          [{ Name: 'ä', Value: 'a' }],
          [{ Name: 'a' }],
        ],
      },
    },
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
    values: {
      'Metrics.0.Id': { takes: [], refuses: ['M1', '1m', 'm-1', 'e1'] },
      'Metrics.0.Expression': { takes: [], refuses: ['1'] },
      'Metrics.0.MetricStat.Period': { takes: [300], refuses: [90] },
      'Metrics.0.MetricStat.Stat': { takes: ['p99', 'tm90'], refuses: ['P', ''] },
      'Metrics.1.Expression': { takes: ['SUM(METRICS())'], refuses: ['m1 +', 'SELECT AVG(a)', ABSENT] },
      'Metrics.1.ReturnData': { takes: [], refuses: [false] },
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

describeProperties('alarms', { monitoring }, ALARMS);
