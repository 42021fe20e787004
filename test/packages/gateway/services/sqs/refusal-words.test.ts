/**
 * SQS's messages about batches and pages. Source of the batches: moto, tests/test_sqs/test_sqs.py, whose tests of these
 * messages run against AWS.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`;
const RESOURCES = '\n  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }';

describe('a batch that SQS refuses', () => {
  for (const [action, ids, message] of [
    ['SendMessageBatch', [], 'There should be at least one SendMessageBatchRequestEntry in the request.'],
    ['DeleteMessageBatch', [], 'There should be at least one DeleteMessageBatchRequestEntry in the request.'],
    [
      'ChangeMessageVisibilityBatch',
      [],
      'There should be at least one ChangeMessageVisibilityBatchRequestEntry in the request.',
    ],
    ['SendMessageBatch', ['id_1', 'id_2', 'id_2', 'id_1'], 'Id id_2 repeated.'],
  ] as const)
    it(`is refused by ${action}: ${message}`, async () => {
      const Entries = ids.map((Id) => ({ Id, MessageBody: 'a' }));
      const refused = await anEventEngine({ sqs }, { resources: RESOURCES }).call('sqs', action, {
        QueueUrl,
        Entries,
      });

      assert.equal(refused['message'], message);
    });
});

describe('a message that SQS refuses', () => {
  const attribute = (name: string) => ({
    MessageAttributes: { [name]: { DataType: 'String', StringValue: 'a' } },
  });
  const reserved =
    "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.";
  for (const [input, message, source] of [
    [
      { MessageDeduplicationId: 'x' },
      'Value x for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type.',
      'https://github.com/ethberry/nestjs-sqs/issues/83',
    ],
    [
      attribute(''),
      'The request must contain non-empty message attribute name.',
      'https://github.com/aws/aws-sdk-php/issues/694',
    ],
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html has the
    // rules.
    [
      attribute('a b'),
      'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. ',
      'words of LocalStack, sqs/utils',
    ],
    [
      attribute('a'.repeat(257)),
      'Message (user) attribute names must be shorter than 256 Bytes',
      'words of LocalStack, sqs/utils',
    ],
    [attribute('aws.x'), reserved, 'words of LocalStack, sqs/utils'],
    [attribute('.x'), reserved, 'words of LocalStack, sqs/utils'],
  ] as const)
    it(`is refused with ${message.slice(0, 60)} (${source})`, async () => {
      const bench = anEventEngine({ sqs }, { resources: RESOURCES });
      const refused = await bench.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a', ...input });

      assert.partialDeepStrictEqual(refused, {
        __type: 'com.amazon.coral.service#InvalidParameterValueException',
        message,
      });
    });

  for (const name of ['AWSx', 'a.b', 'a'.repeat(256), 'a-1_2'])
    it(`is none with an attribute ${name.slice(0, 10)}`, async () => {
      const bench = anEventEngine({ sqs }, { resources: RESOURCES });
      const sent = await bench.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a', ...attribute(name) });

      assert.equal(typeof sent['MessageId'], 'string');
    });
});

describe('a change of visibility', () => {
  // localstack/localstack#3956, aws/aws-sdk-net#794: the time since the message was received counts
  for (const [seconds, isTaken] of [
    [43_100, true],
    [43_101, false],
    [43_200, false],
  ] as const)
    it(`to ${seconds} s, 100 s after the message was received, is ${isTaken ? 'accepted' : 'beyond 12 hours'}`, async () => {
      const bench = anEventEngine({ sqs }, { resources: RESOURCES });
      await bench.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
      const wanted = { QueueUrl, VisibilityTimeout: 600 };
      const { Messages } = await bench.call('sqs', 'ReceiveMessage', wanted);
      const [{ ReceiptHandle }] = Messages as [{ ReceiptHandle: string }];
      await bench.advance(100_000);

      const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: seconds };
      const answer = await bench.call('sqs', 'ChangeMessageVisibility', change);
      const refusal = {
        __type: 'com.amazon.coral.service#InvalidParameterValueException',
        message: `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]`,
      };
      assert.deepEqual(answer, isTaken ? {} : refusal);
    });

  // mapbox/ecs-watchbot#135
  it('of a message that is gone is a wrong value of the handle', async () => {
    const bench = anEventEngine({ sqs }, { resources: RESOURCES });
    await bench.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'a' });
    const { Messages } = await bench.call('sqs', 'ReceiveMessage', { QueueUrl });
    const [{ ReceiptHandle }] = Messages as [{ ReceiptHandle: string }];
    await bench.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });

    const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: 10 };
    assert.partialDeepStrictEqual(await bench.call('sqs', 'ChangeMessageVisibility', change), {
      __type: 'com.amazon.coral.service#InvalidParameterValueException',
      message: `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    });
  });
});

describe('a change of a queue that names nothing', () => {
  for (const [action, input, code, message, source] of [
    [
      'SetQueueAttributes',
      { Attributes: {} },
      'MissingRequiredParameterException',
      'The request must contain the parameter Attribute.Name.',
      'pulumi/pulumi-aws#5677, #5959; aws-controllers-k8s/community#2139',
    ],
    [
      'SetQueueAttributes',
      {},
      'MissingRequiredParameterException',
      'The request must contain the parameter Attribute.Name.',
      'the same, inferred for an absent map',
    ],
    [
      'TagQueue',
      { Tags: {} },
      'MissingRequiredParameterException',
      'The request must contain the parameter Tags.',
      'moto, test_sqs.py',
    ],
    [
      'UntagQueue',
      { TagKeys: [] },
      'InvalidParameterValueException',
      'Tag keys must be between 1 and 128 characters in length.',
      'moto, test_sqs.py',
    ],
  ] as const)
    it(`is refused by ${action} with ${JSON.stringify(input)} (${source})`, async () => {
      const refused = await anEventEngine({ sqs }, { resources: RESOURCES }).call('sqs', action, {
        QueueUrl,
        ...input,
      });

      assert.partialDeepStrictEqual(refused, { __type: `com.amazon.coral.service#${code}`, message });
    });
});

describe('a page of queues', () => {
  for (const MaxResults of [0, 1001])
    it(`is refused if it has ${MaxResults}`, async () => {
      const refused = await anEventEngine({ sqs }, { resources: RESOURCES }).call('sqs', 'ListQueues', {
        MaxResults,
      });

      assert.partialDeepStrictEqual(refused, {
        __type: 'com.amazon.coral.service#InvalidParameterValueException',
        message:
          'Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.',
      });
    });
});

/** The query code and the type of each kind of refusal, in the JSON protocol. */
describe('a refusal in the JSON protocol', () => {
  for (const [action, input, type, queryCode, source] of [
    [
      'ReceiveMessage',
      { MaxNumberOfMessages: 11 },
      'com.amazon.coral.service#InvalidParameterValueException',
      'InvalidParameterValue',
      'http4k/http4k#1336; yavosh/pail, test/diff/testdata/golden/sqs-errors.json',
    ],
    [
      'SendMessage',
      { MessageBody: '' },
      'com.amazon.coral.service#MissingRequiredParameterException',
      'MissingParameter',
      'yavosh/pail, test/diff/testdata/golden/sqs-errors.json',
    ],
    [
      'SetQueueAttributes',
      { Attributes: { Nothing: '1' } },
      'com.amazonaws.sqs#InvalidAttributeName',
      'InvalidAttributeName',
      'the same',
    ],
  ] as const)
    it(`is of the type ${type} (${source})`, async () => {
      const bench = anEventEngine({ sqs }, { resources: RESOURCES });
      const outcome = await bench.send({
        service: 'sqs',
        headers: ['Content-Type', 'application/x-amz-json-1.0', 'X-Amz-Target', `AmazonSQS.${action}`],
        body: JSON.stringify({ QueueUrl, ...input }),
      });
      assert.ok(outcome.kind === 'answered');
      const { headers, body } = outcome;
      assert.partialDeepStrictEqual(JSON.parse(body.toString()), { __type: type });
      assert.equal(headers[headers.indexOf('x-amzn-query-error') + 1], `${queryCode};Sender`);
    });
});

// SQS API reference, CreateQueue (QueueDeletedRecently); LocalStack, tests/aws/services/sqs/test_sqs.py,
// `test_create_queue_recently_deleted` (its message)
describe('the name of a deleted queue', () => {
  it('is not given to another queue for 60 seconds', async () => {
    const bench = anEventEngine({ sqs }, { resources: RESOURCES });
    await bench.call('sqs', 'DeleteQueue', { QueueUrl });
    await bench.advance(59_000);

    assert.partialDeepStrictEqual(await bench.call('sqs', 'CreateQueue', { QueueName: 'jobs' }), {
      __type: 'com.amazonaws.sqs#QueueDeletedRecently',
      message:
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    });
    await bench.advance(1_000);
    assert.deepEqual(await bench.call('sqs', 'CreateQueue', { QueueName: 'jobs' }), { QueueUrl });
  });
});
