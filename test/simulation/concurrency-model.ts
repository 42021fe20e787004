/**
 * Concurrency limits: at no instant may more requests run than the limit allows, whatever happens to the running ones.
 */
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
import type { Admission, Quotas } from '#shared/quota/quotas.ts';
import { Instance, NO_FAULTS } from './instance.ts';
import type { Faults } from './instance.ts';
import type { Model, Run } from './model.ts';
import { Seeded } from './seeded.ts';
import type { Shipped } from './shipped.ts';
import { START_MS, World } from './world.ts';

type ConcurrencyModelOptions = {
  readonly name: string;
  readonly faults: (chance: Seeded) => Faults;
};

type Setting = {
  /** Per tenant, and if there is one, per key. */
  readonly limits: readonly { readonly id: string; readonly level: string; readonly concurrency: number }[];
  /** The counted quota in addition to the permits; 0 means that there is none. */
  readonly quota: number;
  readonly clockSkewMs: number;
  readonly maxSeconds: number;
  readonly requests: number;
  readonly endMs: number;
};

/** One invocation. */
type Invocation = {
  readonly instance: Instance;
  readonly key: string;
  /** Here the platform ends the process if the invocation is not over. */
  readonly deadlineMs: number;
  state: 'asking' | 'running' | 'answering' | 'over';
};

export function createConcurrencyModel(options: ConcurrencyModelOptions): Model {
  return {
    name: options.name,
    run: (shipped, seed, isTraced = false) => new ConcurrencyRun(options, shipped, seed, isTraced).run(),
  };
}

const PERIOD_MS = 20_000;

class ConcurrencyRun {
  readonly #shipped: Shipped;
  readonly #world: World;
  readonly #chance: Seeded;
  readonly #setting: Setting;
  readonly #faults: Faults;
  readonly #items = new Map<string, Item>();
  readonly #table;
  readonly #instances: { readonly instance: Instance; readonly quotas: Quotas }[] = [];
  readonly #running = new Set<Invocation>();
  readonly #admittedOf = new Map<number, number>();
  #started = 0;
  #killed = 0;
  #admissions = 0;
  #writes = 0;

  constructor(options: ConcurrencyModelOptions, shipped: Shipped, seed: number, isTraced: boolean) {
    this.#shipped = shipped;
    this.#chance = new Seeded(seed);
    this.#world = new World(this.#chance, isTraced);
    this.#setting = drawSetting(this.#chance);
    const faults = this.#chance.chance(0.1) ? NO_FAULTS : options.faults(this.#chance);
    this.#faults = { ...faults, maxSkewMs: this.#setting.clockSkewMs };
    const clock = { nowEpochMs: () => this.#world.nowMs };
    const table = shipped.createMemoryTable({ clock, items: this.#items });
    this.#table = {
      ...table,
      update: (write: ItemWrite) => {
        this.#writes += 1;
        const outcome = table.update(write);
        if (write.key.sk === 'SEM') this.#checkItem(write);
        return outcome;
      },
    };
  }

  async run(): Promise<Run> {
    const { limits, quota, clockSkewMs, maxSeconds, requests, endMs } = this.#setting;
    this.#world.note(() => `setting ${JSON.stringify(this.#setting)} faults ${JSON.stringify(this.#faults)}`);
    const counted = { id: 'all', level: 'tenant', quota, period: { everySeconds: PERIOD_MS / 1000 } };
    const all = [
      ...(quota > 0 ? [counted] : []),
      ...limits.map((limit) => ({ ...limit, clockSkewMs, maxSeconds })),
    ];
    const plan = this.#shipped.parsePlan({ id: 'gold', version: 1, limits: all });
    await this.#table.update(this.#shipped.savePlanWrite(plan, undefined));
    const holders = this.#chance.whole(1, 5);
    for (let slot = 0; slot < holders; slot += 1) this.#start(slot);
    const burstMs = this.#chance.between(START_MS, endMs);
    for (let index = 0; index < requests; index += 1) {
      const atMs = this.#chance.pick([
        this.#chance.between(START_MS, endMs),
        burstMs + this.#chance.between(0, 500),
      ]);
      this.#world.at(atMs, () => this.#request());
    }
    await this.#world.run();
    if (this.#faults.call === 0 && this.#killed === 0) this.#checkAllFree();
    const { violations, trace = [] } = this.#world;
    return { violations, admissions: this.#admissions, writes: this.#writes, trace };
  }

  #start(slot: number): void {
    this.#started += 1;
    const instance = new Instance(`i${this.#started}`, this.#world, this.#table, this.#faults);
    this.#instances[slot] = { instance, quotas: this.#shipped.createQuotas(instance.ports) };
  }

  #request(): void {
    const chance = this.#chance;
    const slot = chance.whole(0, this.#instances.length - 1);
    if (this.#instances[slot]?.instance.isAlive !== true) this.#start(slot);
    const chosen = this.#instances[slot];
    if (chosen === undefined) return;
    const { instance, quotas } = chosen;
    const stampMs = this.#world.nowMs;
    // A host that says when it ends a request may let it run longer than the plan's own maximum; others keep to that.
    const isReported = chance.chance(0.7);
    const maxMs = this.#setting.maxSeconds * 1000;
    const runMs = isReported ? chance.skewed(200, 4 * maxMs) : maxMs;
    const key = chance.pick(['k1', 'k1', 'k2']);
    instance.deliver(stampMs + chance.between(0, 3), () => {
      const deadlineMs = this.#world.nowMs + runMs;
      const invocation: Invocation = { instance, key, deadlineMs, state: 'asking' };
      this.#world.at(deadlineMs, () => {
        // A process that does not say when it ends requests ends those that run, and knows nothing about those that
        // ask.
        const isEnded = isReported ? invocation.state !== 'over' : invocation.state === 'running';
        if (!isEnded || !instance.isAlive) return;
        this.#killed += 1;
        instance.kill();
      });
      const run = isReported ? { remainingMs: runMs } : {};
      const request = { plan: 'gold', tenant: 'acme', key, atEpochMs: stampMs, run };
      void quotas.consume(request).then((decision) => {
        this.#world.note(
          () =>
            `${instance.name} ${decision.allowed ? 'runs' : `refuses (${decision.reason})`} one of ${key}`,
        );
        if (decision.allowed) this.#work(invocation, decision, stampMs);
        else invocation.state = 'over';
      });
    });
  }

  #work(invocation: Invocation, admission: Admission, stampMs: number): void {
    const { instance, deadlineMs } = invocation;
    invocation.state = 'running';
    this.#running.add(invocation);
    this.#admissions += 1;
    this.#checkRunning(invocation);
    this.#checkQuota(stampMs);
    const leftMs = deadlineMs - this.#world.nowMs;
    // Some take longer than they may; the platform ends those.
    const workMs = this.#chance.skewed(0.1, this.#faults.call === 0 ? leftMs / 2 : leftMs * 1.5);
    instance.deliver(this.#world.nowMs + workMs, () => {
      this.#world.note(() => `${instance.name} ends one of ${invocation.key}`);
      invocation.state = 'answering';
      void admission.release().then(() => (invocation.state = 'over'));
    });
  }

  #checkRunning({ key }: Invocation): void {
    const { nowMs } = this.#world;
    for (const invocation of this.#running)
      if (invocation.state !== 'running' || !invocation.instance.isAlive || invocation.deadlineMs < nowMs)
        this.#running.delete(invocation);
    for (const { id, level, concurrency } of this.#setting.limits) {
      const running = [...this.#running].filter((other) => level === 'tenant' || other.key === key).length;
      if (running > concurrency)
        this.#world.violate('P7', `${id}: ${running} run at once, of ${concurrency}`);
    }
  }

  #checkQuota(stampMs: number): void {
    const { quota } = this.#setting;
    const period = Math.floor(stampMs / PERIOD_MS);
    const admitted = (this.#admittedOf.get(period) ?? 0) + 1;
    this.#admittedOf.set(period, admitted);
    if (quota > 0 && admitted > quota) this.#world.violate('P1', `admitted ${admitted} of ${quota}`);
  }

  /** Every permit that is counted has a holder, and the other way round. */
  #checkItem({ key, purpose }: ItemWrite): void {
    const item = this.#items.get(`${key.pk}\n${key.sk}`) ?? {};
    const holders = Object.keys(item).filter((name) => name !== 'c' && name !== 'expiresAt').length;
    if (item['c'] !== undefined && Number(item['c']) !== holders)
      this.#world.violate('P11', `after ${purpose} ${key.pk} counts ${item['c']} of ${holders} holders`);
  }

  /** If nothing failed and nobody reached a deadline, nothing is held once everything has ended. */
  #checkAllFree(): void {
    for (const [name, { c }] of this.#items)
      if (Number(c ?? 0) > 0) this.#world.violate('P12', `${name.replace('\n', ' ')} still counts ${c}`);
  }
}

function drawSetting(chance: Seeded): Setting {
  const concurrency = chance.pick([1, 2, 3, 5, 30]);
  const limits = [{ id: 'runs', level: 'tenant', concurrency }];
  if (chance.chance(0.3)) limits.push({ id: 'each', level: 'key', concurrency: Math.ceil(concurrency / 2) });
  const requests = chance.whole(20, 80) + (concurrency > 25 ? 60 : 0);
  return {
    limits,
    quota: chance.chance(0.4) ? Math.round(chance.skewed(5, 60)) : 0,
    clockSkewMs: chance.pick([0, 50, 200, 1000]),
    maxSeconds: chance.pick([1, 2, 5]),
    requests,
    endMs: START_MS + 1000 * chance.pick([5, 15, 40]),
  };
}
