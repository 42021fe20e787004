/** Finds what makes S3 refuse the notifications or the lifecycle of a bucket. */
import { parseArn } from '@gatewright/aws/arn';
import { asOneOrMore, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { isPolicedType, policiesOfTarget } from '../stack/policies-of-target.ts';
import type { BrokenRelation } from './relation.ts';

/** The lists in a notification configuration, each with the member that names its destination. */
const LISTS = {
  LambdaConfigurations: 'Function',
  QueueConfigurations: 'Queue',
  TopicConfigurations: 'Topic',
} as const;

type Notification = {
  /** The path of the notification below the properties of the bucket. */
  readonly property: string;
  readonly event: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly destination: string;
  /** The member that names the destination. */
  readonly member: string;
};

function notificationsOf({ properties }: ResolvedResource): readonly Notification[] {
  const configuration = mapOf(properties, 'NotificationConfiguration');
  return Object.entries(LISTS).flatMap(([list, target]) =>
    asOneOrMore(configuration[list])
      .filter(isJsonObject)
      .map((one, index) => ({
        property: `NotificationConfiguration.${list}.${index}`,
        event: textOf(one, 'Event'),
        prefix: ruleOf(one, 'prefix'),
        suffix: ruleOf(one, 'suffix'),
        destination: textOf(one, target),
        member: target,
      })),
  );
}

function ruleOf(notification: JsonObject, name: string): string {
  const rules = asOneOrMore(mapOf(mapOf(notification, 'Filter'), 'S3Key')['Rules']);
  const found = rules.map(membersOf).find((rule) => textOf(rule, 'Name').toLowerCase() === name);
  return found === undefined ? '' : textOf(found, 'Value');
}

/**
 * Refuses two notifications for one event whose prefixes overlap and whose suffixes overlap.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 * @see https://github.com/aws-solutions/aws-waf-security-automations/issues/49
 */
export function judgeOverlap(bucket: ResolvedResource): BrokenRelation | undefined {
  if (bucket.unresolved?.includes('NotificationConfiguration') === true) return undefined;
  const all = notificationsOf(bucket);
  for (const [index, one] of all.entries()) {
    const earlier = all.slice(0, index).find((other) => isAmbiguous(one, other));
    if (earlier !== undefined) {
      const { line } = bucket.place(earlier.property);
      const other =
        line === undefined || line === bucket.place(one.property).line
          ? earlier.property.split('.').slice(1).join('.')
          : `the notification in line ${line}`;
      return {
        resource: bucket,
        property: one.property,
        message:
          'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
        remedy: `give this notification and ${other} different events, prefixes that do not begin with each other, or suffixes that do not end with each other; or keep only one of the two, and let its destination forward the events to the other destination`,
      };
    }
  }
  return undefined;
}

function isAmbiguous(one: Notification, other: Notification): boolean {
  return (
    isSameEvent(one.event, other.event) &&
    (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)) &&
    (one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix))
  );
}

/** Returns whether two events overlap, as `s3:ObjectCreated:*` and `s3:ObjectCreated:Put` do. */
function isSameEvent(one: string, other: string): boolean {
  const includes = (wide: string, narrow: string): boolean =>
    wide === narrow || (wide.endsWith(':*') && narrow.startsWith(wide.slice(0, -1)));
  return one !== '' && (includes(one, other) || includes(other, one));
}

/**
 * Refuses a FIFO queue or topic. It also refuses a queue or topic of the stack that has no policy at all, because only
 * its owner may then use it (serverless/serverless#12361). The content of a policy is not checked, and neither is the
 * policy of a destination in another stack.
 */
export function judgeDestinations(
  bucket: ResolvedResource,
  all: readonly ResolvedResource[],
  { source }: ResolvedStack,
): BrokenRelation | undefined {
  // FIFO queues and topics are not supported (S3 user guide, "Event notification types and destinations").
  const fifo = notificationsOf(bucket).find(({ destination }) => /\.fifo$/.test(destination));
  if (fifo !== undefined)
    return {
      resource: bucket,
      property: `${fifo.property}.${fifo.member}`,
      message:
        'Unable to validate the following destination configurations (S3 sends no notifications to FIFO queues and topics)',
      remedy: 'use a standard queue or topic (FifoQueue and FifoTopic unset, name without .fifo)',
    };
  // A stack that was not written in CloudFormation may define the policy in the queue or topic itself.
  if (source?.writtenAs !== undefined) return undefined;
  const closed = notificationsOf(bucket).find(({ destination, member }) => {
    const target = all.find(
      (one) => isPolicedType(one.type) && one.type.endsWith(`::${member}`) && isDestination(one, destination),
    );
    return target !== undefined && policiesOfTarget(target, all).length === 0;
  });
  return closed === undefined
    ? undefined
    : {
        resource: bucket,
        property: closed.property,
        message: 'Unable to validate the following destination configurations',
        remedy: `add an AWS::${closed.member === 'Queue' ? 'SQS::QueuePolicy' : 'SNS::TopicPolicy'} that allows s3.amazonaws.com ${closed.member === 'Queue' ? 'sqs:SendMessage' : 'sns:Publish'}, and list it in DependsOn of the bucket`,
      };
}

function isDestination({ type, physicalId }: ResolvedResource, arn: string): boolean {
  if (type === 'AWS::SNS::Topic') return physicalId === arn;
  const { service, resource = '' } = parseArn(arn) ?? {};
  return service === 'sqs' && resource !== '' && physicalId.endsWith(`/${resource}`);
}

/**
 * Refuses a lifecycle rule under which objects expire before they change their storage class, or on the same day.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export function judgeExpiration(bucket: ResolvedResource): BrokenRelation | undefined {
  const rules = asOneOrMore(mapOf(bucket.properties, 'LifecycleConfiguration')['Rules'] ?? []);
  for (const [index, one] of rules.entries()) {
    const rule = membersOf(one);
    const transitions = [...asOneOrMore(rule['Transitions'] ?? []), ...asOneOrMore(rule['Transition'] ?? [])];
    const latest = Math.max(
      0,
      ...transitions.map((each) => Number(membersOf(each)['TransitionInDays'] ?? 0)),
    );
    if (Number(rule['ExpirationInDays']) <= latest)
      return {
        resource: bucket,
        property: `LifecycleConfiguration.Rules.${index}.ExpirationInDays`,
        message: `'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action`,
        remedy: `set ExpirationInDays to at least ${latest + 1}`,
      };
  }
  return undefined;
}
