/** Services together: kinesis, lambda-events, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';
import type { EventBench, EventBenchOptions } from '../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../support/virtual-ports.ts';
import {
  ARN,
  batchesOf,
  call,
  failOn,
  mapped,
  put,
  recordOf,
  recordsOf,
  textsOf,
  toBase64,
} from '../../packages/gateway/services/kinesis/a-stream.ts';
import type { Fields } from '../../packages/gateway/services/kinesis/a-stream.ts';
import * as kinesis from '../../../packages/gateway/services/kinesis/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';

const SERVICES = { sqs, kinesis, lambda: lambdaEvents };
const LOST = `arn:aws:sqs:${REGION}:${ACCOUNT}:lost`;
type Bench = EventBench<typeof SERVICES>;

function aBench(mapping: string, work: NonNullable<EventBenchOptions['functions']>[string]): Bench {
  return anEventEngine(SERVICES, { resources: mapped(mapping), functions: { work } });
}

const lostOf = (bench: Bench): readonly Fields[] =>
  (bench.services.sqs.queues.find(LOST)?.receive({ most: 10 }) ?? []).map(
    ({ body }) => JSON.parse(body) as Fields,
  );

const ON_FAILURE = 'DestinationConfig: { OnFailure: { Destination: !GetAtt Lost.Arn } }';

// Source: Lambda developer guide, "Using Lambda to process records from Amazon Kinesis Data Streams", docs/aws §18.11
describe('StreamConsumer of a shard', () => {
  it("passes records on as Lambda's event", async () => {
    const bench = aBench('', () => 1);
    const { ShardId, SequenceNumber } = await call(bench, 'PutRecord', {
      StreamName: 'orders',
      ...recordOf('{"order":1}', 'customer-7'),
    });
    await bench.engine.idle();

    assert.deepEqual(
      bench.invoker.calls.map(({ event }) => event),
      [
        {
          Records: [
            {
              kinesis: {
                kinesisSchemaVersion: '1.0',
                partitionKey: 'customer-7',
                sequenceNumber: SequenceNumber,
                data: toBase64('{"order":1}'),
                approximateArrivalTimestamp: EPOCH_MS / 1000,
              },
              eventSource: 'aws:kinesis',
              eventVersion: '1.0',
              eventID: `${String(ShardId)}:${String(SequenceNumber)}`,
              eventName: 'aws:kinesis:record',
              // What the bench gives the function as its role.
              invokeIdentityArn: 'none',
              awsRegion: REGION,
              eventSourceARN: ARN,
            },
          ],
        },
      ],
    );
    assert.deepEqual([bench.unsupported, bench.faults.all], [[], []]);
  });

  it('holds back what comes after a failed batch, and tries the batch until it succeeds', async () => {
    let failures = 3;
    const bench = aBench('BatchSize: 1', (event) => {
      if (textsOf(event)[0] === 'b' && failures-- > 0) throw new Error('no');
    });
    await put(bench, 'a', 'b', 'c', 'd');
    assert.deepEqual(batchesOf(bench), ['a', 'b']);
    await bench.advance(1_000);
    await bench.advance(2_000);
    assert.deepEqual(batchesOf(bench), ['a', 'b', 'b', 'b']);
    assert.equal(
      bench.engine.rows.find(({ name }) => name === 'orders')?.state,
      '4 records in 1 shard, 3 waiting, the oldest for 3 s',
    );
    await bench.advance(4_000);
    assert.deepEqual(batchesOf(bench).slice(4), ['b', 'c', 'd']);
    assert.match(
      bench.reports[0] ?? '',
      /^work failed on a batch of 1 record from orders: no\. The mapping has no MaximumRetryAttempts, so the batch is tried again/,
    );
  });

  it('continues a shard while a batch of another one fails', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: mapped('BatchSize: 1', 'ShardCount: 2'),
      functions: { work: failOn('a1') },
    });
    // The MD5 digests of a and b begin with 0c and 92.
    const Records = [recordOf('a1', 'a'), recordOf('b1', 'b'), recordOf('a2', 'a'), recordOf('b2', 'b')];
    await call(bench, 'PutRecords', { StreamName: 'orders', Records });
    await bench.engine.idle();

    assert.deepEqual(batchesOf(bench).toSorted(), ['a1', 'b1', 'b2']);
  });

  it('gives a batch up after its retries, and reports it to the destination', async () => {
    const bench = aBench(`BatchSize: 2, MaximumRetryAttempts: 1, ${ON_FAILURE}`, failOn('b'));
    const { Records } = await put(bench, 'a', 'b', 'c', 'd');
    const [a, b] = Records as { SequenceNumber: string }[];
    await bench.advance(60_000);

    assert.deepEqual(batchesOf(bench), ['ab', 'ab', 'cd']);
    const [lost] = lostOf(bench);
    const { requestId } = lost?.['requestContext'] as Fields;
    assert.equal(typeof requestId, 'string');
    assert.deepEqual(
      lost,
      {
        requestContext: {
          requestId,
          functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:work`,
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 2,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: '2025-04-14T22:14:38.000Z',
        KinesisBatchInfo: {
          shardId: 'shardId-000000000000',
          startSequenceNumber: a?.SequenceNumber,
          endSequenceNumber: b?.SequenceNumber,
          approximateArrivalOfFirstRecord: '2025-04-14T22:13:38.000Z',
          approximateArrivalOfLastRecord: '2025-04-14T22:13:38.000Z',
          batchSize: 2,
          streamArn: ARN,
        },
      },
      'Lambda developer guide, "Retain discarded batch records for a Kinesis Data Streams event source"',
    );
  });

  it('halves a failed batch until the bad record is alone, which takes no retries', async () => {
    const bench = aBench(
      `BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0, ${ON_FAILURE}`,
      failOn('c'),
    );
    await put(bench, 'a', 'b', 'c', 'd');

    assert.deepEqual(batchesOf(bench), ['abcd', 'ab', 'cd', 'c', 'd']);
    assert.equal((lostOf(bench)[0]?.['KinesisBatchInfo'] as Fields)['batchSize'], 1);
  });

  it('continues from the first record that the function reports', async () => {
    let isBroken = true;
    const bench = aBench(
      'FunctionResponseTypes: [ReportBatchItemFailures], BisectBatchOnFunctionError: true',
      (event) => {
        const number = recordsOf(event)[2]?.kinesis.sequenceNumber;
        return isBroken ? { batchItemFailures: [{ itemIdentifier: number }] } : undefined;
      },
    );
    await put(bench, 'a', 'b', 'c', 'd');
    assert.deepEqual(batchesOf(bench), ['abcd']);
    isBroken = false;
    await bench.advance(1_000);
    assert.deepEqual(batchesOf(bench), ['abcd', 'cd']);
  });

  it('runs nothing again for a reload that does not change its mapping', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const bench = aBench('BatchSize: 4', () => promise);
    await call(bench, 'PutRecord', { StreamName: 'orders', ...recordOf('a') });
    await nextTurn();
    bench.reload();
    resolve(undefined);
    await bench.engine.idle();

    assert.deepEqual(batchesOf(bench), ['a']);
  });

  it('gives up records that are too old, and continues with the others', async () => {
    const bench = aBench(`BatchSize: 1, MaximumRecordAgeInSeconds: 60, ${ON_FAILURE}`, failOn('a'));
    await put(bench, 'a');
    await bench.advance(50_000);
    await put(bench, 'b');
    await bench.advance(30_000);

    assert.equal(batchesOf(bench).at(-1), 'b');
    assert.equal((lostOf(bench)[0]?.['requestContext'] as Fields)['condition'], 'RecordAgeExceeded');
  });

  it('retries no record that the stream keeps no more', async () => {
    const bench = aBench(ON_FAILURE, failOn('a'));
    await put(bench, 'a');
    for (let hour = 0; hour < 25; hour += 1) await bench.advance(3_600_000);
    await put(bench, 'b');

    assert.equal(batchesOf(bench).at(-1), 'b');
    assert.equal(lostOf(bench).length, 1);
  });

  it('reports when records were dropped while an older batch blocked their shard', async () => {
    const bench = aBench(`BatchSize: 1, ${ON_FAILURE}`, failOn('a'));
    await put(bench, 'a');
    await bench.advance(60_000);
    await put(bench, 'b');
    await bench.advance(25 * 3_600_000);
    await put(bench, 'c');

    assert.equal(batchesOf(bench).at(-1), 'c');
    assert.equal(batchesOf(bench).includes('b'), false);
    assert.ok(
      bench.reports.includes(
        'orders, shardId-000000000000: older records were dropped before work read them',
      ),
    );
  });

  it('counts what Lambda refused to run for now as no retry', async () => {
    let isThrottled = true;
    const bench = aBench('MaximumRetryAttempts: 0', () =>
      isThrottled ? { kind: 'refused', reason: 'throttled', message: 'Rate exceeded' } : undefined,
    );
    await put(bench, 'a');
    await bench.advance(1_000);
    isThrottled = false;
    await bench.advance(2_000);
    await bench.advance(60_000);

    assert.deepEqual(batchesOf(bench), ['a', 'a', 'a']);
  });

  it('gathers a batch until it is full, or its window has passed', async () => {
    const bench = aBench('BatchSize: 4, MaximumBatchingWindowInSeconds: 10', () => 1);
    await put(bench, 'a', 'b', 'c');
    assert.deepEqual(batchesOf(bench), []);
    await put(bench, 'd', 'e');
    assert.deepEqual(batchesOf(bench), ['abcd']);
    await bench.advance(9_999);
    assert.deepEqual(batchesOf(bench), ['abcd']);
    await bench.advance(1);
    assert.deepEqual(batchesOf(bench), ['abcd', 'e']);
  });

  it('passes on no more than 6 MB at a time', async () => {
    const bench = aBench('MaximumBatchingWindowInSeconds: 10', () => 1);
    for (let count = 0; count < 6; count += 1) {
      await put(bench, 'x'.repeat(1_000_000));
      await bench.advance(1_000);
    }
    await bench.advance(10_000);

    assert.deepEqual(
      bench.invoker.calls.map(({ event }) => recordsOf(event).length),
      [4, 2],
    );
  });

  const filters: { name: string; pattern: string; gives: readonly string[] }[] = [
    {
      name: 'a field of JSON',
      pattern: '{"data":{"order":{"type":["buy"]}}}',
      gives: ['{"order":{"type":"buy"}}'],
    },
    { name: 'a text', pattern: '{"data":["plain"]}', gives: ['plain'] },
  ];
  for (const { name, pattern, gives } of filters)
    // Source: Lambda developer guide, "Using event filtering with a Kinesis event source"
    it(`passes on what a filter accepts by ${name}`, async () => {
      const bench = aBench(`FilterCriteria: { Filters: [{ Pattern: '${pattern}' }] }`, () => 1);
      await put(bench, '{"order":{"type":"buy"}}', '{"order":{"type":"sell"}}', 'plain', '"buy"');

      assert.deepEqual(
        bench.invoker.calls.map(({ event }) => textsOf(event)),
        [gives],
      );
    });

  it('keeps the order of each partition key with several batches at a time', async () => {
    const seen: string[] = [];
    const bench = aBench('BatchSize: 1, ParallelizationFactor: 4', async (event) => {
      await new Promise(setImmediate);
      seen.push(...textsOf(event));
    });
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (let n = 0; n < 20; n += 1)
      await call(bench, 'PutRecords', {
        StreamName: 'orders',
        Records: keys.map((key) => recordOf(`${key}${n}`, key)),
      });
    await bench.engine.idle();

    assert.equal(seen.length, 120);
    for (const key of keys)
      assert.deepEqual(
        seen.filter((text) => text.startsWith(key)),
        Array.from({ length: 20 }, (_, n) => `${key}${n}`),
      );
    const inTurn = Array.from({ length: 20 }, (_, n) => keys.map((key) => `${key}${n}`)).flat();
    assert.notDeepEqual(seen, inTurn);
  });
});
