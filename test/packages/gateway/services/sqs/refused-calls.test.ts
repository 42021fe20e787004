/** What SQS refuses in calls that administer queues, and for queues that do not exist. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const SERVICES = { sqs };
const QUEUES = '\n  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }';

describe('a queue of this account that does not exist', () => {
  // LocalStack, tests/aws/services/sqs/test_sqs.py::test_non_existent_queue
  for (const action of [
    'SendMessage',
    'ReceiveMessage',
    'SendMessageBatch',
    'PurgeQueue',
    'DeleteQueue',
    'GetQueueAttributes',
    'SetQueueAttributes',
    'TagQueue',
    'UntagQueue',
    'ListQueueTags',
  ])
    it(`${action} is refused`, async () => {
      const bench = anEventEngine(SERVICES, { resources: QUEUES });
      const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/elsewhere`;
      assert.partialDeepStrictEqual(await bench.call('sqs', action, { QueueUrl, MessageBody: 'b' }), {
        __type: 'com.amazonaws.sqs#QueueDoesNotExist',
        message: 'The specified queue does not exist.',
      });
    });
});

// LocalStack, tests/aws/services/sqs/test_sqs.py::test_tag_untag_queue
it('TagQueue adds tags, UntagQueue removes them, and ListQueueTags has no member for none', async () => {
  const bench = anEventEngine(SERVICES, { resources: QUEUES });
  const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`;
  const tags = (): Promise<object> => bench.call('sqs', 'ListQueueTags', { QueueUrl });

  await bench.call('sqs', 'TagQueue', { QueueUrl, Tags: { tag1: 'value1', tag2: 'value2' } });
  assert.deepEqual(await tags(), { Tags: { tag1: 'value1', tag2: 'value2' } });
  await bench.call('sqs', 'UntagQueue', { QueueUrl, TagKeys: ['tag2'] });
  assert.deepEqual(await tags(), { Tags: { tag1: 'value1' } });
  await bench.call('sqs', 'UntagQueue', { QueueUrl, TagKeys: ['tag1'] });
  assert.deepEqual(await tags(), {});
});

// The first message: crossplane-contrib/provider-aws#443. The code of all: LocalStack, test_sqs.py, tests of redrive
// policies
describe('a redrive policy that a call sets', () => {
  const deadLetterTargetArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:gone`;
  const withFifo = `${QUEUES}\n  Fifo: { Type: AWS::SQS::Queue, Properties: { QueueName: dead.fifo, FifoQueue: true } }`;
  for (const [policy, reason] of [
    [
      { deadLetterQueueARN: 'a', maxReceiveCount: 5 },
      'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.',
    ],
    [{ deadLetterTargetArn }, 'Redrive policy does not contain mandatory attribute: maxReceiveCount.'],
    [
      { deadLetterTargetArn, maxReceiveCount: 'invalid' },
      'Invalid value for maxReceiveCount: invalid, valid values are from 1 to 1000 both inclusive.',
    ],
    // A guide about failed deployments of queues, and the output of a run of Terraform with a FIFO target
    [{ deadLetterTargetArn, maxReceiveCount: 3 }, 'Dead letter target does not exist.'],
    [
      { deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:dead.fifo`, maxReceiveCount: 3 },
      'Dead-letter queue must be same type of queue as the source..',
    ],
  ] as const)
    it(`is refused: ${reason}`, async () => {
      const bench = anEventEngine(SERVICES, { resources: withFifo });
      const RedrivePolicy = JSON.stringify(policy);
      assert.partialDeepStrictEqual(
        await bench.call('sqs', 'CreateQueue', { QueueName: 'new', Attributes: { RedrivePolicy } }),
        {
          __type: 'com.amazon.coral.service#InvalidParameterValueException',
          message: `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
        },
      );
    });

  it('is accepted with the ARN of a queue of another account, which is not known here', async () => {
    const bench = anEventEngine(SERVICES, { resources: QUEUES });
    const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`;
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:${REGION}:999999999999:dead`,
      maxReceiveCount: 3,
    });

    assert.deepEqual(
      await bench.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } }),
      {},
    );
  });
});
