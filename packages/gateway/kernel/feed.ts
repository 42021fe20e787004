/** A feed of published items for any number of listeners. No items are stored. */
import { describeFault } from '../core/errors.ts';

export class Feed<Item> {
  readonly #report: (message: string) => void;
  readonly #listeners = new Set<(item: Item) => void>();

  get isFollowed(): boolean {
    return this.#listeners.size > 0;
  }

  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Calls each listener in turn. If a listener throws, this is reported, and the other listeners are still called. */
  publish(item: Item): void {
    for (const listener of this.#listeners)
      try {
        listener(item);
      } catch (fault) {
        this.#report(`a listener failed: ${describeFault(fault)}`);
      }
  }

  /**
   * Adds a listener.
   * @returns a function that removes the listener
   */
  follow(listener: (item: Item) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
