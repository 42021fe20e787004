/**
 * What a customer with a record owes while plans change, periods are closed and processes come and go. The oracle knows
 * only what was asked for and admitted: it counts each unit at the price of the plan in force, by its position in the
 * period, and each fee by the time of the terms (docs/guides/sell/quota.md, "Customers" and "Invoices"). Periods and
 * months are computed from a table of UTC offsets.
 */
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { setLimit, topUp } from '#shared/quota/admin/limits.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { invoicesOf } from '#shared/quota/admin/tenant-invoices.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import type { Item } from '#shared/table/item-write.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { memoryAdminPorts, requested } from '../support/quota-admin.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longer than a change may take until it is in force everywhere. */
const SETTLED_MS = 61_000;
const CLOSED_EVERY_MS = 5 * DAY_MS;
const LIVED_MS = 45 * DAY_MS;
/** All periods of the customer's life are over by then, and their ledgers are not expired. */
const JUDGED_MS = 78 * DAY_MS;
const ONE = 10n ** 12n;
const CENT = 10n ** 10n;
const PLANS = ['free', 'pro', 'gold'];
/** The offset from UTC, until when, and the offset afterwards. */
const ZONES: readonly (readonly [name: string, before: number, change: number, after: number])[] = [
  ['UTC', 0, 0, 0],
  ['Europe/Berlin', 2, Date.UTC(2026, 9, 25, 1), 1],
  ['America/New_York', -4, Date.UTC(2026, 10, 1, 6), -5],
  ['Pacific/Kiritimati', 14, 0, 14],
];

type Price = {
  readonly fee: string;
  readonly prorate?: true;
  readonly included: number;
  readonly unitPrice: string;
};
type Term = { readonly plan: string; readonly fromMs: number };
type Use = { readonly atMs: number; readonly units: number };

export const customerBills: DrawnPromise = {
  name: 'customer-bills',
  says: 'every admitted unit is billed once at the price of its plan, and every fee for the time of its term, however often periods are closed',
  few: 10,
  many: 4000,
  meets: [
    'a plan changed within a period',
    'a change was planned',
    'a customer was closed',
    'units were billed',
  ],
  check: (seed, tally) => new Life(seed, tally).live(),
};

class Life {
  readonly #pick: Pick;
  readonly #tally: Tally;
  readonly #zone: (typeof ZONES)[number];
  readonly #anchor: number;
  readonly #prices: ReadonlyMap<string, Price>;
  readonly #items = new Map<string, Item>();
  readonly #ports: AdminPorts;
  readonly #startMs: number;
  readonly #told: string[] = [];
  readonly #uses: Use[] = [];
  #terms: readonly Term[] = [];
  #closedMs = Infinity;
  #nowMs: number;
  #nextCloseMs: number;
  #version = 1;
  #operation = 0;

  constructor(seed: number, tally: Tally) {
    const pick = pickFrom(seed);
    this.#pick = pick;
    this.#tally = tally;
    this.#zone = pick.one(ZONES);
    this.#anchor = pick.one([1, 10, 25, 31]);
    this.#prices = new Map(PLANS.map((plan) => [plan, drawPrice(pick)]));
    this.#startMs = Date.UTC(2026, 9, 1) + pick.upTo(30 * DAY_MS);
    this.#nowMs = this.#startMs;
    this.#nextCloseMs = this.#startMs + CLOSED_EVERY_MS;
    this.#ports = memoryAdminPorts(this.#items, { nowEpochMs: () => this.#nowMs });
  }

  async live(): Promise<string | undefined> {
    await this.#begin();
    const times = Array.from({ length: 14 }, () => this.#startMs + this.#pick.upTo(LIVED_MS));
    const processes = [this.#start(), this.#start()];
    for (const atMs of times.sort((a, b) => a - b)) {
      await this.#moveTo(Math.max(atMs, this.#nowMs + 1));
      if (this.#pick.chance(0.6)) {
        const broken = await this.#use(this.#pick.one(processes));
        if (broken !== undefined) return this.#describe(broken);
      } else await this.#change();
    }
    await this.#moveTo(this.#startMs + JUDGED_MS);
    await this.#close();
    return this.#judge();
  }

  async #begin(): Promise<void> {
    for (const [id, { unitPrice, ...price }] of this.#prices) {
      const period = { period: 'MONTH', timeZone: this.#zone[0], anchor: { day: this.#anchor } };
      const limit = { id: 'calls', level: 'tenant', quota: 1e6, ...period, billing: 'exact' };
      await savePlan(this.#ports, this.#request(), id, {
        id,
        version: 1,
        invoice: { currency: 'EUR' },
        limits: [{ ...limit, price: { ...price, tiers: [{ unitPrice }] } }],
      });
    }
    const plan = this.#pick.one(PLANS);
    await createCustomer(this.#ports, this.#request(), { tenant: 'acme', plan });
    this.#terms = [{ plan, fromMs: this.#nowMs }];
    this.#tell(`created with ${plan}`);
  }

  async #moveTo(atMs: number): Promise<void> {
    while (this.#nextCloseMs < atMs) {
      this.#nowMs = Math.max(this.#nowMs, this.#nextCloseMs);
      await this.#close();
      this.#nextCloseMs += CLOSED_EVERY_MS;
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  async #close(): Promise<void> {
    for (const [name, { expiresAt }] of this.#items)
      if (typeof expiresAt === 'number' && expiresAt * 1000 <= this.#nowMs) this.#items.delete(name);
    for (let cursor: string | undefined; ;) {
      const page = await closeOver(this.#ports, this.#request(), { month: undefined, cursor });
      if (page.next === undefined) return;
      cursor = page.next;
    }
  }

  async #use(quotas: Quotas): Promise<string | undefined> {
    const cost = this.#pick.one([1, 2, 13]);
    const decision = await quotas.consume({ tenant: 'acme', key: 'k-1', atEpochMs: this.#nowMs, cost });
    if (decision.allowed !== (this.#closedMs === Infinity)) return `admitted: ${decision.allowed}`;
    if (!decision.allowed) return undefined;
    const isRefunded = this.#pick.chance(0.15);
    if (isRefunded) decision.refund();
    await decision.release();
    if (!isRefunded) this.#uses.push({ atMs: this.#nowMs, units: cost });
    this.#tell(isRefunded ? 'refunded' : `used ${cost}`);
    return undefined;
  }

  async #change(): Promise<void> {
    if (this.#closedMs === Infinity && this.#pick.chance(0.6)) await this.#changePlan();
    else if (this.#closedMs === Infinity && this.#pick.chance(0.3)) {
      await setState(this.#ports, this.#request(), 'acme', 'closed');
      this.#closedMs = this.#nowMs;
      this.#terms = this.#terms.filter(({ fromMs }) => fromMs <= this.#nowMs);
      count(this.#tally, 'a customer was closed');
      this.#tell('closed');
    } else {
      const of = {
        tenant: 'acme',
        limit: 'calls',
        key: undefined,
        route: undefined,
        periodEpochMs: undefined,
      };
      const change = this.#pick.one([topUp, setLimit]);
      await change(this.#ports, this.#request(), of, 500_000).catch((error: unknown) => {
        if (!String(error).includes('nothing was ever charged')) throw error;
      });
      this.#tell('counts changed');
    }
    this.#nowMs += SETTLED_MS;
  }

  async #changePlan(): Promise<void> {
    const plan = this.#pick.one(PLANS);
    const isPlanned = this.#pick.chance(0.3);
    const fromMs = isPlanned ? this.#nowMs + 2 * DAY_MS + this.#pick.upTo(20 * DAY_MS) : this.#nowMs;
    // A planned change is not changed any more in its last minute.
    if (this.#terms.some((term) => term.fromMs > this.#nowMs && term.fromMs < this.#nowMs + SETTLED_MS))
      return;
    const version = this.#version + 1;
    const wanted = { tenant: 'acme', plan, ...(isPlanned && { fromEpochMs: fromMs }), version };
    await setPlan(this.#ports, this.#request(), wanted);
    this.#version = version;
    const kept = this.#terms.filter((term) => term.fromMs < fromMs);
    this.#terms = kept.at(-1)?.plan === plan ? kept : [...kept, { plan, fromMs }];
    count(this.#tally, isPlanned ? 'a change was planned' : 'a plan changed within a period');
    this.#tell(`${plan} from ${new Date(fromMs).toISOString()}`);
  }

  async #judge(): Promise<string | undefined> {
    const owed = this.#owed();
    const months = [9, 10, 11, 12].map((month) =>
      new Date(Date.UTC(2026, month, 1)).toISOString().slice(0, 7),
    );
    for (const month of months) {
      const invoices = await invoicesOf(this.#ports, { tenant: 'acme', month }, this.#nowMs);
      const lines = invoices.flatMap((invoice) => invoice.lines);
      const used = lines.reduce((sum, line) => sum + line.used, 0);
      const total = invoices.reduce((sum, invoice) => sum + scaled(invoice.total), 0n);
      const { units = 0, amount = 0n } = owed.get(month) ?? {};
      if (used > 0) count(this.#tally, 'units were billed');
      if (used !== units) return this.#describe(`${month}: ${used} units are billed, not ${units}`);
      // Each line is rounded once.
      const most = (CENT / 2n + 10n) * BigInt(Math.max(1, lines.length));
      const off = total - amount;
      if (off > most || off < -most)
        return this.#describe(
          `${month}: ${total / CENT} cents are billed, not ${Number(amount) / Number(CENT)}`,
        );
    }
    return undefined;
  }

  /** The units and the exact amount of each month. */
  #owed(): ReadonlyMap<string, { units: number; amount: bigint }> {
    const owed = new Map<string, { units: number; amount: bigint }>();
    for (let month = 8; month < 13; month += 1) {
      const [startMs, endMs] = [this.#beginOf(month), this.#beginOf(month + 1)];
      const spans = this.#terms
        .map((term, index) => ({
          ...term,
          untilMs: Math.min(this.#closedMs, this.#terms[index + 1]?.fromMs ?? Infinity),
        }))
        .filter(({ fromMs, untilMs }) => fromMs < untilMs && fromMs < endMs && untilMs > startMs)
        .filter(() => startMs <= this.#nowMs);
      let position = 0;
      for (const { plan, fromMs, untilMs } of spans) {
        const price = this.#prices.get(plan);
        if (price === undefined) continue;
        const part = BigInt(Math.min(endMs, untilMs) - Math.max(startMs, fromMs));
        const isLast = spans.at(-1)?.fromMs === fromMs;
        const fee = scaled(price.fee);
        let amount = price.prorate === true ? (fee * part) / BigInt(endMs - startMs) : isLast ? fee : 0n;
        let units = 0;
        for (const use of this.#uses)
          if (use.atMs >= Math.max(startMs, fromMs) && use.atMs < Math.min(endMs, untilMs))
            for (let unit = 0; unit < use.units; unit += 1) {
              position += 1;
              units += 1;
              if (position > price.included) amount += scaled(price.unitPrice);
            }
        const name = this.#monthOf(Math.max(startMs, fromMs));
        const before = owed.get(name) ?? { units: 0, amount: 0n };
        owed.set(name, { units: before.units + units, amount: before.amount + amount });
      }
    }
    return owed;
  }

  #beginOf(month: number): number {
    const lastDay = new Date(Date.UTC(2026, month + 1, 0)).getUTCDate();
    const localMs = Date.UTC(2026, month, Math.min(this.#anchor, lastDay));
    const [, before, changeMs, after] = this.#zone;
    return localMs - before * HOUR_MS < changeMs ? localMs - before * HOUR_MS : localMs - after * HOUR_MS;
  }

  #monthOf(atMs: number): string {
    const [, before, changeMs, after] = this.#zone;
    return new Date(atMs + (atMs < changeMs ? before : after) * HOUR_MS).toISOString().slice(0, 7);
  }

  #start(): Quotas {
    const { store, random, timer } = this.#ports;
    const clock = { nowEpochMs: () => this.#nowMs, monotonicMs: () => this.#nowMs };
    return createQuotas({
      store,
      random,
      timer,
      clock,
      denyCacheMs: 0,
      plans: [],
      customers: (from, plans) => new TermsBook(from, clock, plans),
    });
  }

  #request(): ReturnType<typeof requested> {
    this.#operation += 1;
    return requested(`op-${this.#operation}`, this.#nowMs);
  }

  #tell(what: string): void {
    this.#told.push(`${new Date(this.#nowMs).toISOString()} ${what}`);
  }

  #describe(broken: string): string {
    const plans = JSON.stringify(Object.fromEntries(this.#prices));
    return `${broken}; ${this.#zone[0]}, periods begin on day ${this.#anchor}, ${plans}: ${this.#told.join(', ')}`;
  }
}

function drawPrice(pick: Pick): Price {
  const prorate = pick.chance(0.6);
  return {
    fee: pick.one(['0', '49.00', '0.333333333333', '10.005']),
    ...(prorate && { prorate }),
    included: pick.one([0, 0, 5, 20]),
    unitPrice: pick.one(['0.0125', '0.0000015', '1.5']),
  };
}

/** A decimal as a whole number of 10^-12. */
function scaled(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(12, '0'));
}
