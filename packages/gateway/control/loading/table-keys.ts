import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';
import { isTable } from '../../core/stack/table-types.ts';

/**
 * Returns the partition key of the table, or of one of its indexes; undefined if no template declares it, or if the key
 * has several attributes.
 */
export function partitionKeyOf(
  stacks: readonly ResolvedStack[],
  table: string,
  index: string | undefined,
): string | undefined {
  for (const { resources } of stacks)
    for (const { type, physicalId, properties } of resources.values())
      if (isTable({ type }) && physicalId === table)
        return hashKeyOf(index === undefined ? properties : findIndex(properties, index));
  return undefined;
}

function findIndex(properties: JsonObject, name: string): unknown {
  const { GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = properties;
  return [global, local].flat().find((index) => isJsonObject(index) && index['IndexName'] === name);
}

function hashKeyOf(owner: unknown): string | undefined {
  const schema: readonly unknown[] = isJsonObject(owner) ? [owner['KeySchema']].flat() : [];
  const keys = schema.filter((each) => isJsonObject(each) && each['KeyType'] === 'HASH');
  // If the partition key has several attributes, none of them alone is the leading key.
  const [key] = keys.length === 1 ? keys : [];
  const name = isJsonObject(key) ? key['AttributeName'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
