/** What this version does with the types that make events and take them. */
import { words } from './words.ts';

export const EVENT_TYPES = {
  'AWS::SQS::Queue': {
    enforced: words(
      `QueueName FifoQueue VisibilityTimeout DelaySeconds MessageRetentionPeriod MaximumMessageSize
       ReceiveMessageWaitTimeSeconds ContentBasedDeduplication DeduplicationScope RedrivePolicy`,
    ),
    noEffect: words(
      `Tags KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled FifoThroughputLimit
       RedriveAllowPolicy`,
    ),
  },
  'AWS::Lambda::EventInvokeConfig': {
    enforced: words(
      `FunctionName Qualifier MaximumEventAgeInSeconds MaximumRetryAttempts
       DestinationConfig.OnSuccess DestinationConfig.OnFailure`,
    ),
  },
  'AWS::Lambda::EventSourceMapping': {
    enforced: words(
      `EventSourceArn FunctionName Enabled BatchSize MaximumBatchingWindowInSeconds FunctionResponseTypes
       FilterCriteria ScalingConfig.MaximumConcurrency`,
    ),
    noEffect: words('Tags KmsKeyArn MetricsConfig'),
    unsupported: { ProvisionedPollerConfig: 'as many batches run at a time as without it' },
  },
};

/** Policies of queues and topics: who may send is asked of the caller's own role here. */
export const EVENT_TYPES_WITHOUT_EFFECT = words('AWS::SQS::QueuePolicy AWS::SQS::QueueInlinePolicy');
