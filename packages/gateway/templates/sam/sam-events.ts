/**
 * Expands the `Events` of a function that are not API events to the resources that SAM creates. Because of these
 * resources, a queue, a stream, a topic, a log group, a rule, a schedule, a bucket or a user pool can invoke the
 * function (SAM developer guide, "EventSource" and "AWS CloudFormation resources generated when
 * AWS::Serverless::Function is specified").
 */
import { isDeepStrictEqual } from 'node:util';
import { asText, isJsonObject, membersOf, isJsonList } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { namesIn } from '../../core/deployability/names-in.ts';
import { findEventSource, settingsOf } from '../../core/stack/event-sources.ts';
import type { CallingSource, MappedSource } from '../../core/stack/event-sources.ts';
import { expandRule, expandSchedule, expandSchedulerSchedule } from './sam-event-rules.ts';
import { allowQueue, allowSource, required, type SamEvent, requiredRef } from './sam-event.ts';
import { pick, present } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';

/** Handles a `Cognito` event, which is a trigger of a user pool (SAM developer guide, "Cognito" of functions). */
function notePool(expansion: SamExpansion, event: SamEvent): void {
  const { ownerId, eventName, arn, name } = event;
  const poolId = requiredRef(expansion, event, 'UserPool', 'user pool');
  const trigger = required(expansion, event, 'Trigger');
  // As in SAM, there is one permission per function. This permission allows only the last user pool of the function to
  // invoke the function.
  const id = `${asText(membersOf(name)['Ref']) ?? ownerId}Cognito`;
  if (expansion.origins.get(`${id}Permission`) === ownerId) expansion.resources.delete(`${id}Permission`);
  allowSource(expansion, { ...event, id }, 'cognito-idp.amazonaws.com', {
    SourceArn: { 'Fn::GetAtt': [poolId, 'Arn'] },
  });
  expansion.changes.push({
    ownerId,
    eventName,
    resourceId: poolId,
    type: 'AWS::Cognito::UserPool',
    change: (pool) => {
      const config = pool['LambdaConfig'] ?? {};
      if (!isJsonObject(config))
        return expansion.fail(poolId, `LambdaConfig must be a mapping, not ${JSON.stringify(config)}`);
      const names = (isJsonList(trigger) ? trigger : [trigger]).filter((name) => typeof name === 'string');
      if (names.length === 0 || (isJsonList(trigger) && names.length < trigger.length))
        return expansion.fail(
          ownerId,
          `event ${eventName}: Trigger must be the name of a trigger, or a list of names, not ${JSON.stringify(trigger)}`,
        );
      const known = names.find((name, index) => Object.hasOwn(config, name) || names.indexOf(name) < index);
      if (known !== undefined) {
        const [owner] = namesIn(config[known]);
        const other = owner === undefined || owner === ownerId ? '' : ` (${owner} already has it.)`;
        return expansion.fail(
          ownerId,
          `event ${eventName}: Cognito trigger "${known}" defined multiple times.${other}`,
        );
      }
      const added = Object.fromEntries(names.map((name) => [name, arn]));
      return { ...pool, LambdaConfig: { ...config, ...added } };
    },
  });
}

/** Handles an `S3` event, which is a notification from a bucket to a function. */
function noteBucket(expansion: SamExpansion, event: SamEvent): void {
  const { ownerId, eventName, properties } = event;
  const bucketId = requiredRef(expansion, event, 'Bucket', 'bucket');
  const events = required(expansion, event, 'Events');
  const configurations = (isJsonList(events) ? events : [events]).map((each) => ({
    Event: each,
    Function: event.arn,
    ...pick(properties, ['Filter']),
  }));
  allowSource(expansion, event, 's3.amazonaws.com', { SourceAccount: { Ref: 'AWS::AccountId' } });
  expansion.changes.push({
    ownerId,
    eventName,
    resourceId: bucketId,
    type: 'AWS::S3::Bucket',
    change: (bucket) => {
      const config = bucket['NotificationConfiguration'] ?? {};
      const listed = isJsonObject(config) ? (config['LambdaConfigurations'] ?? []) : undefined;
      if (!isJsonObject(config) || !isJsonList(listed))
        return expansion.fail(bucketId, 'LambdaConfigurations must be a list');
      const condition = expansion.conditionOf(ownerId);
      const added = configurations.map((each): Json =>
        condition === undefined ? each : { 'Fn::If': [condition, each, { Ref: 'AWS::NoValue' }] },
      );
      // SAM writes a notification once, even if several events of the function ask for it.
      const LambdaConfigurations = [...listed, ...added].filter(
        (one, index, all) => all.findIndex((other) => isDeepStrictEqual(one, other)) === index,
      );
      for (const one of added) {
        const index = LambdaConfigurations.findIndex((other) => isDeepStrictEqual(one, other));
        if (index >= listed.length) expansion.placeNotification(bucketId, index, event);
      }
      return { ...bucket, NotificationConfiguration: { ...config, LambdaConfigurations } };
    },
  });
}

const TYPE = 'AWS::Serverless::Function';

/** Properties of an `SNS` event that belong to the subscription. The event's other properties define its target. */
const OF_SUBSCRIPTION = ['FilterPolicy', 'FilterPolicyScope', 'Region', 'RedrivePolicy'];

const EXPAND: Readonly<Record<CallingSource, (expansion: SamExpansion, event: SamEvent) => void>> = {
  SNS: expandTopic,
  S3: noteBucket,
  Cognito: notePool,
  CloudWatchLogs: expandLogs,
  CloudWatchEvent: expandRule,
  EventBridgeRule: expandRule,
  Schedule: expandSchedule,
  ScheduleV2: expandSchedulerSchedule,
};

/** Creates the resources of an event source, or reports that the gateway does not support the event source. */
export function expandSource(expansion: SamExpansion, type: string, event: SamEvent): void {
  const { ownerId, eventName, properties } = event;
  const { mapping, properties: known = [] } = findEventSource(type) ?? {};
  if (mapping === undefined && !isCalling(type)) {
    const consequence = `${type} events are not supported; the function will not be invoked.`;
    expansion.report(ownerId, TYPE, `Events.${eventName}`, consequence);
    return;
  }
  const applied = mapping === undefined ? known : [...settingsOf(mapping), mapping.arnProperty];
  for (const name of Object.keys(properties))
    if (!applied.includes(name))
      expansion.report(ownerId, TYPE, `Events.${eventName}.${name}`, 'this property is not applied');
  if (mapping !== undefined) expandMapping(expansion, event, mapping);
  else if (isCalling(type)) EXPAND[type](expansion, event);
}

function isCalling(type: string): type is CallingSource {
  return Object.hasOwn(EXPAND, type);
}

function expandMapping(expansion: SamExpansion, event: SamEvent, mapping: MappedSource): void {
  makeMapping(expansion, event, event.id, {
    ...pick(event.properties, settingsOf(mapping)),
    EventSourceArn: required(expansion, event, mapping.arnProperty),
    ...(mapping.kind === 'stream' && {
      StartingPosition: required(expansion, event, 'StartingPosition'),
      ...present({ DestinationConfig: withoutType(event.properties['DestinationConfig']) }),
    }),
  });
}

function makeMapping(expansion: SamExpansion, event: SamEvent, id: string, properties: JsonObject): void {
  const type = 'AWS::Lambda::EventSourceMapping';
  expansion.make(event.ownerId, id, type, { FunctionName: event.name, ...properties });
}

/**
 * Returns the destination for failures without the member `Type`, which only SAM uses: SAM derives the role's
 * permissions from it. Any other value is returned unchanged.
 */
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
    principal: '*',
    sourceArn: TopicArn,
    mayBeShared,
  });
  subscribe('sqs', QueueArn);
  // SAM also enables a mapping that the template disables.
  const { BatchSize = 10 } = given;
  makeMapping(expansion, event, `${id}EventSourceMapping`, {
    EventSourceArn: QueueArn,
    BatchSize,
    Enabled: true,
  });
}

function makeQueue(expansion: SamExpansion, { ownerId, id, properties }: SamEvent): JsonObject {
  const queueId = `${id}Queue`;
  const { Ref: topicId } = membersOf(properties['Topic']);
  // Only a FIFO queue can subscribe to a FIFO topic.
  const FifoQueue = typeof topicId === 'string' ? expansion.propertiesOf(topicId)['FifoTopic'] : undefined;
  expansion.make(ownerId, queueId, 'AWS::SQS::Queue', present({ FifoQueue }));
  return { QueueArn: { 'Fn::GetAtt': [queueId, 'Arn'] }, QueueUrl: { Ref: queueId } };
}

function expandLogs(expansion: SamExpansion, event: SamEvent): void {
  const LogGroupName = required(expansion, event, 'LogGroupName');
  const FilterPattern = required(expansion, event, 'FilterPattern');
  const group = 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*';
  allowSource(expansion, event, 'logs.amazonaws.com', {
    SourceArn: { 'Fn::Sub': [group, { Group: LogGroupName }] },
  });
  expansion.make(event.ownerId, event.id, 'AWS::Logs::SubscriptionFilter', {
    LogGroupName,
    FilterPattern,
    DestinationArn: event.arn,
  });
}
