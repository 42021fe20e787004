/** A feed that stores its last items, for listeners and readers that come later. */
import { Feed } from './feed.ts';

type Keeping<Item> = {
  /** The name of the items in the report about the first dropped item, such as `log lines`. */
  readonly what: string;
  readonly maxBytes: number;
  readonly sizeOf: (item: Item) => number;
};

/** An item with its number. Readers page by this number, even after older items were dropped. */
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

  /** Drops all items. Numbering continues, so a page token from before a reset finds nothing. */
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
    // Dropped slots are removed only when they make up more than half of the list, so the cost is amortised. Running
    // readers keep the old list.
    if (this.#first > 100 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#cut += this.#first;
      this.#first = 0;
    }
    if (this.#hasReported) return;
    this.#hasReported = true;
    this.#onFirstDrop(
      `${what}: the limit of ${Math.round(maxBytes / BYTES_PER_MB)} MB is reached; the oldest are dropped`,
    );
  }
}
