/**
 * The usage of ten million keys: compares the results of the SQL that Athena runs, on an export of the table in
 * DynamoDB's format, with the invoices of our own code.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queryExport } from '../../packages/toolkit/stack/quota/commands/export-query.ts';
import type { ExportQuery, Row } from '../../packages/toolkit/stack/quota/commands/export-query.ts';
import { installTool, toolFolder } from '../../lab/tools/install-tool.ts';
import { writeUsageExport } from '../support/usage-export.ts';
import type { ExportTotals } from '../support/usage-export.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const LEDGERS = 10_000_000;
const QUICK_LEDGERS = 10_000;
const MEMORY = '3GB';
const MONTH = '2026-11';

export const usage: Proof = {
  name: 'usage',
  claim:
    'the SQL over an export of ten million ledgers returns the sums that were written, and to the cent the same invoices as our own code',
  quick: true,
  async run({ quick }) {
    const missing = installTool('duckdb');
    if (missing !== undefined) return { kind: 'skipped', reason: missing };
    const folder = mkdtempSync(join(tmpdir(), 'usage-export-'));
    try {
      return await compare(folder, quick ? QUICK_LEDGERS : LEDGERS);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(folder: string, ledgers: number): Promise<Outcome> {
  const written = await timed(() => writeUsageExport(folder, ledgers));
  const total = written.value;
  console.log(`  wrote ${total.ledgers} ledgers and ${total.records} records, ${mb(total.bytes)} MB of gzip`);
  const ask = (
    statement: ExportQuery['statement'],
    around: readonly [string, string],
  ): Promise<readonly Row[]> =>
    all({
      files: folder,
      statement,
      month: MONTH,
      spillFolder: join(folder, 'spill'),
      memory: MEMORY,
      around,
    });
  const sums = await timed(() =>
    ask('usage', [
      'SELECT sum(ledgers) AS ledgers, sum(not_closed) AS not_closed, sum(used) AS used, sum(lost) AS lost FROM (',
      ')',
    ]),
  );
  console.log(`  usage.sql: ${JSON.stringify(sums.value)}`);
  const invoices = await timed(() =>
    ask('invoices', [
      'SELECT tenant, currency, sum(amount) AS total, sum(used) AS used, sum(lost) AS lost, sum(periods) AS periods FROM (',
      ') GROUP BY tenant, currency',
    ]),
  );
  console.log(`  invoices.sql: ${invoices.value.length} invoices`);
  const wrong = [...differencesOf(total, sums.value[0] ?? {}), ...invoiceDifferences(total, invoices.value)];
  const figures: Figures = {
    ledgers: total.ledgers,
    records: total.records,
    gzipMB: mb(total.bytes),
    invoices: invoices.value.length,
    comparedToTheCent: total.invoiced.size,
    writeSeconds: written.seconds,
    usageSqlSeconds: sums.seconds,
    invoicesSqlSeconds: invoices.seconds,
    memoryLimit: MEMORY,
    peakResidentMB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  console.log(`  ${JSON.stringify(figures)}`);
  return wrong.length === 0
    ? { kind: 'proven', figures }
    : { kind: 'refuted', reason: wrong.slice(0, 5).join('; '), figures };
}

function differencesOf(total: ExportTotals, sums: Row): readonly string[] {
  const expected = { ledgers: total.ledgers, not_closed: 0, used: total.used, lost: total.lost };
  return Object.entries(expected).flatMap(([name, value]) =>
    String(sums[name]) === String(value) ? [] : [`${name}: ${String(sums[name])} instead of ${value}`],
  );
}

/** Compares the units of all invoices, and the amounts of the invoices that our own code has also made. */
function invoiceDifferences(total: ExportTotals, rows: readonly Row[]): readonly string[] {
  const byName = new Map(rows.map((row) => [`${String(row['tenant'])} ${String(row['currency'])}`, row]));
  const sum = (name: string): bigint => rows.reduce((units, row) => units + BigInt(String(row[name])), 0n);
  const units = (['used', 'lost'] as const).flatMap((name) =>
    sum(name) === BigInt(total[name]) ? [] : [`invoices have ${sum(name)} ${name} instead of ${total[name]}`],
  );
  const money = [...total.invoiced].flatMap(([name, expected]) => {
    const found = String(byName.get(name)?.['total']);
    return isSameAmount(found, expected) ? [] : [`${name}: ${found} instead of ${expected}`];
  });
  const periods = sum('periods') === BigInt(total.ledgers) ? [] : [`${sum('periods')} periods are invoiced`];
  return [...units, ...money, ...periods];
}

/** SQL prints four decimal places, whatever the currency has. */
function isSameAmount(found: string, expected: string): boolean {
  const [whole = '', fraction = ''] = expected.split('.');
  return found === `${whole}.${fraction.padEnd(4, '0')}`;
}

async function all(query: ExportQuery): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const some of queryExport(query, toolFolder('duckdb'))) rows.push(...some);
  return rows;
}

async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const startedMs = performance.now();
  const value = await run();
  return { value, seconds: Math.round((performance.now() - startedMs) / 100) / 10 };
}

function mb(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
