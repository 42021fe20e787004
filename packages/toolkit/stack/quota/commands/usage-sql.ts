/** `gatewright usage sql`: usage and invoices of any number of keys, from an export of the table. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { queryExport, readStatement, STATEMENTS } from './export-query.ts';
import type { Statement } from './export-query.ts';
import { UsageError } from '../../../../base/terminal/output.ts';
import { readMonth } from './usage-invoice.ts';

type SqlFlags = {
  readonly export?: string;
  readonly period?: string;
  readonly format: 'ndjson' | 'csv';
  readonly memory?: string;
};

export function sqlCommand(): Command {
  return new Command('sql')
    .description(
      'Print SQL for Athena over an S3 export of the usage table; with --export, run it in DuckDB.',
    )
    .addArgument(
      new Argument('<statement>', 'sums of ledgers, lines of invoices, or the table for Athena').choices(
        STATEMENTS,
      ),
    )
    .option('--export <files>', "folder of an export's .json.gz files, or one file")
    .option('--period <month>', 'with --export: month, such as 2026-11', readMonth)
    .addOption(
      new Option('--format <format>', 'format of the output').choices(['ndjson', 'csv']).default('ndjson'),
    )
    .option('--memory <size>', 'memory limit of DuckDB (default: 4GB); the rest goes to disk', readSize)
    .action(run);
}

function readSize(text: string): string {
  if (/^\d{1,6}(MB|GB)$/.test(text)) return text;
  throw new UsageError('--memory must be a size such as 4GB');
}

async function run(statement: Statement, flags: SqlFlags): Promise<void> {
  const { export: files, period: month, format, memory } = flags;
  if (files === undefined) {
    process.stdout.write(await readStatement(statement));
    return;
  }
  if (statement === 'athena')
    throw new UsageError('athena is the table definition for Athena: print it without --export');
  if (month === undefined) throw new UsageError('--export needs --period <month>');
  const spillFolder = await mkdtemp(join(tmpdir(), 'gatewright-sql-'));
  try {
    const query = { files, statement, month, spillFolder, memory };
    let isFirst = true;
    for await (const rows of queryExport(query, process.cwd())) {
      const text =
        format === 'csv' ? printCsv(rows, isFirst) : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      isFirst = false;
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    }
  } finally {
    await rm(spillFolder, { recursive: true, force: true });
  }
}

function printCsv(rows: readonly Readonly<Record<string, unknown>>[], withHeader: boolean): string {
  const [first] = rows;
  if (first === undefined) return '';
  const columns = Object.keys(first);
  const lines = rows.map((row) => columns.map((column) => printCell(row[column])).join(','));
  return `${[...(withHeader ? [columns.join(',')] : []), ...lines].join('\r\n')}\r\n`;
}

function printCell(value: unknown): string {
  const text = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
