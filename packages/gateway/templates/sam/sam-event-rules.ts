import { mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pick, present } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { assumedBy } from './sam-role.ts';
import { allowQueue, allowSource, required, type SamEvent } from './sam-event.ts';

const PRINCIPAL = 'events.amazonaws.com';
/** AWS::Events::Rule Target, Id: "Maximum: 64". SAM shortens the logical id of the rule. */
const MAX_TARGET_ID = 64;
const OF_TARGET = ['Input', 'InputPath', 'InputTransformer', 'RetryPolicy'];
const OF_SCHEDULE =
  'ScheduleExpressionTimezone Description StartDate EndDate GroupName KmsKeyArn State'.split(' ');

/** What a rule or a schedule starts. */
type SamTarget = {
  /** The end of the id that SAM gives the target. */
  readonly ending: string;
  readonly action: string;
  /** The end of the name that SAM gives the policy of a schedule. */
  readonly policyEnd: string;
  /** The role that a rule needs for the target; undefined for a function, which has a permission instead. */
  readonly roleArn?: Json;
};

const FUNCTION: SamTarget = {
  ending: 'LambdaTarget',
  action: 'lambda:InvokeFunction',
  policyEnd: 'LambdaPolicy',
};

export function expandSchedule(expansion: SamExpansion, event: SamEvent, target = FUNCTION): void {
  const { Name, Description } = event.properties;
  makeRule(expansion, event, target, {
    ScheduleExpression: required(expansion, event, 'Schedule'),
    ...present({ Name, Description }),
  });
}

export function expandRule(expansion: SamExpansion, event: SamEvent, target = FUNCTION): void {
  const { EventBusName, RuleName: Name } = event.properties;
  const EventPattern = required(expansion, event, 'Pattern');
  makeRule(expansion, event, target, { EventPattern, ...present({ EventBusName, Name }) });
}

function makeRule(
  expansion: SamExpansion,
  event: SamEvent,
  { ending, roleArn }: SamTarget,
  rule: JsonObject,
): void {
  const { ownerId, id, properties } = event;
  const SourceArn = { 'Fn::GetAtt': [id, 'Arn'] };
  const dead = deadLetterArn(expansion, event, SourceArn);
  const targetId = mapOf(properties, 'Target')['Id'];
  expansion.make(ownerId, id, 'AWS::Events::Rule', {
    ...rule,
    ...present({ State: stateOf(expansion, event) }),
    Targets: [
      {
        Id: targetId ?? `${id.slice(0, MAX_TARGET_ID - ending.length)}${ending}`,
        Arn: event.arn,
        ...present({ RoleArn: roleArn }),
        ...pick(properties, OF_TARGET),
        ...present({ DeadLetterConfig: dead && { Arn: dead } }),
      },
    ],
  });
  if (roleArn === undefined) allowSource(expansion, event, PRINCIPAL, { SourceArn });
}

function stateOf(expansion: SamExpansion, { ownerId, eventName, properties }: SamEvent): Json | undefined {
  const { State: state, Enabled: isEnabled } = properties;
  if (isEnabled === undefined) return state;
  if (state !== undefined)
    return expansion.fail(ownerId, `event ${eventName}: use State or Enabled, not both`);
  return isEnabled === false || isEnabled === 'false' ? 'DISABLED' : 'ENABLED';
}

/**
 * Returns the ARN of the queue for events that the function does not accept. For `Type: SQS`, it creates the queue.
 * @param sourceArn the ARN of the rule that may send to the queue. It is undefined for a schedule, which sends with its
 * role
 */
function deadLetterArn(
  expansion: SamExpansion,
  event: SamEvent,
  sourceArn: Json | undefined,
): Json | undefined {
  const { ownerId, eventName, id, properties } = event;
  const config = properties['DeadLetterConfig'];
  if (config === undefined) return undefined;
  const { Arn: arn, Type: type, QueueLogicalId: named } = membersOf(config);
  if ((arn === undefined) === (type === undefined))
    return expansion.fail(
      ownerId,
      `event ${eventName}: ${arn === undefined ? "No 'Arn' or 'Type' property provided for DeadLetterConfig." : "You can either define 'Arn' or 'Type' property of DeadLetterConfig."}`,
    );
  if (arn !== undefined) return arn;
  if (type !== 'SQS')
    return expansion.fail(
      ownerId,
      `event ${eventName}: the Type of DeadLetterConfig must be SQS, not ${JSON.stringify(type)}`,
    );
  const mayBeShared = typeof named === 'string';
  const queueId = mayBeShared ? named : `${id}Queue`;
  if (!mayBeShared || !expansion.resources.has(queueId))
    expansion.make(ownerId, queueId, 'AWS::SQS::Queue', {});
  const queueArn: Json = { 'Fn::GetAtt': [queueId, 'Arn'] };
  if (sourceArn !== undefined)
    allowQueue(expansion, event, `${id}QueuePolicy`, {
      queueArn,
      queueUrl: { Ref: queueId },
      principal: PRINCIPAL,
      sourceArn,
    });
  return queueArn;
}

export function expandSchedulerSchedule(expansion: SamExpansion, event: SamEvent, target = FUNCTION): void {
  const { ownerId, eventName, id, properties } = event;
  const ScheduleExpression = required(expansion, event, 'ScheduleExpression');
  const { OmitName: hasNoName, Name: name, FlexibleTimeWindow = { Mode: 'OFF' } } = properties;
  if (hasNoName === true && name !== undefined)
    return expansion.fail(ownerId, `event ${eventName}: use Name or OmitName, not both`);
  const dead = deadLetterArn(expansion, event, undefined);
  const roleId = `${id}Role`;
  if (properties['RoleArn'] === undefined)
    expansion.make(ownerId, roleId, 'AWS::IAM::Role', schedulerRole(event, dead, target));
  expansion.make(ownerId, id, 'AWS::Scheduler::Schedule', {
    ...pick(properties, OF_SCHEDULE),
    ScheduleExpression,
    FlexibleTimeWindow,
    ...(hasNoName === true ? {} : { Name: name ?? id }),
    Target: {
      Arn: event.arn,
      RoleArn: properties['RoleArn'] ?? { 'Fn::GetAtt': [roleId, 'Arn'] },
      ...pick(properties, ['Input', 'RetryPolicy']),
      ...present({ DeadLetterConfig: dead && { Arn: dead } }),
    },
  });
}

function schedulerRole(
  { id, arn, properties }: SamEvent,
  dead: Json | undefined,
  { action, policyEnd }: SamTarget,
): JsonObject {
  const policy = (PolicyName: string, Action: string, Resource: Json): JsonObject => ({
    PolicyName,
    PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] },
  });
  return {
    ...pick(properties, ['PermissionsBoundary']),
    AssumeRolePolicyDocument: assumedBy('scheduler.amazonaws.com'),
    Policies: [
      policy(`${id}${policyEnd}`, action, arn),
      ...(dead === undefined ? [] : [policy(`${id}SQSPolicy`, 'sqs:SendMessage', dead)]),
    ],
  };
}
