/** The order in which a queue delivers its messages: by arrival, or by arrival within each message group. */
import type { QueuedMessage } from './queue-model.ts';

export interface QueueOrder {
  readonly length: number;
  push(message: QueuedMessage): void;
  /** Takes at most `maxCount` messages and stops before the first message that `fits` refuses. */
  take(maxCount: number, fits: (message: QueuedMessage) => boolean): readonly QueuedMessage[];
  /**
   * Releases a message that `take` returned. The message is then either deleted, or receivable again, in which case the
   * caller must `push` it afterwards.
   */
  release(message: QueuedMessage): void;
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

  clear(): void {
    this.#messages = [];
    this.#head = 0;
  }
}

type Group = { readonly waiting: QueuedMessage[]; inFlight: number };

/**
 * The order of a FIFO queue. While messages of a group are in flight, no other message of the group is delivered (SQS
 * developer guide, "FIFO queue delivery logic").
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
    const group = this.#groups.get(id) ?? { waiting: [], inFlight: 0 };
    this.#groups.set(id, group);
    // A message that is returned to its group gets its old position back.
    let at = group.waiting.length;
    while (at > 0 && (group.waiting[at - 1]?.sequence ?? 0) > message.sequence) at -= 1;
    group.waiting.splice(at, 0, message);
    this.#length += 1;
    if (group.inFlight === 0) this.#open.add(id);
  }

  take(maxCount: number, fits: (message: QueuedMessage) => boolean): readonly QueuedMessage[] {
    const taken: QueuedMessage[] = [];
    for (const id of this.#open) {
      const group = this.#groups.get(id);
      if (group === undefined) continue;
      let next = group.waiting[0];
      while (next !== undefined && taken.length < maxCount && fits(next)) {
        group.waiting.shift();
        group.inFlight += 1;
        this.#length -= 1;
        taken.push(next);
        next = group.waiting[0];
      }
      if (group.inFlight > 0) this.#open.delete(id);
      if (next !== undefined) break;
    }
    return taken;
  }

  release(message: QueuedMessage): void {
    const id = message.groupId ?? '';
    const group = this.#groups.get(id);
    if (group === undefined) return;
    group.inFlight = Math.max(0, group.inFlight - 1);
    if (group.inFlight > 0) return;
    if (group.waiting.length > 0) this.#open.add(id);
    else this.#groups.delete(id);
  }

  clear(): void {
    this.#groups.clear();
    this.#open.clear();
    this.#length = 0;
  }
}
