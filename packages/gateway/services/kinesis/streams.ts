/**
 * Streams that are in no loaded stack: records are checked, kept for a while in one shard per stream, and read
 * back in order.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { refuse } from '../../kernel/calls/aws-operation.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Clock } from '../../core/ports.ts';

type JsonOperation = Extract<AwsOperation, { protocol: 'json' }>;

type StoredRecord = {
  readonly sequence: number;
  readonly data: string;
  readonly partitionKey: string;
  readonly arrivedAt: number;
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const STREAM_NAME = /^[a-zA-Z0-9_.-]{1,128}$/;
const MAX_PUT_RECORDS = 500;
const MAX_GET_RECORDS = 10_000;
const MAX_STREAMS = 100;
/** Per stream; the oldest are dropped first, as after the retention period. */
const MAX_RECORDS = 1_000;
/** Limit of a Kinesis record. */
const MAX_DATA_CHARACTERS = 1_400_000;
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

  /** Undefined for an unknown operation. A stream without records exists, and is empty. */
  answer({ action, input }: JsonOperation, region: string): OperationResult | undefined {
    if (input === undefined) return refuse('SerializationException', 'The body is not a JSON object');
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
        return refuseRecord(input) ?? result(this.#put(stream, input));
      default:
        return this.#putRecords(stream, input);
    }
  }

  #putRecords(stream: string, { Records: records }: UnknownMembers): OperationResult {
    if (!Array.isArray(records) || records.length === 0 || records.length > MAX_PUT_RECORDS)
      return refuse(
        'ValidationException',
        `1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length from 1 to ${MAX_PUT_RECORDS}`,
      );
    const given = records.map(membersOf);
    const refusal = given.map(refuseRecord).find((found) => found !== undefined);
    if (refusal !== undefined) return refusal;
    return result({ FailedRecordCount: 0, Records: given.map((record) => this.#put(stream, record)) });
  }

  #put(stream: string, { Data: data, PartitionKey: key }: UnknownMembers): UnknownMembers {
    const records = this.#recordsOf(stream);
    this.#sequence += 1;
    records.push({
      sequence: this.#sequence,
      data: String(data),
      partitionKey: String(key),
      arrivedAt: this.#clock.nowEpochMs() / 1000,
    });
    this.#keptCharacters += String(data).length;
    if (records.length > MAX_RECORDS) this.#drop(records);
    while (this.#keptCharacters > MAX_KEPT_CHARACTERS) this.#drop(this.#fullest());
    return { SequenceNumber: printSequence(this.#sequence), ShardId: SHARD };
  }

  #drop(records: StoredRecord[]): void {
    this.#keptCharacters -= records.shift()?.data.length ?? 0;
  }

  #fullest(): StoredRecord[] {
    return [...this.#records.values()].reduce((most, records) =>
      records.length > most.length ? records : most,
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
    const {
      ShardId: shardId,
      ShardIteratorType: type,
      StartingSequenceNumber: number,
      Timestamp: time,
    } = input;
    if (shardId !== SHARD)
      return refuse(
        'ResourceNotFoundException',
        `Shard ${String(shardId)} in stream ${stream} does not exist`,
      );
    const records = this.#records.get(stream) ?? [];
    const first = (matches: (record: StoredRecord) => boolean): number =>
      records.find(matches)?.sequence ?? this.#sequence + 1;
    const written = typeof number === 'string' ? readSequence(number) : undefined;
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
      case 'AT_SEQUENCE_NUMBER':
      case 'AFTER_SEQUENCE_NUMBER':
        if (written === undefined)
          return refuse('InvalidArgumentException', 'StartingSequenceNumber is invalid');
        return result({
          ShardIterator: printIterator(stream, type === 'AT_SEQUENCE_NUMBER' ? written : written + 1),
        });
      default:
        return refuse(
          'ValidationException',
          "1 validation error detected: Value at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set",
        );
    }
  }

  #getRecords({ ShardIterator: iterator, Limit: limit = MAX_GET_RECORDS }: UnknownMembers): OperationResult {
    const place = typeof iterator === 'string' ? readIterator(iterator) : undefined;
    if (place === undefined) return refuse('InvalidArgumentException', 'Invalid ShardIterator.');
    if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MAX_GET_RECORDS)
      return refuse(
        'ValidationException',
        `1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value between 1 and ${MAX_GET_RECORDS}`,
      );
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

/** 56 digits, like AWS's. */
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

function refuseRecord({ Data: data, PartitionKey: key }: UnknownMembers): OperationResult | undefined {
  if (typeof data !== 'string' || data.length > MAX_DATA_CHARACTERS || !BASE64.test(data))
    return refuse('SerializationException', 'Data must be base64');
  if (typeof key === 'string' && key !== '' && key.length <= 256) return undefined;
  return refuse(
    'ValidationException',
    "1 validation error detected: Value at 'partitionKey' failed to satisfy constraint: Member must have length from 1 to 256",
  );
}
