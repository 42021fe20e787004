/**
 * A reader of one shard for one mapping (docs/aws §18.11): its records go to the function in order, batch by batch; one
 * that fails holds what comes after it until it succeeds, is too old, or is given up. It keeps a place in the shard, and
 * reads from there when it is free.
 */
import { createHash } from 'node:crypto';
import type { InvocationResult } from '../../core/ports.ts';
import type { Wake } from '../../kernel/agenda.ts';
import { readBatchFailures } from '../../kernel/delivery/batch-failures.ts';
import type { EventTest } from '../../kernel/delivery/event-pattern.ts';
import { streamWaitMs } from '../../kernel/delivery/retries.ts';
import { LONGEST_RUN_MS, makeTrace } from '../../kernel/event-ports.ts';
import type { EventPorts, EventTargets } from '../../kernel/event-ports.ts';
import { filterView, printEventRecord } from './kinesis-event.ts';
import type { LocalStream } from './local-streams.ts';
import { printLostBatch } from './lost-batch.ts';
import type { Batch, LossCondition } from './lost-batch.ts';
import type { Shard, StoredRecord } from './shard.ts';

export type StreamMapping = {
  readonly id: string;
  readonly streamArn: string;
  readonly region: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  /** The role of the function. */
  readonly roleArn: string;
  readonly start: StartingPosition;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly bisects: boolean;
  /** Undefined = as long as the stream keeps the records. */
  readonly maxRetries: number | undefined;
  readonly maxAgeMs: number | undefined;
  /** Batches of a shard at a time, those of one partition key in order. */
  readonly parallel: number;
  readonly reportsItems: boolean;
  readonly filter: EventTest | undefined;
  readonly onFailureArn: string | undefined;
};

export type StartingPosition =
  { readonly kind: 'TRIM_HORIZON' | 'LATEST' } | { readonly kind: 'AT_TIMESTAMP'; readonly epochMs: number };

export type LanePorts = EventPorts & {
  readonly targets: EventTargets;
  readonly functionArnOf: (functionName: string) => string;
};

type At = {
  readonly mapping: StreamMapping;
  readonly stream: LocalStream;
  readonly shard: Shard;
  /** Which one of the lanes of its shard. */
  readonly number: number;
};

/** Characters of an event; what its frame takes is left free. */
const MAX_BATCH_CHARACTERS = 5_500_000;
/** What stands around the data of a record in an event. */
const FRAME_CHARACTERS = 700;

export class ShardLane {
  readonly at: At;
  readonly #ports: LanePorts;
  /** The place of the first record that has not been looked at. */
  #next: number;
  /** What is gathered while its window is open. */
  #gathered: StoredRecord[] = [];
  /** What is tried before anything else: halves of a batch, the rest of one. */
  #first: Batch[] = [];
  #running: readonly StoredRecord[] = [];
  #isBusy = false;
  #isClosed = false;
  #window: Wake | undefined;
  #keptPlace: number | undefined;

  constructor(at: At, from: number, ports: LanePorts) {
    this.at = at;
    this.#ports = ports;
    this.#next = from;
  }

  /** The place of the first record that is not done; what runs now may so run twice. */
  get place(): number {
    const [oldest] = this.#undone;
    return oldest?.index ?? this.#next;
  }

  get waiting(): number {
    return this.#undone.length + this.#ahead.length;
  }

  /** Milliseconds that the oldest record has waited: CloudWatch's IteratorAge. */
  get ageMs(): number {
    const oldest = this.#undone[0] ?? this.#ahead[0];
    return oldest === undefined ? 0 : Math.max(0, this.#now() - oldest.arrivedAt);
  }

  close(): void {
    this.#isClosed = true;
    this.#window?.cancel();
  }

  /** @param dueMs when this was to happen: waits count from there */
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

  /** A full batch, or what there is when the window has passed. */
  #gather(dueMs: number): Batch | undefined {
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

  /** Goes on in the shard. @returns whether the batch holds no more */
  #take(): boolean {
    const { mapping, shard } = this.at;
    if (shard.gone > this.#next) this.#skipGone();
    let characters = this.#gathered.reduce((sum, record) => sum + charactersOf(record), 0);
    if (this.#gathered.length >= mapping.batchSize) return true;
    for (const record of shard.from(this.#next)) {
      const isWanted = this.#isMine(record) && mapping.filter?.(filterView(record)) !== false;
      characters += isWanted ? charactersOf(record) : 0;
      if (characters > MAX_BATCH_CHARACTERS && this.#gathered.length > 0) return true;
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
      `${stream.definition.name}, ${shard.id}: older records are gone before ${mapping.functionName} has seen them`,
    );
  }

  async #run(given: Batch, dueMs: number): Promise<void> {
    const batch = await this.#withoutOld(given, dueMs);
    if (batch.records.length === 0) {
      this.#goOn(dueMs);
      return;
    }
    const { clock, report } = this.#ports;
    const { mapping, stream } = this.at;
    const beganMs = clock.monotonicMs();
    const result = await this.#invoke(batch);
    // What runs while the stacks are loaded again belongs to who comes after.
    if (this.#isClosed) return;
    const endedMs = dueMs + Math.max(0, clock.monotonicMs() - beganMs);
    const { done, isCut } = this.#judge(batch, result);
    const rest = { records: batch.records.slice(done), tries: batch.tries, runs: batch.runs + 1 };
    if (rest.records.length === 0) {
      this.#goOn(endedMs);
      return;
    }
    if (result.kind === 'failed')
      report(
        `${batch.records.length} records of ${stream.definition.name} for ${mapping.functionName}: ${result.errorMessage}`,
      );
    await this.#retry(rest, { result, endedMs, isCut });
  }

  #invoke({ records }: Batch): Promise<InvocationResult> {
    const { invoker, random } = this.#ports;
    const { mapping, shard } = this.at;
    const { functionName, qualifier } = mapping;
    return invoker.invoke({
      functionName,
      timeoutMs: LONGEST_RUN_MS,
      traceHeader: makeTrace(random),
      ...(qualifier === undefined ? {} : { qualifier }),
      payload: JSON.stringify({ Records: records.map((record) => printEventRecord(record, shard, mapping)) }),
    });
  }

  /** How many are done; `isCut`: the function has said where to go on. */
  #judge({ records }: Batch, result: InvocationResult): { readonly done: number; readonly isCut: boolean } {
    if (result.kind !== 'returned') return { done: 0, isCut: false };
    if (!this.at.mapping.reportsItems) return { done: records.length, isCut: false };
    const numbers = records.map(({ sequence }) => sequence);
    const outcome = readBatchFailures(result.payload, new Set(numbers));
    if (outcome.kind === 'all') return { done: 0, isCut: false };
    const first = numbers.findIndex((number) => outcome.failed.has(number));
    return { done: first === -1 ? records.length : first, isCut: true };
  }

  async #retry(
    batch: Batch,
    {
      result,
      endedMs,
      isCut,
    }: { readonly result: InvocationResult; readonly endedMs: number; readonly isCut: boolean },
  ): Promise<void> {
    const { bisects, maxRetries = Infinity } = this.at.mapping;
    const isThrottled = result.kind === 'refused' && result.reason === 'throttled';
    if (!isThrottled && bisects && !isCut && batch.records.length > 1) {
      // Which takes none of the retries.
      const middle = Math.ceil(batch.records.length / 2);
      const halves = [batch.records.slice(0, middle), batch.records.slice(middle)];
      this.#first.unshift(...halves.map((records) => ({ ...batch, records })));
      this.#goOn(endedMs);
      return;
    }
    if (!isThrottled && batch.tries >= maxRetries) {
      await this.#giveUp(batch, 'RetryAttemptsExhausted', result);
      this.#goOn(endedMs);
      return;
    }
    this.#running = [];
    this.#first.unshift({ ...batch, tries: batch.tries + (isThrottled ? 0 : 1) });
    this.#keepPlace();
    this.#ports.agenda.at(endedMs + streamWaitMs(batch.runs), (due) => this.#goOn(due));
  }

  #goOn(dueMs: number): void {
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

  /** Gives up records that are older than the mapping takes, or than the stream keeps. */
  async #withoutOld(batch: Batch, dueMs: number): Promise<Batch> {
    const { mapping, stream } = this.at;
    const retentionMs = stream.definition.retentionHours * 3_600_000;
    const limitMs = Math.min(mapping.maxAgeMs ?? retentionMs, retentionMs);
    const old = batch.records.filter(({ arrivedAt }) => dueMs - arrivedAt > limitMs);
    if (old.length === 0) return batch;
    await this.#giveUp({ ...batch, records: old }, 'RecordAgeExceeded', undefined);
    return { ...batch, records: batch.records.slice(old.length) };
  }

  async #giveUp(batch: Batch, condition: LossCondition, result: InvocationResult | undefined): Promise<void> {
    const { targets, report, random, functionArnOf } = this.#ports;
    const { mapping, stream, shard } = this.at;
    const { functionName, streamArn, onFailureArn } = mapping;
    report(
      `${batch.records.length} records of ${stream.definition.name} are given up for ${functionName}: ${condition}`,
    );
    if (onFailureArn === undefined) return;
    const lost = printLostBatch(batch, shard, {
      condition,
      result,
      streamArn,
      requestId: random.uuid(),
      functionArn: functionArnOf(functionName),
      nowEpochMs: this.#now(),
    });
    const outcome = await targets.send(onFailureArn, JSON.stringify(lost));
    if (outcome.kind === 'failed') report(`${onFailureArn}: ${outcome.message}`);
  }
}

/** Where the places of its lanes are among the kept entries. */
export function placesOf(mappingId: string, shard: Shard): string {
  return `kinesis/place/${mappingId}/${shard.number}/`;
}

function charactersOf({ data, partitionKey }: StoredRecord): number {
  return data.length + partitionKey.length + FRAME_CHARACTERS;
}
