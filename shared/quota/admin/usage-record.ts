/**
 * Usage records: what an invoice can be made of. One per tenant, limit, subject, period and version, written once
 * and never changed; a correction is the next version. So the record's id is a fit idempotency key for whoever bills.
 */
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';
import type { Price } from '../price.ts';
import type { UsageRow } from './usage-row.ts';

export type UsageRecord = Omit<UsageRow, 'state' | 'outstanding' | 'remaining' | 'charged'> & {
  /** `acme/daily/key-1/2026-11-19T00:00:00.000Z/1`, its parts percent-encoded. */
  readonly recordId: string;
  /** 1 when the period was closed; more for a correction. */
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /**
   * What this version adds to the one before; below 0 where refunds were reported late. The versions of a period come to its
   * `used`, so this is what a meter that adds events up is told.
   */
  readonly usedDelta: number;
  readonly overageDelta: number;
} & Partial<Billing>;

/** By what a period is priced; decided when it is closed, and the same in its corrections. */
export type Billing = {
  readonly currency: string;
  readonly price: Price;
  /** Units of this period that are priced in another's record; the tiers begin after them. */
  readonly carried: number;
  /** A change of the plan has ended it; the period that goes on has the fee. */
  readonly replaced: boolean;
};

const VERSION_DIGITS = 6;

/** What sort keys of the records of that period begin with; of all periods, given ''. */
export function recordPrefix(periodStart: string): string {
  return `U#${periodStart}`;
}

/** The record of a row, as the version after that one. */
export function toUsageRecord(
  row: UsageRow,
  before: UsageRecord | undefined,
  recordedAt: string,
  billing: Partial<Billing> = {},
): UsageRecord {
  const version = (before?.version ?? 0) + 1;
  const { tenant, limit, key, route, plan, periodStart, periodEnd, month } = row;
  const { quota, credits, used, included, overage, lost } = row;
  const parts = [tenant, limit, key, route, periodStart, String(version)].filter(
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
    month,
    quota,
    credits,
    used,
    included,
    overage,
    lost,
    usedDelta: used - (before?.used ?? 0),
    overageDelta: overage - (before?.overage ?? 0),
    ...(before === undefined ? billing : billingOf(before)),
  };
}

function billingOf({ currency, price, carried, replaced }: UsageRecord): Partial<Billing> {
  if (currency === undefined || price === undefined) return {};
  return { currency, price, carried: carried ?? 0, replaced: replaced ?? false };
}

/** Whether a later look at the ledger gives the same to bill. */
export function saysTheSame(record: UsageRecord, row: UsageRow): boolean {
  const { used, included, overage, lost, quota, credits } = row;
  return (
    record.used === used &&
    record.included === included &&
    record.overage === overage &&
    record.lost === lost &&
    record.quota === quota &&
    record.credits === credits
  );
}

/** Refused by the store if that version has been written. */
export function recordUsageWrite(pk: string, record: UsageRecord): ItemWrite {
  return {
    purpose: 'record',
    key: recordKey(pk, record),
    when: [{ attribute: 'doc', is: 'absent' }],
    change: { kind: 'put', item: { doc: JSON.stringify(record) } },
  };
}

export function parseUsageRecord(item: Item): UsageRecord {
  return JSON.parse(String(item['doc'])) as UsageRecord;
}

function recordKey(pk: string, { periodStart, version }: UsageRecord): ItemKey {
  return { pk, sk: `${recordPrefix(periodStart)}#v${String(version).padStart(VERSION_DIGITS, '0')}` };
}
