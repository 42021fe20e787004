/**
 * The queues of this run by ARN, and their waiting receivers. Changes that must survive a restart are stored. Messages
 * that have been received too often move to the dead-letter queue in the same step.
 */
import { isDeepStrictEqual } from 'node:util';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MessageQueue, type ReceiveOptions } from '../../kernel/delivery/message-queue.ts';
import type { NewMessage, QueuedMessage, QueueSettings } from '../../kernel/delivery/queue-model.ts';
import type { EventPorts } from '../../kernel/event-ports.ts';
import type { Wake } from '../../kernel/agenda.ts';
import type { SqsError } from './error.ts';

export type QueueDefinition = {
  readonly arn: string;
  readonly name: string;
  readonly url: string;
  readonly settings: QueueSettings;
  readonly tags?: Readonly<Record<string, string>>;
  /** Attributes that the gateway ignores. */
  readonly kept?: Readonly<Record<string, string>>;
};

/** The maximum memory of all queues. SQS has no such limit, but the memory of a laptop is limited. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_MESSAGES = 1_000_000;
const PREFIX = 'sqs/';
/** How long the name of a deleted queue is reserved (SQS API reference, DeleteQueue: "at least 60 seconds"). */
const DELETED_RECENTLY_MS = 60_000;
const MAX_DELETED = 1_000;

export class OverfullError extends Error {
  override readonly name = 'OverfullError';
  readonly code = 'QUEUES_FULL';
}

type QueuePorts = Pick<EventPorts, 'clock' | 'agenda' | 'random' | 'kept' | 'report' | 'journal'>;

export class Queues {
  readonly #ports: QueuePorts;
  readonly #queues = new Map<string, LocalQueue>();
  /** The times at which calls deleted queues, by the ARN of the queue. */
  readonly #deleted = new Map<string, number>();
  /** The definitions of the stacks as they were last read. */
  readonly #read = new Map<string, QueueDefinition>();

  constructor(ports: QueuePorts) {
    this.#ports = ports;
  }

  get all(): readonly LocalQueue[] {
    return [...this.#queues.values()];
  }

  find(arn: string): LocalQueue | undefined {
    return this.#queues.get(arn);
  }

  /**
   * Replaces the queues of the stacks. Queues that still exist keep their messages. They also keep settings that calls
   * have changed, unless the template has changed since. Queues created by calls also remain.
   */
  replace(definitions: readonly QueueDefinition[]): void {
    const wanted = new Set(definitions.map(({ arn }) => arn));
    for (const [arn, queue] of this.#queues)
      if (!queue.isMadeByCall && !wanted.has(arn)) {
        queue.close();
        this.#queues.delete(arn);
      }
    for (const definition of definitions) {
      const known = this.#queues.get(definition.arn);
      if (known?.definition.settings.isFifo !== definition.settings.isFifo) this.#open(definition, false);
      else if (known.definition !== this.current(definition)) known.define(definition);
      this.#read.set(definition.arn, definition);
    }
  }

  /** Returns the definition that a queue of the stacks has after `replace`. */
  current(definition: QueueDefinition): QueueDefinition {
    const { arn } = definition;
    return isDeepStrictEqual(this.#read.get(arn), definition)
      ? (this.#queues.get(arn)?.definition ?? definition)
      : definition;
  }

  /** Returns the queues that use this queue as their dead-letter queue. */
  sourcesOf(arn: string): readonly LocalQueue[] {
    return this.all.filter(({ definition }) => definition.settings.redrive?.deadLetterArn === arn);
  }

  create(definition: QueueDefinition): LocalQueue {
    return this.#open(definition, true);
  }

  clear(): void {
    for (const arn of [...this.#queues.keys()]) this.remove(arn);
    this.#deleted.clear();
  }

  /** Deletes a queue by a call. Its name cannot be used again for a minute. */
  delete(arn: string): void {
    this.remove(arn);
    this.#deleted.delete(arn);
    this.#deleted.set(arn, this.#ports.clock.nowEpochMs());
    const [oldest] = this.#deleted.keys();
    if (this.#deleted.size > MAX_DELETED && oldest !== undefined) this.#deleted.delete(oldest);
  }

  wasDeletedRecently(arn: string): boolean {
    const deletedMs = this.#deleted.get(arn);
    return deletedMs !== undefined && this.#ports.clock.nowEpochMs() < deletedMs + DELETED_RECENTLY_MS;
  }

  remove(arn: string): void {
    const queue = this.#queues.get(arn);
    queue?.purge();
    queue?.close();
    this.#queues.delete(arn);
    this.#read.delete(arn);
  }

  #open(definition: QueueDefinition, isMadeByCall: boolean): LocalQueue {
    const queue = new LocalQueue(definition, isMadeByCall, {
      ...this.#ports,
      find: (arn) => this.find(arn),
      hasRoomFor: (bytes) => this.#hasRoomFor(bytes),
    });
    this.#queues.set(definition.arn, queue);
    return queue;
  }

  #hasRoomFor(bytes: number): boolean {
    let [held, count] = [bytes, 0];
    for (const { bytes: own, length } of this.#queues.values()) {
      held += own;
      count += length;
    }
    return held <= MAX_BYTES && count < MAX_MESSAGES;
  }
}

type Around = QueuePorts & {
  readonly find: (arn: string) => LocalQueue | undefined;
  readonly hasRoomFor: (bytes: number) => boolean;
};

const PURGE_INTERVAL_MS = 60_000;

export class LocalQueue {
  definition: QueueDefinition;
  readonly createdAt: number;
  modifiedAt: number;
  readonly isMadeByCall: boolean;
  readonly #at: Around;
  readonly #queue: MessageQueue;
  readonly #listeners = new Set<() => void>();
  #nextPurgeAt = 0;
  #wake: { readonly due: number; readonly wake: Wake } | undefined;

  constructor(definition: QueueDefinition, isMadeByCall: boolean, at: Around) {
    this.definition = definition;
    this.isMadeByCall = isMadeByCall;
    this.#at = at;
    this.#queue = new MessageQueue(definition.settings);
    const now = at.clock.nowEpochMs();
    [this.createdAt, this.modifiedAt] = [now, now];
    for (const [, value] of at.kept.list(this.#prefix)) {
      const message = readMessage(value);
      if (message !== undefined) this.#queue.put(message, now);
    }
    this.#schedule();
  }

  get bytes(): number {
    return this.#queue.bytes;
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Returns all messages, oldest first, whether or not they can be received. */
  get messages(): readonly QueuedMessage[] {
    return [...this.#queue.messages];
  }

  define(definition: QueueDefinition): void {
    this.definition = definition;
    this.modifiedAt = this.#now();
    this.#queue.settings = definition.settings;
  }

  /**
   * Registers a listener that is called whenever messages may have become receivable.
   * @returns a function that removes the listener
   */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Adds a message to the queue.
   * @throws OverfullError if there is no memory for the message
   */
  send(message: NewMessage): QueuedMessage {
    if (!this.#at.hasRoomFor(message.body.length))
      throw new OverfullError(
        `the queues of this gateway are full: together, they can contain at most ${MAX_MESSAGES} messages and ${MAX_BYTES / 1024 ** 2} MB; receive or purge messages first`,
      );
    const { message: queued, isNew } = this.#queue.send(message, this.#at.random.uuid(), this.#now());
    if (isNew) {
      this.#noteSent(queued);
      this.#keep(queued);
      this.#changed();
    } else this.#noteDuplicate(queued.id);
    return queued;
  }

  /** Notes that the queue refused a message, because a setting of the queue may be the reason. */
  noteRefusal(operation: string, { code, message }: SqsError, toldIn?: 'Failed'): void {
    const { journal, random } = this.#at;
    const { arn: at } = this.definition;
    const cause = journal.accept({ kind: 'accepted', at, id: random.uuid(), what: 'call', name: operation });
    journal.note({ kind: 'denied', at, operation, code, message, ...(toldIn && { toldIn }) }, cause);
  }

  #noteDuplicate(id: string): void {
    this.#at.journal.accept({ kind: 'duplicate', at: this.definition.arn, id });
  }

  #noteSent({ id, visibleAt, sentAt }: QueuedMessage): void {
    const delayMs = visibleAt > sentAt ? visibleAt - sentAt : undefined;
    this.#at.journal.accept({ kind: 'accepted', at: this.definition.arn, id, what: 'message', delayMs });
  }

  receive(wanted: Omit<ReceiveOptions, 'makeReceipt'>): readonly QueuedMessage[] {
    for (const { id } of this.#queue.expire(this.#now())) this.#drop(id);
    const makeReceipt = (): string => this.#at.random.hex(32);
    const { messages, dead } = this.#queue.receive({ ...wanted, makeReceipt }, this.#now());
    for (const message of messages) this.#keep(message);
    for (const message of dead) this.#bury(message);
    this.#schedule();
    return messages;
  }

  delete(receipt: string): boolean {
    const message = this.#queue.delete(receipt, this.#now());
    if (message === undefined) return false;
    this.#drop(message.id);
    // In a FIFO queue, a deletion makes the next message of the group receivable.
    if (this.definition.settings.isFifo) this.#changed();
    return true;
  }

  hasMessage(receipt: string): boolean {
    return this.#queue.has(receipt.slice(0, Math.max(0, receipt.indexOf(':'))));
  }

  sinceReceived(receipt: string): number | undefined {
    return this.#queue.sinceReceived(receipt, this.#now());
  }

  changeVisibility(receipt: string, ms: number): boolean {
    const isChanged = this.#queue.changeVisibility(receipt, ms, this.#now());
    if (isChanged) this.#changed();
    return isChanged;
  }

  /** Purges the queue for a call, at most once every 60 seconds. Returns whether the queue was purged. */
  purgeByCall(): boolean {
    const now = this.#now();
    if (now < this.#nextPurgeAt) return false;
    this.#nextPurgeAt = now + PURGE_INTERVAL_MS;
    this.purge();
    return true;
  }

  purge(): void {
    for (const { id } of this.#queue.clear()) this.#drop(id);
  }

  count(): ReturnType<MessageQueue['count']> {
    return this.#queue.count(this.#now());
  }

  hasVisible(): boolean {
    return this.#queue.hasVisible(this.#now());
  }

  close(): void {
    this.#wake?.wake.cancel();
    this.#listeners.clear();
  }

  #now(): number {
    return this.#at.clock.nowEpochMs();
  }

  get #prefix(): string {
    return `${PREFIX}${this.definition.arn}/`;
  }

  /**
   * Moves a message to the dead-letter queue, if one is configured. As on AWS, the message is lost if that queue does
   * not exist.
   */
  #bury(message: QueuedMessage): void {
    this.#drop(message.id);
    const arn = this.definition.settings.redrive?.deadLetterArn ?? '';
    const target = this.#at.find(arn);
    const { journal } = this.#at;
    journal.note(
      {
        kind: 'moved',
        from: this.definition.arn,
        to: arn,
        receiveCount: message.receiveCount,
        isLost: target === undefined,
      },
      journal.causeOf(message.id) ?? journal.begin(),
    );
    if (target === undefined)
      this.#at.report(
        `${this.definition.name}: a message has reached maxReceiveCount, but the dead-letter queue ${arn} does not exist in this gateway`,
      );
    else
      target.#take({
        ...message,
        diedIn: this.definition.arn,
        receivedBefore: (message.receivedBefore ?? 0) + message.receiveCount,
        // The message id replaces the deduplication id, so that two messages with the same deduplication id can both be
        // in the dead-letter queue.
        ...(this.definition.settings.isFifo && { deduplicationId: message.id, sentAt: this.#now() }),
      });
  }

  /**
   * Moves receivable messages back to their source queues, if the gateway has these queues.
   * @returns the number of moved messages
   */
  redrive(): number {
    const staying: QueuedMessage[] = [];
    let moved = 0;
    for (let next = this.moveNext(); next !== undefined; next = this.moveNext())
      if (next === 'moved') moved += 1;
      else staying.push(next);
    for (const { receipt = '' } of staying) this.changeVisibility(receipt, 0);
    return moved;
  }

  /**
   * Moves the next receivable message to the queue `to` or, without `to`, back to the queue in which it failed.
   * @returns undefined if there is no message. If the gateway does not have the queue, the message stays and is
   * returned; it then counts as received
   */
  moveNext(to?: string): 'moved' | QueuedMessage | undefined {
    const [message] = this.receive({ most: 1 });
    if (message === undefined) return undefined;
    const target = this.#at.find(to ?? message.diedIn ?? '');
    if (target === undefined) return message;
    // The message is deleted first, so that a FIFO queue releases the next message of the group.
    this.delete(message.receipt ?? '');
    const id = this.#at.random.uuid();
    target.#take({ ...message, id, sentAt: this.#now(), diedIn: undefined, receivedBefore: undefined });
    return 'moved';
  }

  /**
   * Adds a message from another queue. A message that moves to a dead-letter queue keeps its id, its count of receives
   * and, in a standard queue, its age. A message that returns from a dead-letter queue gets a new id and a new age.
   */
  #take(message: QueuedMessage): void {
    const now = this.#now();
    const moved: QueuedMessage = {
      ...message,
      receiveCount: 0,
      firstReceivedAt: undefined,
      receipt: undefined,
      visibleAt: now,
      sequence: this.#queue.nextSequence(),
    };
    this.#queue.put(moved, now);
    this.#keep(moved);
    this.#changed();
  }

  #keep(message: QueuedMessage): void {
    this.#at.kept.put(this.#prefix + message.id, { ...message });
  }

  #drop(id: string): void {
    this.#at.kept.delete(this.#prefix + id);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#schedule();
  }

  #schedule(): void {
    // A message that is already visible needs no timer, even if it has not been received.
    this.#queue.hasVisible(this.#now());
    const due = this.#queue.nextVisibleAt;
    if (due === undefined || (this.#wake !== undefined && this.#wake.due <= due)) return;
    this.#wake?.wake.cancel();
    const wake = this.#at.agenda.at(due, () => {
      this.#wake = undefined;
      this.#changed();
    });
    this.#wake = { due, wake };
  }
}

function readMessage(value: UnknownMembers): QueuedMessage | undefined {
  const { id, body, sequence, sentAt } = value;
  if (typeof id !== 'string' || typeof body !== 'string') return undefined;
  if (typeof sequence !== 'number' || typeof sentAt !== 'number') return undefined;
  // A message that was in flight when the gateway ended is received again after its timeout.
  return value as unknown as QueuedMessage;
}
