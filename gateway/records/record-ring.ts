/** The last so many of something, within so many bytes; the oldest gives way. */
export class RecordRing<T> {
  readonly #limit: number;
  readonly #limitBytes: number;
  /** By sequence modulo the limit. */
  readonly #slots: ({ readonly value: T; readonly bytes: number } | undefined)[] = [];
  #taken = 0;
  /** Sequence of the oldest that is kept. */
  #first = 0;
  #bytes = 0;

  constructor(limit: number, limitBytes: number) {
    this.#limit = limit;
    this.#limitBytes = limitBytes;
  }

  /** How many there have been; the sequence of the next one. */
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
    this.#slots[this.#taken % this.#limit] = { value, bytes };
    this.#taken += 1;
    this.#bytes += bytes;
    while (this.#bytes > this.#limitBytes && this.kept > 1) this.#dropOldest();
  }

  /** Undefined for one that is not kept any more, or not there yet. */
  at(sequence: number): T | undefined {
    if (sequence < this.#first || sequence >= this.#taken) return undefined;
    return this.#slots[sequence % this.#limit]?.value;
  }

  /** Newest first, with their sequences; those before `before` where it is given. */
  *newestFirst(before = this.#taken): IterableIterator<[number, T]> {
    for (let sequence = Math.min(before, this.#taken) - 1; sequence >= this.#first; sequence -= 1) {
      const value = this.at(sequence);
      if (value !== undefined) yield [sequence, value];
    }
  }

  clear(): void {
    this.#slots.length = 0;
    this.#first = this.#taken;
    this.#bytes = 0;
  }

  #dropOldest(): void {
    const slot = this.#first % this.#limit;
    this.#bytes -= this.#slots[slot]?.bytes ?? 0;
    this.#slots[slot] = undefined;
    this.#first += 1;
  }
}
