import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { dynaliteDb, type Item, type Table } from './dynalite-store.ts';
import { DYNAMODB, DynamoDbError, dynamoDbInput, toDynamoDbError } from './actions.ts';

const REFUSED_CONDITION = `${DYNAMODB}ConditionalCheckFailedException`;

/**
 * Whether the response to a failed condition contains the old item. This setting is read from the original input,
 * because dynalite drops the member.
 */
export function readReturnOld(input: UnknownMembers): boolean {
  const reader = dynamoDbInput(input);
  const mode = reader.optionalText('ReturnValuesOnConditionCheckFailure', { values: ['ALL_OLD', 'NONE'] });
  reader.check();
  return mode === 'ALL_OLD';
}

/** Returns dynalite's key text for a checked write; undefined if the key does not fit the table. */
export function keyOf(table: Table, checked: Readonly<Record<string, unknown>>): string | undefined {
  const item = membersOf(checked['Item'] ?? checked['Key']) as Item;
  return keyDefect(table, checked) === undefined ? dynaliteDb.createKey(item, table) : undefined;
}

/** Returns DynamoDB's error for the key of a checked input; undefined if the key fits the table. */
export function keyDefect(
  table: Table,
  checked: Readonly<Record<string, unknown>>,
): DynamoDbError | undefined {
  const put = checked['Item'];
  const item = membersOf(put ?? checked['Key']) as Item;
  const defect =
    put === undefined ? dynaliteDb.validateKey(item, table) : dynaliteDb.validateItem(item, table);
  if (defect == null) return undefined;
  const error = toDynamoDbError(defect);
  if (error instanceof DynamoDbError) return error;
  throw error;
}

export function lockName(table: Table, key: string): string {
  return `${table.TableName}~${key}`;
}

export function isRefusedCondition(error: unknown): error is DynamoDbError {
  return error instanceof DynamoDbError && error.body['__type'] === REFUSED_CONDITION;
}

/** Adds the item to the error if its condition failed. All other errors stay unchanged. */
export function withItem(error: unknown, item: Item | undefined): unknown {
  if (!isRefusedCondition(error) || item === undefined) return error;
  return new DynamoDbError(error.status, REFUSED_CONDITION, error.message, { Item: item });
}
