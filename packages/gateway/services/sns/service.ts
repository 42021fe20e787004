import { refuse } from '../../kernel/calls/aws-operation.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import type { Service, ServiceApi, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { answerTopics } from './sns.ts';
import { Topics } from './topics.ts';
import { isJsonObject, isTrue, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { compileFilterPolicy } from '../../kernel/delivery/filter-policy.ts';
import type { MessageTest } from '../../kernel/delivery/filter-policy.ts';
import { DefinitionError } from '../../core/errors.ts';
import { inProperty } from '../../kernel/delivery/pattern-error.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { Subscription, TopicDefinition } from './topics.ts';

class SnsService implements Service {
  readonly api: ServiceApi;
  readonly target: ServiceTarget;
  readonly #topics: Topics;

  constructor(ports: ServicePorts) {
    const { random, accountId } = ports;
    const topics = new Topics(ports);
    this.#topics = topics;
    this.target = { deliver: (arn, body, delivery) => topics.target(arn, body, delivery) };
    this.api = {
      namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
      answer: ({ operation, request: { region } }) =>
        operation.protocol === 'rest'
          ? // See https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
            refuse('MissingAction', 'The request is missing an action or a required parameter.')
          : answerTopics(operation, { region, accountId }, topics, random),
    };
  }

  prepare(stacks: StackReading): () => void {
    const topics = stacks.here('AWS::SNS::Topic', 'sns');
    const definitions = topics.map(readTopic);
    const subscriptions = [
      ...topics.flatMap(readOwnSubscriptions),
      ...stacks.here('AWS::SNS::Subscription', 'sns').flatMap(readSubscription),
    ];
    return () => this.#topics.replace(definitions, subscriptions);
  }

  reset(): void {
    this.#topics.reset();
  }

  rows(): readonly EventSource[] {
    return this.#topics.all.map(({ arn }) => {
      const targets = this.#topics.subscriptionsOf(arn).map(({ endpoint }) => lastPartOf(endpoint));
      return { kind: 'topic', name: lastPartOf(arn), state: '', targets };
    });
  }

  handTargets(): readonly HandTarget[] {
    return this.#topics.all.map(({ arn }) => ({ arn, name: lastPartOf(arn) }));
  }
}

export function open(ports: ServicePorts): Service {
  return new SnsService(ports);
}

function readTopic(reader: ResourceReader): TopicDefinition {
  return {
    arn: reader.resource.physicalId,
    isFifo: reader.flag('FifoTopic', false),
    deduplicatesByContent: reader.flag('ContentBasedDeduplication', false),
    deduplicatesByGroup: reader.text('FifoThroughputScope') === 'MessageGroup',
  };
}

function readOwnSubscriptions(reader: ResourceReader): readonly Subscription[] {
  const topicArn = reader.resource.physicalId;
  return reader.list('Subscription').flatMap((given, index) => {
    if (!isJsonObject(given)) return [];
    const arn = `${topicArn}:${index}`;
    return readOne(reader, given, { arn, topicArn, property: 'Subscription' });
  });
}

function readSubscription(reader: ResourceReader): readonly Subscription[] {
  const topicArn = reader.text('TopicArn') ?? '';
  const { physicalId: arn, properties } = reader.resource;
  return readOne(reader, properties, { arn, topicArn, property: 'Protocol' });
}

function readOne(
  reader: ResourceReader,
  { Protocol, Endpoint, FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy }: UnknownMembers,
  { arn, topicArn, property }: { readonly arn: string; readonly topicArn: string; readonly property: string },
): readonly Subscription[] {
  if (Protocol !== 'lambda' && Protocol !== 'sqs') {
    const kind =
      typeof Protocol === 'string' ? `${Protocol} subscriptions` : 'subscriptions without Protocol';
    reader.unsupported(property, `${kind} receive nothing here`);
    return [];
  }
  if (typeof Endpoint !== 'string') {
    reader.unsupported(property, 'the subscription receives nothing, because it has no Endpoint');
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
          () => {
            refuseOtherScope(reader, FilterPolicyScope);
            return inProperty(
              (at) => reader.resource.place(['FilterPolicy', ...at].join('.')),
              () => compileFilterPolicy(policy, scope),
            );
          },
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

/** Refuses a scope other than MessageBody and MessageAttributes [obs: sns]. */
function refuseOtherScope({ resource }: ResourceReader, given: unknown): void {
  if (given === undefined || given === 'MessageBody' || given === 'MessageAttributes') return;
  throw new DefinitionError(
    resource.place('FilterPolicyScope'),
    `Invalid parameter: FilterPolicyScope: Invalid value [${typeof given === 'string' ? given : JSON.stringify(given)}]. Please use either MessageBody or MessageAttributes`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
