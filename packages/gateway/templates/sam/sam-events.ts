/**
 * `Events` of a function other than APIs, as the resources that SAM makes: what a queue, a stream, a topic, a
 * log group, a rule, a schedule or a bucket needs to start the function (SAM developer guide, "EventSource"
 * and "AWS CloudFormation resources generated when AWS::Serverless::Function is specified").
 */
import type { Json, JsonObject } from '../../core/stack/model.ts';
import { noteBucket } from './sam-event-buckets.ts';
import { expandRule, expandSchedule, expandSchedulerSchedule } from './sam-event-rules.ts';
import { allowQueue, allowSource, required, type SamEvent } from './sam-event.ts';
import { pick, present } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { isJsonObject, membersOf } from '../../core/stack/json-values.ts';

const TYPE = 'AWS::Serverless::Function';

type Source = {
  readonly known: readonly string[];
  readonly expand: (expansion: SamExpansion, event: SamEvent) => void;
};

const words = (text: string): readonly string[] => text.split(' ');

const OF_MAPPING = words(
  'BatchSize Enabled FilterCriteria KmsKeyArn MaximumBatchingWindowInSeconds FunctionResponseTypes MetricsConfig',
);
const OF_QUEUE = [...OF_MAPPING, 'ScalingConfig', 'ProvisionedPollerConfig'];
const OF_STREAM = [
  ...OF_MAPPING,
  ...words(
    'StartingPosition StartingPositionTimestamp MaximumRetryAttempts BisectBatchOnFunctionError MaximumRecordAgeInSeconds ParallelizationFactor TumblingWindowInSeconds',
  ),
];
const OF_SUBSCRIPTION = ['FilterPolicy', 'FilterPolicyScope', 'Region', 'RedrivePolicy'];
const OF_EVENT_RULE = words(
  'Pattern EventBusName RuleName State Enabled Input InputPath InputTransformer Target DeadLetterConfig RetryPolicy',
);

const SOURCES: Readonly<Record<string, Source>> = {
  SQS: { known: [...OF_QUEUE, 'Queue'], expand: expandQueue },
  DynamoDB: { known: [...OF_STREAM, 'Stream', 'DestinationConfig'], expand: expandStream },
  SNS: { known: [...OF_SUBSCRIPTION, 'Topic', 'SqsSubscription'], expand: expandTopic },
  S3: { known: ['Bucket', 'Events', 'Filter'], expand: noteBucket },
  CloudWatchLogs: { known: ['LogGroupName', 'FilterPattern'], expand: expandLogs },
  CloudWatchEvent: { known: OF_EVENT_RULE, expand: expandRule },
  EventBridgeRule: { known: OF_EVENT_RULE, expand: expandRule },
  Schedule: {
    known: words('Schedule Input Enabled State Name Description DeadLetterConfig RetryPolicy'),
    expand: expandSchedule,
  },
  ScheduleV2: {
    known: words(
      'ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow Name OmitName State Description StartDate EndDate GroupName KmsKeyArn Input RoleArn DeadLetterConfig RetryPolicy PermissionsBoundary',
    ),
    expand: expandSchedulerSchedule,
  },
};

/** Makes the resources of an event source, or reports that it is not served here. */
export function expandSource(expansion: SamExpansion, type: string, event: SamEvent): void {
  const source = Object.hasOwn(SOURCES, type) ? SOURCES[type] : undefined;
  const { ownerId, eventName, properties } = event;
  if (source === undefined) {
    expansion.report(ownerId, TYPE, `Events.${eventName}`, `a ${type} event starts no function here`);
    return;
  }
  for (const name of Object.keys(properties))
    if (!source.known.includes(name))
      expansion.report(ownerId, TYPE, `Events.${eventName}.${name}`, 'this property is not applied');
  source.expand(expansion, event);
}

function expandQueue(expansion: SamExpansion, event: SamEvent): void {
  makeMapping(expansion, event, event.id, {
    ...pick(event.properties, OF_QUEUE),
    EventSourceArn: required(expansion, event, 'Queue'),
  });
}

function expandStream(expansion: SamExpansion, event: SamEvent): void {
  makeMapping(expansion, event, event.id, {
    ...pick(event.properties, OF_STREAM),
    EventSourceArn: required(expansion, event, 'Stream'),
    StartingPosition: required(expansion, event, 'StartingPosition'),
    ...present({ DestinationConfig: withoutType(event.properties['DestinationConfig']) }),
  });
}

function makeMapping(expansion: SamExpansion, event: SamEvent, id: string, properties: JsonObject): void {
  const type = 'AWS::Lambda::EventSourceMapping';
  expansion.make(event.ownerId, id, type, { FunctionName: event.name, ...properties });
}

/** `Type` of a destination belongs to SAM, which derives the role's permissions from it. */
function withoutType(config: Json | undefined): Json | undefined {
  const failure = membersOf(config)['OnFailure'];
  if (!isJsonObject(failure)) return config;
  return { OnFailure: present({ Destination: failure['Destination'] }) };
}

function expandTopic(expansion: SamExpansion, event: SamEvent): void {
  const TopicArn = required(expansion, event, 'Topic');
  const { ownerId, id, properties } = event;
  const subscribe = (Protocol: string, Endpoint: Json): void => {
    const own = { ...pick(properties, OF_SUBSCRIPTION), TopicArn, Protocol, Endpoint };
    expansion.make(ownerId, id, 'AWS::SNS::Subscription', own);
  };
  const { SqsSubscription: queue = false } = properties;
  if (queue === false || queue === 'false') {
    allowSource(expansion, event, 'sns.amazonaws.com', { SourceArn: TopicArn });
    subscribe('lambda', event.arn);
    return;
  }
  const given = isJsonObject(queue) ? queue : makeQueue(expansion, event);
  const { QueueArn, QueueUrl, QueuePolicyLogicalId: policyId } = given;
  if (QueueArn === undefined || QueueUrl === undefined)
    return expansion.fail(ownerId, `event ${event.eventName}: SqsSubscription needs QueueArn and QueueUrl`);
  const mayBeShared = typeof policyId === 'string';
  allowQueue(expansion, event, mayBeShared ? policyId : `${id}QueuePolicy`, {
    queueUrl: QueueUrl,
    queueArn: QueueArn,
    principal: 'sns.amazonaws.com',
    sourceArn: TopicArn,
    mayBeShared,
  });
  subscribe('sqs', QueueArn);
  const { BatchSize = 10, Enabled = true } = given;
  makeMapping(expansion, event, `${id}EventSourceMapping`, { EventSourceArn: QueueArn, BatchSize, Enabled });
}

function makeQueue(expansion: SamExpansion, { ownerId, id }: SamEvent): JsonObject {
  const queueId = `${id}Queue`;
  expansion.make(ownerId, queueId, 'AWS::SQS::Queue', {});
  return { QueueArn: { 'Fn::GetAtt': [queueId, 'Arn'] }, QueueUrl: { Ref: queueId } };
}

function expandLogs(expansion: SamExpansion, event: SamEvent): void {
  const LogGroupName = required(expansion, event, 'LogGroupName');
  const FilterPattern = required(expansion, event, 'FilterPattern');
  const group = 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*';
  const principal = { 'Fn::Sub': 'logs.${AWS::Region}.amazonaws.com' };
  allowSource(expansion, event, principal, { SourceArn: { 'Fn::Sub': [group, { Group: LogGroupName }] } });
  expansion.make(event.ownerId, event.id, 'AWS::Logs::SubscriptionFilter', {
    LogGroupName,
    FilterPattern,
    DestinationArn: event.arn,
  });
}
