import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SchemaChecker } from '../../../core/deployability/schema-check.ts';
import type { SchemaTable } from '../../../core/deployability/schema-check.ts';

/** The schemas of CloudFormation's types. lab/tools/resource-schemas writes the file. */
const FILE = fileURLToPath(new URL('../../../core/deployability/resource-schemas.json', import.meta.url));

/** Opens the schemas, which only a check reads, because they take 10 ms. */
export async function openSchemas(): Promise<SchemaChecker> {
  const { types } = JSON.parse(await readFile(FILE, 'utf8')) as { readonly types: SchemaTable };
  return new SchemaChecker(types);
}
