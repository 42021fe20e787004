/** Services together: lambda-events, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, type EventBench, REGION } from '../../support/an-event-engine.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { sqs, lambda: lambdaEvents };
type Bench = EventBench<typeof SERVICES>;

const URL = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`;
const ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`;

/** A queue `jobs` with a dead-letter queue `dead`, whose function is `work`. */
const jobs = (mapping = '', queue = 'VisibilityTimeout: 30', tries = 3): string => `
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs
      ${queue}
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: ${tries} }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: !GetAtt Jobs.Arn, FunctionName: work, ${mapping} }`;

type Records = { readonly Records: readonly Readonly<Record<string, unknown>>[] };

async function send(bench: Bench, ...bodies: readonly string[]): Promise<void> {
  for (const MessageBody of bodies) await bench.call('sqs', 'SendMessage', { QueueUrl: URL, MessageBody });
  await bench.engine.idle();
}

const lengthOf = (bench: Bench, name: string): number =>
  bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`)?.length ?? -1;

// Source: Lambda developer guide, "Using Lambda with Amazon SQS", docs/aws §18.3
describe('QueueConsumer', () => {
  it('passes messages to the function as records, and deletes them when it returns', async () => {
    const events: Records[] = [];
    const bench = anEventEngine(SERVICES, {
      resources: jobs(),
      functions: { work: (event) => void events.push(event as Records) },
    });
    await bench.call('sqs', 'SendMessage', {
      QueueUrl: URL,
      MessageBody: '{"order":1}',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'new' } },
    });
    await bench.engine.idle();

    const { receiptHandle, attributes, ...record } = events[0]?.Records[0] ?? {};
    assert.ok(typeof receiptHandle === 'string' && receiptHandle !== '');
    assert.deepEqual(attributes, {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1744668818000',
      SenderId: ACCOUNT,
      ApproximateFirstReceiveTimestamp: '1744668818000',
    });
    assert.deepEqual(record, {
      messageId: '00000000-0000-4000-8000-000000000001',
      body: '{"order":1}',
      messageAttributes: {
        kind: { stringValue: 'new', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      // Both digests calculated with Python's hashlib.
      md5OfMessageAttributes: '6c03da4e31553b96eb78c9e6a0d1a929',
      md5OfBody: '190ad5fd0596a0629a0aa256937135a3',
      eventSource: 'aws:sqs',
      eventSourceARN: ARN,
      awsRegion: REGION,
    });
    assert.equal(lengthOf(bench, 'jobs'), 0);
  });

  it('returns messages of a failed batch when their visibility timeout has passed, until they are dead', async () => {
    const counts: unknown[] = [];
    const bench = anEventEngine(SERVICES, {
      resources: jobs(),
      functions: {
        work(event) {
          const [record] = (event as Records).Records;
          counts.push((record?.['attributes'] as Record<string, string>)['ApproximateReceiveCount']);
          throw new Error('no');
        },
      },
    });
    await send(bench, 'a');
    assert.deepEqual(counts, ['1']);
    await bench.advance(29_999);
    assert.deepEqual(counts, ['1']);
    await bench.advance(1);
    await bench.advance(30_000);
    assert.deepEqual(counts, ['1', '2', '3']);
    await bench.advance(30_000);
    assert.deepEqual([counts.length, lengthOf(bench, 'jobs'), lengthOf(bench, 'dead')], [3, 0, 1]);
    assert.equal(
      bench.reports[0],
      'work failed on a batch of 1 message from jobs: no. The messages of the batch can be received again after 30 s (VisibilityTimeout), and move to dead once each has been received 3 times',
    );
  });

  for (const { name, answer, left, reports = 0 } of [
    { name: 'nothing at all', answer: () => undefined, left: [] },
    { name: 'an empty list', answer: () => ({ batchItemFailures: [] }), left: [] },
    { name: 'a null list', answer: () => ({ batchItemFailures: null }), left: [] },
    {
      name: 'one item',
      answer: (ids: string[]) => ({ batchItemFailures: [{ itemIdentifier: ids[1] }] }),
      left: ['b'],
    },
    {
      name: 'an empty identifier',
      answer: () => ({ batchItemFailures: [{ itemIdentifier: '' }] }),
      left: ['a', 'b', 'c'],
      reports: 1,
    },
    {
      name: 'an unknown identifier',
      answer: () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] }),
      left: ['a', 'b', 'c'],
      reports: 1,
    },
    {
      name: 'a wrong key',
      answer: (ids: string[]) => ({ batchItemFailures: [{ id: ids[0] }] }),
      left: ['a', 'b', 'c'],
      reports: 1,
    },
  ])
    // Source: Lambda developer guide, "Implementing partial batch responses", "Success and failure conditions"
    it(`keeps of a batch what the function reports with ${name}`, async () => {
      const bench = anEventEngine(SERVICES, {
        resources: jobs(
          'FunctionResponseTypes: [ReportBatchItemFailures], BatchSize: 3, MaximumBatchingWindowInSeconds: 1',
        ),
        functions: {
          work: (event) => answer((event as Records).Records.map(({ messageId }) => String(messageId))),
        },
      });
      await send(bench, 'a', 'b', 'c');
      await bench.engine.idle();
      assert.equal(bench.invoker.calls.length, 1);
      const queue = bench.services.sqs.queues.find(ARN);
      bench.clock.advance(30_000);
      assert.deepEqual(
        queue?.receive({ most: 10 }).map(({ body }) => body),
        left,
      );
      assert.equal(bench.reports.length, reports);
    });

  it('gathers a batch until it is full, or its window has passed', async () => {
    const sizes: number[] = [];
    const bench = anEventEngine(SERVICES, {
      resources: jobs('BatchSize: 4, MaximumBatchingWindowInSeconds: 10'),
      functions: { work: (event) => void sizes.push((event as Records).Records.length) },
    });
    await send(bench, 'a', 'b', 'c');
    assert.deepEqual(sizes, []);
    await send(bench, 'd', 'e');
    assert.deepEqual(sizes, [4]);
    await bench.advance(9_999);
    assert.deepEqual(sizes, [4]);
    await bench.advance(1);
    assert.deepEqual(sizes, [4, 1]);
  });

  it('runs as many batches at a time as ScalingConfig says', async () => {
    let [running, most] = [0, 0];
    const bench = anEventEngine(SERVICES, {
      resources: jobs('BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 }'),
      functions: {
        async work() {
          running += 1;
          most = Math.max(most, running);
          await new Promise(setImmediate);
          running -= 1;
        },
      },
    });
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        bench.call('sqs', 'SendMessage', { QueueUrl: URL, MessageBody: `${index}` }),
      ),
    );
    await bench.engine.idle();
    assert.deepEqual([bench.invoker.calls.length, most, lengthOf(bench, 'jobs')], [12, 2, 0]);
  });

  it('deletes what the filter refuses without the function', async () => {
    const bodies: unknown[] = [];
    const bench = anEventEngine(SERVICES, {
      resources: jobs(
        `FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["paid"],"total":[{"numeric":[">",10]}]}}' }] }`,
      ),
      functions: { work: (event) => void bodies.push(...(event as Records).Records.map(({ body }) => body)) },
    });
    await send(bench, '{"kind":"paid","total":11}', '{"kind":"paid","total":10}', '{"kind":"open"}', 'text');
    assert.deepEqual(bodies, ['{"kind":"paid","total":11}']);
    assert.equal(lengthOf(bench, 'jobs'), 0);
  });

  it('keeps the order of each group of a FIFO queue, also past failures', async () => {
    const seen: string[] = [];
    let failures = 2;
    const bench = anEventEngine(SERVICES, {
      resources: `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs.fifo, FifoQueue: true, ContentBasedDeduplication: true, VisibilityTimeout: 30 } }
  Mapping: { Type: AWS::Lambda::EventSourceMapping, Properties: { EventSourceArn: !GetAtt Jobs.Arn, FunctionName: work, BatchSize: 1 } }`,
      functions: {
        work(event) {
          const body = String((event as Records).Records[0]?.['body']);
          if (body === 'a2' && failures-- > 0) throw new Error('not yet');
          seen.push(body);
        },
      },
    });
    for (const MessageBody of ['a1', 'a2', 'b1', 'a3', 'b2', 'a2'])
      await bench.call('sqs', 'SendMessage', {
        QueueUrl: `${URL}.fifo`,
        MessageBody,
        MessageGroupId: MessageBody[0],
      });
    await bench.engine.idle();
    assert.deepEqual(seen.toSorted(), ['a1', 'b1', 'b2']);
    await bench.advance(30_000);
    await bench.advance(30_000);
    assert.deepEqual(
      seen.filter((body) => body.startsWith('a')),
      ['a1', 'a2', 'a3'],
    );
  });

  it('loses none of 10,000 messages to workers that crash, and gives none to a worker that has deleted it', async () => {
    const done = new Map<string, number>();
    let calls = 0;
    const bench = anEventEngine(SERVICES, {
      resources: jobs('BatchSize: 10', 'VisibilityTimeout: 30', 12),
      functions: {
        work(event) {
          calls += 1;
          const bodies = (event as Records).Records.map(({ body }) => String(body));
          // One of three workers dies: half of them before their work, half after it.
          if (calls % 6 === 0) throw new Error('crashed before');
          for (const body of bodies) done.set(body, (done.get(body) ?? 0) + 1);
          if (calls % 6 === 3) throw new Error('crashed after');
        },
      },
    });
    const queue = bench.services.sqs.queues.find(ARN);
    for (let index = 0; index < 10_000; index += 1)
      queue?.send({ body: String(index), attributes: {}, senderId: ACCOUNT });
    await bench.engine.idle();
    for (let round = 0; round < 40 && (queue?.length ?? 0) > 0; round += 1) await bench.advance(30_000);
    assert.equal(done.size + lengthOf(bench, 'dead'), 10_000);
    assert.deepEqual([queue?.length, lengthOf(bench, 'dead')], [0, 0]);
    // Messages are processed at least once. Each repetition belongs to a batch whose worker died after its work.
    const repeats = [...done.values()].reduce((sum, count) => sum + count - 1, 0);
    const diedAfter = Math.floor((calls + 3) / 6);
    assert.ok(repeats > 0 && repeats <= 10 * diedAfter, `${repeats} of ${diedAfter} batches`);
  });
});
