/**
 * One shard of a stream: its range of hash keys, and its records in order, up to the retention period of the stream.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { StoredEntries } from '../../kernel/stored-entries.ts';
import { printSequence } from './sequence-number.ts';

export type NewRecord = {
  readonly partitionKey: string;
  /** The data of the record, in Base64. */
  readonly data: string;
  readonly hashKey?: bigint | undefined;
};

export type StoredRecord = {
  readonly index: number;
  readonly sequence: string;
  readonly partitionKey: string;
  readonly data: string;
  readonly arrivedAt: number;
};

type ShardRange = { readonly from: bigint; readonly to: bigint };

const HASH_KEYS = 2n ** 128n;
/**
 * "Each shard can support writes up to 1,000 records per second, up to a maximum data write total of 1 MiB per second"
 */
const MAX_RECORDS_PER_SECOND = 1_000;
const MAX_BYTES_PER_SECOND = 1_048_576;

/** Divides all hash keys into equal ranges. The last range gets the remainder. */
export function rangesOf(shardCount: number): readonly ShardRange[] {
  const width = HASH_KEYS / BigInt(shardCount);
  return Array.from({ length: shardCount }, (_, index) => ({
    from: width * BigInt(index),
    to: index === shardCount - 1 ? HASH_KEYS - 1n : width * BigInt(index + 1) - 1n,
  }));
}

export function printShardId(number: number): string {
  return `shardId-${String(number).padStart(12, '0')}`;
}

type Options = {
  readonly kept: StoredEntries;
  readonly prefix: string;
  /** The creation time of the stream, in epoch milliseconds. */
  readonly createdAt: number;
  readonly nowEpochMs: number;
};

export class Shard {
  readonly number: number;
  readonly range: ShardRange;
  readonly #options: Options;
  readonly #records: StoredRecord[] = [];
  #bytes = 0;
  #next: number;
  #gone = 0;
  #taken = { second: 0, records: 0, bytes: 0 };

  constructor(number: number, range: ShardRange, options: Options) {
    this.number = number;
    this.range = range;
    this.#options = options;
    for (const [, value] of options.kept.list(options.prefix)) {
      const record = readRecord(value);
      this.#records.push(record);
      this.#bytes += sizeOf(record);
    }
    // The index is higher than all indexes of an earlier run, including the indexes of dropped records.
    this.#next = Math.max(options.nowEpochMs * 1000, (this.#records.at(-1)?.index ?? 0) + 1);
  }

  get id(): string {
    return printShardId(this.number);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#records.length;
  }

  get startingSequence(): string {
    const { createdAt } = this.#options;
    return printSequence({ createdAt, arrivedAt: createdAt, shard: this.number, index: 0 });
  }

  get end(): number {
    return this.#next;
  }

  get start(): number {
    return this.#records[0]?.index ?? this.#next;
  }

  get gone(): number {
    return this.#gone;
  }

  /** Stores a record. Returns undefined if the shard's limit per second is exceeded. */
  put(record: NewRecord, nowEpochMs: number): StoredRecord | undefined {
    if (!this.#takes(sizeOf(record), nowEpochMs)) return undefined;
    const { createdAt, kept, prefix } = this.#options;
    const { partitionKey, data } = record;
    const index = this.#next;
    const place = { createdAt, arrivedAt: nowEpochMs, shard: this.number, index };
    const stored = { index, sequence: printSequence(place), partitionKey, data, arrivedAt: nowEpochMs };
    this.#next += 1;
    this.#records.push(stored);
    this.#bytes += sizeOf(stored);
    kept.put(prefix + stored.sequence, { ...stored });
    return stored;
  }

  *from(index: number): Generator<StoredRecord> {
    for (let at = this.#placeOf(index); ; at += 1) {
      const record = this.#records[at];
      if (record === undefined) return;
      yield record;
    }
  }

  firstSince(epochMs: number): number {
    return this.#records.find(({ arrivedAt }) => arrivedAt >= epochMs)?.index ?? this.#next;
  }

  trim(beforeMs: number): void {
    const left = this.#records.findIndex(({ arrivedAt }) => arrivedAt >= beforeMs);
    this.drop(left === -1 ? this.#records.length : left);
  }

  /** @param count the number of oldest records to drop */
  drop(count: number): void {
    const { kept, prefix } = this.#options;
    for (const record of this.#records.splice(0, count)) {
      this.#bytes -= sizeOf(record);
      this.#gone = record.index + 1;
      kept.delete(prefix + record.sequence);
    }
  }

  #takes(bytes: number, nowEpochMs: number): boolean {
    const second = Math.floor(nowEpochMs / 1000);
    const before = this.#taken.second === second ? this.#taken : { records: 0, bytes: 0 };
    const taken = { second, records: before.records + 1, bytes: before.bytes + bytes };
    if (taken.records > MAX_RECORDS_PER_SECOND || taken.bytes > MAX_BYTES_PER_SECOND) return false;
    this.#taken = taken;
    return true;
  }

  #placeOf(index: number): number {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle]?.index ?? Infinity) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Returns the size of a record. "The record size limit applies to the total size of the partition key and data blob"
 */
export function sizeOf({ partitionKey, data }: Pick<NewRecord, 'partitionKey' | 'data'>): number {
  return Buffer.byteLength(partitionKey) + Buffer.byteLength(data, 'base64');
}

function readRecord(value: UnknownMembers): StoredRecord {
  const { index, sequence, partitionKey, data, arrivedAt } = membersOf(value);
  return {
    index: Number(index),
    sequence: String(sequence),
    partitionKey: String(partitionKey),
    data: String(data),
    arrivedAt: Number(arrivedAt),
  };
}
