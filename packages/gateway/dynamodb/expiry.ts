/**
 * Expiry times of items with a time to live. They form a heap by second, so that checking costs nothing while no item
 * has expired.
 */
import type { Item } from './dynalite-store.ts';

type Expiry = {
  /** The item expires after this epoch second. */
  readonly dueSeconds: number;
  readonly table: string;
  /** The item's key, as dynalite's key text. */
  readonly key: string;
};

/**
 * The maximum age of an expiry time, in seconds. DynamoDB ignores a time that is more than five years in the past, and
 * keeps the item (developer guide, "Using TTL").
 */
const OLDEST_SECONDS = 5 * 365 * 24 * 3600;

/**
 * Returns the second at which an item expires by its TTL attribute. Returns undefined if the attribute is missing or
 * not a valid Number, or if the time is more than five years in the past.
 */
export function dueSecondsOf(item: Item, attribute: string, nowSeconds: number): number | undefined {
  const text = item[attribute]?.['N'];
  const seconds = typeof text === 'string' ? Number(text) : Number.NaN;
  if (!Number.isFinite(seconds) || seconds < nowSeconds - OLDEST_SECONDS) return undefined;
  return seconds;
}

/**
 * A queue of the items that will expire. Each item has one current entry. Outdated entries stay in the heap until they
 * reach its top, or until they outnumber the current entries by more than 1,024.
 */
export class ExpiryQueue {
  #heap: Expiry[] = [];
  readonly #current = new Map<string, Expiry>();

  /** Returns the number of waiting items, and the number of entries in the heap, which includes outdated entries. */
  get size(): { readonly items: number; readonly entries: number } {
    return { items: this.#current.size, entries: this.#heap.length };
  }

  isDue(nowSeconds: number): boolean {
    const first = this.#heap[0];
    return first !== undefined && first.dueSeconds < nowSeconds;
  }

  /** Replaces the item's entry; undefined means that the item was deleted, or no longer has a time to live. */
  set(table: string, key: string, dueSeconds: number | undefined): void {
    const name = `${table}~${key}`;
    if (dueSeconds === undefined) {
      this.#current.delete(name);
      return;
    }
    if (this.#current.get(name)?.dueSeconds === dueSeconds) return;
    const expiry = { dueSeconds, table, key };
    this.#current.set(name, expiry);
    this.#push(expiry);
    // Outdated entries are removed when there are too many, because otherwise an item whose TTL changes with every
    // write would fill the heap.
    if (this.#heap.length > 2 * this.#current.size + 1024) this.#rebuild();
  }

  drop(table: string): void {
    for (const [name, expiry] of this.#current) if (expiry.table === table) this.#current.delete(name);
    this.#rebuild();
  }

  /** Removes at most `limit` expired items, the earliest first. */
  takeDue(nowSeconds: number, limit: number): readonly Expiry[] {
    const taken: Expiry[] = [];
    while (taken.length < limit && this.isDue(nowSeconds)) {
      const first = this.#pop();
      if (first === undefined) break;
      const name = `${first.table}~${first.key}`;
      if (this.#current.get(name) !== first) continue;
      this.#current.delete(name);
      taken.push(first);
    }
    return taken;
  }

  #rebuild(): void {
    this.#heap = [];
    for (const expiry of this.#current.values()) this.#push(expiry);
  }

  #push(expiry: Expiry): void {
    const heap = this.#heap;
    let index = heap.push(expiry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.dueSeconds <= expiry.dueSeconds) break;
      heap[index] = above;
      heap[parent] = expiry;
      index = parent;
    }
  }

  #pop(): Expiry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child =
        (heap[right]?.dueSeconds ?? Infinity) < (heap[left]?.dueSeconds ?? Infinity) ? right : left;
      const below = heap[child];
      if (below === undefined || below.dueSeconds >= last.dueSeconds) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
