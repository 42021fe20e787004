/**
 * An event source mapping of a table's stream (docs/aws §18.7): records go to the function in order; a failed
 * batch blocks later ones until it succeeds, expires, or is given up.
 */
import type { EventPorts } from '../../kernel/event-ports.ts';
import { tryBatch } from '../../kernel/ordered-batch.ts';
import type { Batch, BatchPorts, BatchSource } from '../../kernel/ordered-batch.ts';
import type { OrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import { laneOf, printStreamRecord, SHARD, type StreamRecord, type TableStream } from './stream-record.ts';
import type { Wake } from '../../kernel/agenda.ts';

export type StreamMapping = OrderedMapping & { readonly streamArn: string };

/** "DynamoDB streams … data retention of 24 hours" */
const RETENTION_MS = 86_400_000;
/** Records waiting for one function; the oldest are given up, as after their retention. */
const MAX_WAITING = 100_000;
const MAX_BATCH_CHARACTERS = 5_500_000;

type Options = EventPorts & BatchPorts;
type Lane = {
  waiting: StreamRecord[];
  /** Tried before anything else of the lane: halves of a batch, the rest of one. */
  readonly first: Batch<StreamRecord>[];
  isBusy: boolean;
  running: readonly StreamRecord[];
  window: Wake | undefined;
};

export class StreamConsumer {
  readonly mapping: StreamMapping;
  readonly #stream: TableStream;
  readonly #options: Options;
  readonly #source: BatchSource<StreamRecord>;
  readonly #lanes: readonly Lane[];
  #isClosed = false;

  /** @param before the consumer whose unfinished records it takes over */
  constructor(mapping: StreamMapping, stream: TableStream, options: Options, before?: StreamConsumer) {
    this.mapping = mapping;
    this.#stream = stream;
    this.#options = options;
    this.#source = sourceOf(stream);
    this.#lanes = Array.from({ length: mapping.parallel }, () => ({
      waiting: [],
      first: [],
      isBusy: false,
      running: [],
      window: undefined,
    }));
    const left =
      before?.takePending() ??
      options.kept.list(this.#prefix).map(([, value]) => value as unknown as StreamRecord);
    for (const record of left) this.#add(record);
  }

  /** Whether it is unchanged. */
  isOf(mapping: StreamMapping, stream: TableStream): boolean {
    const { definition } = this.mapping;
    return (
      !this.#isClosed &&
      definition === mapping.definition &&
      JSON.stringify(this.#stream) === JSON.stringify(stream)
    );
  }

  get tableName(): string {
    return this.#stream.tableName;
  }

  push(record: StreamRecord): void {
    const { filter } = this.mapping;
    if (filter?.(printStreamRecord(record, this.#stream)) === false) return;
    this.#options.kept.put(this.#prefix + record.sequence, { ...record });
    this.#pump(this.#add(record), this.#now());
  }

  start(): void {
    for (const lane of this.#lanes) this.#pump(lane, this.#now());
  }

  /** Everything unfinished, in order; the running batch may thus run twice. */
  takePending(): readonly StreamRecord[] {
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

  /** Milliseconds the oldest record has waited: CloudWatch's IteratorAge. */
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
    return `stream/${this.mapping.id}/`;
  }

  #now(): number {
    return this.#options.clock.nowEpochMs();
  }

  #add(record: StreamRecord): Lane {
    const lane = this.#lanes[laneOf(record, this.#lanes.length)];
    if (lane === undefined) throw new RangeError('a mapping has at least one lane');
    lane.waiting.push(record);
    if (lane.waiting.length > MAX_WAITING) {
      const [lost] = lane.waiting.splice(0, 1);
      if (lost !== undefined) this.#forget([lost]);
      this.#options.report(
        `${this.mapping.functionName}: more than ${MAX_WAITING} records are waiting; the oldest is dropped`,
      );
    }
    return lane;
  }

  /** @param dueMs when this was due: waits count from there */
  #pump(lane: Lane, dueMs: number): void {
    if (lane.isBusy || this.#isClosed) return;
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

  /** A full batch, or a partial one after the window. */
  #gather(lane: Lane, dueMs: number): Batch<StreamRecord> | undefined {
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
      if (count >= batchSize || (count > 0 && characters > MAX_BATCH_CHARACTERS)) break;
      count += 1;
    }
    return { records: lane.waiting.splice(0, count), tries: 0, runs: 0 };
  }

  async #run(lane: Lane, batch: Batch<StreamRecord>, dueMs: number): Promise<void> {
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

  #forget(records: readonly StreamRecord[]): void {
    for (const { sequence } of records) this.#options.kept.delete(this.#prefix + sequence);
  }
}

function sourceOf(stream: TableStream): BatchSource<StreamRecord> {
  const { streamArn, tableName } = stream;
  return {
    name: tableName,
    retentionMs: RETENTION_MS,
    print: (record) => printStreamRecord(record, stream),
    sequenceOf: ({ sequence }) => sequence,
    arrivedAt: ({ at }) => at,
    lossInfo: (lost) => ({ DDBStreamBatchInfo: { shardId: SHARD, ...lost, streamArn } }),
  };
}
