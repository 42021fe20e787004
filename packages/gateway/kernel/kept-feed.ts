/** A feed that stores its last items, for listeners and readers that come later. */
import { Feed } from './feed.ts';

type Keeping<Item> = {
  /** A description of the items, such as `log lines`. The message about the first dropped item contains it. */
  readonly what: string;
  readonly maxBytes: number;
  readonly sizeOf: (item: Item) => number;
};

/** An item and its number. Readers use the number as a page token, which stays valid when older items are dropped. */
type KeptItem<Item> = { readonly number: number; readonly item: Item };

const BYTES_PER_MB = 1024 * 1024;

export class KeptFeed<Item> extends Feed<Item> {
  readonly #keeping: Keeping<Item>;
  readonly #onFirstDrop: (message: string) => void;
  /** The items; undefined for an item that was dropped. */
  #items: (Item | undefined)[] = [];
  /** The position of the oldest stored item. The items before it were dropped. */
  #first = 0;
  /** The number of items that were cut off the front of the list. */
  #cut = 0;
  #bytes = 0;
  #hasReported = false;

  constructor(report: (message: string) => void, keeping: Keeping<Item>) {
    super(report);
    this.#keeping = keeping;
    this.#onFirstDrop = report;
  }

  override publish(item: Item): void {
    this.#items.push(item);
    this.#bytes += this.#keeping.sizeOf(item);
    if (this.#bytes > this.#keeping.maxBytes) this.#dropOldest();
    super.publish(item);
  }

  /** Returns the items, oldest first. Items that are published meanwhile are not included. */
  *kept(): Generator<KeptItem<Item>, undefined> {
    const [items, cut, end] = [this.#items, this.#cut, this.#items.length];
    for (let at = this.#first; at < end; at += 1) {
      const item = items[at];
      if (item !== undefined) yield { number: cut + at, item };
    }
  }

  /** Drops all items. The numbering continues, so that an older page token does not find a newer item. */
  forget(): void {
    this.#cut += this.#items.length;
    this.#items = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  #dropOldest(): void {
    const { maxBytes, sizeOf, what } = this.#keeping;
    while (this.#bytes > maxBytes) {
      const oldest = this.#items[this.#first];
      if (oldest === undefined) break;
      this.#bytes -= sizeOf(oldest);
      this.#items[this.#first] = undefined;
      this.#first += 1;
    }
    // Dropped slots are removed only when they make up more than half of the list, so that the average cost stays low.
    // Readers that have already started keep the old list.
    if (this.#first > 100 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#cut += this.#first;
      this.#first = 0;
    }
    if (this.#hasReported) return;
    this.#hasReported = true;
    this.#onFirstDrop(
      `${what}: the limit of ${Math.round(maxBytes / BYTES_PER_MB)} MB is reached; the oldest ${what} are dropped`,
    );
  }
}
