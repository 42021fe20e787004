type Entry<T> = { readonly due: number; readonly order: number; readonly value: T };

export class DueHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#entries.length;
  }

  get due(): number | undefined {
    return this.#entries[0]?.due;
  }

  push(due: number, value: T): void {
    this.#order += 1;
    this.#entries.push({ due, order: this.#order, value });
    this.#rise(this.#entries.length - 1);
  }

  takeDue(now: number): { readonly due: number; readonly value: T } | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.due > now) return undefined;
    const last = this.#entries.pop();
    if (last !== undefined && this.#entries.length > 0) {
      this.#entries[0] = last;
      this.#sink(0);
    }
    return first;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  takeAll(): readonly T[] {
    return this.#entries.splice(0).map(({ value }) => value);
  }

  #rise(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(start: number): void {
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < this.#entries.length && this.#isBefore(left, first)) first = left;
      if (right < this.#entries.length && this.#isBefore(right, first)) first = right;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#entries[one];
    const b = this.#entries[other];
    if (a === undefined || b === undefined) return false;
    return a.due === b.due ? a.order < b.order : a.due < b.due;
  }

  #swap(one: number, other: number): void {
    const a = this.#entries[one];
    const b = this.#entries[other];
    if (a === undefined || b === undefined) return;
    this.#entries[one] = b;
    this.#entries[other] = a;
  }
}
