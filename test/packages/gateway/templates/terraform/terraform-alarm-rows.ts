/** Alarms of plans, and their properties. */
import { refs } from '../../../../support/a-terraform-plan.ts';
import type { Row } from './terraform-rows.ts';

export const ALARM_ROWS: readonly Row[] = [
  {
    name: 'an alarm has its dimensions as a list',
    resources: [
      { type: 'aws_sns_topic', name: 't', values: { name: 'rings' } },
      {
        type: 'aws_cloudwatch_metric_alarm',
        name: 'a',
        values: {
          alarm_name: 'failing',
          comparison_operator: 'GreaterThanThreshold',
          evaluation_periods: 1,
          datapoints_to_alarm: null,
          metric_name: 'Errors',
          namespace: 'AWS/Lambda',
          period: 60,
          statistic: 'Sum',
          extended_statistic: null,
          threshold: 0,
          treat_missing_data: 'missing',
          dimensions: { FunctionName: 'orders' },
          metric_query: [],
          ok_actions: null,
        },
        expressions: { alarm_actions: refs('aws_sns_topic.t.arn') },
        unknown: { alarm_actions: [true], evaluate_low_sample_count_percentiles: true },
      },
    ],
    of: 'aws_cloudwatch_metric_alarm.a',
    expected: {
      AlarmName: 'failing',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Threshold: 0,
      Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
    },
  },
  {
    name: 'an alarm has its queries as metrics',
    resources: [
      {
        type: 'aws_cloudwatch_metric_alarm',
        name: 'a',
        values: {
          alarm_name: 'share',
          comparison_operator: 'GreaterThanThreshold',
          evaluation_periods: 1,
          threshold: 10,
          metric_query: [
            { id: 'e', expression: '2 * m', label: 'twice', return_data: true, metric: [], period: null },
            {
              id: 'm',
              expression: '',
              label: null,
              return_data: null,
              period: null,
              metric: [
                {
                  metric_name: 'Errors',
                  namespace: 'Shop',
                  period: 60,
                  stat: 'Sum',
                  unit: '',
                  dimensions: { Stage: 'dev' },
                },
              ],
            },
          ],
        },
      },
    ],
    of: 'aws_cloudwatch_metric_alarm.a',
    expected: {
      Metrics: [
        { Id: 'e', Expression: '2 * m', Label: 'twice', ReturnData: true },
        {
          Id: 'm',
          // The provider's default.
          ReturnData: false,
          MetricStat: {
            Period: 60,
            Stat: 'Sum',
            Metric: {
              MetricName: 'Errors',
              Namespace: 'Shop',
              Dimensions: [{ Name: 'Stage', Value: 'dev' }],
            },
          },
        },
      ],
    },
  },
];
