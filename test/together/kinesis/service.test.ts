/** Services together: eventbridge, kinesis, lambda-events, sqs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  waitUntilStreamExists,
  waitUntilStreamNotExists,
} from '@aws-sdk/client-kinesis';
import { HttpResponse } from '@smithy/protocol-http';
import type { HttpRequest } from '@smithy/protocol-http';
import { Readable } from 'node:stream';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';
import type { EventBench } from '../../support/an-event-engine.ts';
import {
  ARN,
  batchesOf,
  call,
  mapped,
  put,
  recordOf,
  streamOf,
  textsOf,
} from '../../packages/gateway/services/kinesis/a-stream.ts';
import * as eventbridge from '../../../packages/gateway/services/eventbridge/service.ts';
import * as kinesis from '../../../packages/gateway/services/kinesis/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';

const SERVICES = { sqs, events: eventbridge, kinesis, lambda: lambdaEvents };

/** AWS's own client in front of the streams, without a socket. */
function clientOf(bench: EventBench): KinesisClient {
  return new KinesisClient({
    region: REGION,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: HttpRequest) {
        const outcome = await bench.send({
          service: 'kinesis',
          path: request.path,
          body: Buffer.from(request.body as Uint8Array).toString(),
          headers: Object.entries(request.headers).flat(),
        });
        if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
        const names = outcome.headers.filter((_, index) => index % 2 === 0);
        const headers = Object.fromEntries(
          names.map((name, index) => [name.toLowerCase(), outcome.headers[2 * index + 1] ?? '']),
        );
        const { status: statusCode, body } = outcome;
        return { response: new HttpResponse({ statusCode, headers, body: Readable.from([body]) }) };
      },
    },
  });
}

describe('Kinesis for the AWS SDK', () => {
  it('makes a stream, puts records, reads them back and deletes it', async () => {
    const client = clientOf(anEventEngine(SERVICES, { resources: streamOf() }));
    const StreamName = 'made';
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
    await waitUntilStreamExists({ client, maxWaitTime: 15 }, { StreamName });
    await client.send(new PutRecordCommand({ StreamName, PartitionKey: 'a', Data: Buffer.from('one') }));
    const { FailedRecordCount } = await client.send(
      new PutRecordsCommand({ StreamName, Records: [{ PartitionKey: 'b', Data: Buffer.from('two') }] }),
    );
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    const texts: string[] = [];
    for (const { ShardId } of Shards) {
      const { ShardIterator } = await client.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
      for (const { Data, ApproximateArrivalTimestamp } of Records)
        texts.push(`${Buffer.from(Data ?? []).toString()} ${ApproximateArrivalTimestamp?.toISOString()}`);
    }
    await client.send(new DeleteStreamCommand({ StreamName }));
    await waitUntilStreamNotExists({ client, maxWaitTime: 15 }, { StreamName });

    assert.equal(FailedRecordCount, 0);
    assert.deepEqual(texts, ['one 2025-04-14T22:13:38.000Z', 'two 2025-04-14T22:13:38.000Z']);
  });

  it('reports a missing stream by the name of the error', async () => {
    const client = clientOf(anEventEngine(SERVICES, { resources: streamOf() }));

    await assert.rejects(client.send(new DescribeStreamCommand({ StreamName: 'none' })), {
      name: 'ResourceNotFoundException',
      message: `Stream none under account ${ACCOUNT} not found.`,
    });
  });
});

const rule = (target: string): string => `
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [shop] }
      Targets: [{ Id: a, Arn: ${target} }]`;

const event = { Entries: [{ Source: 'shop', DetailType: 'order', Detail: '{"n":1}' }] };

describe('Kinesis as a target', () => {
  it('takes events of a rule as records of a stream that is here', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: mapped() + rule('!GetAtt Orders.Arn'),
      functions: { work: () => 1 },
    });
    await bench.call('events', 'PutEvents', event);
    await bench.engine.idle();
    const [given] = bench.invoker.calls.flatMap((one) => textsOf(one.event));

    assert.partialDeepStrictEqual(JSON.parse(given ?? ''), { source: 'shop', detail: { n: 1 } });
    assert.deepEqual(bench.reports, []);
  });

  for (const own of ['', streamOf()])
    it(`is called, and recorded, for a stream that is elsewhere${own === '' ? '' : ', even if there is one here'}`, async () => {
      const bench = anEventEngine(SERVICES, { resources: own + rule(ARN.replace('orders', 'foreign')) });
      await bench.call('events', 'PutEvents', event);
      await bench.engine.idle();

      assert.deepEqual(bench.reports, []);
      assert.deepEqual(
        bench.recorder.calls
          .filter(({ service }) => service === 'kinesis')
          .map(({ action, status }) => [action, status]),
        [['PutRecord', 200]],
      );
    });

  it('tries a record again that its shard did not take in this second', async () => {
    const bench = anEventEngine(SERVICES, { resources: streamOf() + rule('!GetAtt Orders.Arn') });
    const Records = Array.from({ length: 500 }, () => recordOf('x'));
    for (let count = 0; count < 2; count += 1)
      await call(bench, 'PutRecords', { StreamName: 'orders', Records });
    await bench.call('events', 'PutEvents', event);
    await bench.engine.idle();
    const before = bench.engine.rows.find(({ name }) => name === 'orders')?.state;
    await bench.advance(1_000);

    assert.deepEqual(
      [before, bench.engine.rows.find(({ name }) => name === 'orders')?.state],
      ['1000 records in 1 shard', '1001 records in 1 shard'],
    );
  });

  it('accepts manually sent records', async () => {
    const bench = anEventEngine(SERVICES, { resources: mapped(), functions: { work: () => 1 } });
    const target = bench.engine.handTargets.find(({ name }) => name === 'orders');
    await bench.engine.targets.send(target?.arn ?? '', '{"by":"hand"}');
    await bench.engine.idle();

    assert.deepEqual(batchesOf(bench), ['{"by":"hand"}']);
  });
});

const NO_STREAM = '  Other: { Type: AWS::SQS::Queue }';

describe('Kinesis of a start', () => {
  it('lists a stream with its functions', () => {
    const bench = anEventEngine(SERVICES, { resources: mapped(), functions: { work: () => 1 } });

    assert.deepEqual(
      bench.engine.rows.filter(({ name }) => name === 'orders'),
      [
        {
          kind: 'stream',
          name: 'orders',
          targets: ['work'],
          state: '0 records in 1 shard, 0 waiting, the oldest for 0 s',
        },
      ],
    );
  });

  it('lists no record that is older than the retention period', async () => {
    const bench = anEventEngine(SERVICES, { resources: streamOf() });
    await put(bench, 'a');
    await bench.advance(86_400_001);

    assert.equal(bench.engine.rows[0]?.state, '0 records in 1 shard');
  });

  it('is after a reset as it was after the start', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: mapped('BatchSize: 1'),
      functions: { work: () => 1 },
    });
    await put(bench, 'a');
    await call(bench, 'CreateStream', { StreamName: 'made', ShardCount: 1 });
    await bench.engine.clear(() => Promise.resolve());
    await put(bench, 'b');

    assert.deepEqual((await call(bench, 'ListStreams', {}))['StreamNames'], ['orders']);
    assert.deepEqual(batchesOf(bench), ['a', 'b']);
    assert.match(bench.engine.rows.find(({ name }) => name === 'orders')?.state ?? '', /^1 record /);
  });

  it('drops the records of a stream that now has another number of shards, and reports it', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'gatewright-kinesis-'));
    const before = anEventEngine(SERVICES, { resources: streamOf(), dataDirectory });
    await put(before, 'a');
    await before.engine.close();
    const after = anEventEngine(SERVICES, { resources: streamOf('ShardCount: 2'), dataDirectory });
    const { rows } = after.engine;
    await after.engine.close();
    rmSync(dataDirectory, { recursive: true });

    assert.deepEqual(after.reports, [
      'the number of shards of orders changed to 2, so all its records are dropped (1)',
    ]);
    assert.equal(rows[0]?.state, '0 records in 2 shards');
  });

  it('starts a stream that a call creates empty, whatever a stream of that name held in an earlier start', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'gatewright-kinesis-'));
    const made = { StreamName: 'made', ShardCount: 1 };
    const before = anEventEngine(SERVICES, { resources: streamOf(), dataDirectory });
    await call(before, 'CreateStream', made);
    await call(before, 'PutRecord', { StreamName: 'made', ...recordOf('a') });
    await before.engine.close();
    const after = anEventEngine(SERVICES, { resources: streamOf(), dataDirectory });
    await call(after, 'CreateStream', made);
    const { rows } = after.engine;
    await after.engine.close();
    rmSync(dataDirectory, { recursive: true });

    assert.equal(rows.find(({ name }) => name === 'made')?.state, '0 records in 1 shard');
  });

  it('answers and records what is put if no stack has a stream', async () => {
    const bench = anEventEngine(SERVICES, { resources: NO_STREAM });
    const first = await call(bench, 'PutRecord', { StreamName: 'any', ...recordOf('a') });
    const { ShardIterator } = await call(bench, 'GetShardIterator', {
      StreamName: 'any',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    });
    const { Records } = await call(bench, 'GetRecords', { ShardIterator });

    assert.equal(first['ShardId'], 'shardId-000000000000');
    assert.equal((Records as unknown[]).length, 1);
    assert.equal(
      (await call(bench, 'DescribeStream', { StreamName: 'other' }))['__type'],
      'ResourceNotFoundException',
    );
  });

  it('starts no function if the user has Kinesis elsewhere, and says so', () => {
    const bench = anEventEngine(SERVICES, {
      resources: mapped(),
      functions: { work: () => 1 },
      isElsewhere: (service) => service === 'kinesis',
    });

    assert.deepEqual(
      bench.unsupported.map(({ consequence }) => consequence),
      [
        'calls to the event source go to the endpoint that you set, so the mapping invokes no function in this gateway',
      ],
    );
  });
});
