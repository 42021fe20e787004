/** What is published in one place and followed in others; nothing is kept. */
import { describeFault } from '../core/errors.ts';

export class Feed<Item> {
  readonly #report: (message: string) => void;
  readonly #listeners = new Set<(item: Item) => void>();

  /** What is costly to make is made only where it is followed. */
  get isFollowed(): boolean {
    return this.#listeners.size > 0;
  }

  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Each listener in turn; one that throws is reported, and keeps the item from no other. */
  publish(item: Item): void {
    for (const listener of this.#listeners)
      try {
        listener(item);
      } catch (fault) {
        this.#report(`a listener failed: ${describeFault(fault)}`);
      }
  }

  /** @returns what ends it */
  follow(listener: (item: Item) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
