/**
 * Streams that no loaded stack contains. Records are checked, stored for a while in one shard per stream, and can be
 * read again in order.
 */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused, refuse } from '../../kernel/calls/aws-operation.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Clock } from '../../core/ports.ts';
import { kinesisInput } from './input.ts';
import { ITERATOR_TYPES, MAX_GET_RECORDS, MAX_PUT_RECORDS, readRecord } from './records.ts';

type JsonOperation = Extract<AwsOperation, { protocol: 'json' }>;

type StoredRecord = {
  readonly sequence: number;
  readonly data: string;
  readonly partitionKey: string;
  readonly arrivedAt: number;
};

const STREAM_NAME = /^[a-zA-Z0-9_.-]{1,128}$/;
const MAX_STREAMS = 100;
/** The maximum number of records per stream. The oldest are dropped first, as at the end of the retention period. */
const MAX_RECORDS = 1_000;
const MAX_KEPT_CHARACTERS = 32 * 1024 * 1024;
const SHARD = 'shardId-000000000000';

export class RecordedStreams {
  readonly #clock: Clock;
  readonly #accountId: string;
  readonly #records = new Map<string, StoredRecord[]>();
  #sequence = 0;
  #keptCharacters = 0;

  constructor(clock: Clock, accountId: string) {
    this.#clock = clock;
    this.#accountId = accountId;
  }

  clear(): void {
    this.#records.clear();
    this.#keptCharacters = 0;
  }

  has(stream: string): boolean {
    return this.#records.has(stream);
  }

  hasIterator(iterator: unknown): boolean {
    const place = typeof iterator === 'string' ? readIterator(iterator) : undefined;
    return place !== undefined && this.has(place.stream);
  }

  /** Runs an operation; undefined for an unknown operation. A stream without records exists and is empty. */
  answer(operation: JsonOperation, region: string): OperationResult | undefined {
    try {
      return this.#answer(operation, region);
    } catch (error) {
      if (error instanceof OperationRefused) return error.toResult();
      throw error;
    }
  }

  #answer({ action, input }: JsonOperation, region: string): OperationResult | undefined {
    if (input === undefined) return refuse('SerializationException', '');
    switch (action) {
      case 'ListStreams':
        return result({ StreamNames: [...this.#records.keys()].sort(), HasMoreStreams: false });
      case 'GetRecords':
        return this.#getRecords(input);
      case 'CreateStream':
      case 'DescribeStream':
      case 'DescribeStreamSummary':
      case 'ListShards':
      case 'GetShardIterator':
      case 'PutRecord':
      case 'PutRecords':
        return this.#ofStream(action, input, region);
      default:
        return undefined;
    }
  }

  #ofStream(action: string, input: UnknownMembers, region: string): OperationResult {
    const stream = nameOf(input);
    if (stream === undefined)
      return refuse('ValidationException', 'Either StreamName or StreamARN is required');
    switch (action) {
      case 'CreateStream':
        this.#recordsOf(stream);
        return result({});
      case 'DescribeStream':
        return result({
          StreamDescription: {
            ...summary(stream, { region, accountId: this.#accountId }),
            Shards: [shard()],
            HasMoreShards: false,
          },
        });
      case 'DescribeStreamSummary':
        return result({
          StreamDescriptionSummary: {
            ...summary(stream, { region, accountId: this.#accountId }),
            OpenShardCount: 1,
          },
        });
      case 'ListShards':
        return result({ Shards: [shard()] });
      case 'GetShardIterator':
        return this.#getIterator(stream, input);
      case 'PutRecord':
        return this.#putRecord(stream, input);
      default:
        return this.#putRecords(stream, input);
    }
  }

  #putRecord(stream: string, input: UnknownMembers): OperationResult {
    const reader = kinesisInput(input);
    const record = readRecord(reader);
    reader.check();
    return result(this.#put(stream, record));
  }

  #putRecords(stream: string, input: UnknownMembers): OperationResult {
    const reader = kinesisInput(input);
    const records = reader.objects('Records', { least: 1, most: MAX_PUT_RECORDS }).map(readRecord);
    reader.check();
    return result({ FailedRecordCount: 0, Records: records.map((record) => this.#put(stream, record)) });
  }

  #put(stream: string, { data, partitionKey }: Pick<StoredRecord, 'data' | 'partitionKey'>): UnknownMembers {
    const records = this.#recordsOf(stream);
    this.#sequence += 1;
    const arrivedAt = this.#clock.nowEpochMs() / 1000;
    records.push({ sequence: this.#sequence, data, partitionKey, arrivedAt });
    this.#keptCharacters += data.length;
    if (records.length > MAX_RECORDS) this.#drop(records);
    while (this.#keptCharacters > MAX_KEPT_CHARACTERS) this.#drop(this.#fullest());
    return { SequenceNumber: printSequence(this.#sequence), ShardId: SHARD };
  }

  #drop(records: StoredRecord[]): void {
    this.#keptCharacters -= records.shift()?.data.length ?? 0;
  }

  /** Returns the records of the stream that needs the most memory. */
  #fullest(): StoredRecord[] {
    const sizeOf = (records: readonly StoredRecord[]): number =>
      records.reduce((sum, { data }) => sum + data.length, 0);
    return [...this.#records.values()].reduce((most, records) =>
      sizeOf(records) > sizeOf(most) ? records : most,
    );
  }

  #recordsOf(stream: string): StoredRecord[] {
    const known = this.#records.get(stream);
    if (known !== undefined) return known;
    const [oldest] = this.#records.keys();
    if (this.#records.size >= MAX_STREAMS && oldest !== undefined) {
      const dropped = this.#records.get(oldest) ?? [];
      while (dropped.length > 0) this.#drop(dropped);
      this.#records.delete(oldest);
    }
    const made: StoredRecord[] = [];
    this.#records.set(stream, made);
    return made;
  }

  #getIterator(stream: string, input: UnknownMembers): OperationResult {
    const reader = kinesisInput(input);
    const shardId = reader.text('ShardId');
    const type = reader.text('ShardIteratorType', { values: ITERATOR_TYPES });
    const number = reader.optionalText('StartingSequenceNumber');
    const time = reader.read('Timestamp', 'time');
    reader.check();
    if (shardId !== SHARD)
      return refuse('ResourceNotFoundException', `Shard ${shardId} in stream ${stream} does not exist`);
    const records = this.#records.get(stream) ?? [];
    const first = (matches: (record: StoredRecord) => boolean): number =>
      records.find(matches)?.sequence ?? this.#sequence + 1;
    const written = number === undefined ? undefined : readSequence(number);
    switch (type) {
      case 'TRIM_HORIZON':
        return result({ ShardIterator: printIterator(stream, 0) });
      case 'LATEST':
        return result({ ShardIterator: printIterator(stream, this.#sequence + 1) });
      case 'AT_TIMESTAMP':
        return result({
          ShardIterator: printIterator(
            stream,
            first(({ arrivedAt }) => arrivedAt >= Number(time)),
          ),
        });
      default:
        if (written === undefined)
          return refuse('InvalidArgumentException', 'StartingSequenceNumber is invalid');
        return result({
          ShardIterator: printIterator(stream, type === 'AT_SEQUENCE_NUMBER' ? written : written + 1),
        });
    }
  }

  #getRecords(input: UnknownMembers): OperationResult {
    const reader = kinesisInput(input);
    const limit = reader.optionalInteger('Limit', { least: 1, most: MAX_GET_RECORDS }) ?? MAX_GET_RECORDS;
    const place = readIterator(reader.text('ShardIterator'));
    reader.check();
    if (place === undefined) return refuse('InvalidArgumentException', 'Invalid ShardIterator.');
    const { stream, from } = place;
    const left = (this.#records.get(stream) ?? []).filter(({ sequence }) => sequence >= from);
    const records = left.slice(0, limit);
    const last = records.at(-1);
    return result({
      Records: records.map(({ sequence, data, partitionKey, arrivedAt }) => ({
        SequenceNumber: printSequence(sequence),
        ApproximateArrivalTimestamp: arrivedAt,
        Data: data,
        PartitionKey: partitionKey,
      })),
      NextShardIterator: printIterator(stream, last === undefined ? from : last.sequence + 1),
      MillisBehindLatest: 0,
    });
  }
}

function result(fields: UnknownMembers): OperationResult {
  return { kind: 'result', fields };
}

function nameOf({ StreamName: name, StreamARN: arn }: UnknownMembers): string | undefined {
  const given = name ?? (typeof arn === 'string' ? arn.split(':stream/')[1] : undefined);
  return typeof given === 'string' && STREAM_NAME.test(given) ? given : undefined;
}

function summary(
  stream: string,
  at: { readonly region: string; readonly accountId: string },
): UnknownMembers {
  return {
    StreamName: stream,
    StreamARN: `arn:aws:kinesis:${at.region}:${at.accountId}:stream/${stream}`,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    RetentionPeriodHours: 24,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
  };
}

function shard(): UnknownMembers {
  return {
    ShardId: SHARD,
    HashKeyRange: { StartingHashKey: '0', EndingHashKey: (2n ** 128n - 1n).toString() },
    SequenceNumberRange: { StartingSequenceNumber: printSequence(0) },
  };
}

/** Formats a sequence number with 56 digits, like AWS's. */
function printSequence(sequence: number): string {
  return `4954${String(sequence).padStart(52, '0')}`;
}

function readSequence(text: string): number | undefined {
  const digits = /^4954(\d{52})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function printIterator(stream: string, from: number): string {
  return Buffer.from(`${stream}/${from}`).toString('base64');
}

function readIterator(text: string): { readonly stream: string; readonly from: number } | undefined {
  const [, stream, from] =
    /^([a-zA-Z0-9_.-]{1,128})\/(\d{1,15})$/.exec(Buffer.from(text, 'base64').toString()) ?? [];
  return stream === undefined || from === undefined ? undefined : { stream, from: Number(from) };
}
