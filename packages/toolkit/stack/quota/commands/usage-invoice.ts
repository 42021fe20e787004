/** `gatewright usage close` closes periods that have ended. `gatewright usage invoice` prints a month's invoices. */
import { join } from 'node:path';
import { quote } from '@gatewright/aws/text/token-options';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DomainError } from '#shared/errors.ts';
import { KEEP_MS } from '#shared/quota/ledger/ledger.ts';
import { LATE_MS } from '#shared/quota/admin/close-period.ts';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { ledgerOf } from '#shared/quota/admin/usage-row.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { asDraft, makeInvoices, monthBounds } from '#shared/quota/usage/invoice.ts';
import type { Invoice, Priced } from '#shared/quota/usage/invoice.ts';
import { printInvoicePdf } from '#shared/quota/usage/invoice-pdf.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import type { CustomerPlan } from '#shared/quota/plan/plan.ts';
import { printPathName } from '#shared/http/path-name.ts';
import {
  addAdminOptions,
  AdminError,
  callAdminJson,
  newOperationId,
} from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import type { GatewayChoice } from '../../../terminal/running-gateway.ts';
import { changeCommand } from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags } from '../../commands/admin-commands.ts';
import { textAt } from '../../../terminal/aws-call.ts';
import { readExport } from './export-rows.ts';
import { printInvoiceCsv, printInvoiceText } from './invoice-text.ts';
import { noteUnknownTenant } from './unknown-names.ts';
import { count, printNotes, printLines, printResult, UsageError } from '../../../../base/terminal/output.ts';
import { makeFolder, writePrivateFile } from '../../../../base/terminal/private-file.ts';

export type MonthFlags = AdminFlags & { readonly period: string; readonly tenant?: string };
type InvoiceFormat = 'text' | 'json' | 'csv' | 'pdf';
type InvoiceFlags = MonthFlags & {
  readonly format: InvoiceFormat;
  readonly json: boolean;
  readonly out?: string;
  readonly draft?: boolean;
};

const NAMED = 5;

export function closeCommand(): Command {
  return changeCommand('close', 'Close the periods that have ended, and record their usage.')
    .option(
      '--period <month>',
      'month, such as 2026-11 (default: all periods that ended in the last 35 days)',
      readMonth,
    )
    .action(close);
}

export function invoiceCommand(): Command {
  return addMonthOptions(new Command('invoice').description('Print the invoices of a month.'))
    .addOption(
      new Option('--format <format>', 'format of the output')
        .choices(['text', 'json', 'csv', 'pdf'])
        .default('text'),
    )
    .option(
      '--out <folder>',
      'folder to write one file per invoice to, created if necessary; required for PDF',
    )
    .option('--draft', 'include open periods, as if they ended now')
    .action(invoice);
}

export function addMonthOptions(command: Command): Command {
  return addAdminOptions(command)
    .requiredOption('--period <month>', 'month, such as 2026-11', readMonth)
    .option('--customer, --tenant <name>', 'only this customer');
}

export function readMonth(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('Write a month such as 2026-11.');
}

/** The sentence that says when a period can be closed. The 15 minutes are `LATE_MS`. */
const WHEN_CLOSED = 'a period can be closed 15 minutes after its end';

async function close({ period: month, ...flags }: ChangeFlags & { readonly period?: string }): Promise<void> {
  const { endedSince, ...done } = await closePeriods(month, flags);
  const { closed, recorded, running } = done;
  const isNothing = closed + recorded === 0;
  const earlier = month === undefined ? await readEarlier(endedSince, flags) : [];
  printResult(earlier.length === 0 ? done : { ...done, earlier }, () =>
    isNothing
      ? []
      : [
          ...describeClosed(done),
          ...(running === 0 ? [] : [`${describeRunning(running, month)}: ${WHEN_CLOSED}`]),
        ],
  );
  if (earlier.length > 0) {
    const months = [...new Set(earlier.map((row) => row.month))].sort();
    const where = printPlace(flags);
    const commands = months.map((each) => `gatewright usage close --period ${each}${where}`).join('; ');
    const without = 'without --period, only periods that ended in the last 35 days are closed';
    const atLeast = earlier.length > NAMED ? 'at least ' : '';
    printNotes(`${atLeast}${describeNotClosed(earlier)}, because ${without}. Run: ${commands}`);
    return;
  }
  if (!isNothing) return;
  if (running > 0) {
    printNotes(
      `Nothing to do yet: ${describeRunning(running, month)}, and ${WHEN_CLOSED}. gatewright usage invoice --draft shows the amounts until then.`,
    );
    return;
  }
  const periods = month === undefined ? 'period that ended in the last 35 days' : `ended period of ${month}`;
  printNotes(
    `Nothing to do: every ${periods} is closed already, by an earlier command or by the function usage-closer, which makes one round a day. gatewright usage invoice prints the invoices.`,
  );
}

/** Returns a text such as `2 periods of 2026-11 are still open`. Without a month, later periods are counted, too. */
function describeRunning(running: number, month?: string): string {
  const which = month === undefined ? ' of all months' : ` of ${month}`;
  return `${count(running, 'period')}${which} ${running === 1 ? 'is' : 'are'} still open`;
}

type Closed = Readonly<Record<'closed' | 'recorded' | 'corrected' | 'running', number>> & {
  /** The first periods that were closed. */
  readonly named?: readonly NamedPeriod[];
  /** The first periods that were corrected. */
  readonly namedCorrected?: readonly NamedPeriod[];
  /**
   * Periods without requests that ended before this time are not closed. `endedSince` is undefined if the stack does
   * not report this time.
   */
  readonly endedSince?: string | undefined;
};

export function describeClosed(done: Closed): readonly string[] {
  const { closed, corrected, named = [], namedCorrected = [] } = done;
  const of = (periods: readonly NamedPeriod[], number: number): string =>
    periods.length === 0 ? '' : ` (${listPeriods(periods, number)})`;
  const written = done.recorded - corrected;
  const wrote = `wrote ${count(written, 'record')} of usage and fees`;
  return [
    ...(closed > 0 ? [`closed ${count(closed, 'period')}${of(named, closed)} and ${wrote}`] : []),
    ...(closed === 0 && written > 0 ? [wrote] : []),
    ...(corrected > 0
      ? [
          `corrected ${count(corrected, 'record')} of closed periods${of(namedCorrected, corrected)}, because more usage was reported after they were closed`,
        ]
      : []),
  ];
}

/**
 * Reads the fees of periods that ended too long ago to be closed without their month. The list is not longer than a
 * message needs it to be.
 */
async function readEarlier(
  endedSince = new Date(Date.now() - KEEP_MS).toISOString(),
  flags: AdminFlags,
): Promise<readonly UsageRow[]> {
  const due: UsageRow[] = [];
  const question = { from: new Date(0).toISOString(), to: endedSince };
  for await (const row of readExport<UsageRow>('due', question, flags)) {
    if (row.periodEnd <= endedSince) due.push(row);
    if (due.length > NAMED) break;
  }
  return due;
}

/** Returns the options of a call that say which stack or gateway it calls, as they have to be typed. */
function printPlace(flags: AdminFlags & GatewayChoice): string {
  const { url, profile, gateway, controlPort } = flags;
  return Object.entries({ url, profile, gateway, 'control-port': controlPort })
    .flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${quote(String(value))}`]))
    .join('');
}

export async function closePeriods(
  month: string | undefined,
  flags: AdminFlags & { readonly operation?: string },
): Promise<Closed> {
  const operationId = flags.operation ?? newOperationId();
  const sums = { closed: 0, recorded: 0, corrected: 0, running: 0 };
  const names: Record<'named' | 'namedCorrected', readonly NamedPeriod[]> = { named: [], namedCorrected: [] };
  let endedSince: string | undefined;
  let cursor: unknown;
  do {
    const body = { month, cursor: typeof cursor === 'string' ? cursor : undefined };
    const page: Answer = await callAdminJson(
      { method: 'POST', path: '/quota/close', body, operationId },
      flags,
    );
    for (const name of ['closed', 'recorded', 'corrected', 'running'] as const)
      sums[name] += Number(page[name] ?? 0);
    for (const name of ['named', 'namedCorrected'] as const)
      if (Array.isArray(page[name]))
        names[name] = [...names[name], ...(page[name] as readonly NamedPeriod[])].slice(0, NAMED);
    endedSince = textAt(page, 'endedSince') ?? endedSince;
    cursor = page['next'];
  } while (cursor !== undefined);
  const { named, namedCorrected } = names;
  return {
    ...sums,
    ...(named.length > 0 && { named }),
    ...(namedCorrected.length > 0 && { namedCorrected }),
    ...(endedSince !== undefined && { endedSince }),
  };
}

async function invoice(flags: InvoiceFlags): Promise<void> {
  const { out, draft = false } = flags;
  const format = flags.json ? 'json' : flags.format;
  if (flags.json && flags.format !== 'text' && flags.format !== 'json')
    throw new UsageError(
      `--json prints JSON, and --format ${flags.format} selects another format; leave out one of them`,
    );
  if (format === 'pdf' && out === undefined)
    throw new UsageError('--format pdf writes files; also pass their folder with --out FOLDER');
  const open = await readNotClosed(flags);
  if (open.length > 0 && !draft) throw refuseOpen(open, flags.period);
  if (open.length > 0)
    printNotes(`draft: ${describeNotClosed(open)}; the amounts may change until all periods are closed`);
  let isFirst = true;
  const unpriced: UsageRecord[] = [];
  const notPrinted: string[] = [];
  for await (const made of readInvoices(flags, draft ? open : undefined)) {
    unpriced.push(...made.unpriced);
    for (const each of made.invoices) {
      if (isFirst && each.draft === true && open.length === 0)
        printNotes('draft: the amounts may change until the periods end');
      const failure = await print(each, { format, out }, isFirst);
      if (failure === undefined) isFirst = false;
      else notPrinted.push(failure);
    }
  }
  const named = describeUnpriced(unpriced);
  if (named !== undefined) printNotes(`Not on any invoice, because the plan has no price: ${named}.`);
  else if (isFirst && notPrinted.length === 0)
    printNotes(
      `No usage${draft ? '' : ' or fee'} of ${flags.period} is recorded, so there is no invoice.${draft ? '' : ' Fees are recorded by gatewright usage close after the end of the period; --draft shows them before.'}`,
    );
  if (isFirst && flags.tenant !== undefined) await noteUnknownTenant(flags.tenant, flags);
  // The other invoices are written first, so that a name that cannot be printed does not prevent them.
  if (notPrinted.length > 0) throw new UsageError(notPrinted.join('\n'));
}

/** How an invoice is printed in each format. `isAlone` is false if another invoice is printed above this one. */
const FORMATS: Readonly<
  Record<InvoiceFormat, { readonly ending: string; print(made: Invoice, isAlone: boolean): string | Buffer }>
> = {
  text: {
    ending: 'txt',
    print: (made, isAlone) => `${isAlone ? '' : '\n'}${printInvoiceText(made).join('\n')}\n`,
  },
  json: { ending: 'json', print: (made) => `${JSON.stringify(made)}\n` },
  csv: { ending: 'csv', print: (made, isAlone) => printInvoiceCsv([made], isAlone) },
  pdf: { ending: 'pdf', print: (made) => printInvoicePdf(made) },
};

/**
 * Prints an invoice, or writes its file.
 * @returns the reason if the invoice was not printed; undefined if it was printed
 */
async function print(
  made: Invoice,
  { format, out }: { readonly format: InvoiceFormat; readonly out: string | undefined },
  isFirst: boolean,
): Promise<string | undefined> {
  const row = FORMATS[format];
  let text: string | Buffer;
  try {
    text = row.print(made, out !== undefined || isFirst);
  } catch (error) {
    // A name contains letters that the fonts of the PDF lack.
    if (!(error instanceof DomainError)) throw error;
    return `invoice ${made.number} of ${made.tenant} is not written: ${error.message}; print it with --tenant ${made.tenant} and --format json or csv`;
  }
  if (out === undefined) {
    process.stdout.write(text);
    return undefined;
  }
  if (isFirst) await makeFolder(out);
  await writePrivateFile(join(out, `${made.number}.${row.ending}`), text);
  printLines(`${made.number}.${row.ending}  ${made.tenant}  ${made.total} ${made.currency}`);
  return undefined;
}

/**
 * Yields the invoices of a month.
 * @param open the periods that are not closed yet, for draft invoices. Drafts also contain the fees of periods without
 * requests. If `open` is undefined, only recorded usage and fees are invoiced
 */
export async function* readInvoices(flags: MonthFlags, open?: readonly UsageRow[]): AsyncGenerator<Priced> {
  const plans = new Map<string, CustomerPlan | undefined>();
  const drafts = open === undefined ? new Map<string, UsageRecord[]>() : await readDrafts(flags, open);
  for await (const [tenant, recorded] of readTenants(flags, drafts)) {
    const records = [...recorded, ...(drafts.get(tenant) ?? [])];
    await loadPlans(records, plans, flags);
    const named = await readCustomer(tenant, flags);
    const made = makeInvoices(
      tenant,
      flags.period,
      records,
      (plan) => plans.get(plan)?.invoice?.customers.get(tenant) ?? named,
    );
    yield drafts.has(tenant) ? { ...made, invoices: made.invoices.map(asDraft) } : made;
  }
}

/**
 * Reads draft invoices by tenant.
 * @throws UsageError if processes have leased units that have a price, because it is not known how many of these units
 * will be billed
 */
async function readDrafts(
  flags: MonthFlags,
  open: readonly UsageRow[],
): Promise<ReadonlyMap<string, readonly UsageRecord[]>> {
  const rows = new Map(open.map((row) => [nameOf(row), row]));
  const drafts = new Map<string, UsageRecord[]>();
  const held: UsageRow[] = [];
  for await (const record of readExport<UsageRecord>('drafts', boundsOf(flags), flags)) {
    if (record.month !== flags.period) continue;
    const row = rows.get(nameOf(record));
    if (row !== undefined && record.lost > 0 && (record.price?.tiers.length ?? 0) > 0) held.push(row);
    drafts.set(record.tenant, [...(drafts.get(record.tenant) ?? []), record]);
  }
  if (held.length > 0)
    throw new UsageError(
      `a draft would not be exact, because function instances have leased units and have not yet reported how many they used: ${describeNotClosed(held)}. Try again in a minute, or set billing: exact in the plan`,
    );
  return drafts;
}

function nameOf(row: UsageRow | UsageRecord): string {
  return JSON.stringify([row.tenant, row.limit, row.key, row.route, ledgerOf(row)]);
}

/**
 * Reads the customer's name for invoices from its record. Returns undefined if the record has no name or does not
 * exist, or if the stack is too old to have customer records.
 */
async function readCustomer(
  tenant: string,
  flags: AdminFlags,
): Promise<{ readonly name: string; readonly address: readonly string[] } | undefined> {
  const path = `/quota/customers/${printPathName(tenant)}`;
  const customer = await callAdminJson({ method: 'GET', path }, flags).catch((error: unknown): Answer => {
    if (error instanceof AdminError && UNKNOWN.has(error.problem.code)) return {};
    throw error;
  });
  const name = textAt(customer, 'name');
  return name === undefined ? undefined : { name, address: [] };
}

const UNKNOWN: ReadonlySet<string | undefined> = new Set(['CUSTOMER_UNKNOWN', 'ROUTE_UNKNOWN']);

/**
 * Yields the records tenant by tenant; the records of a tenant are adjacent in an export. Tenants that have only drafts
 * come last.
 */
async function* readTenants(
  flags: MonthFlags,
  drafts: ReadonlyMap<string, unknown>,
): AsyncGenerator<readonly [string, readonly UsageRecord[]]> {
  let current: { readonly tenant: string; readonly records: UsageRecord[] } | undefined;
  const left = new Set(drafts.keys());
  for await (const record of readRecords(flags)) {
    if (current !== undefined && current.tenant !== record.tenant) yield [current.tenant, current.records];
    if (current?.tenant !== record.tenant) current = { tenant: record.tenant, records: [] };
    left.delete(record.tenant);
    current.records.push(record);
  }
  if (current !== undefined) yield [current.tenant, current.records];
  for (const tenant of left) yield [tenant, []];
}

export async function* readRecords(flags: MonthFlags): AsyncGenerator<UsageRecord> {
  for await (const record of readExport<UsageRecord>('records', boundsOf(flags), flags))
    if (record.month === flags.period) yield record;
}

/** Reads the periods of the month that are not closed, and are therefore not on any invoice yet. */
export async function readNotClosed(flags: MonthFlags): Promise<readonly UsageRow[]> {
  const open: UsageRow[] = [];
  for await (const row of readExport<UsageRow>('usage', boundsOf(flags), flags))
    if (row.month === flags.period && row.state !== 'closed') open.push(row);
  for await (const row of readExport<UsageRow>('due', boundsOf(flags), flags))
    if (row.month === flags.period) open.push(row);
  return open;
}

export function describeNotClosed(open: readonly UsageRow[]): string {
  return `${open.length} ${open.length === 1 ? 'period is' : 'periods are'} not closed (${listPeriods(open)})`;
}

type NamedPeriod = Pick<UsageRow, 'tenant' | 'key' | 'limit' | 'periodStart'>;

/** @param number how many periods there are, if only the first of them are given */
function listPeriods(periods: readonly NamedPeriod[], number = periods.length): string {
  const names = periods
    .slice(0, NAMED)
    .map(({ tenant, key, limit, periodStart }) =>
      [tenant, key, limit, periodStart].filter(Boolean).join('/'),
    );
  return `${names.join(', ')}${number > names.length ? ` and ${number - names.length} more` : ''}`;
}

/** Names the periods with their customers, plans, limits and use; undefined if there are none. */
export function describeUnpriced(records: readonly UsageRecord[]): string | undefined {
  if (records.length === 0) return undefined;
  const names = records.slice(0, NAMED).map(({ tenant, key, route, plan, limit, used, ...record }) => {
    const whose = [`customer ${tenant}`, ...(key === undefined ? [] : [`key ${key}`])].join(', ');
    const what = [`limit ${limit} of plan ${plan}`, ...(route === undefined ? [] : [route])].join(', ');
    return `${whose}, ${what}: ${count(used, 'unit')} used since ${ledgerOf(record)}`;
  });
  const others = records.length - NAMED;
  return [...names, ...(others > 0 ? [count(others, 'more period')] : [])].join('; ');
}

/**
 * The message contains the earliest time at which the command can be run, because a period that has not ended cannot be
 * closed.
 */
export function refuseOpen(open: readonly UsageRow[], month: string): UsageError {
  const endMs = Math.max(...open.map(({ periodEnd }) => Date.parse(periodEnd)));
  const closable = new Date(endMs + LATE_MS).toISOString();
  return new UsageError(
    `${describeNotClosed(open)}: after ${closable}, run gatewright usage close --period ${month}; or pass --draft`,
  );
}

function boundsOf({ period, tenant }: MonthFlags) {
  const { fromEpochMs, toEpochMs } = monthBounds(period);
  return { tenant, from: new Date(fromEpochMs).toISOString(), to: new Date(toEpochMs).toISOString() };
}

/**
 * Loads the newest version of each plan. The newest version determines who pays, and the usage records determine how
 * much.
 */
async function loadPlans(
  records: readonly UsageRecord[],
  plans: Map<string, CustomerPlan | undefined>,
  flags: AdminFlags,
): Promise<void> {
  for (const { plan } of records) {
    if (plans.has(plan)) continue;
    const path = `/quota/plans/${printPathName(plan)}`;
    plans.set(plan, parsePlan(await callAdminJson({ method: 'GET', path }, flags)));
  }
}
