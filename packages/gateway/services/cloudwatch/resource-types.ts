import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

/** `Ref` and `Fn::GetAtt` of these types are in packages/gateway/templates/cloudformation/service-names.ts. */
export const CLOUDWATCH_TYPES = {
  'AWS::CloudWatch::Alarm': {
    enforced: words(
      `AlarmName AlarmDescription ActionsEnabled AlarmActions OKActions InsufficientDataActions MetricName Namespace
       Dimensions Statistic ExtendedStatistic Period Unit Metrics EvaluationPeriods DatapointsToAlarm Threshold
       ComparisonOperator TreatMissingData EvaluateLowSampleCountPercentile ThresholdMetricId`,
    ),
    noEffect: words('Tags ActionConfiguration'),
    unsupported: {
      EvaluationWindow: 'the evaluation window of the alarm slides instead of being aligned to the clock',
      EvaluationCriteria: 'queries in PromQL are not evaluated',
      EvaluationInterval: 'queries in PromQL are not evaluated',
      WarmUpConfiguration: 'the alarm is evaluated from the start',
    },
  },
  'AWS::CloudWatch::CompositeAlarm': {
    enforced: words(
      'AlarmName AlarmDescription ActionsEnabled AlarmActions OKActions InsufficientDataActions AlarmRule',
    ),
    noEffect: words('Tags ActionConfiguration'),
    unsupported: {
      ActionsSuppressor: 'the actions of the alarm are not suppressed',
      ActionsSuppressorWaitPeriod: 'the actions of the alarm are not suppressed',
      ActionsSuppressorExtensionPeriod: 'the actions of the alarm are not suppressed',
    },
  },
  'AWS::CloudWatch::Dashboard': { isWithoutEffect: true },
} satisfies ResourceTypeTable;
