/** Passes item changes from the store of the tables to the service that handles the streams of the tables. */
import type { TableChange, TableStream } from '@gatewright/dynamodb';

interface ItemStore {
  /**
   * Publishes the changes of these tables from now on.
   * @param forgets whether the tables' streams drop their records
   */
  follow(tables: readonly string[], forgets: boolean): void;
  /**
   * Returns the changes that a stream still contains. Changes that are made afterwards are published only after this
   * result.
   */
  replay(streamArn: string): Promise<readonly TableChange[]>;
}

const NO_STORE: ItemStore = { follow: () => undefined, replay: () => Promise.resolve([]) };

export class ItemFeed {
  #store = NO_STORE;
  #listener: (changes: readonly TableChange[]) => void = () => undefined;
  #tables: readonly string[] = [];
  #streams: ReadonlyMap<string, TableStream> = new Map();

  connect(store: ItemStore): void {
    this.#store = store;
  }

  publish(changes: readonly TableChange[]): void {
    this.#listener(changes);
  }

  /** Reports which tables have an open stream. The tables may have been created by a stack or by a call. */
  publishStreams(streams: readonly TableStream[]): void {
    this.#streams = new Map(streams.map((stream) => [stream.streamArn, stream]));
  }

  streamOf(arn: string): TableStream | undefined {
    return this.#streams.get(arn);
  }

  replay(streamArn: string): Promise<readonly TableChange[]> {
    return this.#store.replay(streamArn);
  }

  follow(tables: readonly string[], listener: (changes: readonly TableChange[]) => void): void {
    this.#listener = listener;
    this.#tables = tables;
    this.#store.follow(tables, false);
  }

  pause(): void {
    this.#store.follow([], false);
  }

  /**
   * Makes the streams begin now, so that they do not contain earlier writes, such as writes by a reset or of initial
   * items.
   */
  resume(): void {
    this.#store.follow(this.#tables, true);
  }
}
