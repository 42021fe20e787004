import { membersOf } from '@gatewright/aws/json-object';

const SCHEMA_TAG = 'gatewright:schema';

/**
 * Reads the tag from a table's properties in a template, or from DynamoDB's list of tags; undefined without
 * the tag.
 */
export function schemaOf({ Tags: tags }: Readonly<Record<string, unknown>> = {}): number | undefined {
  const all: readonly unknown[] = Array.isArray(tags) ? tags : [];
  const tag = all.map(membersOf).find(({ Key }) => Key === SCHEMA_TAG);
  const version = Number(tag?.['Value']);
  return Number.isInteger(version) ? version : undefined;
}
