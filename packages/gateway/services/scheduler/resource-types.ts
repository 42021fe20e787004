import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

export const SCHEDULER_TYPES = {
  'AWS::Scheduler::Schedule': {
    enforced: words(
      `Name GroupName ScheduleExpression ScheduleExpressionTimezone StartDate EndDate State Target.Arn Target.RoleArn
       Target.Input Target.RetryPolicy Target.DeadLetterConfig Target.SqsParameters Target.EventBridgeParameters`,
    ),
    // `FlexibleTimeWindow` has no effect, because a schedule always runs at the beginning of its window.
    noEffect: words('Description FlexibleTimeWindow KmsKeyArn'),
    unsupported: {
      'Target.KinesisParameters': 'the gateway chooses the partition key of records',
      'Target.EcsParameters': 'no task runs',
      'Target.SageMakerPipelineParameters': 'no pipeline runs',
    },
  },
  'AWS::Scheduler::ScheduleGroup': { isWithoutEffect: true },
} satisfies ResourceTypeTable;
