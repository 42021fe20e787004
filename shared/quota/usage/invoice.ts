/**
 * Creates the invoices of a month from usage records. The functions are pure: the same records give the same invoice,
 * including its number.
 *
 * A line's amount is computed exactly over all its periods and then rounded once; half of a minor unit is rounded up.
 * An invoice's total is the sum of its lines.
 */
import { createHash } from 'node:crypto';
import type { UsageRecord } from '../admin/usage-record.ts';
import { ledgerOf } from '../admin/usage-row.ts';
import { parseDecimal, printMinor, toMinor } from './money.ts';
import type { Exact } from './money.ts';
import type { Addressee, Price } from './price.ts';

export type InvoiceLine = {
  readonly limit: string;
  readonly key?: string;
  readonly route?: string;
  readonly plan: string;
  readonly price: Price;
  readonly periods: number;
  readonly used: number;
  /** Used units that are free. */
  readonly included: number;
  /**
   * Units of the line's periods that were used under an earlier plan and count first. Included units and tiers begin
   * after them. Absent if there are none.
   */
  readonly carried?: number;
  /** The number of periods that were ended by a change of plan and therefore pay no fee. Absent if there are none. */
  readonly replaced?: number;
  /** Units granted to processes that ended without reporting them. They are not billed. */
  readonly lost: number;
  /** Decimal text in the invoice's currency. */
  readonly amount: string;
};

export type Invoice = {
  /** The invoice's number, which changes when one of the invoice's periods is corrected. */
  readonly number: string;
  readonly month: string;
  readonly tenant: string;
  readonly customer: Addressee;
  readonly currency: string;
  readonly lines: readonly InvoiceLine[];
  readonly total: string;
  readonly lost: number;
  /** Starts at 1, and increases by one for each correction of a period. */
  readonly revision: number;
  /** Set if periods of the month are not closed yet. The amount is provisional, and further requests change it. */
  readonly draft?: true;
};

export type Priced = {
  readonly invoices: readonly Invoice[];
  /**
   * Records without a price, on no invoice. Records of a plan that has a price for another limit are omitted, because
   * that limit bills the same requests.
   */
  readonly unpriced: readonly UsageRecord[];
};

const NUMBER_DIGITS = 12;
/**
 * The maximum difference between a local time and UTC. Somewhere, a month begins or ends this much earlier or later
 * than in UTC.
 */
const ZONES_MS = 15 * 3_600_000;

/**
 * Returns the times between which all periods of a month begin, in any time zone.
 * @param month such as `2026-11`
 */
export function monthBounds(month: string): { readonly fromEpochMs: number; readonly toEpochMs: number } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return {
    fromEpochMs: Date.UTC(year, number - 1, 1) - ZONES_MS,
    toEpochMs: Date.UTC(year, number, 1) + ZONES_MS,
  };
}

/** Creates the invoices of one tenant. The records cover one month, with all their versions. */
export function makeInvoices(
  tenant: string,
  month: string,
  records: readonly UsageRecord[],
  customerOf: (plan: string) => Addressee | undefined,
): Priced {
  const newest = newestOf(records);
  const billed = new Set(newest.filter(isPriced).map(({ plan }) => plan));
  const unpriced = newest.filter(({ price, plan }) => price === undefined && !billed.has(plan));
  const priced = Map.groupBy(newest.filter(isPriced), ({ currency }) => currency);
  const invoices = [...priced].sort(byName).map(([currency, all]) => {
    const lines = [...Map.groupBy(all, lineOf)].sort(byName).map(([, periods]) => toLine(periods, currency));
    const total = lines.reduce((sum, { minor }) => sum + minor, 0n);
    const revision = 1 + all.reduce((sum, { version }) => sum + version - 1, 0);
    const customer = all.map(({ plan }) => customerOf(plan)).find((found) => found !== undefined);
    return {
      number: numberOf(tenant, month, currency, revision),
      month,
      tenant,
      customer: addressee(customer) ?? { name: tenant, address: [] },
      currency,
      lines: lines.map(({ line }) => line),
      total: printMinor(total, currency),
      lost: all.reduce((sum, { lost }) => sum + lost, 0),
      revision,
    };
  });
  return { invoices, unpriced };
}

/**
 * Turns an invoice into a draft. Not all of its records are stored yet, so it gets no number that a payment could refer
 * to.
 */
export function asDraft(invoice: Invoice): Invoice {
  return { ...invoice, number: `${invoice.number}-draft`, draft: true };
}

/**
 * Returns the price of a period: the fee, unless the period was replaced, plus the price of each unit according to its
 * tier. The carried units, which another record prices, come before the units of this period.
 */
export function amountOf(
  price: Price,
  {
    used,
    carried,
    replaced,
  }: { readonly used: number; readonly carried: number; readonly replaced: boolean },
): Exact {
  let amount = replaced ? 0n : exact(price.fee);
  let from = price.included;
  for (const { upTo = Infinity, unitPrice } of price.tiers) {
    const units = Math.max(0, Math.min(carried + used, upTo) - Math.max(carried, from));
    amount += BigInt(units) * exact(unitPrice);
    from = upTo;
  }
  return amount;
}

/** Returns the customer as it appears on an invoice, without the start and end of the subscription. */
function addressee(customer: Addressee | undefined): Addressee | undefined {
  if (customer === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(customer).filter(([name]) => name !== 'from' && name !== 'until'),
  ) as Addressee;
}

function newestOf(records: readonly UsageRecord[]): readonly UsageRecord[] {
  const byLedger = Map.groupBy(records, (record) =>
    JSON.stringify([record.limit, record.key, record.route, ledgerOf(record)]),
  );
  return [...byLedger.values()].map((versions) =>
    versions.reduce((newest, each) => (each.version > newest.version ? each : newest)),
  );
}

type PricedRecord = UsageRecord & { readonly currency: string; readonly price: Price };

function isPriced(record: UsageRecord): record is PricedRecord {
  return record.price !== undefined && record.currency !== undefined;
}

function lineOf({ limit, key, route, plan, price }: PricedRecord): string {
  return JSON.stringify([limit, key ?? '', route ?? '', plan, price]);
}

function toLine(
  periods: readonly PricedRecord[],
  currency: string,
): { readonly line: InvoiceLine; readonly minor: bigint } {
  const [{ limit, key, route, plan, price }] = periods as [PricedRecord];
  const sum = (units: (record: PricedRecord) => number): number =>
    periods.reduce((total, record) => total + units(record), 0);
  const exactly = periods.reduce(
    (total, { used, carried = 0, replaced = false }) => total + amountOf(price, { used, carried, replaced }),
    0n,
  );
  const minor = toMinor(exactly, currency);
  const earlier = sum(({ carried = 0 }) => carried);
  const ended = sum(({ replaced = false }) => (replaced ? 1 : 0));
  const line = {
    limit,
    ...(key !== undefined && { key }),
    ...(route !== undefined && { route }),
    plan,
    price,
    periods: periods.length,
    used: sum(({ used }) => used),
    included: sum(({ used, carried = 0 }) => Math.min(used, Math.max(0, price.included - carried))),
    ...(earlier > 0 && { carried: earlier }),
    ...(ended > 0 && { replaced: ended }),
    lost: sum(({ lost }) => lost),
    amount: printMinor(minor, currency),
  };
  return { line, minor };
}

/** Returns a number that depends only on the tenant, month, currency and corrections. */
function numberOf(tenant: string, month: string, currency: string, revision: number): string {
  const name = createHash('sha256')
    .update(JSON.stringify([tenant, currency]))
    .digest('hex');
  return `${month}-${name.slice(0, NUMBER_DIGITS)}-${revision}`;
}

/**
 * Converts a stored price to an integer.
 * @throws Error for an invalid price, which cannot occur because prices are checked when a plan is saved
 */
function exact(decimal: string): Exact {
  const amount = parseDecimal(decimal);
  if (amount === undefined) throw new Error(`a stored price is not a decimal: ${decimal}`);
  return amount;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
