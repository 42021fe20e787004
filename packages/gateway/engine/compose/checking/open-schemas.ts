import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SchemaQuestion } from '../../../core/deployability/judge-schemas.ts';
import { SchemaChecker } from '../../../core/deployability/schema-check.ts';
import type { SchemaTable, SchemaViolation } from '../../../core/deployability/schema-check.ts';

/** The schemas of CloudFormation's types. lab/tools/resource-schemas writes the file. */
const FILE = fileURLToPath(new URL('../../../core/deployability/resource-schemas.json', import.meta.url));

export type Schemas = {
  readonly table: SchemaTable;
  /** Returns how the properties of a resource violate the schema of its type. */
  readonly check: (question: SchemaQuestion) => readonly SchemaViolation[];
  /** The date, such as 2024-02-08, from which Lambda refuses to create functions with a runtime. */
  readonly runtimes: Readonly<Record<string, string>>;
  /** The names of all types of CloudFormation, by service, separated by spaces. */
  readonly known: Readonly<Record<string, string>>;
};

type SchemaFile = Pick<Schemas, 'runtimes' | 'known'> & { readonly types: SchemaTable };

export async function readSchemas(): Promise<SchemaFile> {
  return JSON.parse(await readFile(FILE, 'utf8')) as SchemaFile;
}

/** The schemas of this process. Compiling them for an ordinary stack takes 0.2 s, so later checks use them again. */
let opened: Promise<Schemas> | undefined;

/** Opens the schemas when the first check needs them, because reading them takes 10 ms. */
export async function openSchemas(): Promise<Schemas> {
  opened ??= compileOnDemand().catch((error: unknown) => {
    // The next check tries again.
    opened = undefined;
    throw error;
  });
  return opened;
}

async function compileOnDemand(): Promise<Schemas> {
  const { types, ...others } = await readSchemas();
  const checker = new SchemaChecker(types);
  return { table: types, check: ({ type, properties }) => checker.check(type, properties), ...others };
}
