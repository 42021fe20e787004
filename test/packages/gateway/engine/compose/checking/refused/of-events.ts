import { CFN, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

export const OF_EVENTS: readonly RefusedDefinition[] = [
  {
    ...one(
      'a bucket with an ACL although ACLs are disabled by default',
      `
  Broken:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: PublicRead # here`,
      's3-bucket-ownershipcontrols',
      'S3 user guide, "Controlling ownership of objects and disabling ACLs for your bucket"',
    ),
    says: /^OwnershipControls is required because AccessControl is "PublicRead"$/,
  },
  one(
    'a FIFO queue without .fifo',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      QueueName: orders # here`,
    'sqs-queue-queuename',
    `${CFN}, AWS::SQS::Queue`,
  ),
  one(
    'deduplication by content on a standard queue',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      ContentBasedDeduplication: true # here`,
    'sqs-queue-contentbaseddeduplication',
    'SQS API reference, CreateQueue',
  ),
  one(
    'a visibility timeout of 13 hours',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 46800 # here`,
    'sqs-queue-visibilitytimeout',
    `${CFN}, AWS::SQS::Queue`,
  ),
  one(
    'FifoQueue: false',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: false # here`,
    'sqs-queue-fifoqueue',
    'aws/aws-cdk#8550: "Unknown Attribute FifoQueue"',
  ),
  one(
    'a topic name with a slash',
    `
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: shop/orders # here`,
    'sns-topic-topicname',
    'SNS API reference, CreateTopic',
  ),
  one(
    'a filter policy with an unknown operator',
    `
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Queue.Arn
      FilterPolicy:
        kind: [{ begins-with: a }] # here
  Topic: { Type: AWS::SNS::Topic }
  Queue: { Type: AWS::SQS::Queue }`,
    'sns-subscription-filterpolicy',
    'SNS developer guide, "Subscription filter policies"',
  ),
  one(
    'an event pattern with a plain text',
    `
  Broken:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [a]
        $or:
          - detail: { a: [1] }
          - detail: { b: plain } # here
      Targets: [{ Id: a, Arn: !GetAtt Queue.Arn }]
  Queue: { Type: AWS::SQS::Queue }`,
    'events-rule-eventpattern',
    'aws/event-ruler, "Event pattern is not valid"',
  ),
  one(
    'rate(5 minute)',
    `
  Broken:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minute) # here
      Targets: [{ Id: a, Arn: !GetAtt Queue.Arn }]
  Queue: { Type: AWS::SQS::Queue }`,
    'events-rule-scheduleexpression',
    'buildkite/buildkite-agent-scaler#100',
  ),
  one(
    'a schedule without a flexible time window',
    `
  Broken: # here
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Target: { Arn: !GetAtt Queue.Arn, RoleArn: 'arn:aws:iam::123456789012:role/any' }
  Queue: { Type: AWS::SQS::Queue }`,
    'scheduler-schedule-flexibletimewindow',
    `${CFN}, AWS::Scheduler::Schedule`,
  ),
];
