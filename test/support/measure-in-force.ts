/**
 * Measures for how long processes under load still use the earlier record of a customer after an administrator has
 * changed it.
 */
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import { createMemoryListing } from './memory-listing.ts';
import { requested } from './quota-admin.ts';
import { QuotaTable } from './quota-table.ts';

/**
 * `downgrade` changes to a plan whose quota is used up. `plan saved` saves a version in which a request costs nothing.
 */
export type Change = 'upgrade at 429' | 'resume' | 'suspend' | 'downgrade' | 'plan saved';

type Setting = {
  /** Whether requests carry the version of the record, as requests with an API key do. */
  readonly knowsVersion?: boolean;
  /** Whether processes lease units, so that they decide without the table for up to half a minute. */
  readonly isLeased?: boolean;
  /** The number of customers of one plan that each process serves. Only the first of them is changed. */
  readonly customers?: number;
  readonly changesWithinMs?: number;
  readonly seed?: number;
};

type InForce = {
  /**
   * For each process, the milliseconds from the change until it first decided by the new record, in ascending order.
   */
  readonly delaysMs: readonly number[];
  readonly decisions: number;
  readonly reads: number;
  readonly writes: number;
  /** Units that were admitted, and units that are billed after the processes have ended. */
  readonly admitted: number;
  readonly billed: number;
  /** Units that were charged beyond the quota of a period. */
  readonly over: number;
};

const STEP_MS = 100;
const PROCESSES = 8;
/** This is longer than the time within which any change must be in force. */
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

export async function measureInForce(
  change: Change,
  changes: number,
  setting: Setting = {},
): Promise<InForce> {
  const delaysMs: number[] = [];
  let [decisions, reads, writes, admitted, billed, over] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < changes; at += 1) {
    const one = await measureOne(change, { ...setting, seed: (setting.seed ?? 1) + at });
    delaysMs.push(...one.delaysMs);
    decisions += one.decisions;
    reads += one.reads;
    writes += one.writes;
    admitted += one.admitted;
    billed += one.billed;
    over += one.over;
  }
  return { delaysMs: delaysMs.sort((a, b) => a - b), decisions, reads, writes, admitted, billed, over };
}

async function measureOne(
  change: Change,
  { knowsVersion = false, isLeased = false, customers = 1, changesWithinMs, seed = 1 }: Setting,
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
  await savePlan(ports, request(), 'pro', {
    id: 'pro',
    version: 1,
    limits: limits(change === 'downgrade' ? 10 : 1e7),
  });
  const tenants = ['acme', ...Array.from({ length: customers - 1 }, (_, at) => `customer-${at + 2}`)];
  for (const tenant of tenants) await createCustomer(ports, request(), { tenant, plan: 'free' });
  let version = 1;
  const setStateTo = async (state: 'suspended' | 'active'): Promise<void> => {
    await setState(ports, request(), 'acme', state);
    version += 1;
  };
  if (change === 'resume') await setStateTo('suspended');
  const processes = Array.from({ length: PROCESSES }, () =>
    table.holder([], {
      plans: [],
      customers: (store, plans) => new TermsBook(store, table.clock, plans),
      random,
      ...(changesWithinMs !== undefined && { changesWithinMs }),
    }),
  );
  let [decisions, admitted] = [0, 0];
  /** Returns whether the request was admitted for units. */
  const ask = async (quotas: Quotas, tenant = 'acme'): Promise<boolean> => {
    decisions += 1;
    const decision = await quotas.consume({
      tenant,
      key: 'k-1',
      atEpochMs: table.nowMs,
      ...(knowsVersion && tenant === 'acme' && { customerVersion: version }),
    });
    if (decision.allowed) admitted += decision.units;
    return decision.allowed && decision.units > 0;
  };
  let turn = 0;
  /** If there are several customers, each request of the first one is followed by a request of another one. */
  const askOther = async (quotas: Quotas): Promise<void> => {
    turn += 1;
    if (customers > 1) await ask(quotas, tenants[1 + (turn % (customers - 1))]);
  };
  // Load of 10 requests a second in each process, for a time that ends anywhere between two reads of the record.
  const warmMs = 45_000 + Math.floor(fraction() * 45_000);
  for (const end = table.nowMs + warmMs; table.nowMs < end; table.nowMs += STEP_MS)
    for (const quotas of processes) {
      await ask(quotas);
      await askOther(quotas);
    }
  const counted = table.calls.length;
  const calls = { reads: table.countOf('read'), decisions };
  const writes = counted - calls.reads;

  if (change === 'plan saved')
    await savePlan(ports, request(), 'free', { id: 'free', version: 2, cost: 0, limits: limits(1e7) });
  else if (change === 'upgrade at 429' || change === 'downgrade') {
    version += 1;
    await setPlan(ports, request(), { tenant: 'acme', plan: 'pro', version });
  } else await setStateTo(change === 'suspend' ? 'suspended' : 'active');
  const wanted = change === 'upgrade at 429' || change === 'resume';
  const changedMs = table.nowMs;
  const delays = new Map<Quotas, number>();
  for (; delays.size < PROCESSES && table.nowMs < changedMs + PATIENCE_MS; table.nowMs += STEP_MS)
    for (const quotas of processes) {
      if (!delays.has(quotas) && (await ask(quotas)) === wanted) delays.set(quotas, table.nowMs - changedMs);
      await askOther(quotas);
    }
  const delaysMs = processes.map((quotas) => delays.get(quotas) ?? PATIENCE_MS);
  for (const quotas of processes) await quotas.flush();
  const ledgers = [...table.items].filter(([name]) => name.includes('\nP#')).map(([, item]) => item);
  const billed = ledgers.reduce((sum, ledger) => sum + Number(ledger['used'] ?? 0), 0);
  const over = ledgers.reduce(
    (sum, { used, cred }) => sum + Math.max(0, Number(used ?? 0) - Number(cred ?? 0)),
    0,
  );
  return { delaysMs, decisions: calls.decisions, reads: calls.reads, writes, admitted, billed, over };
}
