/** Topics of SNS and their subscriptions of functions and queues (docs/aws §18.6). */
import { createHash } from 'node:crypto';
import { DroppedEvents } from '../../kernel/dropped-events.ts';
import type { MessageTest } from '../../kernel/delivery/filter-policy.ts';
import type { MessageAttribute } from '../../kernel/delivery/queue-model.ts';
import { describeLoss } from '../../kernel/event-ports.ts';
import type { Delivery, DeliveryOutcome, EventPorts, EventTargets } from '../../kernel/event-ports.ts';
import { FifoReceipts, type Receipt } from './fifo-receipts.ts';

export type Subscription = {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: 'lambda' | 'sqs';
  readonly endpoint: string;
  readonly test: MessageTest | undefined;
  readonly isRaw: boolean;
  readonly deadLetterArn: string | undefined;
};

export type TopicDefinition = {
  readonly arn: string;
  readonly isFifo: boolean;
  readonly deduplicatesByContent: boolean;
  /** Whether duplicates are detected only within a message group. */
  readonly deduplicatesByGroup: boolean;
};

export type Published = {
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** The messages by protocol, if `MessageStructure` is json. */
  readonly byProtocol?: Readonly<Record<string, string>> | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
};

type Options = Pick<EventPorts, 'clock' | 'random' | 'work' | 'report' | 'journal'> & {
  readonly targets: EventTargets;
};

export class Topics {
  readonly #options: Options;
  readonly #dropped: DroppedEvents;
  readonly #receipts = new FifoReceipts();
  #topics = new Map<string, TopicDefinition>();
  #subscriptions = new Map<string, Subscription[]>();

  constructor(options: Options) {
    this.#options = options;
    this.#dropped = new DroppedEvents(options);
  }

  replace(topics: readonly TopicDefinition[], subscriptions: readonly Subscription[]): void {
    this.#dropped.clear();
    this.#topics = new Map(topics.map((topic) => [topic.arn, topic]));
    this.#subscriptions = Map.groupBy(subscriptions, ({ topicArn }) => topicArn);
  }

  get all(): readonly TopicDefinition[] {
    return [...this.#topics.values()];
  }

  find(arn: string): TopicDefinition | undefined {
    return this.#topics.get(arn);
  }

  subscriptionsOf(arn: string): readonly Subscription[] {
    return this.#subscriptions.get(arn) ?? [];
  }

  /** Forgets the messages by which FIFO topics detect duplicates. */
  reset(): void {
    this.#receipts.clear();
  }

  /** Accepts a message. A FIFO topic answers a duplicate with the receipt of the first message, and does not deliver it. */
  publish(topic: TopicDefinition, given: Published, id: string): Receipt {
    const nowMs = this.#options.clock.nowEpochMs();
    const byContent = topic.deduplicatesByContent && this.#topics.has(topic.arn);
    const published = {
      ...given,
      deduplicationId: given.deduplicationId ?? (byContent ? hash(given.message) : undefined),
    };
    if (!topic.isFifo) {
      this.#accept(topic.arn, published, { id }, nowMs);
      return { id };
    }
    const earlier = this.#receipts.find(topic, published, nowMs);
    if (earlier !== undefined) {
      this.#options.journal.accept({ kind: 'duplicate', at: topic.arn, id: earlier.id });
      return earlier;
    }
    const receipt = this.#receipts.number(topic, published, id, nowMs);
    this.#accept(topic.arn, published, receipt, nowMs);
    return receipt;
  }

  #accept(topicArn: string, published: Published, receipt: Receipt, nowMs: number): void {
    const { work, report, journal } = this.#options;
    const { id } = receipt;
    const message = { ...published, ...receipt, timestamp: new Date(nowMs).toISOString() };
    const filtered = { body: published.message, attributes: published.attributes };
    const all = this.subscriptionsOf(topicArn);
    const what = { kind: 'accepted', at: topicArn, id, what: 'message' } as const;
    const cause = journal.accept({ ...what, readers: all.length });
    const { lineage } = journal;
    const wanting = all.filter(({ test }) => test?.(filtered) !== false);
    for (const { arn, endpoint, test } of all)
      if (test?.(filtered) === false)
        journal.note(
          {
            kind: 'filtered',
            from: topicArn,
            to: endpoint,
            by: 'FilterPolicy',
            rule: arn,
            why: test.explain?.(filtered) ?? '',
          },
          cause,
        );
    if (wanting.length === 0 && all.length > 0) {
      this.#dropped.note(() => {
        const why = all.map(({ endpoint, test }) => `for ${endpoint}, ${test?.explain?.(filtered) ?? ''}`);
        return `a message to ${topicArn} is not delivered, because the filter policy of each subscription refuses it: ${why.join('; ')}`;
      });
    }
    for (const subscription of wanting)
      work.track(
        () => journal.within(cause, () => this.#deliver(subscription, message, cause), lineage),
        (fault) => report(`${topicArn}: ${String(fault)}`),
      );
  }

  target(
    arn: string,
    body: string,
    { groupId, deduplicationId, subject, attributes = {} }: Delivery,
  ): DeliveryOutcome | undefined {
    const topic = this.#topics.get(arn);
    if (topic === undefined) return undefined;
    const published = { message: body, subject, attributes, groupId, deduplicationId };
    this.publish(topic, published, this.#options.random.uuid());
    return { kind: 'delivered' };
  }

  async #deliver(subscription: Subscription, sent: Sent, cause: string): Promise<void> {
    const { targets, report, journal } = this.#options;
    const { endpoint, isRaw, protocol, deadLetterArn, topicArn } = subscription;
    const { groupId, deduplicationId } = sent;
    const body =
      protocol === 'lambda'
        ? lambdaEvent(subscription, sent)
        : isRaw
          ? textFor(sent, protocol)
          : JSON.stringify(notification(subscription, sent));
    const attributes = isRaw && protocol === 'sqs' ? sent.attributes : undefined;
    const outcome = await targets.send(endpoint, body, {
      groupId,
      deduplicationId,
      attributes,
      sender: topicArn,
    });
    const way = { from: topicArn, to: endpoint, rule: subscription.arn, tries: 1 };
    if (outcome.kind === 'delivered') {
      journal.note({ kind: 'delivered', ...way, isRecorded: outcome.isRecorded === true }, cause);
      return;
    }
    const { code, message } = outcome;
    journal.note({ kind: 'refused', ...way, code, message, next: { kind: 'none' } }, cause);
    const end = { kind: 'ended', from: topicArn, condition: code } as const;
    report(`${topicArn} could not deliver a message to ${endpoint}: ${outcome.message}`);
    if (deadLetterArn === undefined) {
      journal.note({ ...end, as: 'dropped' }, cause);
      return;
    }
    const dead = protocol === 'lambda' ? JSON.stringify(notification(subscription, sent)) : body;
    const buried = await targets.send(deadLetterArn, dead, {
      groupId,
      deduplicationId,
      attributes,
      sender: topicArn,
    });
    journal.note({ ...end, as: 'dead-letter queue', to: deadLetterArn, loss: describeLoss(buried) }, cause);
    if (buried.kind === 'failed')
      report(`the dead-letter queue ${deadLetterArn} did not receive the message: ${buried.message}`);
  }
}

type Sent = Published & Receipt & { readonly timestamp: string };

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function textFor({ message, byProtocol }: Published, protocol: string): string {
  return byProtocol?.[protocol] ?? byProtocol?.['default'] ?? message;
}

/** An example signature, which cannot be verified. A valid signature would need AWS's key. */
const SIGNATURE = { SignatureVersion: '1', Signature: 'EXAMPLE' };
const unsubscribeUrl = ({ arn }: Subscription): string =>
  `https://sns.${arn.split(':')[3] ?? ''}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn}`;
const certificateUrl = ({ arn }: Subscription): string =>
  `https://sns.${arn.split(':')[3] ?? ''}.amazonaws.com/SimpleNotificationService.pem`;

function attributesOf({ attributes }: Published): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue = '' }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue },
    ]),
  );
}

function notification(subscription: Subscription, sent: Sent): object {
  const attributes = attributesOf(sent);
  const isFifo = sent.sequenceNumber !== undefined;
  return {
    Type: 'Notification',
    MessageId: sent.id,
    ...(isFifo && { SequenceNumber: sent.sequenceNumber }),
    TopicArn: subscription.topicArn,
    ...(sent.subject === undefined ? {} : { Subject: sent.subject }),
    Message: textFor(sent, 'sqs'),
    Timestamp: sent.timestamp,
    ...(!isFifo && { ...SIGNATURE, SigningCertURL: certificateUrl(subscription) }),
    UnsubscribeURL: unsubscribeUrl(subscription),
    ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: attributes }),
  };
}

function lambdaEvent(subscription: Subscription, sent: Sent): string {
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns: {
      Type: 'Notification',
      MessageId: sent.id,
      TopicArn: subscription.topicArn,
      Subject: sent.subject ?? null,
      Message: textFor(sent, 'lambda'),
      Timestamp: sent.timestamp,
      ...SIGNATURE,
      SigningCertUrl: certificateUrl(subscription),
      UnsubscribeUrl: unsubscribeUrl(subscription),
      MessageAttributes: attributesOf(sent),
    },
  };
  return JSON.stringify({ Records: [record] });
}
