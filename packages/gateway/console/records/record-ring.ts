/** A ring of the latest items, limited by number and size. The oldest item is dropped first. */
export class RecordRing<T> {
  readonly #limit: number;
  readonly #limitBytes: number;
  readonly #onGone: (value: T) => void;
  // The items, indexed by their sequence number modulo the limit.
  readonly #slots: (T | undefined)[] = [];
  readonly #weights: number[] = [];
  #taken = 0;
  /** The sequence number of the oldest item that is still stored. */
  #first = 0;
  #bytes = 0;

  /** @param onGone called with each dropped item */
  constructor(limit: number, limitBytes: number, onGone: (value: T) => void = () => undefined) {
    this.#limit = limit;
    this.#limitBytes = limitBytes;
    this.#onGone = onGone;
  }

  /** Returns how many items have been added, which is also the sequence of the next item. */
  get taken(): number {
    return this.#taken;
  }

  get kept(): number {
    return this.#taken - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get limit(): number {
    return this.#limit;
  }

  push(value: T, bytes: number): void {
    if (this.kept === this.#limit) this.#dropOldest();
    const slot = this.#taken % this.#limit;
    this.#slots[slot] = value;
    this.#weights[slot] = bytes;
    this.#taken += 1;
    this.#bytes += bytes;
    while (this.#bytes > this.#limitBytes && this.kept > 1) this.#dropOldest();
  }

  /** Returns undefined for an item that was dropped or does not exist yet. */
  at(sequence: number): T | undefined {
    if (sequence < this.#first || sequence >= this.#taken) return undefined;
    return this.#slots[sequence % this.#limit];
  }

  /**
   * Yields the items with their sequences, newest first. If `before` is given, only items with a lower sequence are
   * returned.
   */
  *newestFirst(before = this.#taken): IterableIterator<[number, T]> {
    for (let sequence = Math.min(before, this.#taken) - 1; sequence >= this.#first; sequence -= 1) {
      const value = this.at(sequence);
      if (value !== undefined) yield [sequence, value];
    }
  }

  clear(): void {
    while (this.kept > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const slot = this.#first % this.#limit;
    const gone = this.#slots[slot];
    this.#bytes -= this.#weights[slot] ?? 0;
    this.#slots[slot] = undefined;
    this.#first += 1;
    if (gone !== undefined) this.#onGone(gone);
  }
}
