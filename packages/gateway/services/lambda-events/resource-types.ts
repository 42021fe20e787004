import { makeUuid } from '@gatewright/aws/physical-ids';
import { row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

export const LAMBDA_EVENTS_TYPES = {
  'AWS::Lambda::EventInvokeConfig': {
    enforced: words(
      `FunctionName Qualifier MaximumEventAgeInSeconds MaximumRetryAttempts
       DestinationConfig.OnSuccess DestinationConfig.OnFailure`,
    ),
  },
  'AWS::Lambda::EventSourceMapping': {
    enforced: words(
      `EventSourceArn FunctionName Enabled BatchSize MaximumBatchingWindowInSeconds FunctionResponseTypes
       FilterCriteria ScalingConfig.MaximumConcurrency BisectBatchOnFunctionError MaximumRetryAttempts
       MaximumRecordAgeInSeconds ParallelizationFactor DestinationConfig.OnFailure TumblingWindowInSeconds
       StartingPosition StartingPositionTimestamp`,
    ),
    noEffect: words('Tags KmsKeyArn MetricsConfig'),
    unsupported: {
      ProvisionedPollerConfig: 'the number of concurrent batches is not limited by this setting',
    },
    names: row(({ stackName, logicalId }) => makeUuid(stackName, logicalId), {
      Id: ({ stackName, logicalId }) => makeUuid(stackName, logicalId),
    }),
  },
} satisfies ResourceTypeTable;
