/**
 * The event source mapping of a table's stream (docs/aws §18.7). Records go to the function in order. A failed batch
 * blocks later batches until it succeeds, expires, or is discarded.
 */
import { describeDrop, DroppedEvents } from '../../kernel/dropped-events.ts';
import type { EventPorts } from '../../kernel/event-ports.ts';
import { recordId, tryBatch } from '../../kernel/ordered-batch.ts';
import type { Batch, BatchPorts, BatchSource } from '../../kernel/ordered-batch.ts';
import type { OrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import { printEventRecord, SHARD } from '@gatewright/dynamodb/stream-record';
import type { TableChange, TableStream } from '@gatewright/dynamodb';
import type { ItemFeed } from '../../kernel/item-feed.ts';
import type { Wake } from '../../kernel/agenda.ts';
import { createHash } from 'node:crypto';
import { FULL_BATCH_BYTES } from '../../core/stack/function.ts';

export type StreamMapping = OrderedMapping & {
  readonly stream: TableStream;
  readonly isEnabled: boolean;
  /** Whether a new mapping starts with the oldest record. */
  readonly isFromOldest: boolean;
};

/** "DynamoDB streams … data retention of 24 hours" */
const RETENTION_MS = 86_400_000;
/** The beginning of the keys of waiting records, which are `stream/{mapping}/{sequence number}`. */
export const KEPT_PREFIX = 'stream/';
/**
 * The maximum number of records that wait in one lane of a mapping. The oldest records are discarded first, as after
 * the retention period.
 */
const MAX_WAITING = 100_000;

type Options = EventPorts & BatchPorts & { readonly items: Pick<ItemFeed, 'replay'> };
type Lane = {
  waiting: TableChange[];
  /** The batches of the lane that are tried before new records. They are the halves or the rest of a failed batch. */
  readonly first: Batch<TableChange>[];
  isBusy: boolean;
  running: readonly TableChange[];
  window: Wake | undefined;
};

export class TableStreamConsumer {
  readonly mapping: StreamMapping;
  readonly #options: Options;
  readonly #source: BatchSource<TableChange>;
  readonly #lanes: readonly Lane[];
  readonly #dropped: DroppedEvents;
  #isClosed = false;
  /**
   * The records that arrive while the older records of the stream are being read. `#meanwhile` is undefined once the
   * older records have been read, or if they are not needed.
   */
  #meanwhile: TableChange[] | undefined;

  /**
   * Creates a consumer.
   * @param before the consumer whose unfinished records this consumer takes over
   */
  constructor(mapping: StreamMapping, options: Options, before?: TableStreamConsumer) {
    this.mapping = mapping;
    this.#options = options;
    this.#source = sourceOf(mapping.stream);
    this.#dropped = new DroppedEvents(options);
    this.#lanes = Array.from({ length: mapping.parallel }, () => ({
      waiting: [],
      first: [],
      isBusy: false,
      running: [],
      window: undefined,
    }));
    const left =
      before?.takePending() ??
      options.kept.list(this.#prefix).map(([, value]) => value as unknown as TableChange);
    for (const record of left) this.#add(record);
    const isNew = before === undefined && left.length === 0 && mapping.isFromOldest;
    if (isNew || before?.isBehind === true) this.#meanwhile = [];
  }

  /** Whether this consumer is open and the mapping has not changed. */
  isOf(mapping: StreamMapping): boolean {
    const { definition, stream } = this.mapping;
    return (
      !this.#isClosed &&
      definition === mapping.definition &&
      JSON.stringify(stream) === JSON.stringify(mapping.stream)
    );
  }

  get tableName(): string {
    return this.mapping.stream.tableName;
  }

  /** Whether this consumer still has to read the older records of the stream. */
  get isBehind(): boolean {
    return this.#meanwhile !== undefined;
  }

  push(record: TableChange): void {
    const { filter, stream } = this.mapping;
    if (this.#meanwhile !== undefined) {
      // A disabled mapping does not store the record, because it will read this record from the stream once it is
      // enabled again.
      if (this.mapping.isEnabled) this.#meanwhile.push(record);
      return;
    }
    const { journal } = this.#options;
    const printed = filter && printEventRecord(record, stream);
    if (filter?.(printed) === false) {
      journal.note(
        {
          kind: 'filtered',
          from: stream.streamArn,
          to: this.mapping.functionName,
          by: 'FilterCriteria',
          rule: this.mapping.id,
          why: filter.explain?.(printed) ?? '',
        },
        journal.causeOf(recordId(this.#source, record)) ?? journal.begin(),
      );
      this.#dropped.note(() => describeDrop(this.mapping, this.tableName, filter, printed));
      return;
    }
    this.#options.kept.put(this.#prefix + record.sequence, { ...record });
    this.#pump(this.#add(record), this.#now());
  }

  start(): void {
    for (const lane of this.#lanes) this.#pump(lane, this.#now());
    if (this.#meanwhile === undefined || !this.mapping.isEnabled) return;
    const { work, report } = this.#options;
    work.track(
      () => this.#readPast(),
      (fault) => report(`${this.mapping.functionName}: ${String(fault)}`),
    );
  }

  async #readPast(): Promise<void> {
    const past = await this.#options.items.replay(this.mapping.stream.streamArn);
    const later = this.#meanwhile;
    if (later === undefined || this.#isClosed) return;
    this.#meanwhile = undefined;
    const last = past.at(-1)?.sequence ?? '';
    for (const record of [...past, ...later.filter(({ sequence }) => sequence > last)]) this.push(record);
  }

  /** Returns all unfinished records in order. They include the running batch, which may therefore run twice. */
  takePending(): readonly TableChange[] {
    this.close();
    return this.#lanes
      .flatMap(({ running, first, waiting }) => [
        ...running,
        ...first.flatMap(({ records }) => records),
        ...waiting,
      ])
      .toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1));
  }

  close(): void {
    this.#isClosed = true;
    for (const { window } of this.#lanes) window?.cancel();
  }

  /** Returns the number of milliseconds for which the oldest record has waited (CloudWatch's IteratorAge). */
  get ageMs(): number {
    const oldest = this.#lanes.flatMap(({ waiting, first }) => [
      ...first.flatMap(({ records }) => records.slice(0, 1)),
      ...waiting.slice(0, 1),
    ]);
    return oldest.reduce((most, { at }) => Math.max(most, this.#now() - at), 0);
  }

  get waiting(): number {
    return this.#lanes.reduce(
      (sum, { waiting, first }) =>
        sum + waiting.length + first.reduce((count, { records }) => count + records.length, 0),
      0,
    );
  }

  get #prefix(): string {
    return `${KEPT_PREFIX}${this.mapping.id}/`;
  }

  #now(): number {
    return this.#options.clock.nowEpochMs();
  }

  #add(record: TableChange): Lane {
    const lane = this.#lanes[laneOf(record, this.#lanes.length)];
    if (lane === undefined)
      throw new RangeError('an event source mapping must process at least one batch at a time');
    lane.waiting.push(record);
    if (lane.waiting.length > MAX_WAITING) {
      const [lost] = lane.waiting.splice(0, 1);
      if (lost !== undefined) this.#forget([lost]);
      this.#options.report(
        `${this.mapping.functionName}: more than ${MAX_WAITING} stream records are waiting, so the oldest record was dropped`,
      );
    }
    return lane;
  }

  /** @param dueMs the time when this attempt was due; retry delays start at this time */
  #pump(lane: Lane, dueMs: number): void {
    if (lane.isBusy || this.#isClosed || !this.mapping.isEnabled) return;
    const batch = lane.first.shift() ?? this.#gather(lane, dueMs);
    if (batch === undefined) return;
    lane.isBusy = true;
    lane.running = batch.records;
    const { work, report } = this.#options;
    work.track(
      () => this.#run(lane, batch, dueMs),
      (fault) => {
        lane.isBusy = false;
        report(`${this.mapping.functionName}: ${String(fault)}`);
      },
    );
  }

  /**
   * Takes the next batch from the lane. Without a batching window, the batch consists of the records that are waiting
   * now. With a window, returns undefined until the batch is full or the window has ended.
   */
  #gather(lane: Lane, dueMs: number): Batch<TableChange> | undefined {
    const { batchSize, windowMs } = this.mapping;
    const [oldest] = lane.waiting;
    if (oldest === undefined) return undefined;
    const closesAt = oldest.at + windowMs;
    if (lane.waiting.length < batchSize && windowMs > 0 && Math.max(dueMs, this.#now()) < closesAt) {
      lane.window ??= this.#options.agenda.at(closesAt, (due) => {
        lane.window = undefined;
        this.#pump(lane, due);
      });
      return undefined;
    }
    lane.window?.cancel();
    lane.window = undefined;
    let [count, characters] = [0, 0];
    for (const record of lane.waiting) {
      characters += record.size;
      if (count >= batchSize || (count > 0 && characters > FULL_BATCH_BYTES)) break;
      count += 1;
    }
    return { records: lane.waiting.splice(0, count), tries: 0, runs: 0 };
  }

  async #run(lane: Lane, batch: Batch<TableChange>, dueMs: number): Promise<void> {
    const at = { rules: this.mapping, source: this.#source, ports: this.#options };
    const tried = await tryBatch(batch, dueMs, at, () => this.#isClosed);
    if (tried === undefined) return;
    this.#forget(tried.over);
    lane.first.unshift(...tried.left);
    if (tried.againAt === undefined) this.#next(lane, tried.endedMs);
    else {
      lane.running = [];
      this.#options.agenda.at(tried.againAt, (due) => this.#next(lane, due));
    }
  }

  #next(lane: Lane, dueMs: number): void {
    lane.isBusy = false;
    lane.running = [];
    this.#pump(lane, dueMs);
  }

  #forget(records: readonly TableChange[]): void {
    for (const { sequence } of records) this.#options.kept.delete(this.#prefix + sequence);
  }
}

function sourceOf(stream: TableStream): BatchSource<TableChange> {
  const { streamArn, tableName } = stream;
  return {
    arn: streamArn,
    name: tableName,
    retentionMs: RETENTION_MS,
    print: (record) => printEventRecord(record, stream),
    sequenceOf: ({ sequence }) => sequence,
    arrivedAt: ({ at }) => at,
    printArrival: (epochMs) => new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    lossInfo: (lost) => ({ DDBStreamBatchInfo: { shardId: SHARD, ...lost, streamArn } }),
  };
}

/** Changes of one item are always in the same lane. */
function laneOf({ keys }: Pick<TableChange, 'keys'>, lanes: number): number {
  if (lanes === 1) return 0;
  return createHash('md5').update(JSON.stringify(keys)).digest().readUInt32BE(0) % lanes;
}
