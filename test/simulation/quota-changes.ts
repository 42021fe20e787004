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
  /** The terms in the order of their beginnings, with the times at which they were made. */
  readonly #terms: { readonly fromMs: number; readonly madeMs: number }[] = [];
  #haltedMs = Infinity;
  #version = 1;
  #operation = 0;

  constructor(at: ChangePorts) {
    this.#at = at;
  }

  async plan(): Promise<void> {
    const { world, setting, shipped } = this.#at;
    if (setting.record !== undefined) {
      await shipped.createCustomer(this.#ports(), this.#request(), { tenant: TENANT, plan: PLAN });
      const { haltMs } = setting.record;
      if (haltMs !== undefined) world.at(haltMs, () => void this.#halt());
    }
    for (const change of setting.changes)
      world.at(world.chance.between(START_MS, setting.endMs), () => void this.#change(change));
  }

  /** The information about which plan a key is on may be old. */
  pickPlan(): string | undefined {
    const { world, setting } = this.#at;
    if (setting.record !== undefined && world.chance.chance(0.8)) return undefined;
    const known = [PLAN, ...this.#versions.keys()];
    return setting.changes.length > 0 && world.chance.chance(0.2)
      ? world.chance.pick([PLAN, ...known])
      : this.#current;
  }

  /** The latest term that the request is of, and that its process must know. */
  termOf(atMs: number, startedMs: number): number {
    const known = this.#terms.filter(
      ({ fromMs, madeMs }) => fromMs <= atMs && madeMs < startedMs - this.#oldestMs,
    );
    return Math.max(START_MS, ...known.map(({ fromMs }) => fromMs));
  }

  /** Whether nothing may be admitted to a request that begins then. */
  isHalted(startedMs: number): boolean {
    return startedMs - this.#oldestMs > this.#haltedMs;
  }

  /** A record may be this old if the table does not answer. */
  get #oldestMs(): number {
    return 1.25 * (this.#at.setting.record?.freshMs ?? 0) + 1;
  }

  /** Returns the id under which the ledgers of a limit are stored: the first id that its subject had. */
  lineOf(base: string, subject: string): string {
    const other = partitionOf(`${base}2`, subject);
    return this.#at.items.get(`${other}\nHEAD`)?.['cur'] === undefined ? partitionOf(base, subject) : other;
  }

  /**
   * Credits that a ledger opened now must have: whatever was charged in ledgers of its line that it overlaps counts in
   * it. undefined: its plan has not changed.
   */
  creditsOf(name: string, plan: string, isFirst: boolean): number | undefined {
    const changed = this.#changed.get(this.#ruleOf(name, plan));
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
      // What is returned after it was read came too late to be there again.
      carried += isMost ? charged : Math.max(charged, this.#at.peakOf(other));
    }
    const initial = isFirst ? Number(limit['initialUsage']) : 0;
    return Math.max(0, Number(limit['quota']) + Number(limit['overage']) - initial - carried);
  }

  /** Ledgers of its line that a ledger opened now overlaps, by the whole period of its plan. */
  overlapped(name: string): readonly string[] {
    const plan = String(this.#at.items.get(name)?.['plan'] ?? PLAN);
    return this.#overlapped(name, (this.#changed.get(this.#ruleOf(name, plan)) ?? this.#at.setting).periodMs);
  }

  /** A term on record may have numbers of its own. */
  #ruleOf(name: string, plan: string): string {
    const term = this.#at.items.get(name)?.['term'];
    return term === undefined ? plan : `${plan} from ${String(term)}`;
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
    const { plan: drawn, periodMs, renames, factor } = change;
    // A term's numbers must be known by its plan: each has one of its own.
    const id = setting.record === undefined ? drawn : `${drawn}-${this.#versions.size}`;
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
    if (setting.record !== undefined) {
      await saved;
      await this.#begin(change, { id, limits, periodMs });
      return;
    }
    this.#changed.set(id, { limits, periodMs });
    await saved;
    this.#current = id;
    for (const key of ['k1', 'k2']) {
      const set = { kind: 'update', set: { plan: id } } as const;
      await table.update({ purpose: 'assign', key: shipped.assignedKey(TENANT, key), when: [], change: set });
    }
  }

  /** A term of the customer, by the plan as it was just saved. */
  async #begin(
    { aheadMs = 0, own = false }: PlanChange,
    { id, limits, periodMs }: { id: string; limits: Setting['limits']; periodMs: number },
  ): Promise<void> {
    const { world, shipped } = this.#at;
    const requested = this.#request();
    const fromEpochMs = requested.atEpochMs + Math.floor(aheadMs);
    const quotas = limits.map((limit): Readonly<Record<string, unknown>> => ({
      ...limit,
      quota: Number(limit['quota']) + (own ? 7 : 0),
    }));
    const ownLimits = Object.fromEntries(
      quotas.map((limit) => [String(limit['id']), Number(limit['quota'])]),
    );
    const version = this.#version + 1;
    const wanted = { tenant: TENANT, plan: id, version, fromEpochMs, ...(own && { limits: ownLimits }) };
    this.#changed.set(`${id} from ${fromEpochMs}`, { limits: quotas, periodMs });
    // Refused beside another that is about to begin.
    const done = await shipped.setPlan(this.#ports(), requested, wanted).catch(() => undefined);
    if (done === undefined) return;
    this.#version = version;
    if (!JSON.stringify(done.after).includes(new Date(fromEpochMs).toISOString())) return;
    this.#terms.push({ fromMs: fromEpochMs, madeMs: world.nowMs });
  }

  async #halt(): Promise<void> {
    const { world, shipped } = this.#at;
    await shipped.setState(this.#ports(), this.#request(), TENANT, 'closed');
    world.note(() => 'the customer is closed');
    this.#haltedMs = world.nowMs;
  }

  #ports(): Parameters<Shipped['setPlan']>[0] {
    const { world, shipped, table, items } = this.#at;
    const { chance } = world;
    return {
      store: table,
      listing: shipped.createMemoryListing(items),
      random: { hex: (digits) => chance.hex(digits), fraction: () => chance.fraction() },
      timer: { pause: () => Promise.resolve() },
    };
  }

  #request(): Parameters<Shipped['setPlan']>[1] {
    this.#operation += 1;
    const atEpochMs = Math.ceil(this.#at.world.nowMs);
    return { operationId: `term-${this.#operation}`, by: 'operator', atEpochMs };
  }
}

/** A limit keeps its ledgers under another id. */
export function baseOf(id: string): string {
  return id.replace(/2$/, '');
}

export function partitionOf(limit: string, subject: string): string {
  return `Q#${TENANT}#${limit}#${subject}`;
}
