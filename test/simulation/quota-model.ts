/** Counted quotas under everything that a fleet of Lambda instances does to them. */
import type { ItemStore } from '#shared/ports.ts';
import type { PlanNewsReader } from '#shared/quota/plan/plan-news.ts';
import type { Item } from '#shared/table/item-write.ts';
import type { Admission, Decision, Quotas } from '#shared/quota/quotas.ts';
import { Instance } from './instance.ts';
import type { Faults } from './instance.ts';
import { LedgerJudge } from './ledger-judge.ts';
import type { Model, Run } from './model.ts';
import { administer } from './quota-admin-events.ts';
import { baseOf, partitionOf, PLAN, PlanChanges, TENANT } from './quota-changes.ts';
import { planExpiry } from './expiry.ts';
import { drawSetting } from './quota-setting.ts';
import type { QuotaModelOptions, Setting } from './quota-setting.ts';
import { Seeded } from './seeded.ts';
import type { Shipped } from './shipped.ts';
import { START_MS, World } from './world.ts';

type Admitted = {
  readonly instance: Instance;
  readonly key: string;
  readonly cost: number;
  /** When it came: by the gateway's stamp, or without stamps in truth. */
  readonly atMs: number;
  /** When its process began to decide. */
  readonly startedMs: number;
};

export function createQuotaModel(options: QuotaModelOptions): Model {
  return {
    name: options.name,
    run: (shipped, seed, isTraced = false) => new QuotaRun(options, shipped, seed, isTraced).run(),
  };
}

const GUARD_MS = 3200;

class QuotaRun {
  readonly #options: QuotaModelOptions;
  readonly #shipped: Shipped;
  readonly #world: World;
  readonly #chance: Seeded;
  readonly #faults: Faults;
  readonly #setting: Setting;
  readonly #items = new Map<string, Item>();
  readonly #judge: LedgerJudge;
  readonly #table;
  readonly #instances: { readonly instance: Instance; readonly quotas: Quotas }[] = [];
  readonly #started: { readonly instance: Instance; readonly quotas: Quotas }[] = [];
  readonly #changes: PlanChanges;
  /** Their names by their starts: one is asked for several times per decision. */
  readonly #periods: Record<number, string> = {};
  #admissions = 0;
  #exhausted = 0;

  constructor(options: QuotaModelOptions, shipped: Shipped, seed: number, isTraced: boolean) {
    this.#options = options;
    this.#shipped = shipped;
    this.#chance = new Seeded(seed);
    this.#world = new World(this.#chance, isTraced);
    this.#setting = drawSetting(this.#chance, options);
    this.#faults = options.faults(this.#chance);
    this.#judge = new LedgerJudge(this.#world, this.#items, {
      trust: () => this.#setting.bounded * this.#started.length,
      isExact: (name) => this.#limitOf(name)['billing'] === 'exact',
    });
    this.#judge.expectCredits = (name) => this.#expectCredits(name);
    this.#judge.overlapped = (name) => this.#changes.overlapped(name);
    const clock = { nowEpochMs: () => this.#world.nowMs };
    this.#table = this.#judge.watch(shipped.createMemoryTable({ clock, items: this.#items }));
    this.#changes = new PlanChanges({
      world: this.#world,
      items: this.#items,
      table: this.#table,
      shipped,
      setting: this.#setting,
      peakOf: (name) => this.#judge.peakOf(name),
    });
  }

  async run(): Promise<Run> {
    const world = this.#world;
    world.note(() => `setting ${JSON.stringify(this.#setting)} faults ${JSON.stringify(this.#faults)}`);
    await this.#savePlan(1);
    await this.#changes.plan();
    const holders = this.#chance.whole(1, this.#options.maxHolders);
    for (let index = 0; index < holders; index += 1) this.#start(index);
    this.#planRequests();
    // What a ledger counts that expires in the middle of a change is unknown; on AWS it has 35 days.
    if (this.#options.changing !== true && this.#setting.record === undefined)
      planExpiry(this.#world, this.#items, this.#setting);
    if (this.#faults.call > 0) {
      this.#planRestarts(holders);
      administer({
        world,
        table: this.#table,
        shipped: this.#shipped,
        items: this.#items,
        setting: this.#setting,
        savePlan: (version) =>
          this.#setting.changes.length > 0 ? Promise.resolve() : this.#savePlan(version),
      });
    } else this.#planExhaustion();
    await world.run();
    if (this.#faults.call === 0) this.#checkAllUsed();
    await this.#checkBill();
    const { violations, trace = [] } = world;
    return { violations, admissions: this.#admissions, writes: this.#judge.writes, trace };
  }

  async #savePlan(version: number): Promise<void> {
    // A later version allows a unit less, so that a period opened by an old one is found out.
    const limits = this.#setting.limits.map((limit) => ({
      ...limit,
      quota: Number(limit['quota']) - version + 1,
    }));
    const plan = this.#shipped.parsePlan({ id: PLAN, version, limits, cost: 0 });
    await this.#table.update(this.#shipped.savePlanWrite(plan, version === 1 ? undefined : version - 1));
  }

  #start(slot: number): void {
    const instance = new Instance(`i${this.#started.length + 1}`, this.#world, this.#table, this.#faults);
    const quotas = this.#shipped.createQuotas({
      ...instance.ports,
      onUnavailable: this.#setting.bounded === 0 ? 'closed' : { bounded: this.#setting.bounded },
      denyCacheMs: this.#chance.pick([50, 1000]),
      freshnessMs: this.#chance.pick([1000, 10_000, 60_000]),
      clockSkewMs: GUARD_MS,
      ...(this.#setting.record !== undefined && {
        customers: (store: ItemStore, plans: PlanNewsReader) =>
          new this.#shipped.TermsBook(store, instance.ports.clock, plans, this.#setting.record?.freshMs),
      }),
      // Fewer than one request needs would never let it have all of them.
      maxLeases: this.#chance.pick([this.#options.stamped ? 6 : 8, 100]),
    });
    this.#instances[slot] = { instance, quotas };
    this.#started.push({ instance, quotas });
  }

  /** A third at any time, a third in bursts, a third around the boundaries of periods. */
  #planRequests(): void {
    const { periodMs, endMs } = this.#setting;
    const count = this.#options.requests(this.#chance);
    const burstMs = this.#chance.between(START_MS, endMs);
    for (let index = 0; index < count; index += 1) {
      const boundaryMs = START_MS + periodMs * this.#chance.whole(0, 2);
      const atMs = this.#chance.pick([
        this.#chance.between(START_MS, endMs),
        burstMs + this.#chance.between(0, 300),
        boundaryMs + this.#chance.between(-1000, 1000),
      ]);
      this.#world.at(Math.max(START_MS, atMs), () =>
        this.#request(this.#chance.whole(1, this.#setting.maxCost)),
      );
    }
  }

  #request(
    cost: number,
    slot = this.#chance.whole(0, this.#instances.length - 1),
    then?: (decision: Decision) => void,
  ): void {
    if (this.#instances[slot]?.instance.isAlive !== true) this.#start(slot);
    const chosen = this.#instances[slot];
    if (chosen === undefined) return;
    const { instance, quotas } = chosen;
    const { stamped } = this.#options;
    const stampMs = this.#world.nowMs;
    const key = this.#chance.pick(['k1', 'k1', 'k2']);
    const isQueued = this.#faults.call > 0 && stamped && this.#chance.chance(0.05);
    const delayMs = isQueued
      ? this.#chance.skewed(1, 2 * this.#setting.periodMs)
      : this.#chance.between(0, 3);
    instance.deliver(stampMs + delayMs, () => {
      const startedMs = this.#world.nowMs;
      const admission = { instance, key, cost, atMs: stamped ? stampMs : startedMs, startedMs };
      const request = {
        plan: this.#changes.pickPlan(),
        tenant: TENANT,
        key,
        cost,
        ...(stamped && { atEpochMs: stampMs }),
      };
      void quotas.consume(request).then((decision) => {
        this.#decided(decision, admission);
        then?.(decision);
      });
    });
  }

  #decided(decision: Decision, admission: Admitted): void {
    const { instance, key, cost, atMs } = admission;
    this.#world.note(() => {
      const verdict = decision.allowed ? 'admits' : `refuses (${decision.reason})`;
      return `${instance.name} ${verdict} ${cost} of ${key} from ${((atMs - START_MS) / 1000).toFixed(3)} s`;
    });
    if (!decision.allowed) return;
    this.#admissions += 1;
    for (const name of this.#takenFrom(decision, key)) this.#judge.take(name, instance.name, cost);
    this.#checkPeriods(decision, admission);
    this.#checkTerms(decision, admission);
    const names = this.#belongsTo(decision, admission);
    for (const name of names) this.#judge.admit(name, cost);
    // Refunds may come too late and are forfeited then, so the model in which nothing may be left has none.
    if (this.#faults.call > 0 && this.#chance.chance(0.1))
      instance.deliver(this.#world.nowMs + this.#chance.skewed(1, 3000), () => {
        if (this.#chance.chance(0.7)) this.#refund(decision, admission, names);
        else this.#settle(decision, admission, names);
      });
  }

  #refund(decision: Admission, { instance, key, cost }: Admitted, names: readonly string[]): void {
    const refunded = decision.refund();
    this.#world.note(() => `${instance.name} refunds ${cost} of ${key} to [${refunded.join(', ')}]`);
    const { limits } = this.#setting;
    limits.forEach(({ id }, index) => {
      const isRefunded = (name: string): boolean => refunded.includes(name);
      if ([String(id), `${String(id)}2`].some(isRefunded)) this.#judge.refund(names[index] ?? '', cost);
      // If two periods were charged, perhaps only one has refunded the units; the reported usage may then be as high as
      // before.
      const isIt = (name: string): boolean => baseOf(name) === id;
      const charges = decision.limits.filter((limit) => isIt(limit.id)).length;
      if (refunded.filter(isIt).length < charges) return;
      const isOfLimit = (name: string): boolean => isIt(name.split('#')[2] ?? '');
      for (const name of this.#takenFrom(decision, key).filter(isOfLimit))
        this.#judge.take(name, instance.name, -cost);
    });
  }

  #settle(decision: Admission, { instance, key, cost }: Admitted, names: readonly string[]): void {
    const actual = this.#chance.whole(0, cost + 2);
    this.#world.note(() => `${instance.name} settles ${cost} of ${key} as ${actual}`);
    if (actual > cost)
      for (const name of this.#takenFrom(decision, key))
        this.#judge.expectMore(name, instance.name, actual - cost);
    // Less than estimated comes back at once, as a refund of the whole and a charge of what it was.
    else
      for (const name of this.#takenFrom(decision, key)) this.#judge.take(name, instance.name, actual - cost);
    // What comes back is on its way to the table before this resolves.
    if (actual <= cost) for (const name of names) this.#judge.settle(name, actual - cost, 0);
    void decision.settle(actual).then((owed) => {
      if (actual > cost) for (const name of names) this.#judge.settle(name, actual - cost, owed);
    });
  }

  /** Whatever has become of the plan: nobody is charged to a period that was over when the request came. */
  #checkPeriods(decision: Admission, { key, atMs }: Admitted): void {
    if (this.#options.stamped)
      for (const name of this.#takenFrom(decision, key)) this.#judge.checkPeriod(name, atMs);
  }

  /** A customer's requests are charged by its terms, as soon as they must be known; none if it is closed. */
  #checkTerms(decision: Admission, { key, atMs, startedMs }: Admitted): void {
    if (this.#setting.record === undefined) return;
    if (this.#changes.isHalted(startedMs)) this.#world.violate('P19', 'a closed customer is admitted');
    const term = this.#changes.termOf(atMs, startedMs);
    for (const name of this.#takenFrom(decision, key)) this.#judge.checkTerm(name, term);
  }

  /** Every ledger that the code says it charged. */
  #takenFrom(decision: Admission, key: string): readonly string[] {
    return decision.limits.map(({ id, periodStartEpochMs }) =>
      this.#nameAt(id, key, periodStartEpochMs ?? 0),
    );
  }

  /** Per limit, the ledger of the request's own period if there is one, otherwise the one that was charged instead. */
  #belongsTo(decision: Admission, { key, atMs }: Admitted): readonly string[] {
    const { periodMs, limits } = this.#setting;
    return limits.map((limit) => {
      const id = String(limit['id']);
      const name = (state: { readonly id: string }): boolean => baseOf(state.id) === id;
      const own = this.#nameAt(id, key, Math.floor(atMs / periodMs) * periodMs);
      const other = decision.limits.find(name)?.periodStartEpochMs;
      const isOwn = this.#setting.changes.length === 0 && this.#items.has(own);
      return isOwn || other === undefined ? own : this.#nameAt(id, key, other);
    });
  }

  #nameAt(id: string, key: string, startMs: number): string {
    const base = baseOf(id);
    const level = this.#setting.limits.find((limit) => limit['id'] === base)?.['level'];
    const period = (this.#periods[startMs] ??= `\nP#${new Date(startMs).toISOString()}`);
    return this.#changes.lineOf(base, level === 'key' ? key : '') + period;
  }

  #limitOf(name: string): Setting['limits'][number] {
    return this.#setting.limits.find(({ id }) => name.startsWith(partitionOf(String(id), ''))) ?? {};
  }

  #expectCredits(name: string): number {
    const [partition = ''] = name.split('\n');
    const limit = this.#limitOf(name);
    const opened = String(this.#items.get(name)?.['plan'] ?? PLAN);
    const version = Number(this.#items.get(`PLAN#${opened}\nV`)?.['ver']);
    const changed = this.#changes.creditsOf(name, opened, !this.#judge.hasOpened(partition));
    if (changed !== undefined) return changed;
    const initial = this.#judge.hasOpened(partition) ? 0 : Number(limit['initialUsage']);
    return Number(limit['quota']) - version + 1 + Number(limit['overage']) - initial;
  }

  #planRestarts(holders: number): void {
    const count = this.#chance.whole(0, 4);
    for (let index = 0; index < count; index += 1)
      this.#world.at(this.#chance.between(START_MS, this.#setting.endMs), () => {
        const slot = this.#chance.whole(0, holders - 1);
        const held = this.#instances[slot];
        if (held === undefined) return;
        const { instance, quotas } = held;
        switch (this.#chance.whole(0, 3)) {
          case 0:
            instance.freeze(this.#chance.skewed(100, this.#faults.maxPauseMs));
            break;
          case 1:
            instance.kill();
            break;
          default:
            // A shutdown, or an idle instance that gives back and is then used again.
            instance.deliver(this.#world.nowMs, () => void quotas.flush());
            if (this.#chance.chance(0.5)) this.#start(slot);
        }
      });
  }

  /**
   * Plans the exhaustion without faults: late in the last period, every holder requests units until all are refused or
   * the period ends.
   */
  #planExhaustion(): void {
    const { periodMs, endMs } = this.#setting;
    const lastMs = (Math.floor(endMs / periodMs) + 1) * periodMs - 200;
    const ask = (slot: number): void =>
      this.#request(1, slot, (decision) => {
        if (!decision.allowed) this.#exhausted += 1;
        else if (this.#world.nowMs < lastMs) this.#world.at(this.#world.nowMs + 1, () => ask(slot));
      });
    for (const slot of this.#instances.keys()) this.#world.at(endMs, () => ask(slot));
  }

  async #checkBill(): Promise<void> {
    const world = this.#world;
    if (world.violations.length > 0) return;
    world.isCalm = true;
    // Once what is still under way has arrived.
    for (const { instance, quotas } of this.#started)
      for (const again of [0, 1])
        instance.deliver(world.nowMs + 300_000 + again * 60_000, () => void quotas.flush());
    await world.run();
    const most = 4 * (this.#setting.maxCost + 2);
    this.#judge.checkBill(
      this.#started.map(({ instance: { holders, name, isAlive } }) => ({ holders, name, isAlive })),
      most,
    );
  }

  /** Checks that nothing is left if only one limit applies and nothing failed. */
  #checkAllUsed(): void {
    const { periodMs, endMs, limits } = this.#setting;
    if (limits.length > 1 || this.#exhausted < this.#instances.length) return;
    const name = this.#nameAt('all', '', Math.floor(endMs / periodMs) * periodMs);
    const unused = this.#judge.unused(name) ?? 0;
    if (unused > 0) this.#world.violate('P8', `${unused} units were left`);
  }
}
