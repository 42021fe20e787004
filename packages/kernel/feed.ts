/** What is published in one place and followed in others; nothing is kept. */
export class Feed<Item> {
  readonly #listeners = new Set<(item: Item) => void>();

  /** What is costly to make is made only where it is followed. */
  get isFollowed(): boolean {
    return this.#listeners.size > 0;
  }

  /** Each listener in turn. It does not wait, and does not throw. */
  publish(item: Item): void {
    for (const listener of this.#listeners) listener(item);
  }

  /** @returns what ends it */
  follow(listener: (item: Item) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
