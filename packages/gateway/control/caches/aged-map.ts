/**
 * A map with quick access to its oldest entry. To find the first entry of a JavaScript map, the engine skips all
 * deleted entries, of which there may be thousands.
 */
type Link<Value> = {
  readonly key: string;
  value: Value;
  older: Link<Value> | undefined;
  newer: Link<Value> | undefined;
};

export class AgedMap<Value> {
  readonly #links = new Map<string, Link<Value>>();
  #oldest: Link<Value> | undefined;
  #newest: Link<Value> | undefined;

  get size(): number {
    return this.#links.size;
  }

  get(key: string): Value | undefined {
    return this.#links.get(key)?.value;
  }

  renew(key: string): void {
    const link = this.#links.get(key);
    if (link === undefined || link === this.#newest) return;
    this.#unlink(link);
    this.#append(link);
  }

  set(key: string, value: Value): void {
    const known = this.#links.get(key);
    if (known !== undefined) {
      known.value = value;
      this.renew(key);
      return;
    }
    const link = { key, value, older: undefined, newer: undefined };
    this.#links.set(key, link);
    this.#append(link);
  }

  delete(key: string): void {
    const link = this.#links.get(key);
    if (link === undefined) return;
    this.#links.delete(key);
    this.#unlink(link);
  }

  /** Removes and returns the oldest entry; undefined if the map is empty. */
  takeOldest(): Value | undefined {
    const oldest = this.#oldest;
    if (oldest === undefined) return undefined;
    this.delete(oldest.key);
    return oldest.value;
  }

  clear(): void {
    this.#links.clear();
    this.#oldest = this.#newest = undefined;
  }

  *[Symbol.iterator](): Iterator<readonly [string, Value]> {
    for (let link = this.#oldest; link !== undefined; link = link.newer) yield [link.key, link.value];
  }

  #append(link: Link<Value>): void {
    link.older = this.#newest;
    link.newer = undefined;
    if (this.#newest === undefined) this.#oldest = link;
    else this.#newest.newer = link;
    this.#newest = link;
  }

  #unlink({ older, newer }: Link<Value>): void {
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
  }
}
