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
import { ledgerOf } from './usage-row.ts';
import type { UsageRow } from './usage-row.ts';

type LedgerLookup = { readonly row: UsageRow; readonly pk: string; readonly item: Item };

const ATTEMPTS = 5;
/** A string that sorts after every version. */
const LAST = '\uffff';

type NextRecord = { readonly record: UsageRecord; readonly isNew: boolean };

/**
 * Returns the record to write for the current state of the ledger. If the newest record has the same usage, returns
 * that record.
 */
export async function nextRecord(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  atEpochMs: number,
  { row, pk, item }: LedgerLookup,
): Promise<NextRecord> {
  const prefix = recordPrefix(ledgerOf(row));
  const range = { pk, from: prefix, to: `${prefix}${LAST}`, limit: 1, newestFirst: true };
  const page = await ports.listing.range(range);
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const newest = page.items.map((kept) => parseUsageRecord(kept.item)).at(0);
  if (newest !== undefined && isSameUsage(newest, row)) return { record: newest, isNew: false };
  const billing = newest === undefined ? await billingOf(ports, row, item) : {};
  return { record: toUsageRecord(row, newest, new Date(atEpochMs).toISOString(), billing), isNew: true };
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
