/**
 * Records the changes of all streams in one list in memory. The list contains the changes of the last 24 hours by the
 * gateway's clock, up to a maximum size in bytes (developer guide, "Change data capture for DynamoDB Streams"). The ids
 * and sequence numbers in responses of DynamoDB Streams are the same as in the events of functions.
 */
import { randomBytes } from 'node:crypto';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Clock } from './clock.ts';
import { dynaliteDb } from './dynalite-store.ts';
import type { Item, KeyElement } from './dynalite-store.ts';
import type { ItemChange, TableChange, TableStream } from './stream-record.ts';

/**
 * How long a change is stored, in milliseconds. Source: "All data in DynamoDB Streams is subject to a 24-hour
 * lifetime."
 */
const RETENTION_MS = 86_400_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** The size in bytes that is counted for each stored change in addition to its characters. */
const BYTES_PER_RECORD = 300;
/**
 * The maximum number of closed streams that are remembered. A stream is closed when it is switched off or its table is
 * deleted. A closed stream can be read as long as its records exist.
 */
const MAX_CLOSED = 1_000;

export type LoggedStream = TableStream & {
  readonly label: string;
  readonly keySchema: readonly KeyElement[];
  readonly createdAt: number;
  /** The number of the first change that the stream may contain. */
  readonly start: number;
  /**
   * The number of the stream's most recently dropped change. A number below `start` means that no change has been
   * dropped.
   */
  trimmed: number;
  /** The number that follows the stream's last change. */
  end: number;
  /** The time when the stream was closed, in epoch milliseconds; undefined means that it still accepts changes. */
  closedAt: number | undefined;
};

type Logged = {
  readonly number: number;
  readonly stream: LoggedStream;
  readonly change: TableChange;
};

export class StreamLog {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #onStreams: (streams: readonly TableStream[]) => void;
  /** The streams by ARN, in the order of creation. */
  readonly #streams = new Map<string, LoggedStream>();
  readonly #open = new Map<string, LoggedStream>();
  #records: (Logged | undefined)[] = [];
  /** The position of the oldest record. The records before this position have been dropped. */
  #first = 0;
  #bytes = 0;
  #number: number;

  /** @param onStreams called with the open streams whenever they change */
  constructor(
    clock: Clock,
    {
      maxBytes = MAX_BYTES,
      onStreams = () => undefined,
    }: {
      readonly maxBytes?: number | undefined;
      readonly onStreams?: ((streams: readonly TableStream[]) => void) | undefined;
    } = {},
  ) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#onStreams = onStreams;
    // The numbers start at the current time, so that they are higher than all numbers of an earlier run.
    this.#number = clock.nowEpochMs() * 1000;
  }

  get nowEpochMs(): number {
    return this.#clock.nowEpochMs();
  }

  get all(): readonly LoggedStream[] {
    this.#trim();
    return [...this.#streams.values()];
  }

  find(streamArn: string): LoggedStream | undefined {
    this.#trim();
    return this.#streams.get(streamArn);
  }

  /** Whether no table has an open stream. */
  get isClosed(): boolean {
    return this.#open.size === 0;
  }

  hasStream(table: string): boolean {
    return this.#open.has(table);
  }

  /**
   * Creates a stream label from the clock, such as `2026-11-23T10:00:00.000`. The label is unique among the streams of
   * the table.
   */
  newLabel(tableArn: string): string {
    for (let at = this.nowEpochMs; ; at += 1) {
      const label = new Date(at).toISOString().slice(0, -1);
      if (!this.#streams.has(`${tableArn}/stream/${label}`)) return label;
    }
  }

  open(stream: TableStream & Pick<LoggedStream, 'label' | 'keySchema'>): void {
    this.#number += 1;
    const start = this.#number;
    const opened = {
      ...stream,
      createdAt: this.nowEpochMs,
      start,
      end: start,
      trimmed: start - 1,
      closedAt: undefined,
    };
    this.#streams.delete(stream.streamArn);
    this.#streams.set(stream.streamArn, opened);
    this.#open.set(stream.tableName, opened);
    this.#onStreams([...this.#open.values()].map(printStream));
  }

  close(table: string): void {
    const stream = this.#open.get(table);
    if (stream === undefined) return;
    stream.closedAt = this.nowEpochMs;
    this.#open.delete(table);
    this.#onStreams([...this.#open.values()].map(printStream));
    const closed = [...this.#streams.values()].filter(({ closedAt }) => closedAt !== undefined);
    for (const { streamArn } of closed.slice(0, Math.max(0, closed.length - MAX_CLOSED)))
      this.#streams.delete(streamArn);
  }

  /** Assigns a number to the change, and stores the change if its table has a stream. */
  append(change: ItemChange): TableChange {
    this.#number += 1;
    const stream = this.#open.get(change.table);
    const numbered: TableChange = {
      ...change,
      streamArn: stream?.streamArn,
      id: randomBytes(16).toString('hex'),
      sequence: printSequence(this.#number),
      at: this.nowEpochMs,
      size: JSON.stringify(change).length,
      bytes: { keys: bytesOf(change.keys), before: bytesOf(change.before), after: bytesOf(change.after) },
    };
    if (stream === undefined) return numbered;
    stream.end = this.#number + 1;
    this.#records.push({ number: this.#number, stream, change: numbered });
    this.#bytes += numbered.size + BYTES_PER_RECORD;
    this.#trim();
    return numbered;
  }

  /** Returns the stream's changes from the given number on, oldest first. */
  *read(stream: LoggedStream, from: number): Generator<{ number: number; change: TableChange }, undefined> {
    this.#trim();
    for (let at = this.#placeOf(from); at < this.#records.length; at += 1) {
      const logged = this.#records[at];
      if (logged?.stream === stream) yield logged;
    }
  }

  /** Drops all stored changes, so that the log begins with the next change. */
  forget(): void {
    for (const { stream, number } of this.#records.slice(this.#first).flatMap((one) => one ?? []))
      stream.trimmed = number;
    this.#records = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  #placeOf(number: number): number {
    let [low, high] = [this.#first, this.#records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.number ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #trim(): void {
    const oldest = this.nowEpochMs - RETENTION_MS;
    for (;;) {
      const logged = this.#records[this.#first];
      if (logged === undefined || (this.#bytes <= this.#maxBytes && logged.change.at >= oldest)) break;
      logged.stream.trimmed = logged.number;
      this.#bytes -= logged.change.size + BYTES_PER_RECORD;
      this.#records[this.#first] = undefined;
      this.#first += 1;
    }
    // Dropped positions are removed only when they are the larger part of the list, so that the cost of removing them
    // stays low on average.
    if (this.#first > 100 && this.#first * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
    for (const { streamArn, closedAt } of this.#streams.values())
      if (closedAt !== undefined && closedAt < oldest) this.#streams.delete(streamArn);
  }
}

function bytesOf(item: UnknownMembers | undefined): number {
  return item === undefined ? 0 : dynaliteDb.itemSize(item as Item);
}

export function printSequence(number: number): string {
  return `400000${String(number).padStart(17, '0')}`;
}

/**
 * Parses a sequence number. Returns undefined if the text does not have the form of this gateway's sequence numbers.
 */
export function parseSequence(text: string): number | undefined {
  const digits = /^400000(\d{17})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function printStream({ tableName, streamArn, region, viewType }: LoggedStream): TableStream {
  return { tableName, streamArn, region, viewType };
}
