/** Tasks that move dead messages. Recorded: LocalStack, tests/aws/services/sqs/test_sqs_move_task.py, January 2024. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rightsOfCall } from '../../../../../packages/gateway/kernel/calls/service-rights.ts';
import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const arnOf = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
const urlOf = (name: string): string => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
const SOURCE = { SourceArn: arnOf('dead') };
const TO_OTHER = { ...SOURCE, DestinationArn: arnOf('other') };
const SLOWLY = { ...TO_OTHER, MaxNumberOfMessagesPerSecond: 1 };

async function aBench(bodies: readonly string[] = []) {
  const bench = anEventEngine(
    { sqs },
    {
      resources: `
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs, RedrivePolicy: { deadLetterTargetArn: '${arnOf('dead')}', maxReceiveCount: 1 } } }
  Fifo: { Type: AWS::SQS::Queue, Properties: { QueueName: other.fifo, FifoQueue: true } }
  Other: { Type: AWS::SQS::Queue, Properties: { QueueName: other } }`,
    },
  );
  const call = (action: string, input: object) => bench.call('sqs', action, input);
  for (const MessageBody of bodies) await call('SendMessage', { QueueUrl: urlOf('jobs'), MessageBody });
  for (let at = 0; at < 2 * bodies.length; at += 1)
    await call('ReceiveMessage', { QueueUrl: urlOf('jobs'), VisibilityTimeout: 0 });
  const bodiesIn = (name: string) =>
    bench.services.sqs.queues.find(arnOf(name))?.messages.map(({ body }) => body) ?? [];
  const list = async (MaxResults?: number): Promise<readonly object[]> => {
    const { Results } = await call('ListMessageMoveTasks', { ...SOURCE, ...(MaxResults && { MaxResults }) });
    return Results as readonly object[];
  };
  return { bench, call, bodiesIn, list };
}

const handleOf = (taskId: string, sourceArn: string): string =>
  Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');

describe('a task that moves dead messages', () => {
  // test_basic_move_task_workflow
  it('moves them to another queue, and is listed as completed, without a handle', async () => {
    const { call, bodiesIn, list } = await aBench(['a', 'b']);

    const { TaskHandle } = await call('StartMessageMoveTask', TO_OTHER);

    const { sourceArn, taskId } = JSON.parse(Buffer.from(String(TaskHandle), 'base64').toString()) as {
      sourceArn: string;
      taskId: string;
    };
    assert.equal(sourceArn, SOURCE.SourceArn);
    assert.match(taskId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(bodiesIn('other'), ['a', 'b']);
    assert.deepEqual(bodiesIn('dead'), []);
    const [{ StartedTimestamp, ...task } = {}] = (await list()) as readonly Record<string, unknown>[];
    assert.equal(typeof StartedTimestamp, 'number');
    assert.deepEqual(task, {
      ApproximateNumberOfMessagesMoved: 2,
      ApproximateNumberOfMessagesToMove: 2,
      DestinationArn: arnOf('other'),
      SourceArn: SOURCE.SourceArn,
      Status: 'COMPLETED',
    });
  });

  // test_move_task_workflow_with_default_destination
  it('moves them back to the queue that they died in if it has no destination', async () => {
    const { call, bodiesIn, list } = await aBench(['a', 'b']);

    await call('StartMessageMoveTask', SOURCE);

    assert.deepEqual(bodiesIn('jobs'), ['a', 'b']);
    assert.partialDeepStrictEqual(await list(), [{ Status: 'COMPLETED' }]);
    assert.equal('DestinationArn' in ((await list())[0] ?? {}), false);
  });

  // test_move_task_with_throughput_limit, test_move_task_cancel
  it('moves one per second if it is told so, until it is cancelled', async () => {
    const { bench, call, bodiesIn, list } = await aBench(['a', 'b', 'c', 'd']);

    const { TaskHandle } = await call('StartMessageMoveTask', SLOWLY);

    await bench.advance(1_000);
    assert.deepEqual(bodiesIn('other'), ['a', 'b']);
    assert.partialDeepStrictEqual(await list(), [
      {
        TaskHandle,
        Status: 'RUNNING',
        MaxNumberOfMessagesPerSecond: 1,
        ApproximateNumberOfMessagesMoved: 2,
        ApproximateNumberOfMessagesToMove: 4,
      },
    ]);
    assert.deepEqual(await call('CancelMessageMoveTask', { TaskHandle }), {
      ApproximateNumberOfMessagesMoved: 2,
    });
    await bench.advance(5_000);
    assert.deepEqual(bodiesIn('dead'), ['c', 'd']);
    assert.partialDeepStrictEqual(await list(), [{ Status: 'CANCELLED' }]);
    assert.equal('TaskHandle' in ((await list())[0] ?? {}), false);
  });

  it('ends by itself when all have been moved', async () => {
    const { bench, call, bodiesIn, list } = await aBench(['a', 'b', 'c']);

    await call('StartMessageMoveTask', SLOWLY);
    await bench.advance(3_000);

    assert.deepEqual(bodiesIn('other'), ['a', 'b', 'c']);
    assert.partialDeepStrictEqual(await list(), [{ Status: 'COMPLETED' }]);
  });

  // test_move_task_delete_destination_queue_while_running
  it('fails if the destination is deleted, and the other messages stay', async () => {
    const { bench, call, bodiesIn, list } = await aBench(['a', 'b', 'c']);

    await call('StartMessageMoveTask', SLOWLY);
    await call('DeleteQueue', { QueueUrl: urlOf('other') });
    await bench.advance(1_000);

    assert.partialDeepStrictEqual(await list(), [
      { Status: 'FAILED', FailureReason: 'AWS.SimpleQueueService.NonExistentQueue' },
    ]);
    assert.deepEqual(bodiesIn('dead'), ['b', 'c']);
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-dlq-redrive.html
  it('fails without a destination if a message was sent to the queue itself', async () => {
    const { call, bodiesIn, list } = await aBench();
    await call('SendMessage', { QueueUrl: urlOf('dead'), MessageBody: 'own' });

    await call('StartMessageMoveTask', SOURCE);

    assert.partialDeepStrictEqual(await list(), [
      { Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' },
    ]);
    assert.deepEqual(bodiesIn('dead'), ['own']);
    const { Messages } = await call('ReceiveMessage', { QueueUrl: urlOf('dead') });
    assert.equal((Messages as readonly object[]).length, 1);
  });

  // API reference, ListMessageMoveTasks: "The default is 1 … The upper limit is 10."
  it('is listed first while it is the newest', async () => {
    const { call, list } = await aBench();
    for (let at = 0; at < 12; at += 1) await call('StartMessageMoveTask', at === 11 ? SOURCE : TO_OTHER);

    assert.equal((await list()).length, 1);
    assert.equal((await list(10)).length, 10);
    assert.equal('DestinationArn' in ((await list(10))[0] ?? {}), false);
  });
});

describe('a call about such a task is refused', () => {
  const invalid = 'com.amazon.coral.service#InvalidParameterValueException';
  const unknown = 'com.amazonaws.sqs#ResourceNotFoundException';
  const noResource = (name: string): string =>
    `The resource that you specified for the ${name} parameter doesn't exist.`;
  for (const { name, action, input, type, says } of [
    {
      name: 'test_source_needs_redrive_policy',
      action: 'StartMessageMoveTask',
      input: { SourceArn: arnOf('jobs'), DestinationArn: arnOf('other') },
      type: invalid,
      says: 'Source queue must be configured as a Dead Letter Queue.',
    },
    {
      name: 'test_destination_needs_to_exist',
      action: 'StartMessageMoveTask',
      input: { ...SOURCE, DestinationArn: arnOf('nowhere') },
      type: unknown,
      says: noResource('DestinationArn'),
    },
    {
      name: 'the source of another call (inferred from test_cancel_with_invalid_source_arn_in_task_handle)',
      action: 'ListMessageMoveTasks',
      input: { SourceArn: arnOf('nowhere') },
      type: unknown,
      says: noResource('SourceArn'),
    },
    {
      name: 'test_cancel_with_invalid_task_handle',
      action: 'CancelMessageMoveTask',
      input: { TaskHandle: 'foobared' },
      type: invalid,
      says: 'Value for parameter TaskHandle is invalid.',
    },
    {
      name: 'test_cancel_with_invalid_source_arn_in_task_handle',
      action: 'CancelMessageMoveTask',
      input: { TaskHandle: handleOf('10f57157-fc38-4da9-a113-4de7e12d05dd', arnOf('nowhere')) },
      type: unknown,
      says: noResource('SourceArn'),
    },
    {
      name: 'test_cancel_with_invalid_task_id_in_task_handle',
      action: 'CancelMessageMoveTask',
      input: { TaskHandle: handleOf('10f57157-fc38-4da9-a113-4de7e12d05aa', arnOf('dead')) },
      type: unknown,
      says: 'Task does not exist.',
    },
    {
      name: 'a rate above 500 (API reference; the words are inferred)',
      action: 'StartMessageMoveTask',
      input: { ...SOURCE, MaxNumberOfMessagesPerSecond: 501 },
      type: invalid,
      says: 'Value 501 for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and 500, if provided.',
    },
    {
      name: 'without its required member (API reference)',
      action: 'StartMessageMoveTask',
      input: {},
      type: 'com.amazon.coral.service#MissingRequiredParameterException',
      says: 'The request must contain the parameter SourceArn.',
    },
  ])
    it(name, async () => {
      const { call } = await aBench();
      assert.partialDeepStrictEqual(await call(action, input), { __type: type, message: says });
    });

  it('test_start_multiple_move_tasks', async () => {
    const { call } = await aBench(['a', 'b']);
    await call('StartMessageMoveTask', SLOWLY);

    assert.partialDeepStrictEqual(await call('StartMessageMoveTask', TO_OTHER), {
      __type: invalid,
      message:
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    });
  });
});

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
describe('the permissions of a task', () => {
  const rightsOf = (action: string, input: object) =>
    rightsOfCall(
      {
        service: 'sqs',
        region: REGION,
        method: 'POST',
        path: '/',
        query: '',
        headers: ['x-amz-target', `AmazonSQS.${action}`, 'content-type', 'application/x-amz-json-1.0'],
        body: JSON.stringify(input),
      },
      { accountId: ACCOUNT, partitionKeyOf: () => undefined },
    )?.map(({ action: one, resource }) => [one, resource]);

  it('are those to receive and delete from the source, and to send to the destination', () => {
    assert.deepEqual(rightsOf('StartMessageMoveTask', TO_OTHER), [
      ['sqs:StartMessageMoveTask', arnOf('dead')],
      ['sqs:ReceiveMessage', arnOf('dead')],
      ['sqs:DeleteMessage', arnOf('dead')],
      ['sqs:GetQueueAttributes', arnOf('dead')],
      ['sqs:SendMessage', arnOf('other')],
    ]);
    assert.deepEqual(rightsOf('ListMessageMoveTasks', SOURCE), [['sqs:ListMessageMoveTasks', arnOf('dead')]]);
    assert.deepEqual(rightsOf('CancelMessageMoveTask', { TaskHandle: handleOf('a', arnOf('dead')) }), [
      ['sqs:CancelMessageMoveTask', arnOf('dead')],
    ]);
  });
});
