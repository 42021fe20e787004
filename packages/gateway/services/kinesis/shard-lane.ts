/**
 * Reads one shard for one mapping (docs/aws §18.11). Records go to the function in order, batch by batch. A failed
 * batch blocks later batches until it succeeds, expires, or is discarded. The position of the first unfinished record
 * is stored, and reading continues there after a restart.
 */
import { describeDrop, DroppedEvents } from '../../kernel/dropped-events.ts';
import { createHash } from 'node:crypto';
import type { Wake } from '../../kernel/agenda.ts';
import type { EventPorts } from '../../kernel/event-ports.ts';
import { recordId, tryBatch } from '../../kernel/ordered-batch.ts';
import type { Batch, BatchPorts, BatchSource } from '../../kernel/ordered-batch.ts';
import type { OrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import type { LocalStream } from './local-streams.ts';
import type { Shard, StoredRecord } from './shard.ts';
import { parseJson } from '@gatewright/aws/json-object';
import { FULL_BATCH_BYTES } from '../../core/stack/function.ts';

export type StreamMapping = OrderedMapping & {
  readonly streamArn: string;
  readonly region: string;
  readonly roleArn: string;
  readonly start: StartingPosition;
};

export type StartingPosition =
  | { readonly kind: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly kind: 'AT_TIMESTAMP'; readonly epochMs: number };

export type LanePorts = EventPorts & BatchPorts;

type At = {
  readonly mapping: StreamMapping;
  readonly stream: LocalStream;
  readonly shard: Shard;
  readonly number: number;
};

/**
 * The number of characters that an event contains for each record in addition to the record's data and partition key.
 */
const FRAME_CHARACTERS = 700;

export class ShardLane {
  readonly at: At;
  readonly #ports: LanePorts;
  readonly #source: BatchSource<StoredRecord>;
  readonly #dropped: DroppedEvents;
  /** The position of the first record that has not been read. */
  #next: number;
  #gathered: StoredRecord[] = [];
  /**
   * The batches that must be retried before new records are read. They are the halves or the rest of a failed batch.
   */
  #first: Batch<StoredRecord>[] = [];
  #running: readonly StoredRecord[] = [];
  #isBusy = false;
  #isClosed = false;
  #window: Wake | undefined;
  #keptPlace: number | undefined;

  constructor(at: At, from: number, ports: LanePorts) {
    this.at = at;
    this.#ports = ports;
    this.#dropped = new DroppedEvents(ports);
    this.#source = sourceOf(at);
    this.#next = from;
  }

  /**
   * Returns the position of the first unfinished record. If this position is used again after a restart, a batch that
   * was still running runs twice.
   */
  get place(): number {
    const [oldest] = this.#undone;
    return oldest?.index ?? this.#next;
  }

  get waiting(): number {
    return this.#undone.length + this.#ahead.length;
  }

  /** Returns the number of milliseconds for which the oldest record has waited (CloudWatch's IteratorAge). */
  get ageMs(): number {
    const oldest = this.#undone[0] ?? this.#ahead[0];
    return oldest === undefined ? 0 : Math.max(0, this.#now() - oldest.arrivedAt);
  }

  close(): void {
    this.#isClosed = true;
    this.#window?.cancel();
  }

  /** @param dueMs the time when this attempt was due; retry delays start at this time */
  pump(dueMs = this.#now()): void {
    if (this.#isBusy || this.#isClosed || this.at.stream.isClosed) return;
    const batch = this.#first.shift() ?? this.#gather(dueMs);
    if (batch === undefined) return;
    this.#isBusy = true;
    this.#running = batch.records;
    const { work, report } = this.#ports;
    work.track(
      () => this.#run(batch, dueMs),
      (fault) => {
        this.#isBusy = false;
        this.#running = [];
        report(`${this.at.mapping.functionName}: ${String(fault)}`);
      },
    );
  }

  get #undone(): readonly StoredRecord[] {
    return [...this.#running, ...this.#first.flatMap(({ records }) => records), ...this.#gathered];
  }

  get #ahead(): readonly StoredRecord[] {
    return [...this.at.shard.from(this.#next)].filter((record) => this.#isMine(record));
  }

  #now(): number {
    return this.#ports.clock.nowEpochMs();
  }

  #isMine({ partitionKey }: StoredRecord): boolean {
    const { number, mapping } = this.at;
    if (mapping.parallel === 1) return true;
    return createHash('md5').update(partitionKey).digest().readUInt32BE(12) % mapping.parallel === number;
  }

  #gather(dueMs: number): Batch<StoredRecord> | undefined {
    const { mapping, stream } = this.at;
    stream.trim();
    const isFull = this.#take();
    const [oldest] = this.#gathered;
    if (oldest === undefined) {
      this.#keepPlace();
      return undefined;
    }
    const closesAt = oldest.arrivedAt + mapping.windowMs;
    if (!isFull && mapping.windowMs > 0 && Math.max(dueMs, this.#now()) < closesAt) {
      this.#window ??= this.#ports.agenda.at(closesAt, (due) => {
        this.#window = undefined;
        this.pump(due);
      });
      return undefined;
    }
    this.#window?.cancel();
    this.#window = undefined;
    const records = this.#gathered;
    this.#gathered = [];
    return { records, tries: 0, runs: 0 };
  }

  #passes(record: StoredRecord): boolean {
    const { mapping, stream } = this.at;
    const { filter } = mapping;
    if (filter === undefined) return true;
    const view = filterView(record);
    if (filter(view)) return true;
    const { journal } = this.#ports;
    const { id: rule, streamArn: from, functionName: to } = mapping;
    const why = filter.explain?.(view) ?? '';
    journal.note(
      { kind: 'filtered', from, to, by: 'FilterCriteria', rule, why },
      journal.causeOf(recordId(this.#source, record)) ?? journal.begin(),
    );
    this.#dropped.note(() => describeDrop(mapping, stream.definition.name, filter, view));
    return false;
  }

  /**
   * Reads further records of the shard.
   * @returns whether the batch is full
   */
  #take(): boolean {
    const { mapping, shard } = this.at;
    if (shard.gone > this.#next) this.#skipGone();
    let characters = this.#gathered.reduce((sum, record) => sum + charactersOf(record), 0);
    if (this.#gathered.length >= mapping.batchSize) return true;
    for (const record of shard.from(this.#next)) {
      const isWanted = this.#isMine(record) && this.#passes(record);
      characters += isWanted ? charactersOf(record) : 0;
      if (characters > FULL_BATCH_BYTES && this.#gathered.length > 0) return true;
      this.#next = record.index + 1;
      if (isWanted) this.#gathered.push(record);
      if (this.#gathered.length >= mapping.batchSize) return true;
    }
    return false;
  }

  #skipGone(): void {
    const { mapping, stream, shard } = this.at;
    this.#next = shard.start;
    this.#ports.report(
      `${stream.definition.name}, ${shard.id}: older records were dropped before ${mapping.functionName} read them`,
    );
  }

  async #run(batch: Batch<StoredRecord>, dueMs: number): Promise<void> {
    const at = { rules: this.at.mapping, source: this.#source, ports: this.#ports };
    // If a reload has closed this lane in the meantime, the lane's successor is responsible for the batch.
    const tried = await tryBatch(batch, dueMs, at, () => this.#isClosed);
    if (tried === undefined) return;
    this.#first.unshift(...tried.left);
    if (tried.againAt === undefined) this.#resume(tried.endedMs);
    else {
      this.#running = [];
      this.#keepPlace();
      this.#ports.agenda.at(tried.againAt, (due) => this.#resume(due));
    }
  }

  #resume(dueMs: number): void {
    this.#isBusy = false;
    this.#running = [];
    this.#keepPlace();
    this.pump(dueMs);
  }

  #keepPlace(): void {
    const { mapping, shard, number } = this.at;
    const next = this.place;
    if (this.#isClosed || next === this.#keptPlace) return;
    this.#keptPlace = next;
    const { parallel } = mapping;
    this.#ports.kept.put(`${placesOf(mapping.id, shard)}${number}`, { number, parallel, next });
  }
}

export function placesOf(mappingId: string, shard: Shard): string {
  return `kinesis/place/${mappingId}/${shard.number}/`;
}

/**
 * Returns the facts about the stream and the shard that a batch needs, including the details that are sent when records
 * of the batch are discarded.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
function sourceOf({ mapping, stream, shard }: At): BatchSource<StoredRecord> {
  const { streamArn } = mapping;
  return {
    arn: streamArn,
    name: stream.definition.name,
    retentionMs: stream.definition.retentionHours * 3_600_000,
    print: (record) => printEventRecord(record, shard, mapping),
    sequenceOf: ({ sequence }) => sequence,
    arrivedAt: ({ arrivedAt }) => arrivedAt,
    printArrival: (epochMs) => new Date(epochMs).toISOString(),
    lossInfo: (lost) => ({ KinesisBatchInfo: { shardId: shard.id, ...lost, streamArn } }),
  };
}

function charactersOf({ data, partitionKey }: StoredRecord): number {
  return data.length + partitionKey.length + FRAME_CHARACTERS;
}

/** Records in the form that functions and filters get (Lambda developer guide, "Using Lambda with Kinesis"). */
type EventSource = {
  readonly streamArn: string;
  readonly region: string;
  readonly roleArn: string;
};

function printEventRecord(
  { sequence, partitionKey, data, arrivedAt }: StoredRecord,
  { id }: Shard,
  { streamArn, region, roleArn }: EventSource,
): object {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber: sequence,
      data,
      approximateArrivalTimestamp: arrivedAt / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${id}:${sequence}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: roleArn,
    awsRegion: region,
    eventSourceARN: streamArn,
  };
}

/**
 * Returns a record for filters. "Kinesis event source mappings only support filtering on the data key". The data is
 * parsed if it is a JSON object or list, and is otherwise a string.
 */
function filterView({ data }: StoredRecord): object {
  const text = Buffer.from(data, 'base64').toString('utf8');
  const value = parseJson(text);
  return { data: typeof value === 'object' && value !== null ? value : text };
}
