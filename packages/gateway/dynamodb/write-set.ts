/**
 * The changes of one request, which are collected before anything is written. dynalite's actions read and write through
 * this set. Therefore, several actions of a transaction can share one set, the item is still available after a failed
 * condition, and items and index entries are written in one batch.
 */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { BatchOperation, Done, Item, Records, Store } from './dynalite-store.ts';

type ItemChange = {
  readonly table: string;
  /** The item's key, as dynalite's key text. */
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
};

/** The collected changes of one request. The caller must hold the locks of all items that the actions use. */
export class WriteSet {
  readonly store: Store;
  readonly #operations = new Map<string, BatchOperation>();
  readonly #read = new Map<string, Item | undefined>();
  readonly #changes = new Map<string, ItemChange>();

  constructor(base: Store) {
    this.store = {
      ...base,
      getItemDb: (name) => this.#items(name, base.getItemDb(name)),
      getIndexDb: (kind, table, index) =>
        this.#records(`index-${kind.toLowerCase()}~${table}~${index}~`, base.getIndexDb(kind, table, index)),
    };
  }

  /**
   * Returns the item as it was before the request; undefined if it did not exist. An action of the request must have
   * read the item already.
   */
  before(table: string, key: string): Item | undefined {
    return this.#read.get(`item-${table}~${key}`);
  }

  get operations(): readonly BatchOperation[] {
    return [...this.#operations.values()];
  }

  get changes(): readonly ItemChange[] {
    return [...this.#changes.values()];
  }

  #items(table: string, base: Records): Records {
    const records = this.#records(`item-${table}~`, base);
    const note = (key: string, after: Item | undefined): void => {
      this.#changes.set(`${table}~${key}`, { table, key, before: this.before(table, key), after });
    };
    return {
      ...records,
      put(key, value, done) {
        note(key, value);
        records.put(key, value, done);
      },
      del(key, done) {
        note(key, undefined);
        records.del(key, done);
      },
    };
  }

  #records(prefix: string, base: Records): Records {
    const operations = this.#operations;
    const read = this.#read;
    const stay = (operation: BatchOperation, done: Done<never>): void => {
      operations.set(operation.key, operation);
      queueMicrotask(() => {
        done(null);
      });
    };
    return {
      lock: (_key, run) => run((done) => done),
      get(key, done) {
        base.get(key, (error, item) => {
          if (!error) read.set(prefix + key, item);
          done(error, item);
        });
      },
      put: (key, value, done) => stay({ type: 'put', key: prefix + key, value: withoutHoles(value) }, done),
      del: (key, done) => stay({ type: 'del', key: prefix + key }, done),
    };
  }
}

/**
 * Removes undefined attributes from an item. dynalite gives an index entry every projected attribute, even if the item
 * lacks it.
 */
function withoutHoles(item: Item): Item {
  const entries = Object.entries(item as Readonly<Record<string, Item[string] | undefined>>);
  const given = entries.filter((entry): entry is [string, Item[string]] => entry[1] !== undefined);
  return given.length === entries.length ? item : Object.fromEntries(given);
}

/**
 * Whether a write left an item unchanged. The order of attributes and the order within sets do not matter. Prototypes
 * do not matter either: dynalite's copy of an item has none.
 */
export function isSameItem(before: Item | undefined, after: Item | undefined): boolean {
  return isDeepStrictEqual(comparable(before), comparable(after));
}

const SETS: ReadonlySet<string> = new Set(['SS', 'NS', 'BS']);

function comparable(value: unknown, ofType = ''): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((element) => comparable(element));
    return SETS.has(ofType) ? elements.toSorted() : elements;
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, comparable(one, name)]));
}
