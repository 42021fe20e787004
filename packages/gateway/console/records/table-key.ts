/** Finds the key schema of the DynamoDB table that the input of a call names. */
import { membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';

const TABLES = new Set(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']);

/**
 * Returns the key as the input of an operation has it, such as `{"id": {"S": "…"}}`; undefined if no stack defines the
 * table.
 */
export function findTableKey(input: string, stacks: readonly ResolvedStack[]): string | undefined {
  const { TableName, RequestItems } = parseJsonObject(input) ?? {};
  const given = typeof TableName === 'string' ? TableName : Object.keys(membersOf(RequestItems))[0];
  // The name may be given as an ARN, too.
  const name = given?.slice(given.lastIndexOf('/') + 1);
  const table = stacks
    .flatMap(({ resources }) => [...resources.values()])
    .find(({ type, physicalId }) => TABLES.has(type) && physicalId === name);
  if (table === undefined) return undefined;
  const { KeySchema, AttributeDefinitions } = table.properties;
  const types = new Map(
    listOf(AttributeDefinitions).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const key = listOf(KeySchema).map(
    ({ AttributeName }) =>
      `${JSON.stringify(AttributeName)}: {${JSON.stringify(types.get(AttributeName) ?? 'S')}: "…"}`,
  );
  return key.length === 0 ? undefined : `{${key.join(', ')}}`;
}

function listOf(value: unknown): readonly ReturnType<typeof membersOf>[] {
  return Array.isArray(value) ? value.map((each) => membersOf(each)) : [];
}
