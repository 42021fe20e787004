/**
 * Changes to a customer's record under load: in the stated time, no process decides by the earlier record. Nothing is
 * lost or stopped here, because a process that cannot reach the table has a minute (the model quota-customers).
 */
import type { ItemStore } from '#shared/ports.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
import type { Decision, Quotas } from '#shared/quota/quotas.ts';
import { Instance, NO_FAULTS } from './instance.ts';
import type { Model, Run } from './model.ts';
import { Seeded } from './seeded.ts';
import type { Shipped } from './shipped.ts';
import { START_MS, World } from './world.ts';

const TENANT = 'acme';
/** The stated bounds, and two calls of the table: of refused requests, and of processes that have leased units. */
const IN_FORCE_MS = 2000;
const WITHIN_MS = 30_000;
const SLACK_MS = 2 * NO_FAULTS.maxLatencyMs;
const PERIOD_MS = 3_600_000;
const LOAD_MS = 20_000;
/** After a suspension, the processes are idle until the longest stated time has passed. */
const IDLE_MS = 25_000;

type Change = 'upgrade' | 'resume' | 'suspend' | 'suspend limit';

export function createNewsModel(name: string): Model {
  return {
    name,
    run: (shipped, seed, isTraced = false) => new NewsRun(shipped, seed, isTraced).run(),
  };
}

class NewsRun {
  readonly #shipped: Shipped;
  readonly #world: World;
  readonly #chance: Seeded;
  readonly #items = new Map<string, Item>();
  readonly #table: ItemStore;
  readonly #change: Change;
  readonly #changesWithinMs: number;
  #level = '';
  #changedMs = Infinity;
  #admissions = 0;
  #writes = 0;
  #operation = 0;

  constructor(shipped: Shipped, seed: number, isTraced: boolean) {
    this.#shipped = shipped;
    this.#chance = new Seeded(seed);
    this.#world = new World(this.#chance, isTraced);
    this.#change = this.#chance.pick<Change>(['upgrade', 'resume', 'suspend', 'suspend limit']);
    this.#changesWithinMs = this.#chance.pick([IN_FORCE_MS, WITHIN_MS]);
    const table = shipped.createMemoryTable({
      clock: { nowEpochMs: () => this.#world.nowMs },
      items: this.#items,
    });
    this.#table = {
      ...table,
      update: (write: ItemWrite) => {
        this.#writes += 1;
        return table.update(write);
      },
    };
  }

  async run(): Promise<Run> {
    const world = this.#world;
    const level = this.#chance.pick(['tenant', 'key']);
    this.#level = level;
    const billing = this.#chance.pick(['exact', 'leased']);
    const quota = this.#isSuspension ? 1_000_000 : this.#chance.whole(1, 20);
    await this.#save('free', { level, billing, quota });
    await this.#save('pro', { level, billing, quota: 1_000_000 });
    await this.#shipped.createCustomer(this.#ports(), this.#request(), { tenant: TENANT, plan: 'free' });
    if (this.#change === 'resume')
      await this.#shipped.setState(this.#ports(), this.#request(), TENANT, 'suspended');
    const holders = Array.from({ length: this.#chance.whole(1, 8) }, (_, at) => this.#start(at));
    for (const each of holders) this.#load(each);
    const changeMs = START_MS + this.#chance.between(LOAD_MS / 4, LOAD_MS / 2);
    if (this.#isSuspension) for (const each of holders) this.#load(each, LOAD_MS + IDLE_MS);
    world.at(changeMs, () => void this.#apply());
    await world.run();
    const { violations, trace = [] } = world;
    return { violations, admissions: this.#admissions, writes: this.#writes, trace };
  }

  async #save(id: string, limit: object): Promise<void> {
    const limits = [{ id: 'monthly', period: { everySeconds: PERIOD_MS / 1000 }, ...limit }];
    const plan = this.#shipped.parsePlan({ id, version: 1, limits });
    await this.#table.update(this.#shipped.savePlanWrite(plan, undefined));
  }

  #start(at: number): { readonly instance: Instance; readonly quotas: Quotas } {
    const instance = new Instance(`i${at + 1}`, this.#world, this.#table, NO_FAULTS);
    const quotas = this.#shipped.createQuotas({
      ...instance.ports,
      customers: (store, plans) => new this.#shipped.TermsBook(store, instance.ports.clock, plans),
      changesWithinMs: this.#changesWithinMs,
    });
    return { instance, quotas };
  }

  /** Requests of two keys, a few each second. */
  #load({ instance, quotas }: { readonly instance: Instance; readonly quotas: Quotas }, afterMs = 0): void {
    for (
      let atMs = START_MS + afterMs + this.#chance.between(0, 300);
      atMs < START_MS + afterMs + LOAD_MS;
      atMs += this.#chance.between(50, 600)
    )
      instance.deliver(atMs, () => {
        const startedMs = this.#world.nowMs;
        const key = this.#chance.pick(['k1', 'k2']);
        void quotas.consume({ tenant: TENANT, key, atEpochMs: startedMs }).then((decision) => {
          this.#judge(decision, startedMs, instance.name, key);
        });
      });
  }

  get #isSuspension(): boolean {
    return this.#change === 'suspend' || this.#change === 'suspend limit';
  }

  /** Whether the change refuses this key. A limit of each key is suspended for the first one only. */
  #isRefused(key: string): boolean {
    return (
      this.#change === 'suspend' ||
      (this.#change === 'suspend limit' && (this.#level === 'tenant' || key === 'k1'))
    );
  }

  #judge(decision: Decision, startedMs: number, who: string, key: string): void {
    if (decision.allowed) {
      this.#admissions += 1;
      if (this.#isRefused(key) && startedMs > this.#changedMs + this.#changesWithinMs + SLACK_MS)
        this.#world.violate('P22', 'a suspended customer or limit is admitted after the stated time');
      return;
    }
    if (this.#isSuspension) return;
    this.#world.note(() => `${who} refuses (${decision.reason}) by ${decision.plan ?? 'the state'}`);
    const isEarlier = this.#change === 'upgrade' ? decision.plan === 'free' : decision.reason === 'suspended';
    if (isEarlier && startedMs > this.#changedMs + IN_FORCE_MS + SLACK_MS)
      this.#world.violate('P21', 'a request is refused by an earlier record after the stated time');
  }

  async #apply(): Promise<void> {
    if (this.#change === 'upgrade')
      await this.#shipped.setPlan(this.#ports(), this.#request(), {
        tenant: TENANT,
        plan: 'pro',
        version: 2,
      });
    else if (this.#change === 'suspend limit')
      await this.#shipped.suspend(this.#ports(), this.#request(), {
        tenant: TENANT,
        limit: 'monthly',
        key: this.#level === 'key' ? 'k1' : undefined,
        route: undefined,
        periodEpochMs: undefined,
      });
    else {
      const state = this.#change === 'resume' ? 'active' : 'suspended';
      await this.#shipped.setState(this.#ports(), this.#request(), TENANT, state);
    }
    this.#changedMs = this.#world.nowMs;
    this.#world.note(() => `the customer's ${this.#change} is done`);
  }

  #ports(): Parameters<Shipped['setPlan']>[0] {
    const chance = this.#chance;
    return {
      store: this.#table,
      listing: this.#shipped.createMemoryListing(this.#items),
      random: { hex: (digits) => chance.hex(digits), fraction: () => chance.fraction() },
      timer: { pause: () => Promise.resolve() },
    };
  }

  #request(): Parameters<Shipped['setPlan']>[1] {
    this.#operation += 1;
    const atEpochMs = Math.ceil(this.#world.nowMs);
    return { operationId: `change-${this.#operation}`, by: 'operator', atEpochMs };
  }
}
