/** Handles the calls that put records into shards and that read them with an iterator (docs/aws §18.11). */
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { parseArn } from '@gatewright/aws/arn';
import type { CallInput, MemberRule } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MUST } from '@gatewright/aws/violations';
import { invalidArgument, shardNotFound } from './error.ts';
import { kinesisInput, NAME_RULE } from './input.ts';
import type { LocalStream, LocalStreams } from './local-streams.ts';
import { readSequence } from './sequence-number.ts';
import { printIterator, readIterator } from './shard-iterator.ts';
import { printShardId, sizeOf } from './shard.ts';
import type { NewRecord, Shard } from './shard.ts';
import { findStream, nameOfStream, readStreamArn } from './stream-place.ts';
import type { StreamPlace } from './stream-place.ts';

type RecordCall = {
  readonly input: UnknownMembers;
  readonly place: StreamPlace;
  readonly streams: LocalStreams;
  readonly nowEpochMs: number;
};

/** The maximum size of a record, 1 MiB including the partition key. */
export const MAX_RECORD_BYTES = 1_048_576;
/** The characters of base64. The length is checked apart, because a pattern with a group overflows for a long text. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const MAX_PUT_BYTES = 5 * 1_048_576;
export const MAX_PUT_RECORDS = 500;
/** "GetRecords can return up to 10 MiB of data, and up to 10,000 records per call" */
const MAX_GET_BYTES = 10 * 1_048_576;
export const MAX_GET_RECORDS = 10_000;
const HASH_KEYS = 2n ** 128n;
const SEQUENCE_RULE: MemberRule = { pattern: '0|([1-9]\\d{0,128})', most: 129 };
const HASH_KEY_PATTERN = '0|([1-9]\\d{0,38})';
export const ITERATOR_TYPES = [
  'AFTER_SEQUENCE_NUMBER',
  'LATEST',
  'AT_TIMESTAMP',
  'AT_SEQUENCE_NUMBER',
  'TRIM_HORIZON',
];

export const RECORD_CALLS: Readonly<Record<string, (call: RecordCall) => UnknownMembers>> = {
  PutRecord: putRecord,
  PutRecords: putRecords,
  GetShardIterator: getShardIterator,
  GetRecords: getRecords,
};

function putRecord({ input, place, streams }: RecordCall): UnknownMembers {
  const reader = kinesisInput(input);
  const record = readRecord(reader);
  reader.optionalText('SequenceNumberForOrdering', SEQUENCE_RULE);
  const stream = findStream(input, place, streams, reader);
  const placed = put(stream, withHashKey(record));
  stream.notify();
  return placed;
}

function putRecords({ input, place, streams }: RecordCall): UnknownMembers {
  const reader = kinesisInput(input);
  const given = reader.objects('Records', { least: 1, most: MAX_PUT_RECORDS }).map(readRecord);
  const stream = findStream(input, place, streams, reader);
  if (given.reduce((sum, record) => sum + sizeOf(record), 0) > MAX_PUT_BYTES)
    throw invalidArgument('Records size exceeds 5 MB limit');
  // An invalid record makes the whole call fail. A record above its shard's limit fails alone.
  const records = given.map(withHashKey);
  const placed = records.map((record) => attempt(() => put(stream, record)));
  stream.notify();
  return {
    FailedRecordCount: placed.filter((one) => 'ErrorCode' in one).length,
    Records: placed,
  };
}

/** Runs one entry. A failed entry has an error instead of a shard and a sequence number. */
function attempt(run: () => UnknownMembers): UnknownMembers {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return { ErrorCode: error.code, ErrorMessage: error.message };
  }
}

function put(stream: LocalStream, record: NewRecord): UnknownMembers {
  const { shard, stored } = stream.put(record);
  return { ShardId: shard.id, SequenceNumber: stored.sequence };
}

type ReadRecord = Pick<NewRecord, 'partitionKey' | 'data'> & { readonly explicit: string | undefined };

export function readRecord(reader: CallInput): ReadRecord {
  const partitionKey = reader.text('PartitionKey', { least: 1, most: 256 });
  const explicit = reader.optionalText('ExplicitHashKey', { pattern: HASH_KEY_PATTERN, most: 39 });
  const data = reader.read('Data', 'blob', { isRequired: true }) ?? '';
  if (data.length % 4 !== 0 || !BASE64.test(data))
    throw new OperationRefused(
      'SerializationException',
      data.length % 4 === 0
        ? `'Data' can not be converted to a Blob: Data must be base64`
        : `'${data}' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: ${data.length}`,
    );
  if (Buffer.byteLength(data, 'base64') + Buffer.byteLength(partitionKey) > MAX_RECORD_BYTES)
    reader.violate('', 'Data', MUST.haveLengthTo(MAX_RECORD_BYTES));
  return { partitionKey, explicit, data };
}

/**
 * Converts the explicit hash key of a record to a number.
 * @throws OperationRefused InvalidArgumentException if the hash key is 2^128 or more
 */
function withHashKey({ explicit, ...record }: ReadRecord): NewRecord {
  const hashKey = explicit === undefined ? undefined : BigInt(explicit);
  if (hashKey !== undefined && hashKey >= HASH_KEYS)
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${hashKey}`,
    );
  return { ...record, hashKey };
}

type IteratorOptions = {
  readonly type: string;
  readonly sequence: string | undefined;
  /** The time in epoch seconds. */
  readonly time: number | undefined;
};

function getShardIterator({ input, place, streams, nowEpochMs }: RecordCall): UnknownMembers {
  const reader = kinesisInput(input);
  const shardId = reader.text('ShardId', NAME_RULE);
  const type = reader.text('ShardIteratorType', { values: ITERATOR_TYPES });
  const sequence = reader.optionalText('StartingSequenceNumber', SEQUENCE_RULE);
  const time = reader.read('Timestamp', 'time');
  const stream = findStream(input, place, streams, reader);
  stream.trim();
  const shard = findShard(shardId, stream);
  const from = startOf(shard, stream, { type, sequence, time }, nowEpochMs);
  const streamArn = stream.definition.arn;
  return { ShardIterator: printIterator({ createdAt: nowEpochMs, streamArn, shard: shard.number, from }) };
}

/** Finds a shard. AWS reads only the number in a shard id, so `shardId-0` and `0` also refer to the first shard. */
function findShard(shardId: string, { shards, definition: { name, accountId } }: LocalStream): Shard {
  const number = /^(?:[^-]*-)?(\d{1,12})$/.exec(shardId)?.[1];
  if (number === undefined)
    throw new OperationRefused(
      'ResourceNotFoundException',
      `Could not find shard ${shardId} in stream ${name} under account ${accountId}.`,
    );
  const shard = shards[Number(number)];
  if (shard === undefined) throw shardNotFound(printShardId(Number(number)), name, accountId);
  return shard;
}

function startOf(
  shard: Shard,
  stream: LocalStream,
  { type, sequence, time }: IteratorOptions,
  nowEpochMs: number,
): number {
  const isBySequence = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  if (isBySequence !== (sequence !== undefined))
    throw invalidArgument(
      'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
        '(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
        `Request specified ${type} and ${isBySequence ? 'no' : 'also a'} StartingSequenceNumber.`,
    );
  if (sequence !== undefined) {
    const index = indexOf(sequence, shard, stream);
    return type === 'AT_SEQUENCE_NUMBER' ? index : index + 1;
  }
  if (type === 'AT_TIMESTAMP') return shard.firstSince(readTime(time, nowEpochMs));
  return type === 'LATEST' ? shard.end : shard.start;
}

/**
 * Returns the index that a sequence number contains.
 * @throws OperationRefused InvalidArgumentException if the sequence number is invalid, or belongs to another shard or
 * stream
 */
function indexOf(sequence: string, shard: Shard, { definition, createdAt }: LocalStream): number {
  const { name, accountId } = definition;
  const read = readSequence(sequence);
  const what = `StartingSequenceNumber ${sequence} used in GetShardIterator on shard ${shard.id} in stream ${name} under account ${accountId}`;
  if (read === undefined) throw invalidArgument(`${what} is invalid.`);
  if (read.shard !== shard.number)
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${printShardId(read.shard)}, while it was used in a call to a shard with ${shard.id}`,
    );
  if (read.createdAt !== Math.floor(createdAt / 1000) * 1000)
    throw invalidArgument(`${what} is invalid because it did not come from this stream.`);
  return read.index;
}

/**
 * Converts the timestamp of an iterator to milliseconds.
 * @throws OperationRefused InvalidArgumentException if the timestamp is missing or in the future
 */
function readTime(seconds: number | undefined, nowEpochMs: number): number {
  if (seconds === undefined)
    throw invalidArgument(
      'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
    );
  const timeMs = Math.round(seconds * 1000);
  if (timeMs > nowEpochMs)
    throw invalidArgument(
      'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
        `timestampInMillis: ${timeMs}, currentTimestampInMillis: ${nowEpochMs}`,
    );
  return timeMs;
}

function getRecords({ input, streams, nowEpochMs }: RecordCall): UnknownMembers {
  const reader = kinesisInput(input);
  const limit = reader.optionalInteger('Limit', { least: 1, most: MAX_GET_RECORDS }) ?? MAX_GET_RECORDS;
  const text = reader.text('ShardIterator', { least: 1, most: 512 });
  readStreamArn(reader);
  reader.check();
  const iterator = readIterator(text, nowEpochMs);
  const { streamArn, shard: number, from } = iterator;
  const stream = streams.find(streamArn);
  const shard = stream?.shards[number];
  if (stream === undefined || shard === undefined)
    throw shardNotFound(printShardId(number), nameOfStream(streamArn), parseArn(streamArn)?.accountId ?? '');
  stream.trim();
  const records = [];
  let [next, bytes, last] = [from, 0, nowEpochMs];
  for (const record of shard.from(from)) {
    bytes += sizeOf(record);
    if (records.length === limit || bytes > MAX_GET_BYTES) break;
    const { index, sequence: SequenceNumber, partitionKey: PartitionKey, data: Data, arrivedAt } = record;
    records.push({ SequenceNumber, PartitionKey, Data, ApproximateArrivalTimestamp: arrivedAt / 1000 });
    [next, last] = [index + 1, arrivedAt];
  }
  const hasMore = !shard.from(next).next().done;
  return {
    Records: records,
    NextShardIterator: printIterator({ ...iterator, createdAt: nowEpochMs, from: next }),
    MillisBehindLatest: hasMore ? Math.max(0, nowEpochMs - last) : 0,
  };
}
