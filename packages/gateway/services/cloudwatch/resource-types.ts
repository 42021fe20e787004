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
      EvaluationWindow: 'its evaluation window slides instead of being aligned to the clock',
      EvaluationCriteria: 'queries in PromQL are not evaluated',
      EvaluationInterval: 'queries in PromQL are not evaluated',
      WarmUpConfiguration: 'it is evaluated from the start',
    },
  },
  'AWS::CloudWatch::CompositeAlarm': {
    enforced: words(
      'AlarmName AlarmDescription ActionsEnabled AlarmActions OKActions InsufficientDataActions AlarmRule',
    ),
    noEffect: words('Tags ActionConfiguration'),
    unsupported: {
      ActionsSuppressor: 'its actions are not suppressed',
      ActionsSuppressorWaitPeriod: 'its actions are not suppressed',
      ActionsSuppressorExtensionPeriod: 'its actions are not suppressed',
    },
  },
  'AWS::CloudWatch::Dashboard': { isWithoutEffect: true },
} satisfies ResourceTypeTable;
