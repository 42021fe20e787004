/** Records the billable usage of a closed period and its price. */
import type { Item } from '../../table/item-write.ts';
import type { Customer } from '../plan/customer.ts';
import { planKey } from '../ledger/ledger.ts';
import { periodAt } from '../ledger/period.ts';
import type { Period } from '../ledger/period.ts';
import { parseStored, versionKey } from '../plan/plan-book.ts';
import { feeOfTerm, spanOfLedger } from '../plan/term-fees.ts';
import { findCustomer } from './find-customer.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import {
  parseUsageRecord,
  recordPrefix,
  recordUsageWrite,
  isSameUsage,
  toUsageRecord,
} from './usage-record.ts';
import type { Billing, UsageRecord } from './usage-record.ts';
import { freeLedgerId, ledgerOf } from './usage-row.ts';
import type { UsageRow } from './usage-row.ts';

type LedgerLookup = { readonly row: UsageRow; readonly pk: string; readonly item: Item };

const ATTEMPTS = 5;
/**
 * Maximum number of ledgers and of records that are read for one period. A plan changes at most 32 times in a period.
 */
const MOST_OF_PERIOD = 1000;

type NextRecord = { readonly record: UsageRecord; readonly isNew: boolean };

/**
 * Returns the record to write for the current state of the ledger. If the newest record has the same usage, returns
 * that record.
 */
export async function nextRecord(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  atEpochMs: number,
  found: LedgerLookup,
): Promise<NextRecord> {
  const { newest, row } = await findNewest(ports, found);
  if (newest !== undefined && isSameUsage(newest, row)) return { record: newest, isNew: false };
  const billing = newest === undefined ? await billingOf(ports, row, found.item) : {};
  return { record: toUsageRecord(row, newest, new Date(atEpochMs).toISOString(), billing), isNew: true };
}

/**
 * Finds the newest record of a ledger. It usually has the ledger's id. If the fee of the ledger's term was recorded
 * before the term's first request was reported, the ledger corrects that record, so that the fee is charged once. If
 * another term's fee was recorded under the ledger's id, the ledger's record gets the next free id.
 * @returns the record, and the row with the id of the record
 */
async function findNewest(
  { listing }: Pick<AdminPorts, 'listing'>,
  { row, pk, item: { term } }: LedgerLookup,
): Promise<{ readonly newest: UsageRecord | undefined; readonly row: UsageRow }> {
  const own = ledgerOf(row);
  const records = await readNewest(listing, pk, row);
  const kept = records.get(own);
  const isOwn = kept !== undefined && (kept.term === undefined || kept.term === term);
  if (typeof term !== 'number' || isOwn) return { newest: kept, row };
  const ledgers = await readTermsOfLedgers(listing, pk, row);
  // Only the first ledger of the term has the fee. Another rule of the plan may have opened further ledgers.
  const isFirst = [...ledgers].every(([id, other]) => other !== term || id >= own);
  const recorded = [...records.values()].find(
    (record) =>
      !ledgers.has(ledgerOf(record)) &&
      (record.term === term || (record.term === undefined && record.plan === row.plan)),
  );
  if (recorded !== undefined && isFirst)
    return { newest: recorded, row: withLedger(row, ledgerOf(recorded)) };
  if (kept === undefined) return { newest: undefined, row };
  const isTaken = (id: string): boolean => records.has(id) || ledgers.has(id);
  return { newest: undefined, row: withLedger(row, freeLedgerId(Date.parse(own), isTaken)) };
}

/** Reads the newest record of each ledger of a period, by the ledger's id. */
async function readNewest(
  listing: AdminPorts['listing'],
  pk: string,
  { periodStart, periodEnd }: UsageRow,
): Promise<ReadonlyMap<string, UsageRecord>> {
  const page = await listing.range({
    pk,
    from: recordPrefix(periodStart),
    to: recordPrefix(periodEnd),
    limit: MOST_OF_PERIOD,
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  // The versions of a record are in ascending order, so the last one remains.
  return new Map(
    page.items.map((kept) => {
      const record = parseUsageRecord(kept.item);
      return [ledgerOf(record), record];
    }),
  );
}

/** Reads the terms under which the ledgers of a period were opened, by the ids of the ledgers. */
async function readTermsOfLedgers(
  listing: AdminPorts['listing'],
  pk: string,
  { periodStart, periodEnd }: UsageRow,
): Promise<ReadonlyMap<string, unknown>> {
  const range = { pk, from: `P#${periodStart}`, to: `P#${periodEnd}`, limit: MOST_OF_PERIOD };
  const page = await listing.range(range);
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  return new Map(page.items.map(({ key, item }) => [key.sk.slice('P#'.length), item['term']]));
}

function withLedger(row: UsageRow, id: string): UsageRow {
  const { ledger: _, ...others } = row;
  return id === row.periodStart ? others : { ...others, ledger: id };
}

/**
 * Writes the usage record. This is not part of the transaction that closes the period, because usage that is reported
 * late must not prevent closing. If a record with the same usage exists, it is not written again.
 * @returns undefined if `look` finds no ledger
 */
export async function recordUsage<Found extends LedgerLookup | undefined>(
  ports: AdminPorts,
  atEpochMs: number,
  look: () => Promise<Found>,
): Promise<NextRecord | Extract<Found, undefined>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await look();
    if (found === undefined) return found as Extract<Found, undefined>;
    const next = await nextRecord(ports, atEpochMs, found);
    if (!next.isNew) return next;
    const outcome = await ports.store.update(recordUsageWrite(found.pk, next.record));
    if (outcome.kind === 'done') return next;
    if (outcome.kind === 'rejected' && !outcome.retryable) throw unavailable(outcome.reason);
  }
  throw unavailable('the usage record could not be written');
}

/**
 * Returns the billing of a customer with a record. The fee depends only on the customer's terms, not on the terms under
 * which requests were made.
 */
function billingOfTerm(customer: Customer, ledger: Item, period: Period, billing: Billing): Billing {
  const span = spanOfLedger(customer, ledger, period);
  // Within the same term, another period of the plan has replaced the ledger.
  if (billing.replaced && Number(ledger['nxt']) <= (span?.fromEpochMs ?? 1)) return billing;
  const due = feeOfTerm(customer, span, period, billing.price);
  return {
    ...billing,
    ...(due.kind !== 'none' && { price: { ...billing.price, fee: due.kind === 'due' ? due.fee : '0' } }),
    replaced: due.kind === 'none',
    ...(span !== undefined && { term: span.fromEpochMs }),
  };
}

/**
 * Returns the billing of a period, with the price from the plan version that opened it. If that version has no price,
 * the price is from the plan's newest version; if this has none either, the result is empty.
 */
async function billingOf(
  { store }: Pick<AdminPorts, 'store'>,
  row: UsageRow,
  ledger: Item,
): Promise<Partial<Billing>> {
  const { plan: planId, limit: limitId, periodEnd } = row;
  for (const key of [versionKey(planId, Number(ledger['ver'] ?? 0)), planKey(planId)]) {
    const item = await readItem(store, key);
    const plan = item === undefined ? undefined : parseStored(item);
    const limit = plan?.limits.find(({ id }) => id === limitId);
    if (limit?.kind !== 'quota' || limit.price === undefined || plan?.invoice === undefined) continue;
    const { currency } = plan.invoice;
    // If the period had already ended when another rule came into force, it was complete and was not replaced.
    const replaced = ledger['nxt'] !== undefined && Number(ledger['closed']) < Date.parse(periodEnd);
    const billing = { currency, price: limit.price, carried: Number(ledger['carry'] ?? 0), replaced };
    const customer = row.key === undefined ? await findCustomer({ store }, row.tenant) : undefined;
    const period = periodAt(limit.period, Date.parse(ledgerOf(row)));
    return customer === undefined ? billing : billingOfTerm(customer, ledger, period, billing);
  }
  return {};
}
