/** The streams of this run by ARN, defined by stacks or created by calls. */
import { createHash } from 'node:crypto';
import type { EventPorts } from '../../kernel/event-ports.ts';
import { ResourceTags } from '../../kernel/resource-tags.ts';
import { rateExceeded } from './error.ts';
import { rangesOf, Shard } from './shard.ts';
import type { NewRecord, StoredRecord } from './shard.ts';

export type StreamDefinition = {
  readonly arn: string;
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly mode: 'PROVISIONED' | 'ON_DEMAND';
  readonly shardCount: number;
  readonly retentionHours: number;
};

/** The maximum memory of all streams. Kinesis has no such limit, but the memory of a laptop is limited. */
const MAX_BYTES = 256 * 1024 * 1024;
/**
 * The number of shards of a new on-demand stream: "a new data stream with the on-demand capacity mode … 4 MB/s", and a
 * shard accepts 1 MB/s.
 */
export const ON_DEMAND_SHARDS = 4;

type StreamPorts = Pick<EventPorts, 'clock' | 'kept' | 'report' | 'journal'>;

export class LocalStreams {
  readonly tags = new ResourceTags();
  readonly #ports: StreamPorts;
  readonly #maxBytes: number;
  readonly #streams = new Map<string, LocalStream>();
  #isFull = false;

  constructor(ports: StreamPorts, maxBytes = MAX_BYTES) {
    this.#ports = ports;
    this.#maxBytes = maxBytes;
  }

  get all(): readonly LocalStream[] {
    return [...this.#streams.values()];
  }

  find(arn: string): LocalStream | undefined {
    return this.#streams.get(arn);
  }

  /**
   * Replaces the streams of the stacks. Streams that still exist keep their records. Streams created by calls also
   * remain.
   */
  replace(definitions: readonly StreamDefinition[]): void {
    const wanted = new Set(definitions.map(({ arn }) => arn));
    for (const [arn, stream] of this.#streams)
      if (!stream.isMadeByCall && !wanted.has(arn)) {
        stream.close();
        this.#streams.delete(arn);
      }
    for (const definition of definitions) this.#define(definition);
  }

  create(definition: StreamDefinition): void {
    this.#open(definition, true);
    // A call may have created a stream with this ARN in an earlier run. Its records may remain although the stream was
    // deleted.
    this.#streams.get(definition.arn)?.purge();
    this.#open(definition, true);
  }

  remove(arn: string): void {
    this.#streams.get(arn)?.purge();
    this.#streams.get(arn)?.close();
    this.#streams.delete(arn);
    this.tags.forget(arn);
  }

  clear(): void {
    for (const arn of [...this.#streams.keys()]) this.remove(arn);
    this.tags.reset();
  }

  #define(definition: StreamDefinition): void {
    const known = this.#streams.get(definition.arn);
    if (known?.definition.shardCount === definition.shardCount) {
      known.definition = definition;
      return;
    }
    if (known !== undefined) {
      reportLoss(definition, known.length, this.#ports);
      this.remove(definition.arn);
    }
    this.#open(definition, false);
  }

  #open(definition: StreamDefinition, isMadeByCall: boolean): void {
    const stream = new LocalStream(definition, isMadeByCall, {
      ...this.#ports,
      makeRoom: () => this.#makeRoom(),
    });
    this.#streams.set(definition.arn, stream);
  }

  /** Frees memory. It drops the oldest records of the fullest shard first, as if their retention period had ended. */
  #makeRoom(): void {
    let held = this.all.reduce((sum, { bytes }) => sum + bytes, 0);
    if (held <= this.#maxBytes) return;
    if (!this.#isFull)
      this.#ports.report(
        `the streams contain more than ${this.#maxBytes} bytes, so their oldest records are dropped`,
      );
    this.#isFull = true;
    const shards = this.all.flatMap((stream) => stream.shards);
    while (held > this.#maxBytes) {
      const fullest = shards.reduce((most, shard) => (shard.bytes > most.bytes ? shard : most));
      held -= fullest.bytes;
      fullest.drop(1);
      held += fullest.bytes;
    }
  }
}

type Around = StreamPorts & { readonly makeRoom: () => void };

export class LocalStream {
  definition: StreamDefinition;
  readonly isMadeByCall: boolean;
  readonly createdAt: number;
  readonly shards: readonly Shard[];
  readonly #at: Around;
  readonly #listeners = new Set<() => void>();
  #isClosed = false;

  constructor(definition: StreamDefinition, isMadeByCall: boolean, at: Around) {
    this.definition = definition;
    this.isMadeByCall = isMadeByCall;
    this.#at = at;
    const now = at.clock.nowEpochMs();
    this.createdAt = this.#keepCreation(now);
    this.shards = rangesOf(definition.shardCount).map(
      (range, number) =>
        new Shard(number, range, {
          kept: at.kept,
          prefix: `kinesis/record/${definition.arn}/${number}/`,
          createdAt: this.createdAt,
          nowEpochMs: now,
        }),
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get bytes(): number {
    return this.shards.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get length(): number {
    return this.shards.reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * Registers a listener that is called whenever records have arrived.
   * @returns a function that removes the listener
   */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Stores a record. Call `notify` after the last record of a call.
   * @throws OperationRefused when the shard has reached its limit for this second
   */
  put(record: NewRecord): { readonly shard: Shard; readonly stored: StoredRecord } {
    const now = this.#at.clock.nowEpochMs();
    const { name, accountId } = this.definition;
    this.trim();
    const shard = this.#shardOf(record.hashKey ?? hashOf(record.partitionKey));
    const stored = shard.put(record, now);
    if (stored === undefined) throw rateExceeded(shard.id, name, accountId);
    const { arn } = this.definition;
    const id = `${arn} ${stored.sequence}`;
    const readers = this.#listeners.size;
    this.#at.journal.accept({ kind: 'accepted', at: arn, id, what: 'record', readers });
    this.#at.makeRoom();
    return { shard, stored };
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Drops records older than the retention period. */
  trim(): void {
    const beforeMs = this.#at.clock.nowEpochMs() - this.definition.retentionHours * 3_600_000;
    for (const shard of this.shards) if (shard.length > 0) shard.trim(beforeMs);
  }

  purge(): void {
    for (const shard of this.shards) shard.drop(shard.length);
    this.#at.kept.delete(this.#creationKey);
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
  }

  get #creationKey(): string {
    return `kinesis/stream/${this.definition.arn}`;
  }

  /**
   * Returns the creation time of the stream. It is part of sequence numbers, so it is stored and reused after a
   * restart, unless the number of shards has changed.
   */
  #keepCreation(now: number): number {
    const { kept } = this.#at;
    const { arn, shardCount } = this.definition;
    const before = kept.list(this.#creationKey).find(([key]) => key === this.#creationKey)?.[1];
    if (before?.['shardCount'] === shardCount) return Number(before['createdAt']);
    const records = kept.list(`kinesis/record/${arn}/`);
    for (const [key] of records) kept.delete(key);
    reportLoss(this.definition, records.length, this.#at);
    kept.put(this.#creationKey, { createdAt: now, shardCount });
    return now;
  }

  #shardOf(hashKey: bigint): Shard {
    const found = this.shards.find(({ range }) => hashKey <= range.to);
    if (found === undefined) throw new RangeError('the shards of a stream must cover all hash keys');
    return found;
  }
}

function reportLoss({ name, shardCount }: StreamDefinition, lost: number, { report }: StreamPorts): void {
  if (lost > 0)
    report(
      `the number of shards of ${name} changed to ${shardCount}, so all its records are dropped (${lost})`,
    );
}

/**
 * Returns the hash key of a partition key. "An MD5 hash function is used to map partition keys to 128-bit integer
 * values"
 */
function hashOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`);
}
