/**
 * Adds ItemCollectionMetrics to the results of writes. An item collection consists of the items with the same partition
 * key in a table with local secondary indexes (DynamoDB API reference, "ItemCollectionMetrics").
 */
import { isDeepStrictEqual } from 'node:util';
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { dynamoDbInput } from './actions.ts';
import type { Output } from './actions.ts';
import type { Table } from './dynalite-store.ts';

/** A written item or key with its table. */
export type Written = { readonly table: Table; readonly item: UnknownMembers };

/** The lowest possible estimate in GB. The real size is not counted. */
const SMALLEST = [0, 1];

/**
 * Adds the item collection of one written item if the call requests it. Like AWS, it adds nothing for a table without
 * local secondary indexes.
 */
export function withCollection(output: Output, input: UnknownMembers, written: Written): Output {
  const metrics = isAsked(input) ? metricsOf(written) : undefined;
  return metrics === undefined ? output : { ...output, ItemCollectionMetrics: metrics };
}

/** Adds the item collections of all written items by table. Each collection is added only once. */
export function withCollections(output: Output, input: UnknownMembers, all: readonly Written[]): Output {
  if (!isAsked(input)) return output;
  const byTable = new Map<string, UnknownMembers[]>();
  for (const written of all) {
    const metrics = metricsOf(written);
    if (metrics === undefined) continue;
    const { TableName: name } = written.table;
    const known = byTable.get(name) ?? [];
    if (!known.some((one) => isDeepStrictEqual(one, metrics))) byTable.set(name, [...known, metrics]);
  }
  return byTable.size === 0 ? output : { ...output, ItemCollectionMetrics: Object.fromEntries(byTable) };
}

/** @throws DynamoDbError if ReturnItemCollectionMetrics has an unknown value */
function isAsked(input: UnknownMembers): boolean {
  const reader = dynamoDbInput(input);
  const mode = reader.optionalText('ReturnItemCollectionMetrics', { values: ['SIZE', 'NONE'] });
  reader.check();
  return mode === 'SIZE';
}

function metricsOf({ table, item }: Written): UnknownMembers | undefined {
  const [partition] = table.KeySchema;
  if (partition === undefined || table.LocalSecondaryIndexes === undefined) return undefined;
  const { AttributeName: name } = partition;
  return { ItemCollectionKey: { [name]: membersOf(item)[name] }, SizeEstimateRangeGB: SMALLEST };
}
