/**
 * Usage records, the basis of invoices. There is one record per tenant, limit, subject, period and version. It is
 * written once and never changed; a correction is the next version. A record's id is therefore a suitable idempotency
 * key for billing.
 */
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';
import type { Standing } from '../ledger/ledger.ts';
import type { Price } from '../usage/price.ts';
import { ledgerOf } from './usage-row.ts';
import type { UsageRow } from './usage-row.ts';

export type UsageRecord = Omit<
  UsageRow,
  'state' | 'outstanding' | 'remaining' | 'charged' | keyof Standing
> & {
  /**
   * An id such as `acme/daily/key-1/2026-11-19T00:00:00.000Z/1`. It contains the id of the ledger, and its parts are
   * percent-encoded.
   */
  readonly recordId: string;
  /** 1 for the record of the closed period; higher for corrections. */
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /**
   * The difference to the previous version, which is negative after late refunds. Send this value to billing meters
   * that sum up events, because the values of all versions of a period add up to `used`.
   */
  readonly usedDelta: number;
  readonly overageDelta: number;
} & Partial<Billing>;

/** The pricing of a period. It is decided when the period is closed, and is the same in corrections. */
export type Billing = {
  readonly currency: string;
  readonly price: Price;
  /** Units of this period that are priced in another record. This record's tiers begin after these units. */
  readonly carried: number;
  /** Whether a change of plan ended the period. The fee is then charged in the period that continues it. */
  readonly replaced: boolean;
  /** For a customer with a record: the time (epoch ms) at which the record's term came into force. */
  readonly term?: number;
};

const VERSION_DIGITS = 6;

/**
 * Returns the prefix of the sort keys of a ledger's records. If `ledger` is empty, returns the prefix of all records.
 */
export function recordPrefix(ledger: string): string {
  return `U#${ledger}`;
}

/** Returns a row as a usage record. Its version is one higher than the version of the given record. */
export function toUsageRecord(
  row: UsageRow,
  before: UsageRecord | undefined,
  recordedAt: string,
  billing: Partial<Billing> = {},
): UsageRecord {
  const version = (before?.version ?? 0) + 1;
  const { tenant, limit, key, route, plan, periodStart, periodEnd, ledger } = row;
  const { quota, credits, used, withinQuota, overage, lost } = row;
  // A correction stays in the month of the invoice that it corrects.
  const { month, billedFrom } = before ?? row;
  const parts = [tenant, limit, key, route, ledgerOf(row), String(version)].filter(
    (part) => part !== undefined,
  );
  return {
    recordId: parts.map(encodeURIComponent).join('/'),
    version,
    recordedAt,
    tenant,
    limit,
    ...(key !== undefined && { key }),
    ...(route !== undefined && { route }),
    plan,
    periodStart,
    periodEnd,
    ...(ledger !== undefined && { ledger }),
    month,
    ...(billedFrom !== undefined && { billedFrom }),
    quota,
    credits,
    used,
    withinQuota,
    overage,
    lost,
    usedDelta: used - (before?.used ?? 0),
    overageDelta: overage - (before?.overage ?? 0),
    ...(before === undefined ? billing : billingOf(before)),
  };
}

function billingOf({ currency, price, carried, replaced, term }: UsageRecord): Partial<Billing> {
  if (currency === undefined || price === undefined) return {};
  const billing = { currency, price, carried: carried ?? 0, replaced: replaced ?? false };
  return term === undefined ? billing : { ...billing, term };
}

/** Whether a ledger that was read later results in the same bill. */
export function isSameUsage(record: UsageRecord, row: UsageRow): boolean {
  const { used, withinQuota, overage, lost, quota, credits } = row;
  return (
    record.used === used &&
    record.withinQuota === withinQuota &&
    record.overage === overage &&
    record.lost === lost &&
    record.quota === quota &&
    record.credits === credits
  );
}

/** Builds a write that the store refuses if this version exists. */
export function recordUsageWrite(pk: string, record: UsageRecord): ItemWrite {
  return {
    purpose: 'record',
    key: recordKey(pk, record),
    when: [{ attribute: 'doc', is: 'absent' }],
    change: { kind: 'put', item: { doc: JSON.stringify(record) } },
  };
}

export function parseUsageRecord(item: Item): UsageRecord {
  const { included, ...record } = JSON.parse(String(item['doc'])) as UsageRecord & {
    /** The name of `withinQuota` in records that an earlier version wrote. */
    readonly included?: number;
  };
  return included === undefined ? record : { ...record, withinQuota: included };
}

function recordKey(pk: string, record: UsageRecord): ItemKey {
  const version = String(record.version).padStart(VERSION_DIGITS, '0');
  return { pk, sk: `${recordPrefix(ledgerOf(record))}#v${version}` };
}
