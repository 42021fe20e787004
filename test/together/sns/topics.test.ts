/** Services together: lambda-events, sns, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, type EventBench, REGION } from '../../support/an-event-engine.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as sns from '../../../packages/gateway/services/sns/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { sqs, sns, lambda: lambdaEvents };
type Bench = EventBench<typeof SERVICES>;

const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:news`;
const topic = (subscription: string): string => `
  News: { Type: AWS::SNS::Topic, Properties: { TopicName: news } }
  Inbox: { Type: AWS::SQS::Queue, Properties: { QueueName: inbox } }
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref News, ${subscription} }`;
const TO_INBOX = 'Protocol: sqs, Endpoint: !GetAtt Inbox.Arn';

async function publish(bench: Bench, fields: Readonly<Record<string, string>>): Promise<string> {
  const outcome = await bench.send({
    service: 'sns',
    body: new URLSearchParams(fields).toString(),
    headers: ['Content-Type', 'application/x-www-form-urlencoded'],
  });
  await bench.engine.idle();
  return outcome.kind === 'answered' ? `${outcome.status} ${outcome.body.toString()}` : outcome.kind;
}

const received = (bench: Bench, name: string) =>
  bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`)?.receive({ most: 10 }) ?? [];

const ATTRIBUTE = {
  'MessageAttributes.entry.1.Name': 'kind',
  'MessageAttributes.entry.1.Value.DataType': 'String',
  'MessageAttributes.entry.1.Value.StringValue': 'sale',
};

// Source: SNS developer guide, "Fanout Amazon SNS notifications to Lambda functions", "… to Amazon SQS queues",
// docs/aws §18.6
describe('Topics', () => {
  it('report a message that the filter policies of all subscriptions refuse', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: topic(`${TO_INBOX}, FilterPolicy: { kind: [order] }`),
      functions: {},
    });

    await publish(bench, { Action: 'Publish', TopicArn: TOPIC, Message: 'm', ...ATTRIBUTE });

    assert.deepEqual(bench.reports, [
      `a message to ${TOPIC} is not delivered, because the filter policy of each subscription refuses it: for arn:aws:sqs:${REGION}:${ACCOUNT}:inbox, kind is "sale", expected "order"`,
    ]);
  });

  it('pass a message to a function', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: topic('Protocol: lambda, Endpoint: !GetAtt work.Arn'),
      functions: { work: () => 1 },
    });
    const answer = await publish(bench, {
      Action: 'Publish',
      TopicArn: TOPIC,
      Message: 'hello',
      Subject: 'hi',
      ...ATTRIBUTE,
    });
    const id = /<MessageId>([^<]+)</.exec(answer)?.[1];
    const { Records } = bench.invoker.calls[0]?.event as {
      Records: Record<string, Record<string, unknown>>[];
    };
    const { Sns, ...record } = Records[0] ?? {};
    assert.deepEqual(
      { ...record, EventSubscriptionArn: '' },
      { EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: '' },
    );
    assert.deepEqual(
      { ...Sns, SigningCertUrl: '', UnsubscribeUrl: '' },
      {
        Type: 'Notification',
        MessageId: id,
        TopicArn: TOPIC,
        Subject: 'hi',
        Message: 'hello',
        Timestamp: '2025-04-14T22:13:38.000Z',
        SignatureVersion: '1',
        Signature: 'EXAMPLE',
        SigningCertUrl: '',
        UnsubscribeUrl: '',
        MessageAttributes: { kind: { Type: 'String', Value: 'sale' } },
      },
    );
  });

  it('pass a message to a queue in an envelope, or raw with its attributes', async () => {
    const bench = anEventEngine(SERVICES, { resources: topic(TO_INBOX) });
    await publish(bench, { Action: 'Publish', TopicArn: TOPIC, Message: 'hello', ...ATTRIBUTE });
    const [message] = received(bench, 'inbox');
    const envelope = JSON.parse(message?.body ?? '{}') as Record<string, unknown>;
    assert.deepEqual(
      [envelope['Type'], envelope['Message'], envelope['MessageAttributes'], message?.attributes],
      ['Notification', 'hello', { kind: { Type: 'String', Value: 'sale' } }, {}],
    );
    const raw = anEventEngine(SERVICES, { resources: topic(`${TO_INBOX}, RawMessageDelivery: true`) });
    await publish(raw, { Action: 'Publish', TopicArn: TOPIC, Message: 'hello', ...ATTRIBUTE });
    const [plain] = received(raw, 'inbox');
    assert.deepEqual(
      [plain?.body, plain?.attributes],
      ['hello', { kind: { DataType: 'String', StringValue: 'sale' } }],
    );
  });

  // Sources: LocalStack, snapshots of test_publish_message_group_id and test_fifo_topic_to_regular_sqs.
  it('pass the group of a message to a standard queue, but not the group of a FIFO topic', async () => {
    const groupOf = async (resources: string, fields: Readonly<Record<string, string>>) => {
      const bench = anEventEngine(SERVICES, { resources });
      await publish(bench, { Action: 'Publish', Message: 'hello', MessageGroupId: 'g', ...fields });
      return received(bench, 'inbox').map(({ groupId }) => groupId);
    };
    const ofFifo = topic(TO_INBOX).replace('TopicName: news', 'TopicName: news.fifo, FifoTopic: true');

    assert.deepEqual(await groupOf(topic(TO_INBOX), { TopicArn: TOPIC }), ['g']);
    assert.deepEqual(await groupOf(ofFifo, { TopicArn: `${TOPIC}.fifo`, MessageDeduplicationId: 'd' }), [
      undefined,
    ]);
  });

  it('pass over messages that the filter policy refuses', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: topic(
        `${TO_INBOX}, RawMessageDelivery: true, FilterPolicyScope: MessageBody, FilterPolicy: { price: [{ numeric: ['<', 10] }] }`,
      ),
    });
    for (const Message of ['{"price":9}', '{"price":10}', 'text'])
      await publish(bench, { Action: 'Publish', TopicArn: TOPIC, Message });
    assert.deepEqual(
      received(bench, 'inbox').map(({ body }) => body),
      ['{"price":9}'],
    );
  });

  it('accept batches, of which a bad entry fails alone, and messages by protocol', async () => {
    const bench = anEventEngine(SERVICES, { resources: topic(`${TO_INBOX}, RawMessageDelivery: true`) });
    const entry = (index: number, id: string, message: string) => ({
      [`PublishBatchRequestEntries.member.${index}.Id`]: id,
      [`PublishBatchRequestEntries.member.${index}.Message`]: message,
    });
    const answer = await publish(bench, {
      Action: 'PublishBatch',
      TopicArn: TOPIC,
      ...entry(1, 'a', '{"default":"all","sqs":"queues"}'),
      'PublishBatchRequestEntries.member.1.MessageStructure': 'json',
      ...entry(2, 'b', ''),
    });
    assert.match(
      answer,
      /<Successful><member><Id>a<\/Id>.*<Failed><member><Id>b<\/Id><Code>InvalidParameter<\/Code>/s,
    );
    assert.deepEqual(
      received(bench, 'inbox').map(({ body }) => body),
      ['queues'],
    );
  });

  it('send undelivered messages to the dead-letter queue of the subscription', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: topic(
        `Protocol: lambda, Endpoint: 'arn:aws:lambda:${REGION}:${ACCOUNT}:function:gone', RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn }`,
      ),
    });
    await publish(bench, { Action: 'Publish', TopicArn: TOPIC, Message: 'lost' });
    assert.match(received(bench, 'dead')[0]?.body ?? '', /"Message":"lost"/);
  });

  it('report which protocols send nothing, and an invalid policy', () => {
    const email = anEventEngine(SERVICES, { resources: topic('Protocol: email, Endpoint: a@example.com') });
    assert.equal(email.unsupported[0]?.consequence, 'email subscriptions receive nothing here');
    const nowhere = anEventEngine(SERVICES, { resources: topic('Protocol: sqs') });
    assert.equal(
      nowhere.unsupported[0]?.consequence,
      'the subscription receives nothing, because it has no Endpoint',
    );
    const { faults } = anEventEngine(SERVICES, {
      resources: topic(`${TO_INBOX}, FilterPolicy: { a: [{ like: b }] }`),
    });
    assert.match(faults.all[0]?.error.message ?? '', /Unrecognized match type like/);
    // LocalStack's snapshot of test_set_subscription_filter_policy_scope
    const policy = 'FilterPolicy: { a: [b] }, FilterPolicyScope: RandomValue';
    const refused = anEventEngine(SERVICES, { resources: topic(`${TO_INBOX}, ${policy}`) }).faults;
    assert.equal(
      refused.all[0]?.error.message,
      'Invalid parameter: FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes',
    );
  });
});
