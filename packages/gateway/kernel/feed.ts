/** Published items for any number of listeners; nothing is kept. */
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

  /** Calls each listener in turn; a listener that throws is reported and does not stop the others. */
  publish(item: Item): void {
    for (const listener of this.#listeners)
      try {
        listener(item);
      } catch (fault) {
        this.#report(`a listener failed: ${describeFault(fault)}`);
      }
  }

  /** @returns a function that ends the subscription */
  follow(listener: (item: Item) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
