/** ItemStore in one process's memory, for tests, and for a gateway that serves only from memory. */
import type { Clock, ItemStore } from '#shared/ports.ts';
import { applyChange, testsHold } from './apply-write.ts';
import { assertPurpose } from './write-purposes.ts';
import type { Item, ItemKey, ItemWrite } from '#shared/table/item-write.ts';

type MemoryTableOptions = {
  readonly clock: Clock;
  /** The items by `printItemKey`. If a map is passed, the table and its caller share it. */
  readonly items?: Map<string, Item>;
  /**
   * With this number of items, a write that would add another one is refused. (DynamoDB would accept it and charge for
   * it.)
   */
  readonly maxItems?: number;
};

/** Creates a table in memory. Every call is atomic and takes no time; an expired item is removed when it is read. */
export function createMemoryTable(options: MemoryTableOptions): ItemStore {
  const { clock, items = new Map<string, Item>(), maxItems = 100_000 } = options;
  const storeEpochMs = (): number => Math.floor(clock.nowEpochMs() / 1000) * 1000;
  const find = (key: ItemKey): Item | undefined => {
    const item = items.get(printItemKey(key));
    const expiresAtSeconds = item?.['expiresAt'];
    if (typeof expiresAtSeconds !== 'number' || expiresAtSeconds * 1000 > clock.nowEpochMs()) return item;
    items.delete(printItemKey(key));
    return undefined;
  };
  const apply = (write: ItemWrite): Item => {
    const { key, change } = write;
    assertPurpose(write);
    const after = applyChange(change, find(key));
    if (after !== undefined) items.set(printItemKey(key), after);
    return after ?? {};
  };
  const isFull = (writes: readonly ItemWrite[]): boolean =>
    items.size >= maxItems && writes.some(({ key }) => !items.has(printItemKey(key)));
  const full = { kind: 'rejected', retryable: false, reason: 'the memory table is full' } as const;

  return {
    update(write) {
      if (isFull([write])) return Promise.resolve(full);
      const item = find(write.key);
      if (!testsHold(write.when, item))
        return Promise.resolve({ kind: 'refused', item, storeEpochMs: storeEpochMs() });
      return Promise.resolve({ kind: 'done', item: apply(write), storeEpochMs: storeEpochMs() });
    },
    transact(writes) {
      if (isFull(writes)) return Promise.resolve(full);
      const members = writes.map(({ key, when }) => {
        const item = find(key);
        return testsHold(when, item) ? ({ holds: true } as const) : ({ holds: false, item } as const);
      });
      if (members.some(({ holds }) => !holds))
        return Promise.resolve({ kind: 'refused', members, storeEpochMs: storeEpochMs() });
      for (const write of writes) apply(write);
      return Promise.resolve({ kind: 'done', storeEpochMs: storeEpochMs() });
    },
    read: (key) => Promise.resolve({ kind: 'done', item: find(key), storeEpochMs: storeEpochMs() }),
  };
}

/**
 * A line break can separate the two keys: names in partition keys are escaped, and sort keys are chosen by our own
 * code, so neither contains one.
 */
function printItemKey({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}
