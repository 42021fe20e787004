import { isJsonObject, isTrue, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { compileFilterPolicy, type MessageTest } from '../../kernel/delivery/filter-policy.ts';
import { atPlace } from '../../kernel/delivery/value-match.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { Subscription, TopicDefinition } from './topics.ts';

export function readTopic(reader: ResourceReader): TopicDefinition {
  return {
    arn: reader.resource.physicalId,
    isFifo: reader.flag('FifoTopic', false),
    deduplicatesByContent: reader.flag('ContentBasedDeduplication', false),
  };
}

export function readOwnSubscriptions(reader: ResourceReader): readonly Subscription[] {
  const topicArn = reader.resource.physicalId;
  return reader.list('Subscription').flatMap((given, index) => {
    if (!isJsonObject(given)) return [];
    const arn = `${topicArn}:${index}`;
    return readOne(reader, given, { arn, topicArn, property: 'Subscription' });
  });
}

export function readSubscription(reader: ResourceReader): readonly Subscription[] {
  const topicArn = reader.text('TopicArn') ?? '';
  const { physicalId: arn, properties } = reader.resource;
  return readOne(reader, properties, { arn, topicArn, property: 'Protocol' });
}

function readOne(
  reader: ResourceReader,
  { Protocol, Endpoint, FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy }: UnknownMembers,
  { arn, topicArn, property }: { readonly arn: string; readonly topicArn: string; readonly property: string },
): readonly Subscription[] {
  if ((Protocol !== 'lambda' && Protocol !== 'sqs') || typeof Endpoint !== 'string') {
    reader.unsupported(property, `${String(Protocol)} sends nothing here`);
    return [];
  }
  const scope = FilterPolicyScope === 'MessageBody' ? 'MessageBody' : 'MessageAttributes';
  const redrive = typeof RedrivePolicy === 'string' ? parse(RedrivePolicy) : RedrivePolicy;
  const dead = membersOf(redrive)['deadLetterTargetArn'];
  const policy = typeof FilterPolicy === 'string' ? parse(FilterPolicy) : FilterPolicy;
  const test =
    policy === undefined
      ? undefined
      : reader.attempt<MessageTest>(
          'the subscription gets no message',
          () => atPlace(reader.resource.place('FilterPolicy'), () => compileFilterPolicy(policy, scope)),
          () => () => false,
        );
  return [
    {
      arn,
      topicArn,
      protocol: Protocol,
      endpoint: Endpoint,
      test,
      isRaw: isTrue(RawMessageDelivery),
      deadLetterArn: typeof dead === 'string' ? dead : undefined,
    },
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
