/** `gatewright usage`: usage of tenants, and its exports. */
import { once } from 'node:events';
import { Command, Option } from 'commander';
import { addAdminOptions, callAdmin } from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import { printRows, readCommand, readPages } from '../../commands/admin-commands.ts';
import type { ReadFlags } from '../../commands/admin-commands.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { readExport } from './export-rows.ts';
import type { ExportQuestion } from './export-rows.ts';
import { printNotes } from '../../../../base/terminal/output.ts';
import { ownerPath, readInstant } from './quota-calls.ts';
import { closeCommand, describeNotClosed, invoiceCommand } from './usage-invoice.ts';
import { sqlCommand } from './usage-sql.ts';
import { stripeCommand } from './usage-stripe.ts';

type ExportFlags = AdminFlags & {
  readonly format: 'ndjson' | 'csv' | 'invoice';
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
};

const COLUMNS = ['tenant', 'key', 'route', 'limit', 'periodStart', 'state', 'allowance', 'counted', 'left'];

export function usageCommand(): Command {
  return new Command('usage')
    .description('Show, export, close and invoice the usage of tenants and keys.')
    .addCommand(
      readCommand('show', 'Show the usage of all tenants, or of one tenant and its keys.')
        .option('--tenant <name>', 'only this customer')
        .option('--at <instant>', 'instant whose periods are shown (default: now)', readInstant)
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
      new Option('--format <format>', 'usage as NDJSON or CSV, or closed periods as CSV')
        .choices(['ndjson', 'csv', 'invoice'])
        .default('ndjson'),
    )
    .option('--tenant <name>', 'only this customer')
    .option('--from <instant>', 'only periods that begin at or after this instant', readInstant)
    .option('--to <instant>', 'only periods that begin before this instant', readInstant)
    .action(exportUsage);
}

async function show(flags: ReadFlags & { readonly tenant?: string; readonly at?: string }): Promise<void> {
  const { tenant, at } = flags;
  const path = tenant === undefined ? '/quota/usage' : `${ownerPath(tenant)}/usage`;
  printRows(await readPages({ path, member: 'usage', query: { at } }, flags), COLUMNS);
}

/** Page by page, no faster than stdout is read. */
async function exportUsage({ format, tenant, from, to, ...flags }: ExportFlags): Promise<void> {
  const path = tenant === undefined ? '/quota/export' : `${ownerPath(tenant)}/export`;
  const asked = format === 'invoice' ? { of: 'records', format: 'csv' } : { of: 'usage', format };
  let cursor: string | undefined;
  do {
    const reply = await callAdmin({ method: 'GET', path, query: { ...asked, from, to, cursor } }, flags);
    if (!process.stdout.write(reply.text)) await once(process.stdout, 'drain');
    cursor = reply.headers.get('x-next-cursor');
  } while (cursor !== undefined);
  if (format === 'invoice') await warnOfOpenPeriods({ tenant, from, to }, flags);
}

/** Open periods have no records and would be missing silently. */
async function warnOfOpenPeriods(question: ExportQuestion, flags: AdminFlags): Promise<void> {
  const open: UsageRow[] = [];
  for await (const row of readExport<UsageRow>('usage', question, flags))
    if (row.state !== 'closed') open.push(row);
  for await (const row of readExport<UsageRow>('due', question, flags)) open.push(row);
  if (open.length > 0) printNotes(`${describeNotClosed(open)}; they are not included`);
}
