/**
 * A feed that keeps its items until the first listener comes, so that a service that is loaded late still gets them. If
 * many items wait, the feed requests a listener, because a listener may need less memory than the items.
 */
import { Feed } from './feed.ts';

/** The number of items at which the feed requests a listener. */
const MANY = 5_000;
/** The maximum number of items that wait if no listener comes. If there are more, the oldest items are dropped. */
const MOST = 4 * MANY;

export class EarlyFeed<Item> extends Feed<Item> {
  readonly #onMany: () => void;
  #waiting: Item[] | undefined = [];

  /** @param onMany is called once when many items wait; it may load a listener */
  constructor(report: (message: string) => void, onMany: () => void) {
    super(report);
    this.#onMany = onMany;
  }

  override publish(item: Item): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      super.publish(item);
      return;
    }
    waiting.push(item);
    if (waiting.length === MANY) this.#onMany();
    if (waiting.length > MOST) waiting.splice(0, MANY);
  }

  override follow(listener: (item: Item) => void): () => void {
    const end = super.follow(listener);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const item of waiting) super.publish(item);
    return end;
  }

  /** Drops the items that wait. */
  forget(): void {
    if (this.#waiting !== undefined) this.#waiting = [];
  }
}
