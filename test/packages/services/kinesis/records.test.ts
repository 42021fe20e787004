import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as kinesis from '../../../../packages/services/kinesis/service.ts';
import { ACCOUNT, anEventEngine } from '../../../support/an-event-engine.ts';
import type { EventBench } from '../../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../../support/virtual-ports.ts';
import { ARN, call, put, recordOf, streamOf } from './a-stream.ts';
import type { Fields } from './a-stream.ts';

const API = 'Amazon Kinesis Data Streams API reference';
/** Its tests were run against AWS by their author. */
const KINESALITE = 'mhart/kinesalite, test/';

const aStream = (properties?: string): EventBench =>
  anEventEngine({ kinesis }, { resources: streamOf(properties) });

async function iteratorOf(bench: EventBench, wish: Fields = {}): Promise<unknown> {
  const input = { StreamName: 'orders', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' };
  const answer = await call(bench, 'GetShardIterator', { ...input, ...wish });
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

  it('fails the records alone that their shard does not take in this second', async () => {
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
    wish: (numbers: readonly string[]) => Fields;
    gives: string;
    source: string;
  }[] = [
    { type: 'TRIM_HORIZON', wish: () => ({}), gives: 'abc', source: API },
    { type: 'LATEST', wish: () => ({}), gives: 'c', source: API },
    {
      type: 'AT_SEQUENCE_NUMBER',
      wish: ([, b]) => ({ StartingSequenceNumber: b }),
      gives: 'bc',
      source: API,
    },
    {
      type: 'AFTER_SEQUENCE_NUMBER',
      wish: ([, b]) => ({ StartingSequenceNumber: b }),
      gives: 'c',
      source: API,
    },
    { type: 'AT_TIMESTAMP', wish: () => ({ Timestamp: EPOCH_MS / 1000 + 5 }), gives: 'bc', source: API },
    { type: 'AT_TIMESTAMP', wish: () => ({ Timestamp: EPOCH_MS / 1000 + 10 }), gives: 'c', source: API },
  ];
  for (const { type, wish, gives, source } of numbered)
    it(`gives ${gives} from ${type} on`, async () => {
      const bench = aStream();
      const [a] = placesOf(await put(bench, 'a'));
      bench.clock.advance(6_000);
      const [b] = placesOf(await put(bench, 'b'));
      bench.clock.advance(4_000);
      const numbers = [a, b].map((place) => place?.SequenceNumber ?? '');
      const iterator = await iteratorOf(bench, { ShardIteratorType: type, ...wish(numbers) });
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

describe('calls about records', () => {
  const at = { StreamName: 'orders', ShardId: 'shardId-0', ShardIteratorType: 'AT_SEQUENCE_NUMBER' };
  const which =
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
    '(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ';
  const long = 'a'.repeat(257);
  const rows: { name: string; action: string; input: Fields; type: string; says: string; source: string }[] =
    [
      {
        name: 'a stream that is not there',
        action: 'PutRecord',
        input: { StreamName: 'other', ...recordOf('a') },
        type: 'ResourceNotFoundException',
        says: `Stream other under account ${ACCOUNT} not found.`,
        source: `${KINESALITE}putRecord.js`,
      },
      {
        name: 'the ARN of a stream that is not there',
        action: 'PutRecords',
        input: { StreamARN: `${ARN}s`, Records: [recordOf('a')] },
        type: 'ResourceNotFoundException',
        says: `Stream orderss under account ${ACCOUNT} not found.`,
        source: `${KINESALITE}putRecords.js`,
      },
      {
        name: 'a record without anything',
        action: 'PutRecord',
        input: { StreamName: 'orders' },
        type: 'ValidationException',
        says:
          "2 validation errors detected: Value null at 'partitionKey' failed to satisfy constraint: Member must not be null; " +
          "Value null at 'data' failed to satisfy constraint: Member must not be null",
        source: `${KINESALITE}putRecord.js`,
      },
      {
        name: 'a partition key that is too long',
        action: 'PutRecords',
        input: { StreamName: 'orders', Records: [recordOf('a'), recordOf('a', long)] },
        type: 'ValidationException',
        says: `1 validation error detected: Value '${long}' at 'records.2.member.partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256`,
        source: `${KINESALITE}putRecords.js`,
      },
      {
        name: 'no records',
        action: 'PutRecords',
        input: { StreamName: 'orders', Records: [] },
        type: 'ValidationException',
        says: "1 validation error detected: Value '[]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1",
        source: `${KINESALITE}putRecords.js`,
      },
      {
        name: '501 records',
        action: 'PutRecords',
        input: { StreamName: 'orders', Records: Array.from({ length: 501 }, () => recordOf('a')) },
        type: 'ValidationException',
        says: "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length less than or equal to 500",
        source: 'moto, kinesis/exceptions.py, and the API reference',
      },
      {
        name: 'a record of more than 1 MiB with its key',
        action: 'PutRecord',
        input: { StreamName: 'orders', ...recordOf('a'.repeat(1_048_576)) },
        type: 'ValidationException',
        says: "1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
        source: API,
      },
      {
        name: 'more than 5 MiB',
        action: 'PutRecords',
        input: {
          StreamName: 'orders',
          Records: Array.from({ length: 6 }, () => recordOf('a'.repeat(1_000_000))),
        },
        type: 'InvalidArgumentException',
        says: 'Records size exceeds 5 MB limit',
        source: 'moto, kinesis/exceptions.py',
      },
      {
        name: 'a hash key that is too high',
        action: 'PutRecords',
        input: {
          StreamName: 'orders',
          Records: [{ ...recordOf('a'), ExplicitHashKey: String(2n ** 128n) }],
        },
        type: 'InvalidArgumentException',
        says: `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${2n ** 128n}`,
        source: `${KINESALITE}putRecords.js`,
      },
      {
        name: 'a stream name that is a number',
        action: 'PutRecord',
        input: { StreamName: 5, ...recordOf('a') },
        type: 'SerializationException',
        says: 'class java.math.BigDecimal can not be converted to an String',
        source: `${KINESALITE}putRecord.js`,
      },
      {
        name: 'data that is no base64',
        action: 'PutRecord',
        input: { StreamName: 'orders', PartitionKey: 'p', Data: '!' },
        type: 'SerializationException',
        says: "'Data' can not be converted to a Blob: Data must be base64",
        source: 'ours',
      },
      {
        name: 'an iterator of another type',
        action: 'GetShardIterator',
        input: { ...at, ShardIteratorType: 'X' },
        type: 'ValidationException',
        says: "1 validation error detected: Value 'X' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]",
        source: `${KINESALITE}getShardIterator.js`,
      },
      {
        name: 'a shard that is not there',
        action: 'GetShardIterator',
        input: { ...at, ShardId: 'shardId-5', StartingSequenceNumber: '5' },
        type: 'ResourceNotFoundException',
        says: `Shard shardId-000000000005 in stream orders under account ${ACCOUNT} does not exist`,
        source: `${KINESALITE}getShardIterator.js`,
      },
      {
        name: 'what is no shard',
        action: 'GetShardIterator',
        input: { ...at, ShardId: 'ABKLFD8', StartingSequenceNumber: '5' },
        type: 'ResourceNotFoundException',
        says: `Could not find shard ABKLFD8 in stream orders under account ${ACCOUNT}.`,
        source: `${KINESALITE}getShardIterator.js`,
      },
      {
        name: 'no number to begin with',
        action: 'GetShardIterator',
        input: at,
        type: 'InvalidArgumentException',
        says: `${which}AT_SEQUENCE_NUMBER and no StartingSequenceNumber.`,
        source: `${KINESALITE}getShardIterator.js`,
      },
      {
        name: 'a number where none is wanted',
        action: 'GetShardIterator',
        input: { ...at, ShardIteratorType: 'LATEST', StartingSequenceNumber: '5' },
        type: 'InvalidArgumentException',
        says: `${which}LATEST and also a StartingSequenceNumber.`,
        source: `${KINESALITE}getShardIterator.js`,
      },
      {
        name: 'a time without a time',
        action: 'GetShardIterator',
        input: { ...at, ShardIteratorType: 'AT_TIMESTAMP' },
        type: 'InvalidArgumentException',
        says: 'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
        source: `${KINESALITE}getShardIterator.js`,
      },
      {
        name: 'a time to come',
        action: 'GetShardIterator',
        input: { ...at, ShardIteratorType: 'AT_TIMESTAMP', Timestamp: EPOCH_MS / 1000 + 1 },
        type: 'InvalidArgumentException',
        says: `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${EPOCH_MS + 1000}, currentTimestampInMillis: ${EPOCH_MS}`,
        source: 'hazelcast, its Kinesis tests, which quote AWS',
      },
      {
        name: 'an iterator that nobody gave',
        action: 'GetRecords',
        input: { ShardIterator: 'x' },
        type: 'InvalidArgumentException',
        says: 'Invalid ShardIterator.',
        source: `${KINESALITE}getRecords.js`,
      },
      {
        name: 'no iterator, and a limit of nothing',
        action: 'GetRecords',
        input: { ShardIterator: '', Limit: 0 },
        type: 'ValidationException',
        says:
          "2 validation errors detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1; " +
          "Value '' at 'shardIterator' failed to satisfy constraint: Member must have length greater than or equal to 1",
        source: `${KINESALITE}getRecords.js`,
      },
    ];
  for (const { name, action, input, type, says, source } of rows)
    it(`refuse ${name} as ${type}`, async () => {
      assert.deepEqual(await call(aStream(), action, input), { __type: type, message: says }, source);
    });

  it('refuse the number of another shard, and of another stream', async () => {
    const bench = aStream('ShardCount: 2');
    const wish = { ShardIteratorType: 'AT_SEQUENCE_NUMBER' };
    const { Shards } = await call(bench, 'ListShards', { StreamName: 'orders' });
    const [first, second] = (Shards as { SequenceNumberRange: { StartingSequenceNumber: string } }[]).map(
      ({ SequenceNumberRange: { StartingSequenceNumber } }) => StartingSequenceNumber,
    );
    bench.clock.advance(2_000);
    await call(bench, 'CreateStream', { StreamName: 'later', ShardCount: 1 });
    const fromOther = { ...wish, StreamName: 'later', StartingSequenceNumber: first };

    assert.partialDeepStrictEqual(await iteratorOf(bench, { ...wish, StartingSequenceNumber: second }), {
      message:
        'Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with shardId-000000000000',
    });
    assert.partialDeepStrictEqual(await iteratorOf(bench, fromOther), {
      message: `StartingSequenceNumber ${first} used in GetShardIterator on shard shardId-000000000000 in stream later under account ${ACCOUNT} is invalid because it did not come from this stream.`,
    });
  });
});
