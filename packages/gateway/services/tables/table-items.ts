import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { callDynamoDb, type DynamoDbTarget, refuseUnless } from './create-tables.ts';

/** The maximum number of requests in a BatchWriteItem. */
const BATCH = 25;
const MAX_TRIES = 20;

export async function listTables(target: DynamoDbTarget): Promise<readonly string[]> {
  const names: string[] = [];
  let last: unknown;
  do {
    const page = await ask(target, 'ListTables', { ExclusiveStartTableName: last });
    if (Array.isArray(page['TableNames'])) names.push(...page['TableNames'].map(String));
    last = page['LastEvaluatedTableName'];
  } while (last !== undefined);
  return names;
}

/**
 * Reads the items of a table.
 * @param limit the approximate maximum number of items. If it is undefined, all items are read
 */
export async function readItems(
  target: DynamoDbTarget,
  table: string,
  limit?: number,
): Promise<readonly UnknownMembers[]> {
  const items: UnknownMembers[] = [];
  let last: unknown;
  do {
    const page = await ask(target, 'Scan', {
      TableName: table,
      ConsistentRead: true,
      Limit: limit,
      ExclusiveStartKey: last,
    });
    if (Array.isArray(page['Items'])) items.push(...(page['Items'] as UnknownMembers[]));
    last = page['LastEvaluatedKey'];
  } while (last !== undefined && (limit === undefined || items.length < limit));
  return items;
}

export function putItems(
  target: DynamoDbTarget,
  table: string,
  items: readonly UnknownMembers[],
): Promise<void> {
  return write(
    target,
    table,
    items.map((item) => ({ PutRequest: { Item: item } })),
  );
}

/**
 * Deletes items.
 * @param keys the names of the key attributes
 */
export function deleteItems(
  target: DynamoDbTarget,
  table: string,
  items: readonly UnknownMembers[],
  keys: readonly string[],
): Promise<void> {
  const keyOf = (item: UnknownMembers): UnknownMembers =>
    Object.fromEntries(
      keys.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]] as const])),
    );
  return write(
    target,
    table,
    items.map((item) => ({ DeleteRequest: { Key: keyOf(item) } })),
  );
}

async function write(target: DynamoDbTarget, table: string, requests: readonly object[]): Promise<void> {
  for (let first = 0; first < requests.length; first += BATCH) {
    let left: readonly unknown[] = requests.slice(first, first + BATCH);
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === MAX_TRIES)
        throw new Error(`DynamoDB at ${target.url} did not write all items of ${table}`);
      const answer = await ask(target, 'BatchWriteItem', { RequestItems: { [table]: left } });
      const rest = membersOf(answer['UnprocessedItems'])[table];
      left = Array.isArray(rest) ? rest : [];
    }
  }
}

async function ask(
  target: DynamoDbTarget,
  operation: string,
  input: object,
): Promise<Readonly<Record<string, unknown>>> {
  const reply = await callDynamoDb(target, operation, input);
  refuseUnless(reply, undefined, target, operation);
  return reply.body;
}
