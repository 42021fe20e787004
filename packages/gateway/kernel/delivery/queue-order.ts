/** The order in which a queue delivers its messages: by arrival, or by arrival within each message group. */
import type { QueuedMessage } from './queue-model.ts';

export interface QueueOrder {
  readonly length: number;
  push(message: QueuedMessage): void;
  /** Takes at most `maxCount` messages and stops before the first message that `fits` refuses. */
  take(maxCount: number, fits: (message: QueuedMessage) => boolean): readonly QueuedMessage[];
  /**
   * Releases a message that `take` returned, because the message is deleted or becomes receivable again. If it becomes
   * receivable again, the caller must `push` it afterwards.
   */
  release(message: QueuedMessage): void;
  /** Takes back a message that was pushed after `release`. Returns whether this order allows that. */
  retake(message: QueuedMessage): boolean;
  clear(): void;
}

/** The order of a standard queue: "best-effort ordering". */
export class ArrivalOrder implements QueueOrder {
  #messages: QueuedMessage[] = [];
  #head = 0;

  get length(): number {
    return this.#messages.length - this.#head;
  }

  push(message: QueuedMessage): void {
    this.#messages.push(message);
  }

  take(maxCount: number, fits: (message: QueuedMessage) => boolean): readonly QueuedMessage[] {
    const taken: QueuedMessage[] = [];
    while (taken.length < maxCount) {
      const message = this.#messages[this.#head];
      if (message === undefined || !fits(message)) break;
      this.#head += 1;
      taken.push(message);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  release(): void {}

  retake(message: QueuedMessage): boolean {
    const at = this.#messages.indexOf(message, this.#head);
    if (at >= 0) this.#messages.splice(at, 1);
    return at >= 0;
  }

  clear(): void {
    this.#messages = [];
    this.#head = 0;
  }
}

type Group = {
  readonly waiting: QueuedMessage[];
  /** The sequence numbers of the messages in flight. */
  readonly inFlight: Set<number>;
};

/**
 * The order of a FIFO queue. While a message of a group is in flight, no later message of the group is delivered (SQS
 * developer guide, "FIFO queue delivery logic"). Earlier messages are delivered [obs].
 */
export class GroupOrder implements QueueOrder {
  readonly #groups = new Map<string, Group>();
  /** Groups with receivable messages. The group that has waited longest comes first. */
  readonly #open = new Set<string>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(message: QueuedMessage): void {
    const id = message.groupId ?? '';
    const group = this.#groups.get(id) ?? { waiting: [], inFlight: new Set<number>() };
    this.#groups.set(id, group);
    // A message that is returned to its group gets its old position back.
    let at = group.waiting.length;
    while (at > 0 && (group.waiting[at - 1]?.sequence ?? 0) > message.sequence) at -= 1;
    group.waiting.splice(at, 0, message);
    this.#length += 1;
    if (isOpen(group)) this.#open.add(id);
    else this.#open.delete(id);
  }

  take(maxCount: number, fits: (message: QueuedMessage) => boolean): readonly QueuedMessage[] {
    const taken: QueuedMessage[] = [];
    for (const id of this.#open) {
      const group = this.#groups.get(id);
      if (group === undefined) continue;
      const before = earliestOf(group);
      const nextOf = (): QueuedMessage | undefined =>
        (group.waiting[0]?.sequence ?? Infinity) < before ? group.waiting[0] : undefined;
      let next = nextOf();
      while (next !== undefined && taken.length < maxCount && fits(next)) {
        group.waiting.shift();
        group.inFlight.add(next.sequence);
        this.#length -= 1;
        taken.push(next);
        next = nextOf();
      }
      if (!isOpen(group)) this.#open.delete(id);
      if (next !== undefined) break;
    }
    return taken;
  }

  release(message: QueuedMessage): void {
    const id = message.groupId ?? '';
    const group = this.#groups.get(id);
    if (group === undefined) return;
    group.inFlight.delete(message.sequence);
    if (isOpen(group)) this.#open.add(id);
    if (group.inFlight.size === 0 && group.waiting.length === 0) this.#groups.delete(id);
  }

  /** A FIFO queue refuses expired receipt handles [obs]. */
  retake(): boolean {
    return false;
  }

  clear(): void {
    this.#groups.clear();
    this.#open.clear();
    this.#length = 0;
  }
}

function earliestOf({ inFlight }: Group): number {
  let earliest = Infinity;
  for (const sequence of inFlight) if (sequence < earliest) earliest = sequence;
  return earliest;
}

function isOpen(group: Group): boolean {
  return (group.waiting[0]?.sequence ?? Infinity) < earliestOf(group);
}
