/** Measures how often one process reads and writes the usage table in an hour, with few requests or none. */
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { createMemoryListing } from './memory-listing.ts';
import { requested } from './quota-admin.ts';
import { QuotaTable } from './quota-table.ts';

const HOUR_MS = 3_600_000;

type Load = {
  /** Time between two requests; undefined means that the process is idle. */
  readonly everyMs?: number;
  readonly changesWithinMs?: number;
};

/** Counts the calls after a first request, for a leased monthly limit of one customer. */
export async function measureInstance({ everyMs, changesWithinMs }: Load) {
  const table = new QuotaTable();
  let id = 0;
  const random = { hex: (digits: number) => `${(id += 1)}`.padStart(digits, '0'), fraction: () => 0.5 };
  const timer = { pause: () => Promise.resolve() };
  const ports = { store: table.store, listing: createMemoryListing(table.items), random, timer };
  const limit = { id: 'monthly', level: 'tenant', quota: 1e7, period: 'MONTH', billing: 'leased' };
  await savePlan(ports, requested('op-1', table.nowMs), 'free', { id: 'free', version: 1, limits: [limit] });
  await createCustomer(ports, requested('op-2', table.nowMs), { tenant: 'acme', plan: 'free' });
  const quotas = table.holder([], {
    plans: [],
    customers: (store, plans) => new TermsBook(store, table.clock, plans),
    random,
    ...(changesWithinMs !== undefined && { changesWithinMs }),
  });
  const ask = () => quotas.consume({ tenant: 'acme', key: 'k-1', atEpochMs: table.nowMs });
  await ask();
  const [calls, reads] = [table.calls.length, table.countOf('read')];
  let requests = 0;
  const end = table.nowMs + HOUR_MS;
  if (everyMs === undefined) table.nowMs = end;
  else
    for (; table.nowMs < end; table.nowMs += everyMs) {
      await ask();
      requests += 1;
    }
  const readsOfHour = table.countOf('read') - reads;
  return { requests, reads: readsOfHour, writes: table.calls.length - calls - readsOfHour };
}
