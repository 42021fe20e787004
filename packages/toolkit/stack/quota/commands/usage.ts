/** `gatewright usage` shows, exports, closes and invoices the usage of tenants. */
import { once } from 'node:events';
import { Command, Option, Argument } from 'commander';
import { addAdminOptions, callAdmin } from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import { readCommand, rowsToTable, sortRows } from '../../commands/admin-commands.ts';
import type { Answer, ReadFlags } from '../../commands/admin-commands.ts';
import { printCsv, printNdjson } from '#shared/quota/admin/print-rows.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { readExport } from './export-rows.ts';
import type { ExportQuestion } from './export-rows.ts';
import { printNotes, printResult, UsageError } from '../../../../base/terminal/output.ts';
import { ownerPath, readInstant } from './quota-calls.ts';
import { readUsage } from './read-customers.ts';
import { printReads, readRefusalsOrWarn } from './read-refusals.ts';
import { noteUnknownTenant } from './unknown-names.ts';
import { closeCommand, describeNotClosed, invoiceCommand, readMonth } from './usage-invoice.ts';
import { stripeCommand } from './usage-stripe.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queryExport, readStatement, STATEMENTS } from './export-query.ts';
import type { Statement } from './export-query.ts';

type ExportFlags = AdminFlags & {
  readonly format: 'ndjson' | 'csv' | 'invoice';
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
};

const COLUMNS = ['tenant', 'key', 'route', 'limit', 'periodStart', 'state', 'allowance', 'counted', 'left'];

const MONTH = `
At the end of a month:
  gatewright usage show --customer acme        what was counted, and what is left
  gatewright usage invoice --period 2026-11 --draft
                                               the amounts until now; open periods are billed as if they ended now
  gatewright usage close --period 2026-11      15 minutes after a period has ended; usage-closer does it once a day
  gatewright usage invoice --period 2026-11    the invoices; refused while a period is open
  gatewright usage stripe --period 2026-11     optional: sends the usage to the meters of Stripe`;

export function usageCommand(): Command {
  return new Command('usage')
    .description('Show, export, close and invoice the usage of tenants and keys.')
    .addHelpText('after', MONTH)
    .addCommand(
      readCommand('show', 'Show the usage of all tenants, or of one tenant and its keys.')
        .option('--customer, --tenant <name>', 'only this customer')
        .option('--at <instant>', 'show the periods that contain this instant (default: now)', readInstant)
        .action(show),
    )
    .addCommand(exportCommand())
    .addCommand(closeCommand())
    .addCommand(invoiceCommand())
    .addCommand(stripeCommand())
    .addCommand(sqlCommand());
}

function exportCommand(): Command {
  return addAdminOptions(new Command('export').description('Print all usage to stdout.'))
    .addOption(
      new Option(
        '--format <format>',
        'ndjson or csv: usage of all periods; invoice: records of closed periods as CSV',
      )
        .choices(['ndjson', 'csv', 'invoice'])
        .default('ndjson'),
    )
    .option('--customer, --tenant <name>', 'only this customer')
    .option('--from <instant>', 'only periods that begin at or after this instant', readInstant)
    .option('--to <instant>', 'only periods that begin before this instant', readInstant)
    .action(exportUsage);
}

async function show(flags: ReadFlags & { readonly tenant?: string; readonly at?: string }): Promise<void> {
  const rows = sortRows(await readUsage(flags, flags), 'tenant');
  const { tenant, at } = flags;
  // The sentences for customers are about current periods only, so they are not read for another time. They are not
  // read for all customers together either, because that would need one call per customer.
  const refusals = tenant === undefined || at !== undefined ? [] : await readRefusalsOrWarn(tenant, flags);
  const says = refusals.map((refusal) => printReads(refusal.says));
  printResult(
    rows.map((row) => ({ ...row, ...saysOf(row, refusals) })),
    () => [...rowsToTable(rows, COLUMNS), ...(says.length === 0 ? [] : ['', ...says])],
  );
  if (rows.length > 0) return;
  if (tenant !== undefined) await noteUnknownTenant(tenant, flags);
  else
    printNotes(
      `No usage is recorded in ${at === undefined ? 'the current periods' : `the periods that contain ${at}`}: usage is listed after the first request that is charged.`,
    );
}

function saysOf(row: Answer, refusals: Awaited<ReturnType<typeof readRefusalsOrWarn>>): object {
  const found = refusals.find(
    ({ limit, key, route }) =>
      limit === undefined || (limit === row['limit'] && key === row['key'] && route === row['route']),
  );
  return found === undefined ? {} : { customerReads: found.says };
}

/** Reads usage page by page, and no faster than the reader of stdout accepts it. */
async function exportUsage({ format, tenant, from, to, ...flags }: ExportFlags): Promise<void> {
  const path = tenant === undefined ? '/quota/export' : `${ownerPath(tenant)}/export`;
  const asked = format === 'invoice' ? { of: 'records', format: 'csv' } : { of: 'usage', format };
  let cursor: string | undefined;
  let lines = format === 'ndjson' ? 0 : -1;
  do {
    const reply = await callAdmin({ method: 'GET', path, query: { ...asked, from, to, cursor } }, flags);
    lines += reply.text.split('\n').length - 1;
    if (!process.stdout.write(reply.text)) await once(process.stdout, 'drain');
    cursor = reply.headers.get('x-next-cursor');
  } while (cursor !== undefined);
  const open = format === 'invoice' ? await warnOfOpenPeriods({ tenant, from, to }, flags) : 0;
  if (tenant !== undefined && lines <= 0 && open === 0) await noteUnknownTenant(tenant, flags);
}

/** Open periods have no records, so an export would omit them silently. Returns how many there are. */
async function warnOfOpenPeriods(question: ExportQuestion, flags: AdminFlags): Promise<number> {
  const open: UsageRow[] = [];
  for await (const row of readExport<UsageRow>('usage', question, flags))
    if (row.state !== 'closed') open.push(row);
  for await (const row of readExport<UsageRow>('due', question, flags)) open.push(row);
  if (open.length > 0)
    printNotes(
      `${describeNotClosed(open)}, so the export does not include the usage of ${open.length === 1 ? 'this period' : 'these periods'}`,
    );
  return open.length;
}

/**
 * Flags of `gatewright usage sql`, which computes usage and invoices of any number of keys from an export of the table.
 */
type SqlFlags = {
  readonly export?: string;
  readonly period?: string;
  readonly format: 'ndjson' | 'csv';
  readonly memory?: string;
};

function sqlCommand(): Command {
  return new Command('sql')
    .description(
      'Print SQL that evaluates an S3 export of the usage table in Athena; with --export, run it in DuckDB instead.',
    )
    .addArgument(
      new Argument(
        '<statement>',
        'query to print: sums per ledger, lines of invoices, or the definition of the Athena table',
      ).choices(STATEMENTS),
    )
    .option('--export <files>', 'folder with the .json.gz files of an export, or one such file')
    .option('--period <month>', 'with --export: month to evaluate, such as 2026-11', readMonth)
    .addOption(
      new Option('--format <format>', 'format of the output').choices(['ndjson', 'csv']).default('ndjson'),
    )
    .option(
      '--memory <size>',
      'memory limit of DuckDB; more data is written to disk (default: 4GB)',
      readSize,
    )
    .action(run);
}

function readSize(text: string): string {
  if (/^\d{1,6}(MB|GB)$/.test(text)) return text;
  throw new UsageError(`--memory is ${JSON.stringify(text)}; expected a size such as 4GB or 512MB`);
}

async function run(statement: Statement, flags: SqlFlags): Promise<void> {
  const { export: files, period: month, format, memory } = flags;
  if (files === undefined) {
    process.stdout.write(await readStatement(statement));
    return;
  }
  if (statement === 'athena')
    throw new UsageError(
      'the format athena cannot be used with --export, because this format prints the definition of the table in Athena: omit --export',
    );
  if (month === undefined)
    throw new UsageError(
      '--export reads one month; also pass the month with --period, such as --period 2026-11',
    );
  const spillFolder = await mkdtemp(join(tmpdir(), 'gatewright-sql-'));
  try {
    const query = { files, statement, month, spillFolder, memory };
    let isFirst = true;
    for await (const rows of queryExport(query, process.cwd())) {
      const [first] = rows;
      if (first === undefined) continue;
      const text = format === 'csv' ? printCsv(Object.keys(first), rows, isFirst) : printNdjson(rows);
      isFirst = false;
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    }
  } finally {
    await rm(spillFolder, { recursive: true, force: true });
  }
}
