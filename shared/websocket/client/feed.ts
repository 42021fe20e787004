/** Puts a channel's messages in order, drops repeated messages and finds gaps. It has no side effects. */
import type { ChannelEntry, Position, Range } from '../frames.ts';

export type FeedItem =
  | { readonly kind: 'entry'; readonly entry: ChannelEntry }
  /** Messages are missing: they have expired or were never written, or the channel's log was started again. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

/**
 * Maximum number of messages that are stored because they arrived too early. Messages beyond this number are requested
 * again.
 */
const WAITING_LIMIT = 5_000;
/** Number of past publications that are remembered to recognize a repeated one. */
const IDS_LIMIT = 2_000;

export class Feed {
  #position: Position | undefined;
  /**
   * Entries that wait for earlier entries. They belong to `#waitingLog`, the latest log that was seen, which may be
   * newer than the log of `#position`.
   */
  readonly #waiting = new Map<number, ChannelEntry>();
  #waitingLog = 0;
  readonly #ids = new Set<string>();

  constructor(position?: Position) {
    this.#position = position;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  /** Whether a later number has already arrived, or the log was started again. */
  get hasGap(): boolean {
    return this.#position !== undefined && this.#waiting.size > 0;
  }

  /** Starts at this position, and processes messages that have already arrived. */
  begin(position: Position): readonly FeedItem[] {
    const isNew = position.log === 0 && this.#waitingLog > 0;
    // If the log is new, the position was read when the channel was empty, and a message has been published since then.
    this.#position = isNew ? { log: this.#waitingLog, seq: 0 } : position;
    if (this.#waitingLog < position.log) this.#waiting.clear();
    this.#waitingLog = Math.max(this.#waitingLog, position.log);
    if (this.#waitingLog !== position.log) return this.#drain();
    for (const seq of this.#waiting.keys()) if (seq <= position.seq) this.#waiting.delete(seq);
    return this.#drain();
  }

  /** Accepts entries. They may arrive in any order and more than once. */
  accept(log: number, entries: readonly ChannelEntry[]): readonly FeedItem[] {
    const current = this.#position?.log ?? 0;
    if (log < current || log < this.#waitingLog) return [];
    if (log > this.#waitingLog) {
      this.#waiting.clear();
      this.#waitingLog = log;
    }
    const seen = this.#position?.log === log ? this.#position.seq : 0;
    for (const entry of entries)
      if (entry.seq > seen && this.#waiting.size < WAITING_LIMIT) this.#waiting.set(entry.seq, entry);
    // If the position has no log, the channel was empty when the subscription began. So the whole log is new to this
    // client, and nothing is missing.
    if (this.#position?.log === 0 && log > 0) this.#position = { log, seq: 0 };
    return this.#drain();
  }

  /** Processes a response to a request for missing messages. The response is complete up to a certain number. */
  fill(page: {
    readonly log: number;
    readonly messages: readonly ChannelEntry[];
    readonly lost: readonly Range[];
    readonly upTo: number;
  }): readonly FeedItem[] {
    const { log, messages, lost, upTo } = page;
    if (this.#position === undefined || log < this.#position.log) return [];
    const items: FeedItem[] = [];
    if (log > this.#position.log) {
      // It is unknown how many messages were lost between the two logs.
      if (this.#position.log > 0)
        items.push({ kind: 'gap', from: this.#position.seq + 1, to: this.#position.seq });
      if (this.#waitingLog !== log) this.#waiting.clear();
      this.#waitingLog = log;
      this.#position = { log, seq: 0 };
    }
    const parts = [
      ...messages.map((entry) => ({ at: entry.seq, entry })),
      ...lost.map(([from, to]) => ({ at: from, to })),
    ].sort((a, b) => a.at - b.at);
    for (const part of parts) {
      if ('entry' in part) items.push(...this.#step(part.entry));
      else if (part.to > this.#position.seq) {
        items.push({ kind: 'gap', from: Math.max(part.at, this.#position.seq + 1), to: part.to });
        this.#position = { log, seq: part.to };
      }
    }
    if (upTo > this.#position.seq) this.#position = { log, seq: upTo };
    return [...items, ...this.#drain()];
  }

  #drain(): readonly FeedItem[] {
    const items: FeedItem[] = [];
    while (this.#position !== undefined && this.#waitingLog === this.#position.log) {
      const next = this.#waiting.get(this.#position.seq + 1);
      if (next === undefined) break;
      items.push(...this.#step(next));
    }
    if (this.#position !== undefined && this.#waitingLog === this.#position.log)
      for (const seq of this.#waiting.keys()) if (seq <= this.#position.seq) this.#waiting.delete(seq);
    return items;
  }

  /** Processes one entry. Only the next number is accepted, because earlier ones were already delivered. */
  #step(entry: ChannelEntry): readonly FeedItem[] {
    const { log, seq } = this.#position ?? { log: 0, seq: 0 };
    if (entry.seq !== seq + 1) return [];
    this.#position = { log, seq: entry.seq };
    this.#waiting.delete(entry.seq);
    // Publishers choose the ids, so two equal ids mean the same message only if the same subject published both.
    if ('void' in entry || ('id' in entry && this.#isKnown(JSON.stringify([entry.by, entry.id])))) return [];
    return [{ kind: 'entry', entry }];
  }

  #isKnown(name: string): boolean {
    if (this.#ids.has(name)) return true;
    this.#ids.add(name);
    const [oldest] = this.#ids;
    if (this.#ids.size > IDS_LIMIT && oldest !== undefined) this.#ids.delete(oldest);
    return false;
  }
}
