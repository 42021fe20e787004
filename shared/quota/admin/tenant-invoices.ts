/** The invoices of one tenant for a month, as `gatewright usage invoice` makes them. */
import { asDraft, makeInvoices, monthBounds } from '../usage/invoice.ts';
import type { Invoice } from '../usage/invoice.ts';
import type { CustomerPlan } from '../plan/plan.ts';
import { DomainError } from '../../errors.ts';
import { listDraftRecords } from './draft-records.ts';
import { findCustomer } from './find-customer.ts';
import { listRecords } from './list-usage.ts';
import type { Page, UsageQuestion } from './list-usage.ts';
import type { AdminPorts } from './operation.ts';
import { getPlan } from './plans.ts';
import type { UsageRecord } from './usage-record.ts';

const PAGE_ROWS = 500;
/** Maximum number of pages of records. An hourly limit has about 750 periods in a month. */
const MOST_PAGES = 40;

/**
 * Makes the invoices of a month. If some of its periods are open, the invoices are drafts that include these periods as
 * if they ended now.
 * @param month such as `2026-11`
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function invoicesOf(
  ports: AdminPorts,
  { tenant, month }: { readonly tenant: string; readonly month: string },
  nowEpochMs: number,
): Promise<readonly Invoice[]> {
  const bounds = { tenant, ...monthBounds(month) };
  const inMonth = (records: readonly UsageRecord[]): readonly UsageRecord[] =>
    records.filter((record) => record.month === month);
  const recorded = inMonth(await readAll((question) => listRecords(ports, question), bounds));
  const drafts = inMonth(await readAll((question) => listDraftRecords(ports, question, nowEpochMs), bounds));
  const plans = await loadPlans(ports, [...recorded, ...drafts]);
  const named = await findCustomer(ports, tenant);
  const onRecord = named?.name === undefined ? undefined : { name: named.name, address: [] };
  const { invoices } = makeInvoices(
    tenant,
    month,
    [...recorded, ...drafts],
    (plan) => plans.get(plan)?.invoice?.customers.get(tenant) ?? onRecord,
  );
  return drafts.length === 0 ? invoices : invoices.map(asDraft);
}

async function readAll(
  list: (question: UsageQuestion) => Promise<Page<UsageRecord>>,
  bounds: Pick<UsageQuestion, 'tenant' | 'fromEpochMs' | 'toEpochMs'>,
): Promise<readonly UsageRecord[]> {
  const found: UsageRecord[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { rows, next } = await list({ ...bounds, cursor, limit: PAGE_ROWS });
    found.push(...rows);
    if (next === undefined) return found;
    cursor = next;
  }
  throw new DomainError('STORE_UNAVAILABLE', 'the month has too many periods to be read at once');
}

/** Loads the newest version of each plan, which determines who pays. A plan that no longer exists names no payer. */
async function loadPlans(
  ports: AdminPorts,
  records: readonly UsageRecord[],
): Promise<ReadonlyMap<string, CustomerPlan>> {
  const plans = new Map<string, CustomerPlan>();
  for (const plan of new Set(records.map((record) => record.plan)))
    try {
      plans.set(plan, await getPlan(ports, plan));
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'PLAN_UNKNOWN')) throw error;
    }
  return plans;
}
