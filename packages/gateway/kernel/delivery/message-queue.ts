/**
 * The state of one SQS queue with visibility timeouts, delays and dead-letter messages (docs/aws §18.2). It uses
 * neither a clock nor timers, so the caller passes the time to each method.
 */
import { DueHeap } from './due-heap.ts';
import { ArrivalOrder, GroupOrder, type QueueOrder } from './queue-order.ts';
import { type NewMessage, type QueuedMessage, type QueueSettings, sizeOf } from './queue-model.ts';

/** The time in milliseconds during which FIFO queues and topics detect duplicates: "the 5-minute deduplication interval". */
export const DEDUPLICATION_MS = 300_000;

export type ReceiveOptions = {
  readonly most: number;
  /** The maximum total size of bodies and attributes in bytes; absent means no limit. */
  readonly mostBytes?: number;
  /** The visibility timeout; absent means the queue's timeout. */
  readonly visibilityMs?: number | undefined;
  /** Returns an unguessable part of receipt handles. */
  readonly makeReceipt: () => string;
};

type Received = {
  readonly messages: readonly QueuedMessage[];
  /**
   * Messages that were received more often than the queue allows. They are removed from the queue and must be sent to
   * its dead-letter queue.
   */
  readonly dead: readonly QueuedMessage[];
};

type Counts = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

export class MessageQueue {
  settings: QueueSettings;
  readonly #order: QueueOrder;
  /** The messages, oldest first. */
  readonly #messages = new Map<string, QueuedMessage>();
  /**
   * The messages that are in flight or delayed, by the time at which they become receivable. Outdated entries are
   * skipped.
   */
  readonly #hidden = new DueHeap<QueuedMessage>();
  readonly #recent = new Map<string, { readonly at: number; readonly message: QueuedMessage }>();
  #sequence = 0;
  #bytes = 0;

  constructor(settings: QueueSettings) {
    this.settings = settings;
    this.#order = settings.isFifo ? new GroupOrder() : new ArrivalOrder();
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#messages.size;
  }

  /**
   * Stores a message.
   * @returns the stored message; for a duplicate, the message that was sent earlier
   */
  send(
    message: NewMessage,
    id: string,
    now: number,
  ): { readonly message: QueuedMessage; readonly isNew: boolean } {
    const known = this.#duplicateOf(message, now);
    if (known !== undefined) return { message: known, isNew: false };
    this.#sequence += 1;
    const queued: QueuedMessage = {
      ...message,
      id,
      sequence: this.#sequence,
      sentAt: now,
      receiveCount: 0,
      firstReceivedAt: undefined,
      receipt: undefined,
      visibleAt: now + (message.delayMs ?? this.settings.delayMs),
    };
    this.put(queued, now);
    const key = this.#deduplicationKey(message);
    if (key !== undefined) this.#recent.set(key, { at: now, message: queued });
    return { message: queued, isNew: true };
  }

  /** Adds a message that was stored before a restart, or that comes from the source of a dead-letter queue. */
  put(message: QueuedMessage, now: number): void {
    this.#sequence = Math.max(this.#sequence, message.sequence);
    this.#messages.set(message.id, message);
    this.#bytes += sizeOf(message);
    if (message.visibleAt > now) this.#hidden.push(message.visibleAt, message);
    else this.#order.push(message);
  }

  /** Returns the next sequence number, for a message that is moved to this queue from another queue. */
  nextSequence(): number {
    return this.#sequence + 1;
  }

  receive({ most, mostBytes = Infinity, visibilityMs, makeReceipt }: ReceiveOptions, now: number): Received {
    this.expire(now);
    this.#surface(now);
    let bytes = 0;
    const messages: QueuedMessage[] = [];
    const dead: QueuedMessage[] = [];
    const isDead = ({ receiveCount }: QueuedMessage): boolean =>
      this.settings.redrive !== undefined && receiveCount >= this.settings.redrive.maxReceiveCount;
    const fits = (message: QueuedMessage): boolean => {
      if (!this.#isHere(message) || isDead(message)) return true;
      const size = sizeOf(message);
      if (bytes > 0 && bytes + size > mostBytes) return false;
      bytes += size;
      return true;
    };
    while (messages.length < most) {
      const taken = this.#order.take(most - messages.length, fits);
      if (taken.length === 0) break;
      for (const message of taken) {
        if (!this.#isHere(message)) this.#order.release(message);
        else if (isDead(message)) {
          this.#remove(message);
          this.#order.release(message);
          dead.push(message);
        } else messages.push(message);
      }
    }
    for (const message of messages) this.#hide(message, visibilityMs, makeReceipt, now);
    return { messages, dead };
  }

  /**
   * Deletes the message with this receipt handle. Returns undefined if the handle is outdated or unknown, and in a FIFO
   * queue if the visibility timeout has passed [obs].
   */
  delete(receipt: string, now: number): QueuedMessage | undefined {
    this.#surface(now);
    const message = this.#byReceipt(receipt);
    if (message === undefined || (this.settings.isFifo && this.#isWaiting.has(message))) return undefined;
    this.#remove(message);
    if (!this.#isWaiting.has(message)) this.#order.release(message);
    this.#isWaiting.delete(message);
    return message;
  }

  /**
   * Hides the handle's message for `ms` from now on. Returns false if the message cannot be hidden. In a FIFO queue,
   * the message must still be in flight. In a standard queue, it may already be receivable again, and a handle of an
   * earlier receive is accepted [obs].
   */
  changeVisibility(receipt: string, ms: number, now: number): boolean {
    this.#surface(now);
    const message = this.settings.isFifo ? this.#byReceipt(receipt) : this.#messages.get(idOf(receipt));
    if (message?.receipt === undefined) return false;
    if (this.#isWaiting.has(message) && !this.#order.retake(message)) return false;
    this.#isWaiting.delete(message);
    message.visibleAt = now + ms;
    this.#hidden.push(message.visibleAt, message);
    if (ms === 0) this.#surface(now);
    return true;
  }

  /**
   * Returns how many milliseconds ago the handle's message was received; undefined for an outdated or unknown handle.
   */
  sinceReceived(receipt: string, now: number): number | undefined {
    const receivedAt = this.#byReceipt(receipt)?.receivedAt;
    return receivedAt === undefined ? undefined : now - receivedAt;
  }

  /**
   * Removes all messages. A message with the deduplication id of a removed message is accepted [obs].
   * @returns the removed messages
   */
  clear(): readonly QueuedMessage[] {
    const all = [...this.#messages.values()];
    this.#messages.clear();
    this.#order.clear();
    this.#hidden.clear();
    this.#isWaiting.clear();
    this.#recent.clear();
    this.#bytes = 0;
    return all;
  }

  expire(now: number): readonly QueuedMessage[] {
    const expired: QueuedMessage[] = [];
    for (const message of this.#messages.values()) {
      if (message.sentAt + this.settings.retentionMs > now) break;
      expired.push(message);
    }
    for (const message of expired) {
      this.#remove(message);
      if (message.receipt !== undefined && !this.#isWaiting.has(message)) this.#order.release(message);
      this.#isWaiting.delete(message);
    }
    return expired;
  }

  has(id: string): boolean {
    return this.#messages.has(id);
  }

  hasVisible(now: number): boolean {
    this.#surface(now);
    return this.#order.length > 0;
  }

  get nextVisibleAt(): number | undefined {
    return this.#hidden.due;
  }

  count(now: number): Counts {
    this.expire(now);
    this.#surface(now);
    let [visible, inFlight, delayed] = [0, 0, 0];
    for (const message of this.#messages.values()) {
      if (message.receipt !== undefined && !this.#isWaiting.has(message)) inFlight += 1;
      else if (message.visibleAt > now) delayed += 1;
      else visible += 1;
    }
    return { visible, inFlight, delayed };
  }

  get messages(): Iterable<QueuedMessage> {
    return this.#messages.values();
  }

  /**
   * The messages that were received but not deleted and that can be received again, because their visibility timeout
   * has passed. Their old receipt handles can still delete them in a standard queue.
   */
  readonly #isWaiting = new Set<QueuedMessage>();

  #hide(
    message: QueuedMessage,
    visibilityMs: number | undefined,
    makeReceipt: () => string,
    now: number,
  ): void {
    message.receiveCount += 1;
    message.firstReceivedAt ??= now;
    message.receivedAt = now;
    message.visibleAt = now + (visibilityMs ?? this.settings.visibilityMs);
    message.receipt = `${message.id}:${makeReceipt()}`;
    this.#isWaiting.delete(message);
    this.#hidden.push(message.visibleAt, message);
  }

  /** Makes messages receivable again if their delay or visibility timeout has passed. */
  #surface(now: number): void {
    for (let next = this.#hidden.takeDue(now); next !== undefined; next = this.#hidden.takeDue(now)) {
      const message = next.value;
      if (!this.#isHere(message) || message.visibleAt !== next.due || this.#isWaiting.has(message)) continue;
      if (message.receipt !== undefined) {
        this.#isWaiting.add(message);
        this.#order.release(message);
      }
      this.#order.push(message);
    }
  }

  #remove(message: QueuedMessage): void {
    if (this.#messages.delete(message.id)) this.#bytes -= sizeOf(message);
  }

  #isHere(message: QueuedMessage): boolean {
    return this.#messages.get(message.id) === message;
  }

  #byReceipt(receipt: string): QueuedMessage | undefined {
    const message = this.#messages.get(idOf(receipt));
    return message?.receipt === receipt ? message : undefined;
  }

  #deduplicationKey({ groupId = '', deduplicationId }: NewMessage): string | undefined {
    if (!this.settings.isFifo || deduplicationId === undefined) return undefined;
    return JSON.stringify(this.settings.deduplicatesByGroup ? [deduplicationId, groupId] : [deduplicationId]);
  }

  #duplicateOf(message: NewMessage, now: number): QueuedMessage | undefined {
    for (const [key, { at }] of this.#recent) {
      if (at + DEDUPLICATION_MS > now) break;
      this.#recent.delete(key);
    }
    const key = this.#deduplicationKey(message);
    return key === undefined ? undefined : this.#recent.get(key)?.message;
  }
}

/** Returns the id of the message, with which a receipt handle begins. */
function idOf(receipt: string): string {
  return receipt.split(':', 1)[0] ?? '';
}
