import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as kinesis from '../../../../../packages/gateway/services/kinesis/service.ts';
import { ACCOUNT, anEventEngine } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';
import { ARN, call, put, recordOf, streamOf } from './a-stream.ts';
import type { Fields } from './a-stream.ts';

const API = 'Amazon Kinesis Data Streams API reference';
/** Its tests were run against AWS by their author. */
const KINESALITE = 'mhart/kinesalite, test/';

const aStream = (properties?: string): EventBench =>
  anEventEngine({ kinesis }, { resources: streamOf(properties) });

async function iteratorOf(bench: EventBench, options: Fields = {}): Promise<unknown> {
  const input = { StreamName: 'orders', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' };
  const answer = await call(bench, 'GetShardIterator', { ...input, ...options });
  return answer['ShardIterator'] ?? answer;
}

const textsOf = ({ Records }: Fields): string[] =>
  (Records as readonly { readonly Data: string }[]).map(({ Data }) => Buffer.from(Data, 'base64').toString());

const placesOf = ({ Records }: Fields): { ShardId: string; SequenceNumber: string }[] =>
  Records as { ShardId: string; SequenceNumber: string }[];

describe('putRecords', () => {
  const third = 2n ** 128n / 3n;
  const rows: { name: string; record: Fields; shard: number; source: string }[] = [
    // The MD5 digests of a, b, e and f begin with 0c, 92, e1 and 8f.
    { name: 'the key a', record: recordOf('', 'a'), shard: 0, source: `${KINESALITE}putRecords.js` },
    { name: 'the key b', record: recordOf('', 'b'), shard: 1, source: `${KINESALITE}putRecords.js` },
    { name: 'the key e', record: recordOf('', 'e'), shard: 2, source: `${KINESALITE}putRecords.js` },
    { name: 'the key f', record: recordOf('', 'f'), shard: 1, source: `${KINESALITE}putRecords.js` },
    {
      name: 'the highest hash key',
      record: { ...recordOf('', 'a'), ExplicitHashKey: String(2n ** 128n - 1n) },
      shard: 2,
      source: `${KINESALITE}putRecords.js`,
    },
    {
      name: 'the last hash key of the second shard',
      record: { ...recordOf('', 'a'), ExplicitHashKey: String(2n * third - 1n) },
      shard: 1,
      source: `${KINESALITE}putRecords.js`,
    },
    {
      name: 'the first hash key of the third shard',
      record: { ...recordOf('', 'a'), ExplicitHashKey: String(2n * third) },
      shard: 2,
      source: `${KINESALITE}putRecords.js`,
    },
  ];
  for (const { name, record, shard, source } of rows)
    it(`puts ${name} into shard ${shard}`, async () => {
      const answer = await call(aStream('ShardCount: 3'), 'PutRecord', { StreamName: 'orders', ...record });

      assert.equal(answer['ShardId'], `shardId-00000000000${shard}`, source);
    });

  it('gives numbers that grow with each record of a shard', async () => {
    const bench = aStream();
    const first = placesOf(await put(bench, 'a', 'b'));
    const second = placesOf(await put(bench, 'c'));
    const numbers = [...first, ...second].map(({ SequenceNumber }) => SequenceNumber);

    assert.deepEqual(numbers, numbers.toSorted());
    assert.equal(new Set(numbers).size, 3);
  });

  it('fails only the records that their shard does not accept in this second', async () => {
    const bench = aStream();
    const half = Array.from({ length: 500 }, () => recordOf('x'));
    const given = { StreamName: 'orders', Records: half };
    await call(bench, 'PutRecords', given);
    await call(bench, 'PutRecords', given);

    const { FailedRecordCount, Records } = await call(bench, 'PutRecords', {
      ...given,
      Records: [recordOf('y')],
    });
    bench.clock.advance(1_000);
    const later = await call(bench, 'PutRecords', given);

    assert.equal(FailedRecordCount, 1, `${API}, PutRecords, "1,000 records per second"`);
    assert.deepEqual(Records, [
      {
        ErrorCode: 'ProvisionedThroughputExceededException',
        ErrorMessage: `Rate exceeded for shard shardId-000000000000 in stream orders under account ${ACCOUNT}.`,
      },
    ]);
    assert.equal(later['FailedRecordCount'], 0);
  });
});

describe('getShardIterator', () => {
  const numbered: {
    type: string;
    options: (numbers: readonly string[]) => Fields;
    gives: string;
    source: string;
  }[] = [
    { type: 'TRIM_HORIZON', options: () => ({}), gives: 'abc', source: API },
    { type: 'LATEST', options: () => ({}), gives: 'c', source: API },
    {
      type: 'AT_SEQUENCE_NUMBER',
      options: ([, b]) => ({ StartingSequenceNumber: b }),
      gives: 'bc',
      source: API,
    },
    {
      type: 'AFTER_SEQUENCE_NUMBER',
      options: ([, b]) => ({ StartingSequenceNumber: b }),
      gives: 'c',
      source: API,
    },
    { type: 'AT_TIMESTAMP', options: () => ({ Timestamp: EPOCH_MS / 1000 + 5 }), gives: 'bc', source: API },
    { type: 'AT_TIMESTAMP', options: () => ({ Timestamp: EPOCH_MS / 1000 + 10 }), gives: 'c', source: API },
  ];
  for (const { type, options, gives, source } of numbered)
    it(`gives ${gives} from ${type} on`, async () => {
      const bench = aStream();
      const [a] = placesOf(await put(bench, 'a'));
      bench.clock.advance(6_000);
      const [b] = placesOf(await put(bench, 'b'));
      bench.clock.advance(4_000);
      const numbers = [a, b].map((place) => place?.SequenceNumber ?? '');
      const iterator = await iteratorOf(bench, { ShardIteratorType: type, ...options(numbers) });
      await put(bench, 'c');

      assert.equal(
        textsOf(await call(bench, 'GetRecords', { ShardIterator: iterator })).join(''),
        gives,
        source,
      );
    });
});

describe('getRecords', () => {
  it('gives portions, and says how far behind the newest record they are', async () => {
    const bench = aStream();
    await put(bench, 'a', 'b');
    bench.clock.advance(5_000);
    const first = await call(bench, 'GetRecords', { ShardIterator: await iteratorOf(bench), Limit: 1 });
    const second = await call(bench, 'GetRecords', { ShardIterator: first['NextShardIterator'] });
    const third = await call(bench, 'GetRecords', { ShardIterator: second['NextShardIterator'] });

    assert.deepEqual(
      [first, second, third].map((answer) => [textsOf(answer).join(''), answer['MillisBehindLatest']]),
      [
        ['a', 5_000],
        ['b', 0],
        ['', 0],
      ],
      API,
    );
    assert.partialDeepStrictEqual((first['Records'] as Fields[])[0], {
      PartitionKey: 'p',
      ApproximateArrivalTimestamp: EPOCH_MS / 1000,
    });
  });

  // API reference, GetRecords: "The maximum size of data that GetRecords can return is 10 MiB."
  it('returns at most 10 MiB at once', async () => {
    const bench = anEventEngine({ kinesis }, { resources: streamOf('ShardCount: 1') });
    const data = Buffer.alloc(1_000_000).toString('base64');
    for (let number = 0; number < 11; number += 1) {
      bench.services.kinesis.streams.find(ARN)?.put({ partitionKey: 'p', data });
      bench.clock.advance(1_000);
    }
    const first = await call(bench, 'GetRecords', { ShardIterator: await iteratorOf(bench) });
    const second = await call(bench, 'GetRecords', { ShardIterator: first['NextShardIterator'] });

    assert.deepEqual(
      [first, second].map(({ Records }) => (Records as readonly unknown[]).length),
      [10, 1],
    );
  });

  it('takes an iterator for five minutes', async () => {
    const bench = aStream();
    const iterator = await iteratorOf(bench);
    bench.clock.advance(300_000);
    const atTheEnd = await call(bench, 'GetRecords', { ShardIterator: iterator });
    bench.clock.advance(1);
    const after = await call(bench, 'GetRecords', { ShardIterator: iterator });

    assert.deepEqual(atTheEnd['Records'], []);
    assert.deepEqual(
      after,
      {
        __type: 'ExpiredIteratorException',
        message:
          'Iterator expired. The iterator was created at time Mon Apr 14 22:13:38 UTC 2025 while right now it is ' +
          'Mon Apr 14 22:18:38 UTC 2025 which is further in the future than the tolerated delay of 300000 milliseconds.',
      },
      `${KINESALITE}getRecords.js`,
    );
  });

  it('gives nothing that is older than the retention period', async () => {
    const bench = aStream('RetentionPeriodHours: 48');
    await put(bench, 'a');
    bench.clock.advance(48 * 3_600_000);
    await put(bench, 'b');
    const before = textsOf(await call(bench, 'GetRecords', { ShardIterator: await iteratorOf(bench) }));
    bench.clock.advance(1);
    const after = textsOf(await call(bench, 'GetRecords', { ShardIterator: await iteratorOf(bench) }));

    assert.deepEqual([before, after], [['a', 'b'], ['b']]);
  });

  it('finds no shard of a stream that was deleted since', async () => {
    const bench = aStream();
    const iterator = await iteratorOf(bench);
    await call(bench, 'DeleteStream', { StreamName: 'orders' });

    assert.deepEqual(
      await call(bench, 'GetRecords', { ShardIterator: iterator }),
      {
        __type: 'ResourceNotFoundException',
        message: `Shard shardId-000000000000 in stream orders under account ${ACCOUNT} does not exist`,
      },
      `${KINESALITE}getRecords.js`,
    );
  });
});
