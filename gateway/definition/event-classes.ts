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
       FilterCriteria ScalingConfig.MaximumConcurrency BisectBatchOnFunctionError MaximumRetryAttempts
       MaximumRecordAgeInSeconds ParallelizationFactor DestinationConfig.OnFailure TumblingWindowInSeconds
       StartingPosition`,
    ),
    // A stream begins with the start that follows it.
    noEffect: words('Tags KmsKeyArn MetricsConfig StartingPositionTimestamp'),
    unsupported: { ProvisionedPollerConfig: 'as many batches run at a time as without it' },
  },
  'AWS::Events::Rule': {
    enforced: words('Name EventBusName EventPattern ScheduleExpression State Targets'),
    noEffect: words('Description RoleArn Tags'),
  },
  'AWS::Events::EventBus': {
    enforced: words('Name'),
    noEffect: words('Description Tags KmsKeyIdentifier Policy LogConfig'),
    unsupported: {
      EventSourceName: 'no partner sends events to it',
      DeadLetterConfig: 'only rules have dead-letter queues here',
    },
  },
  'AWS::Scheduler::Schedule': {
    enforced: words(
      `Name GroupName ScheduleExpression ScheduleExpressionTimezone StartDate EndDate State Target.Arn Target.Input
       Target.RetryPolicy Target.DeadLetterConfig Target.SqsParameters Target.EventBridgeParameters`,
    ),
    // It runs at the beginning of its window.
    noEffect: words('Description FlexibleTimeWindow KmsKeyArn Target.RoleArn'),
    unsupported: {
      'Target.KinesisParameters': 'records have a partition key of the gateway',
      'Target.EcsParameters': 'no task is run',
      'Target.SageMakerPipelineParameters': 'no pipeline is run',
    },
  },
  // Objects are those that calls put while the gateway runs, and those of the file of values.
  'AWS::S3::Bucket': {
    enforced: words(
      `BucketName NotificationConfiguration.LambdaConfigurations NotificationConfiguration.QueueConfigurations
       NotificationConfiguration.TopicConfigurations NotificationConfiguration.EventBridgeConfiguration`,
    ),
    noEffect: words(
      `AccessControl BucketEncryption Tags OwnershipControls PublicAccessBlockConfiguration LoggingConfiguration
       AccelerateConfiguration AnalyticsConfigurations MetricsConfigurations InventoryConfigurations
       IntelligentTieringConfigurations CorsConfiguration AbacStatus MetadataConfiguration
       MetadataTableConfiguration`,
    ),
    unsupported: {
      LifecycleConfiguration: 'objects stay as long as the gateway runs',
      WebsiteConfiguration: 'it answers no browser',
      VersioningConfiguration: 'an object has one version, the last',
      ReplicationConfiguration: 'objects are not copied',
      ObjectLockConfiguration: 'every object may be deleted',
      ObjectLockEnabled: 'every object may be deleted',
    },
  },
  'AWS::SNS::Topic': {
    enforced: words('TopicName FifoTopic Subscription ContentBasedDeduplication'),
    noEffect: words(
      `DisplayName Tags KmsMasterKeyId SignatureVersion TracingConfig DataProtectionPolicy DeliveryStatusLogging
       FifoThroughputScope`,
    ),
    unsupported: {
      ArchivePolicy: 'messages are not archived',
    },
  },
  'AWS::SNS::Subscription': {
    enforced: words(
      'TopicArn Protocol Endpoint FilterPolicy FilterPolicyScope RawMessageDelivery RedrivePolicy',
    ),
    noEffect: words('Region SubscriptionRoleArn DeliveryPolicy'),
    unsupported: { ReplayPolicy: 'messages are not archived' },
  },
};

/** Policies of queues and topics: who may send is asked of the caller's own role here. */
export const EVENT_TYPES_WITHOUT_EFFECT = words(
  `AWS::SQS::QueuePolicy AWS::SQS::QueueInlinePolicy AWS::SNS::TopicPolicy AWS::SNS::TopicInlinePolicy
   AWS::Events::EventBusPolicy AWS::Scheduler::ScheduleGroup AWS::S3::BucketPolicy`,
);
