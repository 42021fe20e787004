import { membersOf } from '@gatewright/aws/json-object';

const SCHEMA_TAG = 'gatewright:schema';

/**
 * Reads the schema tag from a table's properties in a template, or from DynamoDB's list of tags. Returns undefined if
 * there is no such tag.
 */
export function schemaOf({ Tags: tags }: Readonly<Record<string, unknown>> = {}): number | undefined {
  const all: readonly unknown[] = Array.isArray(tags) ? tags : [];
  const tag = all.map(membersOf).find(({ Key }) => Key === SCHEMA_TAG);
  const version = Number(tag?.['Value']);
  return Number.isInteger(version) ? version : undefined;
}
