import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as kinesis from '../../../../../packages/gateway/services/kinesis/service.ts';
import { ACCOUNT, anEventEngine } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';
import { ARN, call, recordOf, streamOf } from './a-stream.ts';
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
        name: 'a record of more than 10 MiB, whose text is long',
        action: 'PutRecord',
        input: { StreamName: 'orders', ...recordOf('a'.repeat(11_000_000)) },
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
        name: 'data that is not a base64',
        action: 'PutRecord',
        input: { StreamName: 'orders', PartitionKey: 'p', Data: '!!!!' },
        type: 'SerializationException',
        says: "'Data' can not be converted to a Blob: Data must be base64",
        source: 'ours',
      },
      {
        name: 'data with too much padding',
        action: 'PutRecord',
        input: { StreamName: 'orders', PartitionKey: 'p', Data: 'A===' },
        type: 'SerializationException',
        says: "'Data' can not be converted to a Blob: Data must be base64",
        source: 'ours',
      },
      {
        name: 'data whose length is not that of base64',
        action: 'PutRecord',
        input: { StreamName: 'orders', PartitionKey: 'p', Data: 'string' },
        type: 'SerializationException',
        says: "'string' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 6",
        source: 'https://github.com/aws/aws-sdk-php/issues/650',
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
        name: 'a value that is not a shard',
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
        name: 'a number if none is wanted',
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
        name: 'an iterator that was never given',
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
    const options = { ShardIteratorType: 'AT_SEQUENCE_NUMBER' };
    const { Shards } = await call(bench, 'ListShards', { StreamName: 'orders' });
    const [first, second] = (Shards as { SequenceNumberRange: { StartingSequenceNumber: string } }[]).map(
      ({ SequenceNumberRange: { StartingSequenceNumber } }) => StartingSequenceNumber,
    );
    bench.clock.advance(2_000);
    await call(bench, 'CreateStream', { StreamName: 'later', ShardCount: 1 });
    const fromOther = { ...options, StreamName: 'later', StartingSequenceNumber: first };

    assert.partialDeepStrictEqual(await iteratorOf(bench, { ...options, StartingSequenceNumber: second }), {
      message:
        'Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with shardId-000000000000',
    });
    assert.partialDeepStrictEqual(await iteratorOf(bench, fromOther), {
      message: `StartingSequenceNumber ${first} used in GetShardIterator on shard shardId-000000000000 in stream later under account ${ACCOUNT} is invalid because it did not come from this stream.`,
    });
  });
});
