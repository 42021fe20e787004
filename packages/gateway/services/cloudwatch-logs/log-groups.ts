/** Log groups and streams that the stacks define, that calls created, or that have lines. */
import type { KeptFeed } from '../../kernel/kept-feed.ts';
import type { LogLine } from '../../kernel/service.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { exists, noGroup, noStream } from './error.ts';
import { eventsOf } from './kept-events.ts';

type Group = {
  readonly createdMs: number;
  retentionDays: number | undefined;
  readonly streams: Map<string, number>;
};

/** A log group as the stacks define it, with the streams that they define in it. */
export type DeclaredGroup = {
  readonly retentionDays: number | undefined;
  readonly streams: ReadonlySet<string>;
};

type GroupFacts = {
  readonly name: string;
  readonly createdMs: number;
  readonly retentionDays: number | undefined;
  readonly bytes: number;
  readonly events: number;
};

export type StreamFacts = {
  readonly name: string;
  readonly createdMs: number;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly ingestedMs: number | undefined;
};

/** The maximum number of streams and groups created by calls. AWS also has limits per account. */
const MAX_MADE = 10_000;
const DAY_MS = 86_400_000;
/** The number of bytes that AWS counts for each event in addition to its message ("PutLogEvents"). */
export const EVENT_BYTES = 26;

export class LogGroupBook {
  readonly #lines: KeptFeed<LogLine>;
  readonly #nowMs: () => number;
  readonly #made = new Map<string, Group>();
  #count = 0;
  #declared: ReadonlyMap<string, Group> = new Map();
  #stacks: ReadonlyMap<string, DeclaredGroup> = new Map();

  constructor(lines: KeptFeed<LogLine>, nowMs: () => number) {
    this.#lines = lines;
    this.#nowMs = nowMs;
  }

  /**
   * Sets the groups of the stacks. When the stacks are loaded again, streams that calls created in these groups remain.
   */
  declare(groups: ReadonlyMap<string, DeclaredGroup>): void {
    const nowMs = this.#nowMs();
    this.#declared = new Map(
      [...groups].map(([name, { retentionDays, streams }]) => {
        const known = this.#declared.get(name);
        const former = this.#stacks.get(name)?.streams;
        const kept = [...(known?.streams ?? [])].filter(([stream]) => former?.has(stream) !== true);
        const own = [...streams].map((stream) => [stream, known?.streams.get(stream) ?? nowMs] as const);
        const createdMs = known?.createdMs ?? nowMs;
        return [name, { createdMs, retentionDays, streams: new Map([...kept, ...own]) }];
      }),
    );
    this.#stacks = groups;
  }

  create(name: string): void {
    if (this.has(name)) throw exists('group');
    this.#countOne();
    this.#made.set(name, { createdMs: this.#nowMs(), retentionDays: undefined, streams: new Map() });
  }

  createStream(group: string, stream: string): void {
    const known = this.#require(group);
    if (this.hasStream(group, stream)) throw exists('stream');
    this.#countOne();
    known.streams.set(stream, this.#nowMs());
  }

  retain(group: string, days: number | undefined): void {
    this.#require(group).retentionDays = days;
  }

  has(name: string): boolean {
    return this.#made.has(name) || this.#declared.has(name) || this.#hasLines(name);
  }

  hasStream(group: string, stream: string): boolean {
    if (this.#find(group)?.streams.has(stream) === true) return true;
    const wanted = { isOfGroup: isThis(group), isOfStream: isThis(stream) };
    return eventsOf(this.#lines, wanted).next().done === false;
  }

  /**
   * Checks that a group and a stream exist.
   * @throws OperationRefused if one of them does not exist
   */
  require(group: string, stream?: string): void {
    if (!this.has(group)) throw noGroup();
    if (stream !== undefined && !this.hasStream(group, stream)) throw noStream();
  }

  /**
   * Returns the time in epoch milliseconds before which events are not shown; -Infinity if the group has no retention
   * period.
   */
  oldestMs(group: string): number {
    const days = this.#find(group)?.retentionDays;
    return days === undefined ? -Infinity : this.#nowMs() - days * DAY_MS;
  }

  /** Returns the groups sorted by name. */
  list(): readonly GroupFacts[] {
    const facts = new Map<string, { createdMs: number; bytes: number; events: number }>();
    // The lines are counted without building messages, because the console often requests these counts.
    for (const { item } of this.#lines.kept()) {
      const known = facts.get(item.group) ?? { createdMs: item.epochMs, bytes: 0, events: 0 };
      known.bytes += (item.prefix?.length ?? 0) + item.text.length + EVENT_BYTES;
      known.events += 1;
      facts.set(item.group, known);
    }
    const names = new Set([...facts.keys(), ...this.#made.keys(), ...this.#declared.keys()]);
    return [...names].sort().map((name) => {
      const own = this.#find(name);
      const { createdMs = 0, bytes = 0, events = 0 } = facts.get(name) ?? {};
      return {
        name,
        createdMs: own?.createdMs ?? createdMs,
        retentionDays: own?.retentionDays,
        bytes,
        events,
      };
    });
  }

  listStreams(group: string): readonly StreamFacts[] {
    const facts = new Map<string, { firstMs: number; lastMs: number; ingestedMs: number }>();
    const wanted = { isOfGroup: isThis(group), fromMs: this.oldestMs(group) };
    for (const { stream, epochMs, ingestedMs } of eventsOf(this.#lines, wanted)) {
      const known = facts.get(stream) ?? { firstMs: epochMs, lastMs: epochMs, ingestedMs };
      known.firstMs = Math.min(known.firstMs, epochMs);
      known.lastMs = Math.max(known.lastMs, epochMs);
      known.ingestedMs = Math.max(known.ingestedMs, ingestedMs);
      facts.set(stream, known);
    }
    const made = this.#find(group)?.streams ?? new Map<string, number>();
    return [...new Set([...facts.keys(), ...made.keys()])].sort().map((name) => {
      const { firstMs, lastMs, ingestedMs } = facts.get(name) ?? {};
      return { name, createdMs: made.get(name) ?? firstMs ?? 0, firstMs, lastMs, ingestedMs };
    });
  }

  clear(): void {
    this.#made.clear();
    this.#count = 0;
    for (const [name, { streams }] of this.#declared) {
      streams.clear();
      for (const stream of this.#stacks.get(name)?.streams ?? []) streams.set(stream, this.#nowMs());
    }
  }

  #find(name: string): Group | undefined {
    return this.#made.get(name) ?? this.#declared.get(name);
  }

  /** Finds a group so that settings can be stored in it. A group that only has lines so far is created. */
  #require(name: string): Group {
    const known = this.#find(name);
    if (known !== undefined) return known;
    if (!this.#hasLines(name)) throw noGroup();
    const group = { createdMs: this.#nowMs(), retentionDays: undefined, streams: new Map<string, number>() };
    this.#countOne();
    this.#made.set(name, group);
    return group;
  }

  #hasLines(group: string): boolean {
    return eventsOf(this.#lines, { isOfGroup: isThis(group) }).next().done === false;
  }

  #countOne(): void {
    if (this.#count >= MAX_MADE)
      throw new OperationRefused('LimitExceededException', 'Resource limit exceeded.');
    this.#count += 1;
  }
}

function isThis(wanted: string): (name: string) => boolean {
  return (name) => name === wanted;
}
