/** Which layout a table was made for, by its tag: an item would be one more read in each cold start. */
import { membersOf } from '@gatewright/aws/json-object';

const SCHEMA_TAG = 'gatewright:schema';

/** Of a table's properties in a template, or of what DynamoDB lists; undefined where there is no such tag. */
export function schemaOf({ Tags: tags }: Readonly<Record<string, unknown>> = {}): number | undefined {
  const all: readonly unknown[] = Array.isArray(tags) ? tags : [];
  const tag = all.map(membersOf).find(({ Key }) => Key === SCHEMA_TAG);
  const version = Number(tag?.['Value']);
  return Number.isInteger(version) ? version : undefined;
}
