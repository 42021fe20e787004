/** Services together: lambda-events, sqs, streams. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ACCOUNT,
  anEventEngine,
  type EventBench,
  type EventBenchOptions,
  REGION,
} from '../../support/an-event-engine.ts';
import { aTableChange } from '../../support/a-table-change.ts';
import { openStoredEntries } from '../../../packages/gateway/kernel/stored-entries.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as tableStreams from '../../../packages/gateway/services/streams/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { sqs, 'dynamodb-streams': tableStreams, lambda: lambdaEvents };
type Bench = EventBench<typeof SERVICES>;

const ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000`;
const table = (mapping = '', view = 'NEW_AND_OLD_IMAGES'): string => `
  Lost: { Type: AWS::SQS::Queue, Properties: { QueueName: lost } }
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      StreamSpecification: { StreamViewType: ${view} }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: work, StartingPosition: LATEST, ${mapping} }`;

type StreamRecordOf = {
  readonly eventName: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: { readonly id: { readonly S: string } };
  };
};
const idsOf = (event: unknown): string[] =>
  (event as { Records: StreamRecordOf[] }).Records.map(({ dynamodb }) => dynamodb.Keys.id.S);

function change(bench: Bench, ...ids: readonly string[]): void {
  bench.services['dynamodb-streams'].streams.changed(
    ids.map((id) =>
      aTableChange(
        {
          table: 'orders',
          streamArn: ARN,
          keys: { id: { S: id } },
          after: { id: { S: id }, state: { S: 'new' } },
        },
        bench.clock.nowEpochMs(),
      ),
    ),
  );
}

async function aBench(mapping: string, work: NonNullable<EventBenchOptions['functions']>[string]) {
  const bench = anEventEngine(SERVICES, { resources: table(mapping), functions: { work } });
  change(bench, 'a', 'b', 'c', 'd');
  await bench.engine.idle();
  return bench;
}

/** Batches as `ab`, in the order in which the function got them. */
const batchesOf = (bench: Bench): string[] => bench.invoker.calls.map(({ event }) => idsOf(event).join(''));
const failOn =
  (...bad: readonly string[]) =>
  (event: unknown): void => {
    if (idsOf(event).some((id) => bad.includes(id))) throw new Error('no');
  };

const lost = (bench: Bench): Record<string, unknown>[] =>
  (bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:lost`)?.receive({ most: 10 }) ?? []).map(
    ({ body }) => JSON.parse(body) as Record<string, unknown>,
  );
const ON_FAILURE = 'DestinationConfig: { OnFailure: { Destination: !GetAtt Lost.Arn } }';
// A window gathers all four.
const ONE_BATCH = 'MaximumBatchingWindowInSeconds: 1';

// Source: Lambda developer guide, "Process DynamoDB records with Lambda", docs/aws §18.7
describe('StreamConsumer', () => {
  it('passes changes on as records, with the images that the stream has', async () => {
    const bench = anEventEngine(SERVICES, { resources: table(), functions: { work: () => 1 } });
    const keys = { id: { S: 'a' } };
    const [one, two] = [
      { ...keys, n: { N: '1' } },
      { ...keys, n: { N: '2' } },
    ];
    const changed = (before: object | undefined, after: object | undefined, isExpiry = false): void =>
      bench.services['dynamodb-streams'].streams.changed([
        aTableChange({
          table: 'orders',
          streamArn: ARN,
          keys,
          before: before as never,
          after: after as never,
          isExpiry,
        }),
      ]);
    changed(undefined, one);
    changed(one, two);
    changed(two, undefined, true);
    await bench.engine.idle();
    const records = bench.invoker.calls.flatMap(
      ({ event }) => (event as { Records: Record<string, unknown>[] }).Records,
    );
    assert.deepEqual(
      records.map(({ eventName, dynamodb, userIdentity }) => {
        const { NewImage, OldImage, StreamViewType } = dynamodb as Record<string, unknown>;
        return { eventName, NewImage, OldImage, StreamViewType, userIdentity };
      }),
      [
        {
          eventName: 'INSERT',
          NewImage: one,
          OldImage: undefined,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
          userIdentity: undefined,
        },
        {
          eventName: 'MODIFY',
          NewImage: two,
          OldImage: one,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
          userIdentity: undefined,
        },
        {
          eventName: 'REMOVE',
          NewImage: undefined,
          OldImage: two,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
          userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
        },
      ],
    );
    const { eventSource, eventSourceARN, awsRegion, eventVersion } = records[0] ?? {};
    assert.deepEqual(
      [eventSource, eventSourceARN, awsRegion, eventVersion],
      ['aws:dynamodb', ARN, REGION, '1.1'],
    );
  });

  it('holds back what comes after a failed batch, and tries the batch until it succeeds', async () => {
    let failures = 3;
    const bench = await aBench('BatchSize: 1', (event) => {
      if (idsOf(event)[0] === 'b' && failures-- > 0) throw new Error('no');
    });
    assert.deepEqual(batchesOf(bench), ['a', 'b']);
    await bench.advance(1_000);
    await bench.advance(2_000);
    assert.deepEqual(batchesOf(bench), ['a', 'b', 'b', 'b']);
    assert.equal(bench.services['dynamodb-streams'].streams.consumers[0]?.ageMs, 3_000);
    await bench.advance(4_000);
    assert.deepEqual(batchesOf(bench).slice(4), ['b', 'c', 'd']);
    assert.equal(bench.services['dynamodb-streams'].streams.consumers[0].ageMs, 0);
  });

  it('gives a batch up after its retries, and reports it to the destination', async () => {
    const bench = await aBench(
      `BatchSize: 2, ${ONE_BATCH}, MaximumRetryAttempts: 1, ${ON_FAILURE}`,
      failOn('b'),
    );
    await bench.advance(60_000);
    assert.deepEqual(batchesOf(bench), ['ab', 'ab', 'cd']);
    const [record] = lost(bench);
    const { requestId, ...context } = record?.['requestContext'] as Record<string, unknown>;
    assert.equal(typeof requestId, 'string');
    assert.deepEqual(context, {
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:work`,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 2,
    });
    const { startSequenceNumber, endSequenceNumber, ...info } = record?.['DDBStreamBatchInfo'] as Record<
      string,
      unknown
    >;
    assert.ok(String(startSequenceNumber) < String(endSequenceNumber));
    // The times have no milliseconds: Lambda developer guide, "Retain discarded records for a DynamoDB event source";
    // LocalStack, test_lambda_integration_dynamodbstreams.snapshot.json (recorded 2025-11-25)
    assert.deepEqual(info, {
      shardId: 'shardId-00000001744668818000-00000000',
      approximateArrivalOfFirstRecord: '2025-04-14T22:13:38Z',
      approximateArrivalOfLastRecord: '2025-04-14T22:13:38Z',
      batchSize: 2,
      streamArn: ARN,
    });
  });

  it('halves a failed batch until the bad record is alone, which takes no retries', async () => {
    const bench = await aBench(
      `BatchSize: 4, ${ONE_BATCH}, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0, ${ON_FAILURE}`,
      failOn('c'),
    );
    await bench.advance(1_000);
    assert.deepEqual(batchesOf(bench), ['abcd', 'ab', 'cd', 'c', 'd']);
    assert.equal((lost(bench)[0]?.['DDBStreamBatchInfo'] as { batchSize: number }).batchSize, 1);
  });

  it('continues from the first record that the function reports', async () => {
    let isBroken = true;
    const bench = await aBench(
      `BatchSize: 4, ${ONE_BATCH}, FunctionResponseTypes: [ReportBatchItemFailures]`,
      (event) => {
        const record = (event as { Records: StreamRecordOf[] }).Records.find(
          ({ dynamodb }) => dynamodb.Keys.id.S === 'c',
        );
        return isBroken
          ? { batchItemFailures: [{ itemIdentifier: record?.dynamodb.SequenceNumber }] }
          : undefined;
      },
    );
    assert.deepEqual(batchesOf(bench), ['abcd']);
    isBroken = false;
    await bench.advance(1_000);
    assert.deepEqual(batchesOf(bench), ['abcd', 'cd']);
  });

  // Lambda developer guide, "Configuring partial batch response with DynamoDB": a batch is bisected at the reported
  // number.
  it('does not halve a batch whose first record the function reports', async () => {
    const bench = await aBench(
      `BatchSize: 4, ${ONE_BATCH}, BisectBatchOnFunctionError: true, FunctionResponseTypes: [ReportBatchItemFailures]`,
      (event) => {
        const [first] = (event as { Records: StreamRecordOf[] }).Records;
        return { batchItemFailures: [{ itemIdentifier: first?.dynamodb.SequenceNumber }] };
      },
    );
    await bench.advance(1_000);
    assert.deepEqual(batchesOf(bench), ['abcd', 'abcd']);
  });

  it('runs nothing again for a reload that does not change its mapping', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const bench = anEventEngine(SERVICES, {
      resources: table('BatchSize: 4'),
      functions: { work: () => promise },
    });
    change(bench, 'a');
    await nextTurn();
    bench.reload();
    resolve(undefined);
    await bench.engine.idle();

    assert.deepEqual(batchesOf(bench), ['a']);
  });

  it('gives up records that are too old', async () => {
    const bench = await aBench(`BatchSize: 1, MaximumRecordAgeInSeconds: 60, ${ON_FAILURE}`, failOn('a'));
    await bench.advance(30_000);
    await bench.advance(120_000);
    assert.equal(
      (lost(bench)[0]?.['requestContext'] as { condition: string }).condition,
      'RecordAgeExceeded',
    );
    assert.equal(bench.services['dynamodb-streams'].streams.consumers[0]?.waiting, 0);
  });

  it('passes over records that the filter refuses', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: table(
        `FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"id":{"S":["b"]}}}}' }] }`,
      ),
      functions: { work: () => 1 },
    });
    change(bench, 'a', 'b', 'c');
    await bench.engine.idle();
    assert.deepEqual(batchesOf(bench), ['b']);
  });

  it('keeps the order of each item with several batches at a time', async () => {
    const seen: string[] = [];
    const bench = anEventEngine(SERVICES, {
      resources: table('BatchSize: 1, ParallelizationFactor: 4'),
      functions: {
        async work(event) {
          await new Promise(setImmediate);
          const [record] = (
            event as { Records: { dynamodb: { NewImage: { id: { S: string }; n: { N: string } } } }[] }
          ).Records;
          const { id, n } = record?.dynamodb.NewImage ?? {};
          seen.push(`${id?.S ?? ''}${n?.N ?? ''}`);
        },
      },
    });
    for (let n = 0; n < 20; n += 1)
      bench.services['dynamodb-streams'].streams.changed(
        ['a', 'b', 'c', 'd', 'e'].map((id) =>
          aTableChange({
            table: 'orders',
            streamArn: ARN,
            keys: { id: { S: id } },
            after: { id: { S: id }, n: { N: `${n}` } },
          }),
        ),
      );
    await bench.engine.idle();
    assert.equal(seen.length, 100);
    for (const id of ['a', 'b', 'c', 'd', 'e'])
      assert.deepEqual(
        seen.filter((text) => text.startsWith(id)),
        Array.from({ length: 20 }, (_, n) => `${id}${n}`),
      );
    assert.notDeepEqual(seen, seen.toSorted());
  });

  it('continues at its position when the stacks are loaded again', async () => {
    let isBroken = true;
    const bench = await aBench('BatchSize: 1', () => {
      if (isBroken) throw new Error('no');
    });
    bench.reload();
    isBroken = false;
    await bench.advance(60_000);
    assert.deepEqual(batchesOf(bench), ['a', 'a', 'b', 'c', 'd']);
  });

  it('keeps no records of a mapping that is gone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-streams-'));
    const at = { functions: { work: () => new Promise(() => undefined) }, dataDirectory: folder };
    const kept = (): number => openStoredEntries(join(folder, 'events.jsonl')).list('stream/').length;
    change(anEventEngine(SERVICES, { ...at, resources: table('BatchSize: 1') }), 'a', 'b');
    assert.equal(kept(), 2);

    anEventEngine(SERVICES, { ...at, resources: table('BatchSize: 1') });
    assert.equal(kept(), 2);
    anEventEngine(SERVICES, { ...at, resources: table().replace('  Mapping:', '  Other:') });
    assert.equal(kept(), 0);
    rmSync(folder, { recursive: true });
  });

  // Source: Lambda API reference, CreateEventSourceMapping: StartingPosition, MaximumRecordAgeInSeconds.
  for (const [wrong, resources, says] of [
    [
      'a record age of 59 s',
      table('MaximumRecordAgeInSeconds: 59'),
      /must be either -1 \(forever\) or between 60 and 604800 \(inclusive\)/,
    ],
    [
      'a record age of 0 s',
      table('MaximumRecordAgeInSeconds: 0'),
      /must be either -1 \(forever\) or between 60 and 604800 \(inclusive\)/,
    ],
    [
      'no starting position',
      table().replace('StartingPosition: LATEST,', ''),
      /StartingPosition.*Value null at 'startingPosition' failed to satisfy constraint: Member must not be null/,
    ],
  ] as const)
    it(`notes ${wrong}`, () => {
      const { faults } = anEventEngine(SERVICES, { resources, functions: { work: () => 1 } });

      assert.deepEqual(
        faults.all.map(({ error }) => says.test(error.describe())),
        [true],
      );
    });

  it('reports a destination that is not a queue or topic', () => {
    const { unsupported } = anEventEngine(SERVICES, {
      resources: table('DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::lost" } }'),
      functions: { work: () => 1 },
    });

    assert.deepEqual(
      unsupported.map(({ property, consequence }) => [property, consequence]),
      [
        [
          'DestinationConfig.OnFailure.Destination',
          'arn:aws:s3:::lost is not a queue or topic: discarded records appear only in the log',
        ],
      ],
    );
  });

  it('reports in the log that the queue of its destination does not exist', async () => {
    const gone = `arn:aws:sqs:${REGION}:${ACCOUNT}:gone`;
    const bench = await aBench(
      `MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: "${gone}" } }`,
      failOn('a'),
    );

    assert.ok(
      bench.reports.includes(
        `the on-failure destination ${gone} did not receive the record: the target is not in a loaded stack: QueueDoesNotExist: The specified queue does not exist.`,
      ),
      bench.reports.join('\n'),
    );
  });
});

describe('a table that streams', () => {
  it('has no stream if its view is unknown, and reports it', () => {
    const { faults } = anEventEngine(SERVICES, {
      resources: table('', 'EVERYTHING'),
      functions: { work: () => 1 },
    });

    assert.deepEqual(
      faults.all.map(({ consequences }) => consequences),
      [['the table has no stream']],
    );
  });

  it('gives a mapping that reads from its beginning what is written meanwhile, if nothing was before', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: table().replace('LATEST', 'TRIM_HORIZON'),
      functions: { work: () => 1 },
    });
    change(bench, 'a', 'b');
    await bench.engine.idle();

    assert.deepEqual(
      bench.invoker.calls.flatMap(({ event }) => idsOf(event)),
      ['a', 'b'],
    );
  });
});
