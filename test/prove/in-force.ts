/**
 * Measures when changes to customers are in force in processes under load, and what this costs. The results are in the
 * tables of docs/guides/sell/quota.md.
 */
import { DEFAULT_PRICES } from '../../packages/gateway/console/page/cost/prices.ts';
import { measureInForce } from '../support/measure-in-force.ts';
import { measureInstance } from '../support/measure-instance.ts';
import type { Change } from '../support/measure-in-force.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const CHANGES = 1000;
const QUICK_CHANGES = 5;
/**
 * The number of customers in the crowded case. One of its changes takes as long to measure as ten changes with one
 * customer.
 */
const CROWDED = 100;
/** The seed, which differs from that of the test, so that the proof adds cases to it. */
const SEED = 1_000_000;

type Row = {
  readonly name: string;
  readonly change: Change;
  readonly withinMs: number;
  readonly setting?: Omit<NonNullable<Parameters<typeof measureInForce>[2]>, 'seed'>;
};

/** The cases, with the limits that the guide promises. */
const ROWS: readonly Row[] = [
  { name: 'upgrade of a refused customer', change: 'upgrade at 429', withinMs: 2000 },
  {
    name: 'the same, with an API key',
    change: 'upgrade at 429',
    withinMs: 0,
    setting: { knowsVersion: true },
  },
  { name: 'resume', change: 'resume', withinMs: 2000 },
  { name: 'suspend, exact billing', change: 'suspend', withinMs: 100 },
  { name: 'suspend, leased', change: 'suspend', withinMs: 30_000, setting: { isLeased: true } },
  {
    name: 'suspend, leased, with an API key',
    change: 'suspend',
    withinMs: 0,
    setting: { isLeased: true, knowsVersion: true },
  },
  {
    name: 'suspend, leased, 20 customers',
    change: 'suspend',
    withinMs: 30_000,
    setting: { isLeased: true, customers: 20 },
  },
  {
    name: 'suspend, leased, 100 customers',
    change: 'suspend',
    withinMs: 30_000,
    setting: { isLeased: true, customers: 100 },
  },
  {
    name: 'suspend, leased, changesWithinMs 2000',
    change: 'suspend',
    withinMs: 2000,
    setting: { isLeased: true, changesWithinMs: 2000 },
  },
  {
    name: 'downgrade, leased, changesWithinMs 2000',
    change: 'downgrade',
    withinMs: 2000,
    setting: { isLeased: true, changesWithinMs: 2000 },
  },
  { name: 'downgrade, leased', change: 'downgrade', withinMs: 30_000, setting: { isLeased: true } },
  { name: 'plan saved, leased', change: 'plan saved', withinMs: 30_000, setting: { isLeased: true } },
];

/** Processes with few requests of one customer, or with none. Their cost is in the second table of the guide. */
const INSTANCES: readonly { readonly name: string; readonly load: Parameters<typeof measureInstance>[0] }[] =
  [
    { name: 'instance, idle', load: {} },
    { name: 'instance, idle, changesWithinMs 2000', load: { changesWithinMs: 2000 } },
    { name: 'instance, a request a second', load: { everyMs: 1000 } },
    {
      name: 'instance, a request a second, changesWithinMs 2000',
      load: { everyMs: 1000, changesWithinMs: 2000 },
    },
  ];

export const inForce: Proof = {
  name: 'in-force',
  claim:
    'each of 1,000 changes to customers under load is in force in 8 processes within the time that the guide states, every admitted unit is billed, and no quota is exceeded',
  quick: true,
  async run({ quick, only, sample, seed = SEED }): Promise<Outcome> {
    const rows = ROWS.filter(({ name }) => only === undefined || name.includes(only));
    const figures: Record<string, Figures> = {};
    const faults: string[] = [];
    for (const row of rows) {
      const isCrowded = (row.setting?.customers ?? 1) >= CROWDED;
      const changes = sample ?? (quick ? QUICK_CHANGES : isCrowded ? CHANGES / 10 : CHANGES);
      const found = await measureInForce(row.change, changes, { ...row.setting, seed });
      figures[row.name] = { changes, ...figuresOf(found) };
      console.log(`  ${row.name}: ${JSON.stringify(figures[row.name])}`);
      const maxMs = found.delaysMs.at(-1) ?? Infinity;
      if (maxMs > row.withinMs) faults.push(`${row.name}: in force after ${maxMs} ms`);
      if (found.billed !== found.admitted)
        faults.push(`${row.name}: ${found.admitted} units were admitted and ${found.billed} billed`);
      if (found.over > 0) faults.push(`${row.name}: ${found.over} units over the quota`);
    }
    for (const { name, load } of only === undefined ? INSTANCES : []) {
      const found = await measureInstance(load);
      figures[name] = { ...found, dollarsPerMonth: monthly(found) };
      console.log(`  ${name}: ${JSON.stringify(figures[name])}`);
      if (load.everyMs === undefined && found.reads + found.writes > 0)
        faults.push(`${name}: ${found.reads} reads and ${found.writes} writes in an hour`);
    }
    if (faults.length > 0) return { kind: 'refuted', reason: faults.join('; '), figures };
    const isPart = only !== undefined || sample !== undefined || quick;
    return { kind: 'proven', figures, isPart };
  },
};

const HOURS_PER_MONTH = 730;
const MILLION = 1e6;

/** Returns the cost of a month in dollars, from the calls of an hour. */
function monthly({ reads, writes }: { readonly reads: number; readonly writes: number }): number {
  const hour = (reads * DEFAULT_PRICES.tableReads + writes * DEFAULT_PRICES.tableWrites) / MILLION;
  return Number((hour * HOURS_PER_MONTH).toFixed(3));
}

function figuresOf(found: Awaited<ReturnType<typeof measureInForce>>): Figures {
  const { delaysMs, decisions, reads, writes, admitted, billed, over } = found;
  const after = (share: number): number => delaysMs[Math.ceil(share * delaysMs.length) - 1] ?? 0;
  const per = (count: number): number => Number(((1000 * count) / decisions).toFixed(1));
  const dollars = (reads * DEFAULT_PRICES.tableReads + writes * DEFAULT_PRICES.tableWrites) / decisions;
  return {
    p50Ms: after(0.5),
    p99Ms: after(0.99),
    maxMs: after(1),
    readsPer1000: per(reads),
    writesPer1000: per(writes),
    dollarsPerMillion: Number(dollars.toFixed(4)),
    admitted,
    billed,
    over,
  };
}
