/** Rate limits, direct and leased: no real interval may see more than burst + rate * its length. */
import type { Item } from '#shared/table/item-write.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import { Instance } from './instance.ts';
import type { Faults } from './instance.ts';
import type { Model, Run } from './model.ts';
import { Seeded } from './seeded.ts';
import type { Shipped } from './shipped.ts';
import { START_MS, World } from './world.ts';

type RateModelOptions = {
  readonly name: string;
  readonly leased: boolean;
  readonly faults: (chance: Seeded) => Faults;
};

type Setting = {
  /** Per second. */
  readonly rate: number;
  readonly burst: number;
  readonly maxAgeMs: number | undefined;
  readonly clockSkewMs: number;
  readonly maxCost: number;
  readonly endMs: number;
};

export function createRateModel(options: RateModelOptions): Model {
  return {
    name: options.name,
    run: (shipped, seed, isTraced = false) => new RateRun(options, shipped, seed, isTraced).run(),
  };
}

class RateRun {
  readonly #shipped: Shipped;
  readonly #world: World;
  readonly #chance: Seeded;
  readonly #setting: Setting;
  readonly #faults: Faults;
  readonly #table;
  readonly #instances: { readonly instance: Instance; readonly quotas: Quotas }[] = [];
  #started = 0;
  #admissions = 0;
  #writes = 0;
  /** A bucket that drains at the promised rate, filled by true admissions at their true times. */
  #level = 0;
  #levelAtMs = START_MS;

  constructor(options: RateModelOptions, shipped: Shipped, seed: number, isTraced: boolean) {
    this.#shipped = shipped;
    this.#chance = new Seeded(seed);
    this.#world = new World(this.#chance, isTraced);
    this.#setting = drawSetting(this.#chance, options.leased);
    this.#faults = { ...options.faults(this.#chance), maxSkewMs: this.#setting.clockSkewMs };
    const clock = { nowEpochMs: () => this.#world.nowMs };
    const table = shipped.createMemoryTable({ clock, items: new Map<string, Item>() });
    this.#table = {
      ...table,
      update: (write: Parameters<typeof table.update>[0]) => {
        this.#writes += 1;
        return table.update(write);
      },
    };
  }

  async run(): Promise<Run> {
    const { rate, burst, maxAgeMs, clockSkewMs, maxCost } = this.#setting;
    this.#world.note(() => `setting ${JSON.stringify(this.#setting)} faults ${JSON.stringify(this.#faults)}`);
    const lease = maxAgeMs === undefined ? false : { maxAgeMs };
    const limit = { id: 'burst', level: 'key', rate, burst, clockSkewMs, lease };
    const plan = this.#shipped.parsePlan({ id: 'gold', version: 1, limits: [limit], cost: maxCost });
    await this.#table.update(this.#shipped.savePlanWrite(plan, undefined));
    const holders = this.#chance.whole(1, 4);
    for (let slot = 0; slot < holders; slot += 1) this.#start(slot);
    this.#planRequests();
    await this.#world.run();
    const { violations, trace } = this.#world;
    return { violations, admissions: this.#admissions, writes: this.#writes, trace: trace ?? [] };
  }

  #start(slot: number): void {
    this.#started += 1;
    const instance = new Instance(`i${this.#started}`, this.#world, this.#table, this.#faults);
    this.#instances[slot] = { instance, quotas: this.#shipped.createQuotas(instance.ports) };
  }

  /** Bursts after quiet times, and a steady demand above the rate: both ends of the bucket. */
  #planRequests(): void {
    const { rate, burst, endMs, maxCost } = this.#setting;
    const bursts = this.#chance.whole(1, 3);
    for (let index = 0; index < bursts; index += 1) {
      const atMs = this.#chance.between(START_MS, endMs);
      for (let request = 0; request < Math.min(60, (2 * burst) / maxCost); request += 1)
        this.#world.at(atMs + this.#chance.between(0, 400), () => this.#request());
    }
    const steady = Math.min(120, (((endMs - START_MS) / 1000) * rate * 1.5) / maxCost);
    for (let request = 0; request < steady; request += 1)
      this.#world.at(this.#chance.between(START_MS, endMs), () => this.#request());
  }

  #request(): void {
    const slot = this.#chance.whole(0, this.#instances.length - 1);
    if (this.#instances[slot]?.instance.isAlive !== true) this.#start(slot);
    const chosen = this.#instances[slot];
    if (chosen === undefined) return;
    const { instance, quotas } = chosen;
    const cost = this.#chance.whole(1, this.#setting.maxCost);
    instance.deliver(this.#world.nowMs + this.#chance.between(0, 3), () => {
      void quotas.consume({ plan: 'gold', tenant: 'acme', key: 'k', cost }).then(({ allowed }) => {
        this.#world.note(() => `${instance.name} ${allowed ? 'admits' : 'refuses'} ${cost}`);
        if (allowed) this.#admit(cost);
      });
    });
  }

  #admit(cost: number): void {
    const { nowMs } = this.#world;
    const { rate, burst } = this.#setting;
    const drained = ((nowMs - this.#levelAtMs) / 1000) * rate;
    this.#level = Math.max(0, this.#level - drained) + cost;
    this.#levelAtMs = nowMs;
    this.#admissions += 1;
    // Times are floating point milliseconds.
    if (this.#level > burst + 1e-6)
      this.#world.violate('P6', `${this.#level.toFixed(3)} units at once, burst ${burst}, rate ${rate}/s`);
  }
}

/** Only what a plan may say: the burst must outweigh what is used late. */
function drawSetting(chance: Seeded, leased: boolean): Setting {
  const rate = chance.pick([0.5, 2, 5, 20]);
  const maxAgeMs = leased ? chance.pick([500, 1000, 5000]) : undefined;
  const clockSkewMs = chance.pick([0, 50, 200, 400]);
  const maxCost = chance.pick([1, 1, 3]);
  const late = (rate * ((maxAgeMs ?? 250) + 2 * clockSkewMs)) / 1000;
  const burst = Math.ceil(late + maxCost + chance.skewed(1, 40));
  return { rate, burst, maxAgeMs, clockSkewMs, maxCost, endMs: START_MS + 1000 * chance.pick([5, 10, 30]) };
}
