/**
 * An event source mapping of a table's stream (docs/aws §18.7): records go to the function in order, a batch that fails
 * holds what comes after it until it succeeds, is too old, or is given up.
 */
import { readBatchFailures } from '../../kernel/delivery/batch-failures.ts';
import type { EventTest } from '../../kernel/delivery/event-pattern.ts';
import { streamWaitMs } from '../../kernel/delivery/retries.ts';
import type { InvocationResult } from '../../core/ports.ts';
import { type EventPorts, type EventTargets, LONGEST_RUN_MS, makeTrace } from '../../kernel/event-ports.ts';
import { recordsLost } from './stream-failure.ts';
import { laneOf, printStreamRecord, type StreamRecord, type TableStream } from './stream-record.ts';
import type { Wake } from '../../kernel/agenda.ts';

export type StreamMapping = {
  readonly id: string;
  readonly streamArn: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly bisects: boolean;
  /** Undefined = until the records are a day old. */
  readonly maxRetries: number | undefined;
  readonly maxAgeMs: number | undefined;
  /** Batches of different items at a time. */
  readonly parallel: number;
  readonly reportsItems: boolean;
  readonly filter: EventTest | undefined;
  readonly onFailureArn: string | undefined;
};

/** "DynamoDB streams … data retention of 24 hours" */
const RETENTION_MS = 86_400_000;
/** Records that wait for one function; the oldest are given up, as after their retention. */
const MAX_WAITING = 100_000;
const MAX_BATCH_CHARACTERS = 5_500_000;

type Options = EventPorts & {
  readonly targets: EventTargets;
  readonly arnOf: (functionName: string) => string;
};
type Batch = { readonly records: readonly StreamRecord[]; tries: number; runs: number };
type Lane = {
  waiting: StreamRecord[];
  /** What is tried before anything else of the lane: halves of a batch, the rest of one. */
  readonly first: Batch[];
  isBusy: boolean;
  /** What is with the function. */
  running: readonly StreamRecord[];
  window: Wake | undefined;
};

export class StreamConsumer {
  readonly mapping: StreamMapping;
  readonly #stream: TableStream;
  readonly #options: Options;
  readonly #lanes: readonly Lane[];
  #isClosed = false;

  /** @param before the one whose place it takes: what it has not done goes on here */
  constructor(mapping: StreamMapping, stream: TableStream, options: Options, before?: StreamConsumer) {
    this.mapping = mapping;
    this.#stream = stream;
    this.#options = options;
    this.#lanes = Array.from({ length: mapping.parallel }, () => ({
      waiting: [],
      first: [],
      isBusy: false,
      running: [],
      window: undefined,
    }));
    const left =
      before?.handOver() ??
      options.kept.list(this.#prefix).map(([, value]) => value as unknown as StreamRecord);
    for (const record of left) this.#add(record);
  }

  get tableName(): string {
    return this.#stream.tableName;
  }

  /** Takes a change of the table. */
  push(record: StreamRecord): void {
    const { filter } = this.mapping;
    if (filter?.(printStreamRecord(record, this.#stream)) === false) return;
    this.#options.kept.put(this.#prefix + record.sequence, { ...record });
    this.#pump(this.#add(record), this.#now());
  }

  start(): void {
    for (const lane of this.#lanes) this.#pump(lane, this.#now());
  }

  /** Everything that is not done, in order; what runs now may so run twice. */
  handOver(): readonly StreamRecord[] {
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

  /** Milliseconds that the oldest record has waited: CloudWatch's IteratorAge. */
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
        `${this.mapping.functionName}: more than ${MAX_WAITING} records wait; the oldest is lost`,
      );
    }
    return lane;
  }

  /** @param dueMs when this was to happen: waits count from there */
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

  /** A full batch, or what there is when the window has passed. */
  #gather(lane: Lane, dueMs: number): Batch | undefined {
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

  async #run(lane: Lane, given: Batch, dueMs: number): Promise<void> {
    const batch = await this.#withoutOld(given, dueMs);
    if (batch.records.length === 0) {
      this.#next(lane, dueMs);
      return;
    }
    const { invoker, random, clock, report } = this.#options;
    const { functionName, qualifier } = this.mapping;
    const beganMs = clock.monotonicMs();
    const result = await invoker.invoke({
      functionName,
      timeoutMs: LONGEST_RUN_MS,
      traceHeader: makeTrace(random),
      ...(qualifier === undefined ? {} : { qualifier }),
      payload: JSON.stringify({
        Records: batch.records.map((record) => printStreamRecord(record, this.#stream)),
      }),
    });
    batch.runs += 1;
    const endedMs = dueMs + Math.max(0, clock.monotonicMs() - beganMs);
    const failedFrom = this.#failedFrom(batch, result);
    this.#forget(batch.records.slice(0, failedFrom));
    if (failedFrom >= batch.records.length) {
      this.#next(lane, endedMs);
      return;
    }
    if (result.kind === 'failed')
      report(
        `${batch.records.length} records of ${this.#stream.tableName} for ${functionName}: ${result.errorMessage}`,
      );
    const rest = { ...batch, records: batch.records.slice(failedFrom) };
    await this.#retry(lane, rest, { result, endedMs, isCut: failedFrom > 0 });
  }

  /** The place of the first record that is not done. */
  #failedFrom({ records }: Batch, result: InvocationResult): number {
    if (result.kind !== 'returned') return 0;
    if (!this.mapping.reportsItems) return records.length;
    const numbers = records.map(({ sequence }) => sequence);
    const outcome = readBatchFailures(result.payload, new Set(numbers));
    if (outcome.kind === 'all') return 0;
    const first = numbers.findIndex((number) => outcome.failed.has(number));
    return first === -1 ? records.length : first;
  }

  async #retry(
    lane: Lane,
    batch: Batch,
    {
      result,
      endedMs,
      isCut,
    }: { readonly result: InvocationResult; readonly endedMs: number; readonly isCut: boolean },
  ): Promise<void> {
    const { bisects, maxRetries = Infinity } = this.mapping;
    const isThrottled = result.kind === 'refused' && result.reason === 'throttled';
    if (!isThrottled && bisects && !isCut && batch.records.length > 1) {
      // Halving takes none of the retries.
      const middle = Math.ceil(batch.records.length / 2);
      const halves = [batch.records.slice(0, middle), batch.records.slice(middle)];
      lane.first.unshift(...halves.map((records) => ({ ...batch, records })));
      this.#next(lane, endedMs);
      return;
    }
    if (!isThrottled && batch.tries >= maxRetries) {
      await this.#giveUp(batch, 'RetryAttemptsExhausted', result);
      this.#next(lane, endedMs);
      return;
    }
    const again = { ...batch, tries: batch.tries + (isThrottled ? 0 : 1) };
    lane.first.unshift(again);
    lane.running = [];
    this.#options.agenda.at(endedMs + streamWaitMs(batch.runs), (due) => this.#next(lane, due));
  }

  #next(lane: Lane, dueMs: number): void {
    lane.isBusy = false;
    lane.running = [];
    this.#pump(lane, dueMs);
  }

  /** Gives up records that are older than the mapping takes, or than the stream keeps. */
  async #withoutOld(batch: Batch, dueMs: number): Promise<Batch> {
    const limitMs = Math.min(this.mapping.maxAgeMs ?? RETENTION_MS, RETENTION_MS);
    const old = batch.records.filter(({ at }) => dueMs - at > limitMs);
    if (old.length === 0) return batch;
    await this.#giveUp({ ...batch, records: old }, 'RecordAgeExceeded', undefined);
    return { ...batch, records: batch.records.slice(old.length) };
  }

  async #giveUp(
    batch: Batch,
    condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded',
    result: InvocationResult | undefined,
  ): Promise<void> {
    const { targets, report, random, arnOf } = this.#options;
    const { functionName, onFailureArn } = this.mapping;
    this.#forget(batch.records);
    report(
      `${batch.records.length} records of ${this.#stream.tableName} are given up for ${functionName}: ${condition}`,
    );
    if (onFailureArn === undefined) return;
    const lost = recordsLost(batch, this.#stream, {
      condition,
      result,
      requestId: random.uuid(),
      functionArn: arnOf(functionName),
      nowEpochMs: this.#now(),
    });
    const outcome = await targets.send(onFailureArn, JSON.stringify(lost));
    if (outcome.kind === 'failed') report(`${onFailureArn}: ${outcome.message}`);
  }

  #forget(records: readonly StreamRecord[]): void {
    for (const { sequence } of records) this.#options.kept.delete(this.#prefix + sequence);
  }
}
