/** What SQS answers about messages, as LocalStack recorded it on AWS (tests/aws/services/sqs/test_sqs.py). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`;
const FIFO = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs.fifo`;
const RESOURCES = `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  Fifo: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs.fifo, FifoQueue: true } }`;
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

const anSqs = () => anEventEngine({ sqs }, { resources: RESOURCES });

function messagesOf(received: Record<string, unknown>): readonly Record<string, unknown>[] {
  return (received['Messages'] ?? []) as readonly Record<string, unknown>[];
}

describe('a message', () => {
  it('has letters of any script in the names of its attributes', async () => {
    // test_send_message_with_invalid_string_attributes, whose first call is accepted
    const MessageAttributes = { 'attr.1øßä': { StringValue: 'Valida', DataType: 'String' } };

    const sent = await anSqs().call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a', MessageAttributes });

    assert.ok(sent['MD5OfMessageAttributes']);
  });

  for (const [what, input, message] of [
    [
      // The words: Particular/NServiceBus.AmazonSQS#2630; the code: test_send_message_with_invalid_payload_characters
      'in its body',
      { MessageBody: 'a\u0001' },
      "Invalid binary character '#x1' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].",
    ],
    [
      // test_invalid_string_attributes_cause_invalid_parameter_value_error
      'in an attribute',
      { MessageBody: 'a', MessageAttributes: { b: { StringValue: '\u0008', DataType: 'String' } } },
      "Invalid binary character '#x8' was found in the message attribute 'b' value, the set of allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].",
    ],
  ] as const)
    it(`is refused with a character that XML does not allow ${what}`, async () => {
      const refused = await anSqs().call('sqs', 'SendMessage', { QueueUrl, ...input });

      assert.equal(refused['message'], message);
    });

  it('that is wrong fails alone in a batch, with the code InvalidMessageContents', async () => {
    // test_batch_send_with_invalid_char_should_succeed
    const Entries = ['a', '\u0001'].map((MessageBody, at) => ({ Id: String(at), MessageBody }));

    const { Failed } = await anSqs().call('sqs', 'SendMessageBatch', { QueueUrl, Entries });

    assert.deepEqual(
      (Failed as readonly Record<string, unknown>[]).map(({ Id, Code }) => [Id, Code]),
      [['1', 'InvalidMessageContents']],
    );
  });

  it('is sent to a queue that is named without an address', async () => {
    // test_posting_to_queue_via_queue_name
    const sent = await anSqs().call('sqs', 'SendMessage', { QueueUrl: 'jobs', MessageBody: 'a' });

    assert.ok(sent['MessageId']);
  });

  it('shows the digest of its trace, which is received with it', async () => {
    // test_system_attributes_have_no_effect_on_attr_md5
    const engine = anSqs();
    const AWSTraceHeader = { StringValue: TRACE, DataType: 'String' };
    const sent = await engine.call('sqs', 'SendMessage', {
      QueueUrl,
      MessageBody: 'a',
      MessageSystemAttributes: { AWSTraceHeader },
    });
    const received = await engine.call('sqs', 'ReceiveMessage', {
      QueueUrl,
      AttributeNames: ['AWSTraceHeader'],
    });

    assert.equal(sent['MD5OfMessageSystemAttributes'], '5ae4d5d7636402d80f4eb6d213245a88');
    assert.deepEqual(messagesOf(received)[0]?.['Attributes'], { AWSTraceHeader: TRACE });
  });

  it('is not a duplicate of a message that was sent before a purge', async () => {
    // test_purge_queue_clears_fifo_deduplication_cache
    const engine = anSqs();
    const message = { QueueUrl: FIFO, MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await engine.call('sqs', 'SendMessage', { ...message, MessageBody: '1' });
    await engine.call('sqs', 'PurgeQueue', { QueueUrl: FIFO });
    await engine.call('sqs', 'SendMessage', { ...message, MessageBody: '2' });

    const received = await engine.call('sqs', 'ReceiveMessage', { QueueUrl: FIFO });

    assert.deepEqual(
      messagesOf(received).map(({ Body }) => Body),
      ['2'],
    );
  });
});

describe('a receipt handle', () => {
  it('that is none is named in the refusal', async () => {
    // test_delete_message_with_illegal_receipt_handle
    const refused = await anSqs().call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: 'garbage' });

    assert.equal(refused['message'], 'The input receipt handle "garbage" is not a valid receipt handle.');
  });

  it('of an earlier receive changes the visibility of a message in a standard queue', async () => {
    // test_terminate_visibility_timeout_after_receive
    const engine = anSqs();
    await engine.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
    const first = await engine.call('sqs', 'ReceiveMessage', { QueueUrl, VisibilityTimeout: 0 });
    await engine.call('sqs', 'ReceiveMessage', { QueueUrl, VisibilityTimeout: 3 });
    const { ReceiptHandle } = messagesOf(first)[0] ?? {};

    await engine.call('sqs', 'ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });

    assert.equal(messagesOf(await engine.call('sqs', 'ReceiveMessage', { QueueUrl })).length, 1);
  });
});
