/** The receipts that FIFO topics have sent to publishers. With them, a topic detects duplicates (docs/aws §18.6). */
import { DEDUPLICATION_MS } from '../../kernel/delivery/message-queue.ts';

/** What SNS tells the publisher of a message; the sequence number only if the topic is FIFO. */
export type Receipt = { readonly id: string; readonly sequenceNumber?: string };

type Topic = { readonly arn: string; readonly deduplicatesByGroup: boolean };
type Sent = { readonly groupId?: string | undefined; readonly deduplicationId?: string | undefined };

/** If there are more messages within the interval, the oldest are forgotten. */
const MAX_KEPT = 10_000;

export class FifoReceipts {
  readonly #kept = new Map<string, { readonly receipt: Receipt; readonly atMs: number }>();
  #count = 0;

  /** Returns the receipt of an earlier message that has the same deduplication id; undefined if there is none. */
  find(topic: Topic, published: Sent, nowMs: number): Receipt | undefined {
    const found = this.#kept.get(keyOf(topic, published));
    return found !== undefined && nowMs < found.atMs + DEDUPLICATION_MS ? found.receipt : undefined;
  }

  /** Gives a message its number. */
  number(topic: Topic, published: Sent, id: string, nowMs: number): Receipt {
    this.#count += 1;
    const receipt = { id, sequenceNumber: `1${String(this.#count).padStart(16, '0')}000` };
    if (published.deduplicationId !== undefined) this.#keep(keyOf(topic, published), receipt, nowMs);
    return receipt;
  }

  clear(): void {
    this.#kept.clear();
  }

  #keep(key: string, receipt: Receipt, atMs: number): void {
    this.#kept.delete(key);
    this.#kept.set(key, { receipt, atMs });
    for (const [oldest, { atMs: keptMs }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT && atMs < keptMs + DEDUPLICATION_MS) break;
      this.#kept.delete(oldest);
    }
  }
}

function keyOf({ arn, deduplicatesByGroup }: Topic, { groupId, deduplicationId }: Sent): string {
  return JSON.stringify([arn, deduplicationId, ...(deduplicatesByGroup ? [groupId] : [])]);
}
