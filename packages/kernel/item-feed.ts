/** Changes of items, from the store of the tables to the service of their streams. */
import type { JsonObject } from '@gatewright/aws/json-object';

export type TableChange = {
  readonly table: string;
  readonly keys: JsonObject;
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
  readonly isExpiry: boolean;
};

export class ItemFeed {
  #follow: (tables: readonly string[]) => void = () => undefined;
  #listener: (changes: readonly TableChange[]) => void = () => undefined;
  #tables: readonly string[] = [];

  /** @param follow gets the tables whose changes are published */
  connect(follow: (tables: readonly string[]) => void): void {
    this.#follow = follow;
  }

  publish(changes: readonly TableChange[]): void {
    this.#listener(changes);
  }

  follow(tables: readonly string[], listener: (changes: readonly TableChange[]) => void): void {
    this.#listener = listener;
    this.#tables = tables;
    this.#follow(tables);
  }

  pause(): void {
    this.#follow([]);
  }

  resume(): void {
    this.#follow(this.#tables);
  }
}
