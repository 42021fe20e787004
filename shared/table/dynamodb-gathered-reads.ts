/** Reads of many items of a DynamoDB table by one call. Only functions that list items bundle this file. */
import type { ItemStore, Timer } from '../ports.ts';
import { parseItem, parseKey, printKey } from './dynamodb-expression.ts';
import { parseFailure } from './dynamodb-failure.ts';
import { toRead } from './dynamodb-table.ts';
import type { ReadTable } from './dynamodb-table.ts';
import { gatherReads } from './gather-reads.ts';
import { nameOfItem } from './item-write.ts';
import type { Item, ItemKey, ReadOutcome } from './item-write.ts';

/**
 * How often items are read again if a `BatchGetItem` has left them out. It leaves items out if its response would be
 * too large or the table was throttled.
 */
const BATCH_ROUNDS = 5;
/** The pause before the second round. Each further pause is twice as long, as AWS recommends (API_BatchGetItem.html). */
const FIRST_PAUSE_MS = 50;

/** Returns a function that reads an item in one call with other items that are requested at the same time. */
export function gatherTableReads(table: ReadTable, timer: Timer): ItemStore['read'] {
  const readCurrent = gatherReads({
    readOne: (key) => table.read(key, true),
    readMany: (keys) => readMany({ table, timer }, keys),
  });
  return (key, { consistent } = { consistent: false }) =>
    consistent ? readCurrent(key) : table.read(key, false);
}

/**
 * Reads the current state of items with different keys, 100 at most. Returns an outcome for each key, in the
 * order of the keys.
 */
async function readMany(
  { table, timer }: { readonly table: ReadTable; readonly timer: Timer },
  keys: readonly ItemKey[],
): Promise<readonly ReadOutcome[]> {
  const found = new Map<string, ReadOutcome>();
  let reason = 'UnprocessedKeys';
  try {
    let left = keys;
    for (let round = 0; round < BATCH_ROUNDS && left.length > 0; round += 1) {
      if (round > 0) await timer.pause(FIRST_PAUSE_MS * 2 ** (round - 1));
      const { items, skipped, storeEpochMs } = await readBatch(table, left);
      for (const key of left) {
        const name = nameOfItem(key);
        if (!skipped.has(name)) found.set(name, toRead(items.get(name), storeEpochMs));
      }
      left = left.filter((key) => skipped.has(nameOfItem(key)));
    }
  } catch (error) {
    ({ reason } = parseFailure(error));
  }
  return keys.map((key) => found.get(nameOfItem(key)) ?? { kind: 'unavailable', reason });
}

/** Makes one call. Returns the items by their names, and the names of the items that the response leaves out. */
async function readBatch(
  table: ReadTable,
  keys: readonly ItemKey[],
): Promise<{
  readonly items: ReadonlyMap<string, Item>;
  readonly skipped: ReadonlySet<string>;
  readonly storeEpochMs: number | undefined;
}> {
  const asked = { Keys: keys.map((key) => printKey(key)), ConsistentRead: true };
  const { output, storeEpochMs } = await table.call(({ client, commands }, tableName, deadline) =>
    client.send(new commands.BatchGetItemCommand({ RequestItems: { [tableName]: asked } }), deadline),
  );
  // `Responses` and `UnprocessedKeys` contain only this one table.
  const items = Object.values(output.Responses ?? {}).flat();
  const skipped = Object.values(output.UnprocessedKeys ?? {}).flatMap(({ Keys = [] }) => Keys);
  return {
    items: new Map(items.map((item) => [nameOfItem(parseKey(item)), parseItem(item)])),
    skipped: new Set(skipped.map((key) => nameOfItem(parseKey(key)))),
    storeEpochMs,
  };
}
