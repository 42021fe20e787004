/** Which attributes are the keys of a table and of its indexes. */
import type { KeyElement, Table } from './dynalite-store.ts';
import type { PartitionKeyOf } from './rights.ts';

type Indexes = readonly { readonly IndexName: string; readonly KeySchema: readonly KeyElement[] }[];

/** Of the table itself, or of one of its indexes; undefined where it has no such index. */
export function keySchemaOf(table: Table, index: string | undefined): readonly KeyElement[] | undefined {
  if (index === undefined) return table.KeySchema;
  const { GlobalSecondaryIndexes: global = [], LocalSecondaryIndexes: local = [] } = table as Table & {
    readonly GlobalSecondaryIndexes?: Indexes;
    readonly LocalSecondaryIndexes?: Indexes;
  };
  return [...global, ...local].find(({ IndexName }) => IndexName === index)?.KeySchema;
}

/** For policies that name keys; of no table that is not there. */
export async function partitionKeysOf(
  names: readonly string[],
  find: (name: string) => Promise<Table | undefined>,
): Promise<PartitionKeyOf> {
  const tables = new Map<string, Table>();
  for (const name of names) {
    const table = await find(name);
    if (table !== undefined) tables.set(name, table);
  }
  return (name, index) => {
    const table = tables.get(name);
    const schema = table && keySchemaOf(table, index);
    return schema?.find(({ KeyType: type }) => type === 'HASH')?.AttributeName;
  };
}
