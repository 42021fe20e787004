/** Services together: sns, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';
import type { EventBench } from '../../support/an-event-engine.ts';
import { aStoryBench } from '../../support/a-story-bench.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as sns from '../../../packages/gateway/services/sns/service.ts';

const SERVICES = { sqs, sns };
type Bench = EventBench<typeof SERVICES>;

const TopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:news.fifo`;
const arnOf = (queue: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${queue}`;
const aTopic = (
  endpoint: string,
  { topic = '', subscription = '' }: { readonly topic?: string; readonly subscription?: string } = {},
): Bench =>
  anEventEngine(SERVICES, {
    resources: `
  News: { Type: AWS::SNS::Topic, Properties: { TopicName: news.fifo, FifoTopic: true, ${topic} } }
  Inbox: { Type: AWS::SQS::Queue, Properties: { QueueName: inbox } }
  Ordered: { Type: AWS::SQS::Queue, Properties: { QueueName: inbox.fifo, FifoQueue: true } }
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead.fifo, FifoQueue: true } }
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref News, Protocol: sqs, Endpoint: '${arnOf(endpoint)}', ${subscription} }`,
  });
const ALL = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };

async function publish(bench: Bench, input: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await bench.call('sns', 'Publish', { TopicArn, Message: 'Test', ...input });
  await bench.engine.idle();
  return answer;
}

const received = (bench: Bench, queue: string) =>
  bench.services.sqs.queues.find(arnOf(queue))?.receive({ most: 10 }) ?? [];
const envelopesIn = (bench: Bench, queue: string) =>
  received(bench, queue).map(({ body }) => JSON.parse(body) as Readonly<Record<string, unknown>>);

// LocalStack's tests, recorded on AWS; docs/aws §18.6
describe('a FIFO topic', () => {
  // test_publish_fifo_messages_to_dlq, test_message_to_fifo_sqs
  it('numbers its messages in the reply and in the notification, which is not signed', async () => {
    const bench = aTopic('inbox.fifo');
    const { MessageId, SequenceNumber } = await publish(bench, ALL);
    const next = await publish(bench, { ...ALL, MessageDeduplicationId: 'e' });
    const [envelope = {}] = envelopesIn(bench, 'inbox.fifo');

    assert.match(String(SequenceNumber), /^\d{20}$/);
    assert.ok(String(next['SequenceNumber']) > String(SequenceNumber));
    assert.deepEqual(Object.keys(envelope), [
      'Type',
      'MessageId',
      'SequenceNumber',
      'TopicArn',
      'Message',
      'Timestamp',
      'UnsubscribeURL',
    ]);
    assert.deepEqual([envelope['MessageId'], envelope['SequenceNumber']], [MessageId, SequenceNumber]);
  });

  // test_publish_batch_messages_from_fifo_topic_to_fifo_queue
  it('answers a batch that is sent again with the ids and numbers of the first, and delivers nothing', async () => {
    const bench = aTopic('inbox.fifo');
    const PublishBatchRequestEntries = ['1', '2'].map((Id) => ({
      Id,
      Message: Id,
      MessageGroupId: 'g',
      MessageDeduplicationId: `d-${Id}`,
    }));
    const send = () => bench.call('sns', 'PublishBatch', { TopicArn, PublishBatchRequestEntries });
    const [first, again] = [await send(), await send()];
    await bench.engine.idle();

    assert.match(JSON.stringify(first), /"SequenceNumber":"\d{20}"/);
    assert.deepEqual(again, first);
    assert.equal(received(bench, 'inbox.fifo').length, 2);
  });

  // test_fifo_topic_to_regular_sqs, with and without ContentBasedDeduplication
  for (const [topic, input] of [
    ['ContentBasedDeduplication: true', { MessageGroupId: 'g' }],
    ['', ALL],
  ] as const)
    it(`delivers a duplicate within 5 minutes to no standard queue, either: ${topic}`, async () => {
      const bench = aTopic('inbox', { topic });
      await publish(bench, input);
      bench.clock.advance(299_999);
      await publish(bench, input);
      const before = envelopesIn(bench, 'inbox').length;
      bench.clock.advance(1);
      await publish(bench, input);

      assert.deepEqual([before, envelopesIn(bench, 'inbox').length], [1, 1]);
    });

  // test_publish_to_fifo_topic_deduplication_on_topic_level; SNS developer guide, "FIFO topic high throughput"
  for (const [topic, count] of [
    ['', 1],
    ['FifoThroughputScope: Topic', 1],
    ['FifoThroughputScope: MessageGroup', 2],
  ] as const)
    it(`delivers ${count} of two messages with one id in two groups: ${topic}`, async () => {
      const bench = aTopic('inbox', { topic });
      for (const MessageGroupId of ['g', 'h']) await publish(bench, { ...ALL, MessageGroupId });

      assert.equal(received(bench, 'inbox').length, count);
    });

  // test_publish_fifo_messages_to_dlq
  for (const isRaw of [true, false])
    it(`sends what it cannot deliver to a FIFO queue ${isRaw ? 'raw, with its attributes' : 'as a notification'}`, async () => {
      const bench = aTopic('gone.fifo', {
        subscription: `RawMessageDelivery: ${isRaw}, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn }`,
      });
      const attribute = { DataType: 'Number', StringValue: '99.12' };
      await publish(bench, { ...ALL, MessageAttributes: { attr1: attribute } });
      const [{ body, attributes, groupId, deduplicationId } = {}] = received(bench, 'dead.fifo');

      assert.deepEqual([groupId, deduplicationId], ['g', 'd']);
      if (isRaw) assert.deepEqual([body, attributes], ['Test', { attr1: attribute }]);
      else
        assert.partialDeepStrictEqual(JSON.parse(body ?? ''), {
          Message: 'Test',
          MessageAttributes: { attr1: { Type: 'Number', Value: '99.12' } },
        });
    });

  it('is said to have taken a message for a duplicate', async () => {
    const bench = aStoryBench(SERVICES, {
      resources: `
  News: { Type: AWS::SNS::Topic, Properties: { TopicName: news.fifo, FifoTopic: true } }`,
    });
    for (let sent = 0; sent < 2; sent += 1)
      await bench.call('sns', 'Publish', { TopicArn, Message: 'Test', ...ALL });
    const story = bench.story();

    assert.equal(
      story?.headline,
      'The message to the topic news.fifo was not delivered, because it counts as a duplicate.',
    );
    assert.match(story.sentences.join('\n'), /and delivered nothing, because a message with the same/);
  });

  it('forgets its messages when the gateway is reset', async () => {
    const bench = aTopic('inbox');
    await publish(bench, ALL);
    bench.services.sns.reset?.();
    await publish(bench, ALL);

    assert.equal(received(bench, 'inbox').length, 2);
  });
});
