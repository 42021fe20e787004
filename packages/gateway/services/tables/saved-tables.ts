import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { isItem } from './attribute-values.ts';
import { enableTimeToLive, callDynamoDb, type DynamoDbTarget, refuseUnless } from './create-tables.ts';
import { StateFileError } from '../../kernel/files/state-file.ts';
import { deleteItems, listTables, putItems, readItems } from './table-items.ts';

export type SavedTable = {
  readonly region: string;
  readonly definition: UnknownMembers;
  readonly timeToLive: string | null;
  readonly items: readonly UnknownMembers[];
};

const NAME = /^[a-zA-Z0-9_.-]{3,255}$/;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/;
const DESCRIBED_TIMES = 100;
/** The maximum number of characters of an item. It is twice DynamoDB's limit of 400 KB for an item. */
const MAX_ITEM_CHARS = 2 * 400 * 1024;
const OF_TABLE = new Set([
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'StreamSpecification',
]);

export async function saveTables(target: DynamoDbTarget): Promise<readonly SavedTable[]> {
  const saved: SavedTable[] = [];
  for (const name of await listTables(target)) {
    const description = await describe(target, name);
    const { body } = await callDynamoDb(target, 'DescribeTimeToLive', { TableName: name });
    const { TimeToLiveStatus: status, AttributeName: attribute } = membersOf(body['TimeToLiveDescription']);
    saved.push({
      region: String(description['TableArn']).split(':')[3] ?? target.region,
      definition: toDefinition(description),
      timeToLive: status === 'ENABLED' && typeof attribute === 'string' ? attribute : null,
      items: await readItems(target, name),
    });
  }
  return saved;
}

/**
 * Returns the tables of a file, without changing any table.
 * @throws StateFileError if the content is invalid
 */
export function checkTables(value: unknown): readonly SavedTable[] {
  if (!Array.isArray(value))
    throw new StateFileError('the tables in the file are not a list; save the data again');
  const tables = value.map((one: unknown) => checkTable(one));
  const names = tables.map(nameOf);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new StateFileError(`the file contains the table ${twice} twice; save the data again`);
  return tables;
}

function checkTable(value: unknown): SavedTable {
  if (!isJsonObject(value))
    throw new StateFileError('a table in the file is not an object; save the data again');
  const { region, definition, timeToLive, items } = value;
  const name = membersOf(definition)['TableName'];
  if (!isJsonObject(definition) || typeof name !== 'string' || !NAME.test(name))
    throw new StateFileError('a table in the file has an invalid name; save the data again');
  const refuse = (what: string): never => {
    throw new StateFileError(`the table ${name} in the file ${what}; save the data again`);
  };
  if (typeof region !== 'string' || !REGION.test(region)) return refuse('has no region');
  if (!Object.keys(definition).every((key) => OF_TABLE.has(key)))
    return refuse('has a definition with unknown members');
  if (timeToLive !== null && typeof timeToLive !== 'string') return refuse('has an invalid time to live');
  const keys = keysOf(definition);
  if (keys.length === 0) return refuse('has no key');
  if (!Array.isArray(items)) return refuse('has items that are not a list');
  const seen = new Set<string>();
  for (const item of items as unknown[]) {
    if (!isItem(item)) return refuse('has an invalid item');
    if (JSON.stringify(item).length > MAX_ITEM_CHARS) return refuse('has an item larger than 400 KB');
    if (!keys.every(([key, type]) => membersOf(item[key])[type] !== undefined))
      return refuse('has an item that lacks a key attribute');
    const key = JSON.stringify(keys.map(([attribute]) => item[attribute]));
    if (seen.has(key)) return refuse('has two items with the same key');
    seen.add(key);
  }
  return { region, definition, timeToLive, items: items as UnknownMembers[] };
}

/**
 * Checks that existing tables have the same keys as in the file.
 * @throws StateFileError if a table has different keys
 */
export async function refuseOtherKeys(target: DynamoDbTarget, tables: readonly SavedTable[]): Promise<void> {
  const there = new Set(await listTables(target));
  for (const table of tables) {
    const name = nameOf(table);
    if (!there.has(name)) continue;
    const found = toDefinition(await describe(target, name));
    if (JSON.stringify(keysOf(found)) !== JSON.stringify(keysOf(table.definition)))
      throw new StateFileError(`the table ${name} has different keys in the file and in the template`);
  }
}

/**
 * Replaces the tables and their items. Tables that are not in the file are emptied. DynamoDB itself validates the data.
 * If it refuses an item, all changes are undone.
 * @throws StateFileError if the data cannot be loaded
 */
export async function loadTables(target: DynamoDbTarget, tables: readonly SavedTable[]): Promise<void> {
  const before = await saveTables(target);
  try {
    await replaceTables(target, tables);
  } catch (error) {
    const names = new Set(before.map(nameOf));
    for (const name of await listTables(target)) if (!names.has(name)) await dropTable(target, name);
    await replaceTables(target, before);
    const why = error instanceof Error ? error.message : String(error);
    throw new StateFileError(`${why}; nothing was changed`);
  }
}

async function replaceTables(target: DynamoDbTarget, tables: readonly SavedTable[]): Promise<void> {
  const there = await listTables(target);
  for (const name of there) {
    const keys = keysOf(await describe(target, name)).map(([key]) => key);
    await deleteItems(target, name, await readItems(target, name), keys);
  }
  for (const table of tables) {
    const name = nameOf(table);
    const own = { ...target, region: table.region };
    if (!there.includes(name))
      refuseUnless(await callDynamoDb(own, 'CreateTable', table.definition), undefined, own, 'CreateTable');
    await describe(own, name);
    await enableTimeToLive(own, { name, timeToLiveAttribute: table.timeToLive ?? undefined });
    await putItems(own, name, table.items);
  }
}

/** Waits until the table no longer exists, because a table that is being deleted is still listed. */
async function dropTable(target: DynamoDbTarget, name: string): Promise<void> {
  const reply = await callDynamoDb(target, 'DeleteTable', { TableName: name });
  refuseUnless(reply, 'ResourceNotFoundException', target, 'DeleteTable');
  for (let tries = 0; tries < DESCRIBED_TIMES; tries += 1) {
    const { status } = await callDynamoDb(target, 'DescribeTable', { TableName: name });
    if (status !== 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function describe(target: DynamoDbTarget, name: string): Promise<UnknownMembers> {
  for (let tries = 0; ; tries += 1) {
    const reply = await callDynamoDb(target, 'DescribeTable', { TableName: name });
    refuseUnless(reply, undefined, target, 'DescribeTable');
    const table = membersOf(reply.body['Table']);
    if (table['TableStatus'] === 'ACTIVE' || tries === DESCRIBED_TIMES) return { ...table };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function nameOf({ definition }: SavedTable): string {
  return String(definition['TableName']);
}

function toDefinition(description: UnknownMembers): UnknownMembers {
  const mode = membersOf(description['BillingModeSummary'])['BillingMode'];
  const isOnDemand = mode === 'PAY_PER_REQUEST';
  const capacity = (of: UnknownMembers): object =>
    isOnDemand ? {} : { ProvisionedThroughput: units(membersOf(of['ProvisionedThroughput'])) };
  const indexes = (name: string, isGlobal: boolean): object => {
    const list = description[name];
    if (!Array.isArray(list)) return {};
    return {
      [name]: (list as UnknownMembers[]).map((index) => ({
        IndexName: index['IndexName'],
        KeySchema: index['KeySchema'],
        Projection: index['Projection'],
        ...(isGlobal ? capacity(index) : {}),
      })),
    };
  };
  return {
    TableName: description['TableName'],
    AttributeDefinitions: description['AttributeDefinitions'],
    KeySchema: description['KeySchema'],
    BillingMode: isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...capacity(description),
    ...indexes('GlobalSecondaryIndexes', true),
    ...indexes('LocalSecondaryIndexes', false),
    ...(description['StreamSpecification'] === undefined
      ? {}
      : { StreamSpecification: description['StreamSpecification'] }),
  };
}

function units({
  ReadCapacityUnits: read,
  WriteCapacityUnits: write,
}: Readonly<Record<string, unknown>>): object {
  return { ReadCapacityUnits: read, WriteCapacityUnits: write };
}

function keysOf(definition: UnknownMembers): readonly (readonly [string, string])[] {
  const types = new Map(
    listOf(definition['AttributeDefinitions']).map((one) => [
      one['AttributeName'],
      String(one['AttributeType']),
    ]),
  );
  return listOf(definition['KeySchema']).map(({ AttributeName: name }) => [
    String(name),
    types.get(name) ?? '',
  ]);
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}
