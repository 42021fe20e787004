import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SchemaChecker } from '../../../core/deployability/schema-check.ts';
import type { SchemaTable } from '../../../core/deployability/schema-check.ts';

/** The schemas of CloudFormation's types. lab/tools/resource-schemas writes the file. */
const FILE = fileURLToPath(new URL('../../../core/deployability/resource-schemas.json', import.meta.url));

export type Schemas = {
  readonly checker: SchemaChecker;
  /** The day, such as 2024-02-08, from which Lambda creates no function with a runtime. */
  readonly runtimes: Readonly<Record<string, string>>;
  /** The names of all types of CloudFormation, by service, separated by spaces. */
  readonly known: Readonly<Record<string, string>>;
};

/** Opens the schemas, which only a check reads, because they take 10 ms. */
export async function openSchemas(): Promise<Schemas> {
  const { types, runtimes, known } = JSON.parse(await readFile(FILE, 'utf8')) as {
    readonly types: SchemaTable;
    readonly runtimes: Schemas['runtimes'];
    readonly known: Schemas['known'];
  };
  return { checker: new SchemaChecker(types), runtimes, known };
}
