import { PRESENCE_SUFFIX } from '../channel-address.ts';
import type { ChannelEntry, Member, Position } from '../frames.ts';
import { Feed } from './feed.ts';
import type { FeedItem } from './feed.ts';
import type { Host } from './host.ts';
import { ChannelError } from './questions.ts';
import type { Questions } from './questions.ts';

export type ChannelMessage = {
  readonly channel: string;
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  /** Subject of the publishing client; undefined if a service published the message. */
  readonly by: string | undefined;
  readonly data: unknown;
};

/** Messages that were lost. If `to` is below `from`, it is unknown how many. */
export type Gap = { readonly channel: string; readonly from: number; readonly to: number };

export type ChannelHandlers = {
  readonly message: (message: ChannelMessage) => void;
  readonly gap?: (gap: Gap) => void;
  /** Called when the members of the channel change. A subscriber with this handler also becomes a member. */
  readonly members?: (members: readonly Member[]) => void;
  readonly error?: (error: ChannelError) => void;
  /**
   * Called when the subscription is complete, so that no later message is missed. Called again after each new
   * connection.
   */
  readonly ready?: () => void;
};

/**
 * How long to wait before missing messages are requested. If messages arrive out of order, the missing ones usually
 * arrive soon.
 */
const WAIT_FOR_ORDER_MS = 150;
const READ_AGAIN_MS = { least: 250, most: 5_000 };

type Ports = { readonly host: Host; readonly questions: Questions };

export class Subscription {
  readonly channel: string;
  readonly #ports: Ports;
  readonly #handlers: ChannelHandlers;
  readonly #feed: Feed;
  readonly #members: Map<string, Member> | undefined;
  #isOver = false;
  #isReading = false;
  #isAsking = false;
  #emptyReads = 0;
  #cancelWait: (() => void) | undefined;

  constructor(ports: Ports, channel: string, handlers: ChannelHandlers, after?: Position) {
    this.#ports = ports;
    this.channel = channel;
    this.#handlers = handlers;
    this.#feed = new Feed(after);
    this.#members = channel.endsWith(PRESENCE_SUFFIX) ? new Map() : undefined;
  }

  get position(): Position | undefined {
    return this.#feed.position;
  }

  /** Subscribes. Called for every new connection, and when members have to be listed or joined again. */
  begin(): void {
    if (this.#isOver || this.#isAsking) return;
    this.#isAsking = true;
    const { host, questions } = this.#ports;
    questions.ask({ action: 'subscribe', id: host.newId(), channel: this.channel }).then(
      (answer) => {
        this.#isAsking = false;
        if (answer.type === 'subscribed') this.#started(answer.head, answer.members);
      },
      (error: unknown) => {
        this.#isAsking = false;
        this.#refused(error);
      },
    );
  }

  end(): void {
    this.#isOver = true;
    this.#cancelWait?.();
    const { host, questions } = this.#ports;
    // All requests of the subscription are dropped, except publications, which are still sent.
    questions.drop(({ action, channel }) => action !== 'publish' && channel === this.channel);
    questions.ask({ action: 'unsubscribe', id: host.newId(), channel: this.channel }).catch(() => undefined);
  }

  /** Ends the subscription, because there will be no connection any more. */
  fail(error: ChannelError): void {
    this.#refused(error);
  }

  accept(log: number, entries: readonly ChannelEntry[]): void {
    if (this.#isOver) return;
    this.#hand(this.#feed.accept(log, entries));
    if (this.#feed.hasGap) this.#waitThenRead(WAIT_FOR_ORDER_MS);
  }

  /** Called when the server reports the channel's head. */
  lookUpTo(head: Position): void {
    const { position } = this.#feed;
    if (this.#isOver || position === undefined) return;
    if (head.log > position.log || (head.log === position.log && head.seq > position.seq))
      this.#waitThenRead(WAIT_FOR_ORDER_MS);
  }

  #started(head: Position, members: readonly Member[] | undefined): void {
    if (this.#isOver) return;
    if (this.#members !== undefined) {
      this.#members.clear();
      for (const member of members ?? []) this.#members.set(member.id, member);
      this.#handlers.members?.([...this.#members.values()]);
      this.#hand(this.#feed.begin(head));
    } else if (this.#feed.position === undefined) this.#hand(this.#feed.begin(head));
    else this.lookUpTo(head);
    this.#handlers.ready?.();
    if (this.#feed.hasGap) this.#waitThenRead(WAIT_FOR_ORDER_MS);
  }

  #waitThenRead(ms: number): void {
    if (this.#isReading || this.#cancelWait !== undefined) return;
    this.#cancelWait = this.#ports.host.after(ms, () => {
      this.#cancelWait = undefined;
      void this.#read();
    });
  }

  async #read(): Promise<void> {
    const { host, questions } = this.#ports;
    const after = this.#feed.position;
    if (this.#isOver || after === undefined) return;
    this.#isReading = true;
    try {
      const answer = await questions.ask({ action: 'read', id: host.newId(), channel: this.channel, after });
      if (answer.type !== 'messages') return;
      const { log, messages, lost = [], upTo = 0, head = 0 } = answer;
      this.#hand(this.#feed.fill({ log, messages, lost, upTo }));
      const { position = after } = this.#feed;
      const hasMoved = position.seq !== after.seq || position.log !== after.log;
      this.#emptyReads = hasMoved ? 0 : this.#emptyReads + 1;
      this.#isReading = false;
      if (this.#feed.hasGap || (position.log === log && position.seq < head)) this.#readOn(hasMoved);
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#isReading = false;
    }
  }

  /**
   * Reads missing entries again after a pause. An entry may be missing because its publisher is still busy or has died.
   * The server can distinguish the two cases only after a while.
   */
  #readOn(hasMoved: boolean): void {
    const pauseMs = Math.min(READ_AGAIN_MS.most, READ_AGAIN_MS.least * 2 ** this.#emptyReads);
    this.#waitThenRead(hasMoved ? 0 : pauseMs);
  }

  #hand(items: readonly FeedItem[]): void {
    let hasChanged = false;
    for (const item of items) {
      if (item.kind === 'gap') this.#gap(item.from, item.to);
      else if ('event' in item.entry) hasChanged = this.#changeMembers(item.entry) || hasChanged;
      else if ('id' in item.entry) {
        const { seq, id, at, by, data } = item.entry;
        const message = { channel: this.channel, seq, id, at, by, data };
        guarded(() => this.#handlers.message(message));
      }
    }
    if (hasChanged) this.#handlers.members?.([...(this.#members?.values() ?? [])]);
  }

  #gap(from: number, to: number): void {
    // In a presence channel, joins and leaves are missing, so the list of members is requested again.
    if (this.#members !== undefined) this.begin();
    else this.#handlers.gap?.({ channel: this.channel, from, to });
  }

  #changeMembers({ event, member }: Extract<ChannelEntry, { readonly event: string }>): boolean {
    if (event === 'leave') return this.#members?.delete(member.id) === true;
    if (this.#members === undefined || this.#members.has(member.id)) return false;
    this.#members.set(member.id, member);
    return true;
  }

  #refused(error: unknown): void {
    if (!(error instanceof ChannelError) || error.code === 'closed' || this.#isOver) return;
    this.#isOver = true;
    this.#cancelWait?.();
    this.#handlers.error?.(error);
  }
}

/** Calls a handler. Its error must not stop later messages. */
function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
