/**
 * Runs the SQL of `packages/toolkit/stack/quota/commands/sql` on an export of the usage table. Prints the SQL for
 * Athena, or runs it in DuckDB if that is installed.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../../../../base/terminal/output.ts';

export const STATEMENTS = ['usage', 'invoices', 'athena'] as const;
export type Statement = (typeof STATEMENTS)[number];

export type ExportQuery = {
  /** Folder with the `.json.gz` files of an export, or one file. */
  readonly files: string;
  readonly statement: Exclude<Statement, 'athena'>;
  /** The month of the usage, such as `2026-11`. */
  readonly month: string;
  /** Folder for temporary files of sorts and groupings that do not fit into memory. */
  readonly spillFolder: string;
  readonly memory?: string | undefined;
  /** The text before and after the statement, such as `SELECT sum(used) FROM (` and `)`. */
  readonly around?: readonly [before: string, after: string];
};

export type Row = Readonly<Record<string, unknown>>;

type DuckDb = {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Readonly<Record<string, string>>,
    ): Promise<{ connect(): Promise<Connection>; closeSync(): void }>;
  };
};
type Connection = {
  run(sql: string): Promise<unknown>;
  stream(
    sql: string,
    values: readonly string[],
  ): Promise<{ yieldRowObjectJson(): AsyncIterable<readonly Row[]> }>;
  closeSync(): void;
};

const PACKAGE = '@duckdb/node-api';
const MEMORY = '4GB';

export function readStatement(name: Statement | 'duckdb'): Promise<string> {
  return readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}

/**
 * Runs the query and yields some thousand rows at a time.
 * @throws UsageError if DuckDB is not installed, or cannot read the files
 */
export async function* queryExport(
  { files, statement, month, spillFolder, memory = MEMORY, around = ['', ''] }: ExportQuery,
  installedIn: string,
): AsyncGenerator<readonly Row[]> {
  const { DuckDBInstance } = await loadDuckDb(installedIn);
  const [prelude, sql] = await Promise.all([readStatement('duckdb'), readStatement(statement)]);
  const pattern = files.endsWith('.gz') || files.includes('*') ? files : join(files, '*.json.gz');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memory,
    temp_directory: spillFolder,
    preserve_insertion_order: 'false',
    // Only named files are read, and nothing is downloaded.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    try {
      await connection.run(prelude.replace('{files}', () => `'${pattern.replaceAll("'", "''")}'`));
      const result = await connection.stream(`${around[0]}${sql}${around[1]}`, [month]);
      yield* result.yieldRowObjectJson();
    } finally {
      connection.closeSync();
    }
  } catch (cause) {
    throw new UsageError(`DuckDB: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    instance.closeSync();
  }
}

async function loadDuckDb(installedIn: string): Promise<DuckDb> {
  try {
    const file = createRequire(join(installedIn, 'package.json')).resolve(PACKAGE);
    return (await import(pathToFileURL(file).href)) as DuckDb;
  } catch (cause) {
    throw new UsageError(`${PACKAGE} is not installed in ${installedIn}: run npm install ${PACKAGE}`, {
      cause,
    });
  }
}
