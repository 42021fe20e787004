/** The calls to tables, as IAM evaluates them: action, partition key and the attributes that the request names. */
import type { ItemListing, ItemStore } from '#shared/ports.ts';
import { printItem, printMember } from '#shared/table/dynamodb-expression.ts';
import { gatherReads } from '#shared/table/gather-reads.ts';
import type { Item, ItemKey, ItemWrite, ReadOutcome } from '#shared/table/item-write.ts';
import { guardLayout } from '#shared/table/layout.ts';
import { createMemoryListing } from './memory-listing.ts';
import { createMemoryTable } from './memory-table.ts';

export type TableCall = {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /**
   * The resource as the stack's resource files name it, such as `AccessTable.Arn` or `${UsageTable.Arn}/index/list`.
   */
  readonly resource: string;
  readonly leadingKey: string | undefined;
  /** Empty if the request names no attributes, and therefore gets all of them. */
  readonly attributes: readonly string[];
};

const ACTIONS = { Put: 'PutItem', Update: 'UpdateItem', ConditionCheck: 'ConditionCheckItem' } as const;

/** A table in memory that records the calls that it gets. */
export class RecordingTable {
  readonly calls: TableCall[] = [];
  readonly items = new Map<string, Item>();
  readonly store: ItemStore;
  /** The table of functions that list items: reads that are asked for at the same time are one call. */
  readonly gathering: ItemStore;
  readonly listing: ItemListing;
  readonly #resource: string;

  constructor(logicalId: string, nowEpochMs: () => number) {
    this.#resource = `${logicalId}.Arn`;
    const { items } = this;
    const memory = createMemoryTable({ clock: { nowEpochMs }, items });
    const listing = createMemoryListing(items);
    const readOne: ItemStore['read'] = (key, options) => (
      this.#note('GetItem', key.pk),
      memory.read(key, options)
    );
    this.store = {
      update: (write) => (this.#noteWrites([write]), memory.update(write)),
      transact: (writes) => (this.#noteWrites(writes), memory.transact(writes)),
      read: readOne,
    };
    const readMany = (keys: readonly ItemKey[]): Promise<ReadOutcome[]> =>
      Promise.all(keys.map((key) => (this.#note('BatchGetItem', key.pk), memory.read(key))));
    this.gathering = { ...this.store, read: gatherReads({ readOne, readMany }) };
    this.listing = {
      range: (range) => (this.#note('Query', range.pk), listing.range(range)),
      list: (page) => {
        const resource = `\${${this.#resource}}/index/list`;
        this.#note(page.list === undefined ? 'Scan' : 'Query', page.list, [], resource);
        return listing.list(page);
      },
    };
  }

  /** Returns the calls since the previous `take()`. */
  take(): readonly TableCall[] {
    return this.calls.splice(0);
  }

  #noteWrites(writes: readonly ItemWrite[]): void {
    for (const write of writes) {
      const [[kind, input] = ['', {}]] = Object.entries(printMember('table', guardLayout(write)));
      const { ExpressionAttributeNames: names = {} } = input as { ExpressionAttributeNames?: object };
      const item = write.change.kind === 'put' ? write.change.item : {};
      const attributes = new Set([
        ...Object.keys(printItem(write.key, item)),
        ...Object.values(names).map(String),
      ]);
      this.#note(ACTIONS[kind as keyof typeof ACTIONS], write.key.pk, [...attributes]);
    }
  }

  #note(
    action: string,
    leadingKey: string | undefined,
    attributes: readonly string[] = [],
    resource = this.#resource,
  ): void {
    this.calls.push({ action: `dynamodb:${action}`, resource, leadingKey, attributes });
  }
}
