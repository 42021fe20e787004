/**
 * A random month with requests, top-ups, resets, plan changes and processes that end without reporting their units, and
 * a separate count of the same month.
 */
import { monthAt } from '#shared/quota/ledger/period.ts';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { reset, setLimit, topUp } from '#shared/quota/admin/limits.ts';
import { listRecords } from '#shared/quota/admin/list-usage.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { makeInvoices } from '#shared/quota/usage/invoice.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import type { Item } from '#shared/table/item-write.ts';
import { Seeded } from '../simulation/seeded.ts';
import { memoryAdminPorts, requested } from './quota-admin.ts';

type BilledMonth = {
  readonly admitted: number;
  /** Units by tenant, limit and key: `counted` when requests were admitted, and `billed` on the invoices. */
  readonly counted: ReadonlyMap<string, number>;
  readonly billed: ReadonlyMap<string, number>;
  /** The costs in 10^-3 of the currency, computed unit by unit. */
  readonly costs: ReadonlyMap<string, bigint>;
  readonly totals: ReadonlyMap<string, string>;
  readonly corrections: number;
};

const START_MS = Date.UTC(2026, 9, 31, 23);
const DAY_MS = 86_400_000;
const TENANTS = ['acme', 'globex', 'initech'] as const;
const KEYS = ['k-1', 'k-2'] as const;
const ZONE = 'Europe/Berlin';

export async function liveThroughMonth(seed: number, requests: number): Promise<BilledMonth> {
  const month = new Month(seed);
  await month.begin();
  await month.live(requests);
  return month.bill();
}

class Month {
  #nowMs = START_MS;
  readonly #chance: Seeded;
  readonly #items = new Map<string, Item>();
  readonly #ports: AdminPorts;
  readonly #processes: Quotas[] = [];
  readonly #counted = new Map<string, number>();
  /** Units of each period of the tenants' limit, for the money. */
  readonly #byPeriod = new Map<string, number>();
  #version = 0;
  #period = 'DAY';
  #operation = 0;
  #admitted = 0;

  constructor(seed: number) {
    this.#chance = new Seeded(seed);
    this.#ports = memoryAdminPorts(this.#items, { nowEpochMs: () => this.#nowMs });
  }

  async begin(): Promise<void> {
    await this.#savePlan();
    for (const tenant of TENANTS)
      for (const key of KEYS)
        await assignPlan(this.#ports, this.#request(), { tenant, key, plan: 'gold', version: 1 });
    for (let process = 0; process < 4; process += 1) this.#processes.push(this.#start());
  }

  async live(requests: number): Promise<void> {
    const events: (readonly [number, () => Promise<void>])[] = [];
    const add = (count: number, act: () => Promise<void>): void => {
      for (let index = 0; index < count; index += 1)
        events.push([this.#chance.between(START_MS, START_MS + 30 * DAY_MS), act]);
    };
    add(requests, () => this.#ask());
    add(requests / 8, async () => {
      await Promise.all([this.#ask(), this.#ask(), this.#ask(), this.#ask()]);
    });
    // A process ends without reporting or returning its leased units.
    add(requests / 20, () => {
      this.#processes[this.#chance.whole(0, 3)] = this.#start();
      return Promise.resolve();
    });
    add(12, () => this.#administer());
    add(4, () => this.#savePlan());
    for (const [atMs, act] of events.sort(([a], [b]) => a - b)) {
      this.#nowMs = Math.max(this.#nowMs, Math.floor(atMs));
      await act();
    }
  }

  async bill(): Promise<BilledMonth> {
    this.#nowMs = START_MS + 31 * DAY_MS;
    const request = requested('close', this.#nowMs);
    for (let cursor: string | undefined; ;) {
      const page = await closeOver(this.#ports, request, { month: '2026-11', cursor });
      if (page.running > 0) throw new Error('the month is over, and a period of it is not');
      if (page.next === undefined) break;
      cursor = page.next;
    }
    const records = await this.#records();
    const billed = new Map<string, number>();
    const totals = new Map<string, string>();
    for (const tenant of TENANTS) {
      const own = records.filter((record) => record.tenant === tenant);
      const [invoice] = makeInvoices(tenant, '2026-11', own, () => undefined).invoices;
      for (const { limit, key, used } of invoice?.lines ?? []) add(billed, nameOf(tenant, limit, key), used);
      const own$ = invoice?.lines.find(({ limit }) => limit === 'monthly');
      if (own$ !== undefined) totals.set(tenant, own$.amount);
    }
    const corrections = records.filter(({ version }) => version > 1).length;
    const counts = { counted: this.#counted, billed, costs: this.#costs(), totals, corrections };
    return { admitted: this.#admitted, ...counts };
  }

  /**
   * Computes the cost unit by unit, in thousandths: the first 200 units of the month are free, the next 300 cost 3
   * each, and all others 2 each. The fee is 5.
   */
  #costs(): ReadonlyMap<string, bigint> {
    return new Map(
      [...this.#byPeriod].map(([tenant, units]) => {
        let cost = 5000n;
        for (let unit = 1; unit <= units; unit += 1) cost += unit <= 200 ? 0n : unit <= 500 ? 3n : 2n;
        return [tenant, cost];
      }),
    );
  }

  async #records(): Promise<readonly UsageRecord[]> {
    const all: UsageRecord[] = [];
    for (let cursor: string | undefined; ;) {
      const question = {
        tenant: undefined,
        fromEpochMs: undefined,
        toEpochMs: undefined,
        cursor,
        limit: 100,
      };
      const { rows, next } = await listRecords(this.#ports, question);
      all.push(...rows);
      if (next === undefined) return all.filter(({ month }) => month === '2026-11');
      cursor = next;
    }
  }

  /**
   * Saves the plan with another quota. In half of the cases, it also changes the period of the keys' limit between a
   * day and a month.
   */
  async #savePlan(): Promise<void> {
    this.#version += 1;
    if (this.#version > 1 && this.#chance.chance(0.5))
      this.#period = this.#period === 'DAY' ? 'MONTH' : 'DAY';
    const tiers = [{ upTo: 500, unitPrice: '0.003' }, { unitPrice: '0.002' }];
    const price = { fee: '5', included: 200, tiers };
    const shared = { billing: 'exact', timeZone: ZONE };
    const monthly = { ...shared, level: 'tenant', quota: 5000 - this.#version, period: 'MONTH', overage: 20 };
    const each = { ...shared, level: 'key', quota: this.#chance.whole(20, 2000), period: this.#period };
    const free = { fee: '0', included: 0, tiers: [{ unitPrice: '0.0005' }] };
    await savePlan(this.#ports, this.#request(), 'gold', {
      id: 'gold',
      version: this.#version,
      invoice: { currency: 'EUR' },
      limits: [
        { id: 'monthly', ...monthly, price },
        { id: 'each', ...each, price: free },
      ],
    });
  }

  async #administer(): Promise<void> {
    const tenant = this.#chance.pick(TENANTS);
    const question = this.#chance.chance(0.5)
      ? { tenant, limit: 'monthly', key: undefined }
      : { tenant, limit: 'each', key: this.#chance.pick(KEYS) };
    const of = { ...question, route: undefined, periodEpochMs: undefined };
    const units = this.#chance.whole(1, 300);
    const acts = [
      () => topUp(this.#ports, this.#request(), of, units),
      () => reset(this.#ports, this.#request(), of),
      () => setLimit(this.#ports, this.#request(), of, units * 10),
    ] as const;
    // Nothing was charged to the tenant yet, so the change is refused.
    await this.#chance
      .pick(acts)()
      .catch((error: unknown) => {
        if (!String(error).includes('nothing was ever charged')) throw error;
      });
  }

  async #ask(): Promise<void> {
    const quotas = this.#processes[this.#chance.whole(0, 3)];
    const [tenant, key] = [this.#chance.pick(TENANTS), this.#chance.pick(KEYS)];
    const cost = this.#chance.pick([1, 1, 1, 2, 5]);
    const request = { plan: 'gold', tenant, key, cost, atEpochMs: this.#nowMs };
    const decision = await quotas?.consume(request);
    if (decision?.allowed !== true) return;
    let units = cost;
    const end = this.#chance.pick([
      'refunded',
      'settled',
      'served',
      'served',
      'served',
      'served',
      'served',
    ] as const);
    if (end === 'refunded') {
      decision.refund();
      units = 0;
    } else if (end === 'settled') {
      units = this.#chance.whole(0, 8);
      await decision.settle(units);
    }
    await decision.release();
    this.#admitted += 1;
    if (monthAt(ZONE, request.atEpochMs) !== '2026-11') throw new Error('a request of another month');
    add(this.#counted, nameOf(tenant, 'monthly', undefined), units);
    add(this.#counted, nameOf(tenant, 'each', key), units);
    add(this.#byPeriod, tenant, units);
  }

  #start(): Quotas {
    const { store, random, timer } = this.#ports;
    const now = (): number => this.#nowMs;
    const clock = { nowEpochMs: now, monotonicMs: now };
    return createQuotas({ store, random, timer, clock, denyCacheMs: 0 });
  }

  #request(): ReturnType<typeof requested> {
    this.#operation += 1;
    return requested(`op-${this.#operation}`, this.#nowMs);
  }
}

function nameOf(tenant: string, limit: string, key: string | undefined): string {
  return [tenant, limit, key].filter((part) => part !== undefined).join('/');
}

function add(to: Map<string, number>, name: string, units: number): void {
  to.set(name, (to.get(name) ?? 0) + units);
}
