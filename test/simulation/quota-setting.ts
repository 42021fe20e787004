/** What one schedule draws before it starts. */
import type { Faults } from './instance.ts';
import type { Seeded } from './seeded.ts';
import { START_MS } from './world.ts';

export type QuotaModelOptions = {
  readonly name: string;
  readonly faults: (chance: Seeded) => Faults;
  /** Whether requests carry the gateway's stamp; without, the true time of arrival is what counts. */
  readonly stamped: boolean;
  /** Units that each instance may admit on trust while the table is out of reach; 0 = closed. */
  readonly bounded: (chance: Seeded) => number;
  readonly requests: (chance: Seeded) => number;
  readonly maxHolders: number;
  /** Whether quotas have shards. */
  readonly sharded?: boolean;
  /** Whether plans change their periods, and keys their plans. */
  readonly changing?: boolean;
  /** Whether the plans belong to a recorded customer, which changes its terms. */
  readonly onRecord?: boolean;
};

/** A new version of a plan, which keys are then on. */
export type PlanChange = {
  readonly plan: string;
  readonly periodMs: number;
  /** Whether its limits get other ids. */
  readonly renames: boolean;
  readonly factor: number;
  /** How long before it comes into force a change of a customer with a record is made. */
  readonly aheadMs?: number;
  /** The customer's own quota, in place of the plan's. */
  readonly own?: boolean;
};

export type Setting = {
  readonly periodMs: number;
  readonly limits: readonly Readonly<Record<string, unknown>>[];
  readonly endMs: number;
  readonly bounded: number;
  readonly maxCost: number;
  /** The changes of plans in the meantime, in order; each changes to one of two plans. */
  readonly changes: readonly PlanChange[];
  /** A customer on record, how old its record may be where it is used, and when it is suspended. */
  readonly record?: { readonly freshMs: number; readonly haltMs: number | undefined };
};

function drawChange(chance: Seeded): PlanChange {
  return {
    plan: chance.pick(['gold', 'silver']),
    periodMs: 1000 * chance.pick([10, 20, 40]),
    renames: chance.chance(0.4),
    factor: chance.pick([0.5, 1, 2]),
  };
}

/** What a plan may say of a quota with shards: no alarms, no overage, and a waste budget for each. */
function shard(chance: Seeded, limit: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const quota = Math.max(20, Number(limit['quota']));
  const shards = chance.pick<'auto' | number>(['auto', 2, 4, quota > 40 ? 8 : 3]);
  const lease = limit['lease'] === false ? {} : limit['lease'];
  return {
    ...limit,
    alarms: undefined,
    billing: undefined,
    quota,
    overage: 0,
    wasteBudget: 0.5,
    shards,
    lease,
  };
}

export function drawSetting(chance: Seeded, options: QuotaModelOptions): Setting {
  const periodMs = 1000 * chance.pick([10, 20, 40]);
  const quota = Math.round(chance.skewed(8, 300));
  const limit = (id: string, level: string, units: number): Readonly<Record<string, unknown>> => {
    const wasteBudget = chance.pick([0.01, 0.1, 0.5]);
    const drawn = {
      id,
      level,
      quota: units,
      period: { everySeconds: periodMs / 1000 },
      initialUsage: chance.chance(0.2) ? 2 : 0,
      overage: chance.chance(0.2) ? 5 : 0,
      alarms: chance.chance(0.3) ? [50, 100] : [],
    };
    if (!chance.chance(0.1)) return { ...drawn, wasteBudget, lease: { seconds: chance.pick([2, 30, 300]) } };
    return wasteBudget < 0.5 ? { ...drawn, billing: 'exact' } : { ...drawn, wasteBudget, lease: false };
  };
  const limits = [limit('all', 'tenant', quota)];
  if (chance.chance(0.4)) limits.push(limit('each', 'key', Math.ceil(quota * 0.7)));
  if (options.sharded === true)
    for (const [index, each] of limits.entries()) limits[index] = shard(chance, each);
  const endMs = START_MS + 2.4 * periodMs;
  const bounded = options.bounded(chance);
  const changes =
    options.changing === true ? Array.from({ length: chance.whole(1, 4) }, () => drawChange(chance)) : [];
  const setting = { periodMs, limits, endMs, bounded, maxCost: chance.pick([1, 1, 3, 5]), changes };
  if (options.onRecord !== true) return setting;
  const ahead = (change: PlanChange): PlanChange => ({
    ...change,
    aheadMs: chance.pick([0, 0, chance.between(1, 8000)]),
    own: chance.chance(0.3),
  });
  const terms = Array.from({ length: chance.whole(1, 4) }, () => ahead(drawChange(chance)));
  const haltMs = chance.chance(0.2) ? chance.between(START_MS, endMs) : undefined;
  return { ...setting, changes: terms, record: { freshMs: chance.pick([200, 2000, 5000]), haltMs } };
}
