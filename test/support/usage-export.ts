/**
 * An export of the usage table to S3, as DynamoDB writes it: gzip, with one line of DynamoDB JSON per item. It contains
 * a closed month of many keys, whose numbers are computed from the index of the key.
 */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { recordUsageWrite, toUsageRecord } from '#shared/quota/admin/usage-record.ts';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { toUsageRow } from '#shared/quota/admin/usage-row.ts';
import type { SubjectHead } from '#shared/quota/admin/usage-row.ts';
import { makeInvoices } from '#shared/quota/usage/invoice.ts';
import { expiryOf, headKey, ledgerKey } from '#shared/quota/ledger/ledger.ts';
import type { Price } from '#shared/quota/usage/price.ts';
import { printItem } from '#shared/table/dynamodb-expression.ts';
import type { Item, ItemKey } from '#shared/table/item-write.ts';

export type ExportTotals = {
  readonly ledgers: number;
  readonly records: number;
  readonly used: number;
  readonly lost: number;
  /** For a sample of the tenants, by tenant: the amounts that our own code invoices. */
  readonly invoiced: ReadonlyMap<string, string>;
  readonly bytes: number;
};

const MONTH = { startEpochMs: Date.UTC(2026, 10, 1), endEpochMs: Date.UTC(2026, 11, 1) };
const RECORDED_AT = '2026-12-01T01:00:00.000Z';
const KEYS_PER_TENANT = 1000;
/** Number of tenants that our own code invoices as well, to compare the results. */
const SAMPLE = 50;
const CORRECTED = 97;
const CHUNK_BYTES = 1 << 20;

/** Prices of several tiers, with decimal digits that no binary fraction represents exactly. */
const PRICES: readonly { readonly currency: string; readonly price: Price }[] = [
  {
    currency: 'EUR',
    price: {
      fee: '49.00',
      included: 1000,
      tiers: [{ upTo: 5000, unitPrice: '0.0021' }, { unitPrice: '0.00099' }],
    },
  },
  { currency: 'USD', price: { fee: '0', included: 0, tiers: [{ unitPrice: '0.000333333333' }] } },
  {
    currency: 'JPY',
    price: {
      fee: '500',
      included: 100,
      tiers: [{ upTo: 2000, unitPrice: '0.05' }, { upTo: 3000, unitPrice: '0.04' }, { unitPrice: '0.015' }],
    },
  },
  {
    currency: 'KWD',
    price: { fee: '1.5005', included: 0, tiers: [{ upTo: 10, unitPrice: '0' }, { unitPrice: '0.0125' }] },
  },
];

/** @param files the number of files; DynamoDB also writes several */
export async function writeUsageExport(folder: string, keys: number, files = 4): Promise<ExportTotals> {
  const maker = new Maker(keys);
  let bytes = 0;
  const share = Math.ceil(keys / files);
  for (let file = 0; file < files; file += 1) {
    const gzip = createGzip({ level: 1 });
    gzip.on('data', (chunk: Buffer) => (bytes += chunk.length));
    const to = createWriteStream(join(folder, `part-${file}.json.gz`));
    await pipeline(chunksOf(maker.lines(file * share, Math.min(keys, (file + 1) * share))), gzip, to);
  }
  return { ...maker.totals(), bytes };
}

function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_BYTES) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/** The only numbers that differ between the records of keys. */
type Numbers = { readonly index: number; readonly used: number; readonly lost: number };

/** The numbers in a printed example record of a month, which are replaced by those of each key. */
const STAND_IN: Numbers = { index: 987_654_321, used: 777_777_777, lost: 88_888_888 };
const CREDITS = 1_000_000_000;

class Maker {
  readonly #every: number;
  #ledgers = 0;
  #records = 0;
  #used = 0;
  #lost = 0;
  #usual: ((numbers: Numbers) => string) | undefined;
  readonly #sample = new Map<string, UsageRecord[]>();

  constructor(keys: number) {
    this.#every = Math.max(1, Math.floor(keys / KEYS_PER_TENANT / SAMPLE));
  }

  *lines(from: number, to: number): Generator<string> {
    for (let index = from; index < to; index += 1) yield this.#linesOf(index);
  }

  totals(): Omit<ExportTotals, 'bytes'> {
    const invoiced = new Map<string, string>();
    for (const [tenant, records] of this.#sample)
      for (const { currency, total } of makeInvoices(tenant, '2026-11', records, () => undefined).invoices)
        invoiced.set(`${tenant} ${currency}`, total);
    const counts = { ledgers: this.#ledgers, records: this.#records, used: this.#used, lost: this.#lost };
    return { ...counts, invoiced };
  }

  #linesOf(index: number): string {
    const tenantNumber = Math.floor(index / KEYS_PER_TENANT);
    // The numbers are computed from the index, so that tests know them, and they have all sizes.
    const numbers = { index, used: (index * 7919) % 12_011, lost: index % 13 === 0 ? index % 7 : 0 };
    this.#ledgers += 1;
    this.#records += 1;
    this.#used += numbers.used;
    this.#lost += numbers.lost;
    if (index % KEYS_PER_TENANT === 0 || this.#usual === undefined) this.#usual = usualLines(tenantNumber);
    const special = {
      isCorrected: index % CORRECTED === 0,
      carried: index % 31 === 0 ? 1500 : 0,
      replaced: index % 101 === 0,
    };
    const isSampled = tenantNumber % this.#every === 0;
    const isUsual = !special.isCorrected && special.carried === 0 && !special.replaced;
    if (isUsual && !isSampled) return this.#usual(numbers);
    const { text, tenant, records } = linesOf(tenantNumber, numbers, special);
    // Checks that the faster way prints the same lines.
    if (isUsual && this.#usual(numbers) !== text) throw new Error(`other lines of key ${index}`);
    this.#records += records.length - 1;
    if (isSampled) {
      const known = this.#sample.get(tenant) ?? [];
      known.push(...records);
      this.#sample.set(tenant, known);
    }
    return text;
  }
}

/**
 * Prints the lines of a tenant's keys, which differ only in numbers. It replaces these numbers in a printed text,
 * because there are millions of lines.
 */
function usualLines(tenantNumber: number): (numbers: Numbers) => string {
  const usual = { isCorrected: false, carried: 0, replaced: false };
  const { index, used, lost } = STAND_IN;
  const remaining = CREDITS - used - lost;
  const parts = linesOf(tenantNumber, STAND_IN, usual).text.split(
    new RegExp(`(${index}|(?<!\\d)(?:${used}|${lost}|${remaining})(?!\\d))`),
  );
  const printLines = (numbers: Numbers): string => {
    const printed: Record<string, number> = {
      [index]: numbers.index,
      [used]: numbers.used,
      [lost]: numbers.lost,
      [remaining]: CREDITS - numbers.used - numbers.lost,
    };
    let text = '';
    for (let at = 0; at < parts.length; at += 1) {
      const part = parts[at] ?? '';
      text += at % 2 === 0 ? part : String(printed[part]);
    }
    return text;
  };
  const another = { index: 12, used: 5, lost: 3 };
  // Checks that no number of the tenant or of the prices was taken for one of the replaced numbers.
  if (printLines(another) !== linesOf(tenantNumber, another, usual).text)
    throw new Error(`other lines of tenant ${tenantNumber}`);
  return printLines;
}

/** A head, a closed ledger and its records, as they are in the table. */
function linesOf(
  tenantNumber: number,
  { index, used, lost }: Numbers,
  special: { readonly isCorrected: boolean; readonly carried: number; readonly replaced: boolean },
): { readonly text: string; readonly tenant: string; readonly records: readonly UsageRecord[] } {
  const tenant = `tenant #${tenantNumber} "50%"`;
  const { currency, price } = PRICES[tenantNumber % PRICES.length] as (typeof PRICES)[number];
  const plan = `plan-${tenantNumber % PRICES.length}`;
  const id = { tenant, limit: 'monthly', subject: `key-${index}` };
  const subject: SubjectHead = { id, level: 'key', plan, ruleAt: () => undefined };
  const ledger: Item = {
    rem: CREDITS - used - lost,
    out: lost,
    used,
    cred: CREDITS,
    lim: CREDITS,
    b: 0,
    plan,
    ver: 1,
    expiresAt: expiryOf(MONTH),
    closed: MONTH.endEpochMs,
  };
  const key = ledgerKey(id, MONTH);
  const start = key.sk.slice('P#'.length);
  const { isCorrected, carried, replaced } = special;
  const recordOf = (units: number, before: UsageRecord | undefined): UsageRecord => {
    const row = toUsageRow(subject, start, { ...ledger, used: units });
    return toUsageRecord(row, before, RECORDED_AT, { currency, price, carried, replaced });
  };
  const first = recordOf(isCorrected ? Math.floor(used / 2) : used, undefined);
  const records = isCorrected ? [first, recordOf(used, first)] : [first];
  const head = { cur: start, plan, planVer: 1, level: 'key', list: 'T#x' };
  const text = [
    print(headKey(id), head),
    print(key, ledger),
    ...records.map((record) => {
      const { key: at, change } = recordUsageWrite(key.pk, record);
      return change.kind === 'put' ? print(at, change.item) : '';
    }),
  ].join('');
  return { text, tenant, records };
}

function print(key: ItemKey, item: Item): string {
  return `${JSON.stringify({ Item: printItem(key, item) })}\n`;
}
