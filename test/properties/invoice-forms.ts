/**
 * One invoice as JSON, CSV, text and PDF. Each form is read back by a small reader of its own, and the oracle computes
 * the numbers from the drawn periods: units by their positions in the tiers, and one rounding for each line.
 */
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { asDraft, makeInvoices } from '#shared/quota/usage/invoice.ts';
import type { Invoice } from '#shared/quota/usage/invoice.ts';
import { printInvoicePdf } from '#shared/quota/usage/invoice-pdf.ts';
import {
  printInvoiceCsv,
  printInvoiceText,
} from '../../packages/toolkit/stack/quota/commands/invoice-text.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

/** The minor units of ISO 4217. */
const CURRENCIES: readonly (readonly [code: string, digits: number])[] = [
  ['EUR', 2],
  ['JPY', 0],
  ['KWD', 3],
];
const LIMITS = ['daily', 'monthly', 'calls'];
const KEYS = [undefined, 'k-1', 'shop, "north"', 'Zoë (old)\\new'];
const ROUTES = [undefined, 'GET /orders/{id}', 'POST /a,b'];
const FEES = ['0', '49.00', '0.333333333333', '10.005'];
const UNIT_PRICES = ['0', '0.0125', '0.0000015', '1.5', '0.005'];
const DIGITS = 12;

type Tier = { readonly upTo?: number; readonly unitPrice: string };
type DrawnLine = {
  readonly names: { readonly limit: string; readonly key?: string; readonly route?: string };
  readonly price: { readonly fee: string; readonly included: number; readonly tiers: readonly Tier[] };
  readonly periods: readonly {
    readonly used: number;
    readonly carried: number;
    readonly replaced: boolean;
    readonly lost: number;
  }[];
};
/** The numbers of a line: periods, used and included units, and the amount. */
type Numbers = readonly [limit: string, periods: string, used: string, included: string, amount: string];
type Read = { readonly lines: readonly Numbers[]; readonly total: string };

export const invoiceForms: DrawnPromise = {
  name: 'invoice-forms',
  says: 'an invoice has the same numbers as JSON, CSV, text and PDF, and they are those of its periods',
  few: 60,
  many: 20_000,
  meets: ['several pages', 'tiers', 'units of an earlier plan', 'a draft', 'a thousand and more'],
  check(seed, tally) {
    const pick = pickFrom(seed);
    const [currency, digits] = pick.one(CURRENCIES);
    const drawn = drawLines(pick);
    const records = drawn.flatMap((line) => toRecords(line, currency));
    const [made] = makeInvoices('acme', '2026-11', records, () => ({
      name: 'Acme, Müller & "Söhne"',
      address: ['1 High Street'],
    })).invoices;
    if (made === undefined) return 'no invoice was made';
    const invoice = pick.chance(0.3) ? asDraft(made) : made;
    note(tally, drawn, invoice);
    const expected = printRead(owed(drawn, digits));
    const forms = {
      JSON: readJson(invoice),
      CSV: readCsv(printInvoiceCsv([invoice], true)),
      text: readText(printInvoiceText(invoice)),
      PDF: readPdf(printInvoicePdf(invoice).toString('latin1')),
    };
    const broken = Object.entries(forms).find(([, read]) => printRead(read) !== expected);
    return broken && `${broken[0]} has ${printRead(broken[1])}, not ${expected}`;
  },
};

function drawLines(pick: Pick): readonly DrawnLine[] {
  const lines = new Map<string, DrawnLine>();
  for (let index = pick.upTo(pick.one([4, 40])); index >= 0; index -= 1) {
    const [key, route] = [pick.one(KEYS), pick.one(ROUTES)];
    const names = { limit: pick.one(LIMITS), ...(key && { key }), ...(route && { route }) };
    const periods = Array.from({ length: 1 + pick.upTo(3) }, () => ({
      used: pick.upTo(pick.one([3, 500, 2_000_000])),
      carried: pick.chance(0.2) ? pick.upTo(900) : 0,
      replaced: pick.chance(0.2),
      lost: pick.chance(0.1) ? 7 : 0,
    }));
    lines.set(JSON.stringify(names), { names, price: drawPrice(pick), periods });
  }
  return [...lines.values()];
}

function drawPrice(pick: Pick): DrawnLine['price'] {
  const included = pick.one([0, 5, 1000]);
  const first = included + 1 + pick.upTo(5000);
  const last = { unitPrice: pick.one(UNIT_PRICES) };
  const tiers = pick.chance(0.5) ? [{ upTo: first, unitPrice: pick.one(UNIT_PRICES) }, last] : [last];
  return { fee: pick.one(FEES), included, tiers };
}

function toRecords({ names, price, periods }: DrawnLine, currency: string): readonly UsageRecord[] {
  return periods.map(({ used, lost, carried, replaced }, day) => {
    const periodStart = new Date(Date.UTC(2026, 10, 1 + day)).toISOString();
    return {
      ...names,
      recordId: `${JSON.stringify(names)}/${day}/1`,
      version: 1,
      recordedAt: '2026-12-01T01:00:00.000Z',
      tenant: 'acme',
      plan: 'gold',
      periodStart,
      periodEnd: new Date(Date.UTC(2026, 10, 2 + day)).toISOString(),
      month: '2026-11',
      quota: 1e9,
      credits: 1e9,
      used,
      withinQuota: used,
      overage: 0,
      lost,
      usedDelta: used,
      overageDelta: 0,
      currency,
      price,
      carried,
      replaced,
    };
  });
}

function owed(drawn: readonly DrawnLine[], digits: number): Read {
  let total = 0n;
  const lines = drawn.map(({ names, price, periods }): Numbers => {
    let exact = 0n;
    let [used, included] = [0, 0];
    for (const period of periods) {
      const [from, to] = [period.carried, period.carried + period.used];
      // Positions are numbered from 1. A unit is priced by the first tier that reaches its position.
      const within = (after: number, upTo: number): number =>
        Math.max(0, Math.min(to, upTo) - Math.max(from, after));
      used += period.used;
      included += within(0, price.included);
      if (!period.replaced) exact += scaled(price.fee);
      let after = price.included;
      for (const { upTo = Infinity, unitPrice } of price.tiers) {
        exact += BigInt(within(after, upTo)) * scaled(unitPrice);
        after = upTo;
      }
    }
    const minor = 10n ** BigInt(DIGITS - digits);
    const amount = (exact + minor / 2n) / minor;
    total += amount;
    return [names.limit, String(periods.length), String(used), String(included), decimal(amount, digits)];
  });
  return { lines, total: decimal(total, digits) };
}

function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(DIGITS, '0')}`);
}

function decimal(minor: bigint, digits: number): string {
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The order of the lines does not matter. */
function printRead({ lines, total }: Read): string {
  return `${lines
    .map((line) => line.join(' '))
    .toSorted()
    .join('; ')}; total ${total}`;
}

function readJson(invoice: Invoice): Read {
  const { lines, total } = JSON.parse(JSON.stringify(invoice)) as Invoice;
  return {
    total,
    lines: lines.map((line) => [
      line.limit,
      String(line.periods),
      String(line.used),
      String(line.included),
      line.amount,
    ]),
  };
}

/** RFC 4180: a field in quotes may contain commas, and two quotes for one. */
function readCsv(text: string): Read {
  const rows = text
    .trimEnd()
    .split(/\r?\n/)
    .map((row) =>
      [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
        quoted === undefined ? plain : quoted.replaceAll('""', '"'),
      ),
    );
  const [names = [], ...records] = rows;
  const of = (record: readonly string[], name: string): string => record[names.indexOf(name)] ?? '';
  return {
    total: of(records[0] ?? [], 'total'),
    lines: records.map((record) => [
      of(record, 'limit'),
      of(record, 'periods'),
      of(record, 'used'),
      of(record, 'included'),
      of(record, 'amount'),
    ]),
  };
}

const plain = (shown: string): string => shown.replaceAll(',', '');

/** The columns are separated by at least two spaces. */
function readText(lines: readonly string[]): Read {
  const cells = lines.map((line) => line.split(/ {2,}/));
  const heading = cells.findIndex(([first]) => first === 'Limit');
  const total = cells.find(([first]) => first === 'Total')?.[1] ?? '';
  // Below the table are sentences about changes of plan, which begin with the limit, too.
  const rows = cells
    .slice(heading + 1)
    .filter((row) => row.length >= 6 && LIMITS.includes(row[0]?.split(',')[0] ?? ''));
  return {
    total: total.split(' ')[0] ?? '',
    lines: rows.map(([what = '', , periods = '', used = '', included = '', amount = '']) => [
      what.split(',')[0] ?? '',
      plain(periods),
      plain(used),
      plain(included),
      amount,
    ]),
  };
}

/** The texts of the pages, in the order of their operators. A line has five texts, of which the first is its limit. */
function readPdf(pdf: string): Read {
  const texts = [...pdf.matchAll(/^BT \/F\d \S+ Tf \S+ \S+ Td \((.*)\) Tj/gm)].map(([, text = '']) => text);
  const lines = texts.flatMap((limit, at): readonly Numbers[] => {
    const [periods = '', used = '', included = '', amount = ''] = texts.slice(at + 1, at + 5).map(plain);
    return LIMITS.includes(limit) ? [[limit, periods, used, included, amount]] : [];
  });
  const total = texts.slice(texts.lastIndexOf('Total') + 1).find((text) => /^\d/.test(text)) ?? '';
  return { lines, total: plain(total).split(' ')[0] ?? '' };
}

function note(tally: Tally, drawn: readonly DrawnLine[], { draft }: Invoice): void {
  if (drawn.length > 20) count(tally, 'several pages');
  if (drawn.some(({ price }) => price.tiers.length > 1)) count(tally, 'tiers');
  if (drawn.some(({ periods }) => periods.some(({ carried }) => carried > 0)))
    count(tally, 'units of an earlier plan');
  if (drawn.some(({ periods }) => periods.some(({ used }) => used > 999)))
    count(tally, 'a thousand and more');
  if (draft === true) count(tally, 'a draft');
}
