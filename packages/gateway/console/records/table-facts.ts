/** What the loaded stacks know about the DynamoDB table that a refused call names. */
import { membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { nearestOf } from '../../core/deployability/spelling.ts';
import { isTable } from '../../core/stack/table-types.ts';
import { placeOf } from './find-places.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';

/** Returns the name of the table in the input of an operation. */
export function tableOfInput(input: string): string | undefined {
  const { TableName, RequestItems } = parseJsonObject(input) ?? {};
  const given = typeof TableName === 'string' ? TableName : Object.keys(membersOf(RequestItems))[0];
  // The name may be given as an ARN, too.
  return given?.slice(given.lastIndexOf('/') + 1);
}

function tablesOf(stacks: readonly ResolvedStack[]): readonly ResolvedResource[] {
  return stacks.flatMap(({ resources }) => [...resources.values()]).filter((one) => isTable(one));
}

/**
 * Returns the key of a DynamoDB table as the input of an operation has it, such as `{"id": {"S": "…"}}`; undefined if no
 * stack defines the table.
 */
export function keyOfTable(name: string | undefined, stacks: readonly ResolvedStack[]): string | undefined {
  const table = tablesOf(stacks).find(({ physicalId }) => physicalId === name);
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

/** Notes a table that no loaded stack has, if a table of the stacks was probably meant: by its logical id or its name. */
export function noteMissingTable(
  { service, code, target = '' }: Extract<StampedStep, { kind: 'rejected' }>,
  stacks: readonly ResolvedStack[],
): readonly DeliveryNote[] {
  if (service !== 'dynamodb' || code !== 'ResourceNotFoundException') return [];
  const tables = tablesOf(stacks);
  if (tables.some(({ physicalId }) => physicalId === target)) return [];
  const near = nearestOf(
    target,
    tables.map(({ physicalId }) => physicalId),
  );
  const meant = tables.find(({ logicalId, physicalId }) => logicalId === target || physicalId === near);
  if (meant === undefined) return [];
  const place = placeOf(meant);
  const where = place === undefined ? '' : ` (${place})`;
  const isId = meant.logicalId === target;
  return [
    {
      because: isId
        ? `${target} is the logical id of a table of the loaded stacks${where}; the name of the table is ${meant.physicalId}.`
        : `No loaded stack has a table ${target}; the most similar name is ${meant.physicalId}${where}.`,
      change: isId
        ? `Give the code the name of the table ${target} in an environment variable with the value !Ref ${target}, and name the table by this variable.`
        : `Write ${meant.physicalId} in place of ${target}, or better, give the code the name of the table in an environment variable with the value !Ref ${meant.logicalId}.`,
    },
  ];
}

function listOf(value: unknown): readonly ReturnType<typeof membersOf>[] {
  return Array.isArray(value) ? value.map((each) => membersOf(each)) : [];
}
