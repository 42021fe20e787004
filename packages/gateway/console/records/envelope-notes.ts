/**
 * Explains why a filter of an event source mapping finds nothing in the body of a message: a topic, a rule or a bucket
 * wraps what it sends to a queue, so the members that the filter names are one level deeper.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
 */
import { parseArn } from '@gatewright/aws/arn';
import { asList, isTrue, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { EVENT_MEMBERS } from './filter-notes.ts';
import { findByPhysicalId, findRule, placeOf } from './find-places.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';

type Filtered = Extract<StampedStep, { kind: 'filtered' }>;
type Delivered = Extract<StampedStep, { kind: 'delivered' }>;

type Envelope = {
  /** The members of the body of a message from this sender. */
  readonly members: readonly string[];
  note(of: {
    readonly names: string;
    readonly pattern: UnknownMembers;
    readonly where: string;
    readonly delivered: Delivered;
    readonly stacks: readonly ResolvedStack[];
  }): DeliveryNote | undefined;
};

/** The senders whose messages have an envelope, by the service in their ARN. */
const ENVELOPES: Readonly<Record<string, Envelope>> = {
  // See https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
  sns: {
    members: [
      'Type',
      'MessageId',
      'SequenceNumber',
      'TopicArn',
      'Subject',
      'Message',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
      'SigningCertUrl',
      'UnsubscribeURL',
      'UnsubscribeUrl',
      'MessageAttributes',
    ],
    note({ names, delivered, where, stacks }) {
      const own = findByPhysicalId(stacks, 'AWS::SNS::Subscription', delivered.rule ?? '');
      if (isTrue(own?.properties['RawMessageDelivery'])) return undefined;
      const name = own?.logicalId ?? 'the queue';
      const place = placeOf(own, 'RawMessageDelivery') ?? placeOf(own);
      return {
        because: `The topic wraps the message: the body in the queue is {"Type":"Notification",…,"Message":"…"}, in which the published message is a string, so ${where} does not find ${names}. RawMessageDelivery of the subscription is not true${place === undefined ? '' : ` (${place})`}.`,
        change: `Set RawMessageDelivery: true in the subscription ${name}${place === undefined ? '' : ` (${place})`}, and make the function read the message from the body. Or filter before the queue, with a FilterPolicy of the subscription.`,
      };
    },
  },
  events: {
    members: EVENT_MEMBERS,
    note({ names, pattern, delivered, where, stacks }) {
      const targets = asList(findRule(delivered.rule ?? '', stacks)?.properties['Targets']);
      // A target with Input, InputPath or InputTransformer does not get the event itself.
      if (targets.some((one) => Object.keys(membersOf(one)).some((key) => key.startsWith('Input'))))
        return undefined;
      return {
        because: `The rule sends the whole event to the queue, so ${names} is in body.detail, not in body.`,
        change: `Write ${JSON.stringify({ body: { detail: pattern } })} as ${where}, or set InputPath: $.detail in the target of the rule.`,
      };
    },
  },
  // See https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
  s3: {
    members: ['Records', 'Service', 'Event', 'Time', 'Bucket', 'RequestId', 'HostId'],
    note({ names }) {
      return {
        because: `The body of a message from a bucket is {"Records":[…]}, so it has no ${names}, and a filter cannot look into the items of a list of objects.`,
        change:
          'Filter in NotificationConfiguration of the bucket, with Events and Filter (a prefix or suffix of the key).',
      };
    },
  },
};

export function noteFilteredEnvelope(
  step: Filtered,
  all: readonly StampedStep[],
  stacks: readonly ResolvedStack[],
): readonly DeliveryNote[] {
  if (step.by !== 'FilterCriteria' || parseArn(step.from)?.service !== 'sqs') return [];
  const delivered = all.find((one): one is Delivered => one.kind === 'delivered' && one.to === step.from);
  const envelope = ENVELOPES[parseArn(delivered?.from ?? '')?.service ?? ''];
  const mapping = findByPhysicalId(stacks, 'AWS::Lambda::EventSourceMapping', step.rule);
  if (delivered === undefined || envelope === undefined || mapping === undefined) return [];
  return asList(membersOf(mapping.properties['FilterCriteria'])['Filters']).flatMap((filter, index) => {
    const given = membersOf(filter)['Pattern'];
    const pattern = membersOf(membersOf(typeof given === 'string' ? parseJson(given) : given)['body']);
    const names = Object.keys(pattern).filter((name) => !name.startsWith('$'));
    if (names.length === 0 || names.some((name) => envelope.members.includes(name))) return [];
    const place = placeOf(mapping, `FilterCriteria.Filters.${index}.Pattern`);
    const where = place === undefined ? 'the Pattern' : `the Pattern (${place})`;
    const note = envelope.note({ names: names.join(', '), pattern, where, delivered, stacks });
    return note === undefined ? [] : [note];
  });
}
