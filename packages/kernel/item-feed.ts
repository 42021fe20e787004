/** Changes of items, from the store that has the tables to the service that has their streams. */
import type { JsonObject } from '@gatewright/aws/json-object';

/** A change as the store reports it. */
export type TableChange = {
  readonly table: string;
  readonly keys: JsonObject;
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
  /** By its time to live. */
  readonly isExpiry: boolean;
};

export class ItemFeed {
  #follow: (tables: readonly string[]) => void = () => undefined;
  #listener: (changes: readonly TableChange[]) => void = () => undefined;
  #tables: readonly string[] = [];

  /** @param follow is given the tables whose changes are to be published */
  connect(follow: (tables: readonly string[]) => void): void {
    this.#follow = follow;
  }

  /** In the order in which they were written. */
  publish(changes: readonly TableChange[]): void {
    this.#listener(changes);
  }

  follow(tables: readonly string[], listener: (changes: readonly TableChange[]) => void): void {
    this.#listener = listener;
    this.#tables = tables;
    this.#follow(tables);
  }

  /** Nothing is published until `resume`. */
  pause(): void {
    this.#follow([]);
  }

  resume(): void {
    this.#follow(this.#tables);
  }
}
