/** How long processes under load decide by an earlier record of a customer after an administrator's change. */
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { CustomerBook } from '#shared/quota/plan/customer-book.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import { createMemoryListing } from './memory-listing.ts';
import { requested } from './quota-admin.ts';
import { QuotaTable } from './quota-table.ts';

export type Change = 'upgrade at 429' | 'resume' | 'suspend';

type InForce = {
  /** Milliseconds after the change until each process decided by it, in ascending order. */
  readonly delaysMs: readonly number[];
  readonly decisions: number;
  readonly reads: number;
  readonly writes: number;
};

const STEP_MS = 100;
const PROCESSES = 8;
/** Longer than any bound of the product. */
const PATIENCE_MS = 90_000;

/** A seeded generator (mulberry32), so that a run repeats. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * @param knowsVersion whether requests bring the version of the record, as those with an API key do
 * @param isLeased whether processes lease units, so that they decide without the table for up to half a minute
 */
export async function measureInForce(
  change: Change,
  changes: number,
  { knowsVersion = false, isLeased = false, seed = 1 } = {},
): Promise<InForce> {
  const delaysMs: number[] = [];
  let [decisions, reads, writes] = [0, 0, 0];
  for (let at = 0; at < changes; at += 1) {
    const one = await measureOne(change, { knowsVersion, isLeased, seed: seed + at });
    delaysMs.push(...one.delaysMs);
    decisions += one.decisions;
    reads += one.reads;
    writes += one.writes;
  }
  return { delaysMs: delaysMs.sort((a, b) => a - b), decisions, reads, writes };
}

async function measureOne(
  change: Change,
  {
    knowsVersion,
    isLeased,
    seed,
  }: { readonly knowsVersion: boolean; readonly isLeased: boolean; readonly seed: number },
): Promise<InForce> {
  const table = new QuotaTable();
  const fraction = seeded(seed);
  let id = 0;
  const random = { hex: (digits: number) => `${(id += 1)}`.padStart(digits, '0'), fraction };
  const timer = { pause: () => Promise.resolve() };
  const ports: AdminPorts = { store: table.store, listing: createMemoryListing(table.items), random, timer };
  const request = () => requested(`op-${(id += 1)}`, table.nowMs);
  // A tenant's monthly limit is billed exactly unless the plan says otherwise, so each request is one write.
  const billing = isLeased ? 'leased' : 'exact';
  const limits = (quota: number) => [{ id: 'monthly', level: 'tenant', quota, period: 'MONTH', billing }];
  await savePlan(ports, request(), 'free', {
    id: 'free',
    version: 1,
    limits: limits(change === 'upgrade at 429' ? 10 : 1e7),
  });
  await savePlan(ports, request(), 'pro', { id: 'pro', version: 1, limits: limits(1e7) });
  await createCustomer(ports, request(), { tenant: 'acme', plan: 'free' });
  let version = 1;
  const setStateTo = async (state: 'suspended' | 'active'): Promise<void> => {
    await setState(ports, request(), 'acme', state);
    version += 1;
  };
  if (change === 'resume') await setStateTo('suspended');
  const processes = Array.from({ length: PROCESSES }, () =>
    table.holder([], { plans: [], customers: (store) => new CustomerBook(store, table.clock), random }),
  );
  let decisions = 0;
  const ask = async (quotas: Quotas): Promise<boolean> => {
    decisions += 1;
    const { allowed } = await quotas.consume({
      tenant: 'acme',
      key: 'k-1',
      atEpochMs: table.nowMs,
      ...(knowsVersion && { customerVersion: version }),
    });
    return allowed;
  };
  // Load of 10 requests a second in each process, for a time that ends anywhere between two reads of the record.
  const warmMs = 45_000 + Math.floor(fraction() * 45_000);
  for (const end = table.nowMs + warmMs; table.nowMs < end; table.nowMs += STEP_MS)
    for (const quotas of processes) await ask(quotas);
  const counted = table.calls.length;
  const calls = { reads: table.countOf('read'), decisions };
  const writes = counted - calls.reads;

  if (change === 'upgrade at 429') {
    version += 1;
    await setPlan(ports, request(), { tenant: 'acme', plan: 'pro', version });
  } else await setStateTo(change === 'suspend' ? 'suspended' : 'active');
  const wanted = change !== 'suspend';
  const changedMs = table.nowMs;
  const delays = new Map<Quotas, number>();
  for (; delays.size < PROCESSES && table.nowMs < changedMs + PATIENCE_MS; table.nowMs += STEP_MS)
    for (const quotas of processes)
      if (!delays.has(quotas) && (await ask(quotas)) === wanted) delays.set(quotas, table.nowMs - changedMs);
  const delaysMs = processes.map((quotas) => delays.get(quotas) ?? PATIENCE_MS);
  return { delaysMs, decisions: calls.decisions, reads: calls.reads, writes };
}
