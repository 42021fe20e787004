/** Changes of items, from the store of the tables to the service of their streams. */
import type { TableChange, TableStream } from '@gatewright/dynamodb';

interface ItemStore {
  /** Its changes are published from now on. @param forgets whether streams drop what they have */
  follow(tables: readonly string[], forgets: boolean): void;
  /** The changes that a stream still has; later ones are published after them. */
  replay(streamArn: string): Promise<readonly TableChange[]>;
}

const NO_STORE: ItemStore = { follow: () => undefined, replay: () => Promise.resolve([]) };

export class ItemFeed {
  #store = NO_STORE;
  #listener: (changes: readonly TableChange[]) => void = () => undefined;
  #tables: readonly string[] = [];
  #streams: ReadonlyMap<string, TableStream> = new Map();
  #hasBegun = false;

  connect(store: ItemStore): void {
    this.#store = store;
  }

  publish(changes: readonly TableChange[]): void {
    this.#listener(changes);
  }

  /** The open streams of the tables as they are now, made by a stack or by a call. */
  publishStreams(streams: readonly TableStream[]): void {
    this.#streams = new Map(streams.map((stream) => [stream.streamArn, stream]));
  }

  streamOf(arn: string): TableStream | undefined {
    return this.#streams.get(arn);
  }

  replay(streamArn: string): Promise<readonly TableChange[]> {
    return this.#store.replay(streamArn);
  }

  /** A stream begins with the start: the first call leaves out what seeds have written. */
  follow(tables: readonly string[], listener: (changes: readonly TableChange[]) => void): void {
    this.#listener = listener;
    this.#tables = tables;
    this.#store.follow(tables, !this.#hasBegun);
    this.#hasBegun = true;
  }

  pause(): void {
    this.#store.follow([], false);
  }

  /** What was written during the pause is no part of any stream. */
  resume(): void {
    this.#store.follow(this.#tables, true);
  }
}
