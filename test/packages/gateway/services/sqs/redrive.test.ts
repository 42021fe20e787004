import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';
import { systemAttributes } from '../../../../../packages/gateway/services/sqs/messages.ts';
import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';

const arnOf = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

function queuesOf(suffix: '' | '.fifo') {
  const fifo = suffix === '' ? '' : ', FifoQueue: true';
  const { services } = anEventEngine(
    { sqs },
    {
      resources: `
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead${suffix}${fifo} } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs${suffix}${fifo}, RedrivePolicy: { deadLetterTargetArn: '${arnOf(`dead${suffix}`)}', maxReceiveCount: 1 } } }
  Mails: { Type: AWS::SQS::Queue, Properties: { QueueName: mails${suffix}${fifo}, RedrivePolicy: { deadLetterTargetArn: '${arnOf(`dead${suffix}`)}', maxReceiveCount: 1 } } }`,
    },
  );
  const of = (name: string) => {
    const queue = services.sqs.queues.find(arnOf(`${name}${suffix}`));
    assert.ok(queue);
    return queue;
  };
  return { service: services.sqs, of };
}

type Queues = ReturnType<typeof queuesOf>;

function die({ of }: Queues, name: string, bodies: readonly string[]): void {
  for (const [index, body] of bodies.entries())
    of(name).send({
      body,
      attributes: {},
      senderId: ACCOUNT,
      groupId: 'g',
      deduplicationId: `${name}${index}`,
    });
  for (let at = 0; at < 2 * bodies.length + 2; at += 1)
    for (const { receipt = '' } of of(name).receive({ most: 10 })) of(name).changeVisibility(receipt, 0);
}

// obs: localstack, tests/aws/services/sqs/test_sqs.py::test_dead_letter_queue_message_attributes
describe('a dead message', () => {
  it('keeps its id and its count of receives, and names the queue in which it died', () => {
    const queues = queuesOf('');
    die(queues, 'jobs', ['a']);
    const { definition } = queues.of('dead');

    const [dead] = queues.of('dead').receive({ most: 1 });

    assert.ok(dead);
    const { ApproximateReceiveCount, DeadLetterQueueSourceArn } = systemAttributes(dead, definition);
    assert.deepEqual([ApproximateReceiveCount, DeadLetterQueueSourceArn], ['2', arnOf('jobs')]);
  });
});

const bodiesIn = (queues: Queues, name: string): readonly string[] =>
  queues.of(name).messages.map(({ body }) => body);

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
describe('a redrive of dead messages', () => {
  for (const suffix of ['', '.fifo'] as const)
    it(`moves each back to the queue that it died in${suffix === '' ? '' : ', in order'}`, () => {
      const queues = queuesOf(suffix);
      die(queues, 'jobs', ['a', 'b', 'c']);
      die(queues, 'mails', ['m']);
      assert.deepEqual(bodiesIn(queues, 'jobs'), []);
      assert.equal(queues.of('dead').length, 4);

      const moved = queues.of('dead').redrive();

      assert.equal(moved, 4);
      assert.deepEqual(bodiesIn(queues, 'jobs'), ['a', 'b', 'c']);
      assert.deepEqual(bodiesIn(queues, 'mails'), ['m']);
      assert.equal(queues.of('dead').length, 0);
      // They may be received again as often as the first time.
      assert.equal(queues.of('mails').receive({ most: 1 })[0]?.receiveCount, 1);
    });

  for (const suffix of ['', '.fifo'] as const)
    it(`makes new messages${suffix === '' ? '' : ' with the ids of dead messages as deduplication ids'}`, () => {
      const queues = queuesOf(suffix);
      die(queues, 'jobs', ['a']);
      const [dead] = queues.of('dead').messages;

      queues.of('dead').redrive();

      const [again] = queues.of('jobs').messages;
      assert.notEqual(again?.id, dead?.id);
      assert.equal(again?.deduplicationId, suffix === '' ? 'jobs0' : dead?.id);
    });

  it('does not move what was sent to the queue itself, which can be received at once', () => {
    const queues = queuesOf('');
    queues.of('dead').send({ body: 'own', attributes: {}, senderId: ACCOUNT });

    assert.equal(queues.of('dead').redrive(), 0);
    assert.deepEqual(
      queues
        .of('dead')
        .receive({ most: 1 })
        .map(({ body }) => body),
      ['own'],
    );
  });

  it('is offered only by a queue of dead messages, whose row names the queues', () => {
    const { service } = queuesOf('');

    assert.deepEqual(
      service.handTargets().map(({ name, redrive }) => [name, redrive !== undefined]),
      [
        ['dead', true],
        ['jobs', false],
        ['mails', false],
      ],
    );
    assert.match(service.rows()[0]?.state ?? '', /, dead-letter queue of jobs, mails$/);
  });
});
