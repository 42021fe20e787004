import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Item, KeyElement, Table } from './dynalite-store.ts';
import type { PartitionKeyOf } from './rights.ts';

type Indexes = readonly { readonly IndexName: string; readonly KeySchema: readonly KeyElement[] }[];
type Indexed = Table & {
  readonly GlobalSecondaryIndexes?: Indexes;
  readonly LocalSecondaryIndexes?: Indexes;
};

const MAX_KEY_BYTES: Readonly<Record<string, number>> = { HASH: 2048, RANGE: 1024 };
/** The error messages for oversized keys, in DynamoDB's words and spelling. */
const OVERSIZED: Readonly<Record<string, string>> = {
  HASH: 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
  RANGE:
    'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
};

/** Returns the key schema of the table or of an index; undefined if there is no such index. */
export function keySchemaOf(table: Table, index: string | undefined): readonly KeyElement[] | undefined {
  if (index === undefined) return table.KeySchema;
  const { GlobalSecondaryIndexes: global = [], LocalSecondaryIndexes: local = [] } = table as Indexed;
  return [...global, ...local].find(({ IndexName }) => IndexName === index)?.KeySchema;
}

/**
 * Returns DynamoDB's error if attribute definitions are not used by any key, which CreateTable does not allow
 * (aws-cloudformation/cfn-lint issue 1037).
 */
export function unusedDefinition(table: UnknownMembers): string | undefined {
  const elementsOf = (list: unknown): readonly UnknownMembers[] =>
    Array.isArray(list) ? list.map(membersOf) : [];
  const indexes = [table['GlobalSecondaryIndexes'], table['LocalSecondaryIndexes']].flatMap(elementsOf);
  const used = [table, ...indexes].flatMap(({ KeySchema: schema }) =>
    elementsOf(schema).map(({ AttributeName: name }) => String(name)),
  );
  const defined = elementsOf(table['AttributeDefinitions']).map(({ AttributeName: name }) => String(name));
  return defined.every((name) => used.includes(name))
    ? undefined
    : 'One or more parameter values were invalid: Some AttributeDefinitions are not used. ' +
        `AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...new Set(used)].join(', ')}]`;
}

/**
 * Returns the error for an oversized index key; undefined if there is none. The limits are the same as for the keys of
 * a table: 2,048 bytes for the partition key and 1,024 bytes for the sort key.
 */
export function oversizedIndexKey(table: Table, item: Item): string | undefined {
  const { GlobalSecondaryIndexes: global = [], LocalSecondaryIndexes: local = [] } = table as Indexed;
  const holding = [...global, ...local].filter(({ KeySchema }) =>
    KeySchema.every(({ AttributeName: name }) => item[name] !== undefined),
  );
  for (const { KeySchema } of holding)
    for (const [type, most] of Object.entries(MAX_KEY_BYTES)) {
      const keys = KeySchema.filter(({ KeyType }) => KeyType === type);
      if (keys.reduce((sum, { AttributeName: name }) => sum + bytesOf(item[name]), 0) > most)
        return OVERSIZED[type];
    }
  return undefined;
}

/** Returns the error for an empty key of the table itself; undefined if there is none. */
export function emptyKey({ KeySchema }: Table, item: Item): string | undefined {
  for (const { AttributeName: name } of KeySchema) {
    const kind = emptyKindOf(item[name]);
    if (kind !== undefined) return describeEmpty(kind, name, undefined);
  }
  return undefined;
}

/**
 * Returns the error for an empty index key, in the words of PutItem; undefined if there is none. For an update,
 * DynamoDB reports the same error about the update expression. A key that was already empty is not reported.
 */
export function emptyIndexKey(table: Table, before: Item | undefined, after: Item): string | undefined {
  const { GlobalSecondaryIndexes: global = [], LocalSecondaryIndexes: local = [] } = table as Indexed;
  const own = new Set(table.KeySchema.map(({ AttributeName: name }) => name));
  for (const { IndexName: index, KeySchema } of [...global, ...local])
    for (const { AttributeName: name } of KeySchema) {
      const kind =
        own.has(name) || emptyKindOf(before?.[name]) !== undefined ? undefined : emptyKindOf(after[name]);
      if (kind !== undefined) return describeEmpty(kind, name, index);
    }
  return undefined;
}

/**
 * Returns the error for a Query with an empty value for a key (praetorian-inc/chariot-ui issue 353).
 * @param index the index that is read; undefined means the table itself
 */
export function emptyKeyCondition(
  schema: readonly KeyElement[],
  conditions: UnknownMembers,
  index: string | undefined,
): string | undefined {
  for (const { AttributeName: name } of schema) {
    const { AttributeValueList: values } = membersOf(conditions[name]);
    const [kind] = (Array.isArray(values) ? values : []).flatMap((value) => emptyKindOf(value) ?? []);
    if (kind !== undefined) return describeEmpty(kind, name, index);
  }
  return undefined;
}

function describeEmpty(kind: string, name: string, index: string | undefined): string {
  const [what, where] =
    index === undefined
      ? ['', `Key: ${name}`]
      : [
          'A value specified for a secondary index key is not supported. ',
          `IndexName: ${index}, IndexKey: ${name}`,
        ];
  return `One or more parameter values are not valid. ${what}The AttributeValue for a key attribute cannot contain an empty ${kind} value. ${where}`;
}

function emptyKindOf(value: unknown): 'string' | 'binary' | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { S: text, B: bytes } = value as { readonly S?: unknown; readonly B?: unknown };
  return text === '' ? 'string' : bytes === '' ? 'binary' : undefined;
}

function bytesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const { S: text, B: bytes } = value as { readonly S?: unknown; readonly B?: unknown };
  if (typeof text === 'string') return Buffer.byteLength(text);
  return typeof bytes === 'string' ? Buffer.byteLength(bytes, 'base64') : 0;
}

/**
 * Returns the partition keys of tables and indexes. They are needed for policies that restrict keys. Unknown tables are
 * left out.
 */
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
    const keys = schema?.filter(({ KeyType: type }) => type === 'HASH') ?? [];
    // If the partition key has several attributes, none of them alone is the leading key. In that case, the condition
    // key for the leading key has no value.
    return keys.length === 1 ? keys[0]?.AttributeName : undefined;
  };
}
