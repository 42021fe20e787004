/** Plans that change their periods, their limits' ids and sizes, and keys that change their plans. */
import type { ItemStore } from '#shared/ports.ts';
import type { Item } from '#shared/table/item-write.ts';
import { endOf } from './ledger-judge.ts';
import type { PlanChange, Setting } from './quota-setting.ts';
import type { Shipped } from './shipped.ts';
import { START_MS } from './world.ts';
import type { World } from './world.ts';

export const TENANT = 'acme';
export const PLAN = 'gold';

type ChangePorts = {
  readonly world: World;
  readonly items: ReadonlyMap<string, Item>;
  readonly table: ItemStore;
  readonly shipped: Shipped;
  readonly setting: Setting;
  /** Units of a ledger that were charged at most. */
  readonly peakOf: (name: string) => number;
};

export class PlanChanges {
  readonly #at: ChangePorts;
  readonly #versions = new Map([[PLAN, 1]]);
  readonly #changed = new Map<string, { readonly limits: Setting['limits']; readonly periodMs: number }>();
  #current = PLAN;

  constructor(at: ChangePorts) {
    this.#at = at;
  }

  plan(): void {
    const { world, setting } = this.#at;
    for (const change of setting.changes)
      world.at(world.chance.between(START_MS, setting.endMs), () => void this.#change(change));
  }

  /** What says which plan a key is on may be old. */
  pickPlan(): string {
    const { world, setting } = this.#at;
    const known = [PLAN, ...this.#versions.keys()];
    return setting.changes.length > 0 && world.chance.chance(0.2)
      ? world.chance.pick([PLAN, ...known])
      : this.#current;
  }

  /** Under which id the ledgers of a limit are kept: the one that its subject has met first. */
  lineOf(base: string, subject: string): string {
    const other = partitionOf(`${base}2`, subject);
    return this.#at.items.get(`${other}\nHEAD`)?.['cur'] === undefined ? partitionOf(base, subject) : other;
  }

  /**
   * Credits that a ledger opened now must have: whatever was charged in ledgers of its line that it overlaps counts in it.
   * undefined: its plan has not changed.
   */
  creditsOf(name: string, plan: string, isFirst: boolean): number | undefined {
    const changed = this.#changed.get(plan);
    const has = Number(this.#at.items.get(name)?.['cred']);
    if (this.#at.setting.changes.length === 0) return undefined;
    const [most, least] = [true, false].map((isMost) =>
      this.#creditsBy(name, isFirst, changed ?? this.#at.setting, isMost),
    );
    return least !== undefined && most !== undefined && has >= least && has <= most ? has : most;
  }

  #creditsBy(
    name: string,
    isFirst: boolean,
    { limits, periodMs }: Pick<Setting, 'limits' | 'periodMs'>,
    isMost: boolean,
  ): number {
    const [partition = ''] = name.split('\n');
    const limit = limits.find(({ id }) => baseOf(String(id)) === baseOf(partition.split('#')[2] ?? '')) ?? {};
    let carried = 0;
    for (const other of this.#overlapped(name, periodMs)) {
      const item = this.#at.items.get(other) ?? {};
      const charged = Number(item['cred']) - Number(item['rem']);
      // What is given back after it was looked at came too late to be there again.
      carried += isMost ? charged : Math.max(charged, this.#at.peakOf(other));
    }
    const initial = isFirst ? Number(limit['initialUsage']) : 0;
    return Math.max(0, Number(limit['quota']) + Number(limit['overage']) - initial - carried);
  }

  /** Ledgers of its line that a ledger opened now overlaps, by the whole period of its plan. */
  overlapped(name: string): readonly string[] {
    const plan = String(this.#at.items.get(name)?.['plan'] ?? PLAN);
    return this.#overlapped(name, (this.#changed.get(plan) ?? this.#at.setting).periodMs);
  }

  #overlapped(name: string, periodMs: number): readonly string[] {
    const [partition = '', sk = ''] = name.split('\n');
    const startMs = Math.floor(Date.parse(sk.slice(2)) / periodMs) * periodMs;
    const before = [...this.#at.items]
      .filter(([other]) => other < name && other.startsWith(`${partition}\nP#`))
      .sort(([a], [b]) => (a < b ? 1 : -1));
    // Back to the first that was over: what was used under those before it was used before it.
    const over = before.findIndex(([, item]) => endOf(item) <= startMs);
    return before.slice(0, over === -1 ? before.length : over).map(([other]) => other);
  }

  /** A new version of one of the plans, and all keys on it. */
  async #change(change: PlanChange): Promise<void> {
    const { world, setting, shipped, table } = this.#at;
    const { plan: id, periodMs, renames, factor } = change;
    world.note(() => `the plan becomes ${JSON.stringify(change)}`);
    const version = (this.#versions.get(id) ?? 0) + 1;
    const limits = setting.limits.map((limit) => ({
      ...limit,
      ...(renames && { id: `${String(limit['id'])}2` }),
      quota: Math.max(setting.maxCost, Math.round(Number(limit['quota']) * factor)) + version,
      period: { everySeconds: periodMs / 1000 },
    }));
    const plan = shipped.parsePlan({ id, version, limits, cost: 0 });
    const saved = table.update(shipped.savePlanWrite(plan, version === 1 ? undefined : version - 1));
    this.#versions.set(id, version);
    this.#changed.set(id, { limits, periodMs });
    await saved;
    this.#current = id;
    for (const key of ['k1', 'k2']) {
      const set = { kind: 'update', set: { plan: id } } as const;
      await table.update({ purpose: 'assign', key: shipped.assignedKey(TENANT, key), when: [], change: set });
    }
  }
}

/** A limit keeps its ledgers under another id. */
export function baseOf(id: string): string {
  return id.replace(/2$/, '');
}

export function partitionOf(limit: string, subject: string): string {
  return `Q#${TENANT}#${limit}#${subject}`;
}
