/** A quota table in memory under a clock that moves on request, and processes that share it. */
import type { AgeClock, ItemStore } from '#shared/ports.ts';
import type { QuotaEvent } from '#shared/quota/holding/holder-ports.ts';
import type { Item } from '#shared/table/item-write.ts';
import { createMemoryTable } from './memory-table.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { QuotaOptions, Quotas } from '#shared/quota/quotas.ts';

/** 2026-11-19T12:00:00Z, a Thursday. */
export const NOON_MS = Date.UTC(2026, 10, 19, 12);

export class QuotaTable {
  nowMs = NOON_MS;
  /** While true, no call is answered, and no call is carried out. */
  isDown = false;
  readonly calls: string[] = [];
  readonly events: QuotaEvent[] = [];
  readonly items = new Map<string, Item>();
  readonly clock: AgeClock = { nowEpochMs: () => this.nowMs, monotonicMs: () => this.nowMs };
  readonly store: ItemStore;
  #holders = 0;

  constructor() {
    const memory = createMemoryTable({ clock: this.clock, items: this.items });
    this.store = {
      update: (write) => this.#call(write.purpose, () => memory.update(write), UNKNOWN),
      transact: (writes) => this.#call('open', () => memory.transact(writes), UNKNOWN),
      read: (key, options) => this.#call('read', () => memory.read(key, options), UNREAD),
    };
  }

  /** Adds a process. Its ids count up, so that a run can be repeated. */
  holder(
    limits: readonly object[],
    options: Partial<QuotaOptions> & { readonly cost?: unknown } = {},
  ): Quotas {
    this.#holders += 1;
    const id = this.#holders;
    const { cost = 1, ...rest } = options;
    return createQuotas({
      store: this.store,
      clock: this.clock,
      random: { hex: (digits) => id.toString(16).padEnd(digits, '0'), fraction: () => 0.5 },
      timer: { pause: () => Promise.resolve() },
      plans: [{ id: 'gold', version: 1, limits, cost }],
      observe: (event) => this.events.push(event),
      ...rest,
    });
  }

  /** Sends requests until one is refused, but at most `most`, and returns how many were admitted. */
  async spend(quotas: Quotas, most: number, request: object = {}): Promise<number> {
    for (let admitted = 0; admitted < most; admitted += 1) {
      this.nowMs += 10;
      if (!(await quotas.consume(aRequest({ atEpochMs: this.nowMs, ...request }))).allowed) return admitted;
    }
    return most;
  }

  ledger(): Item {
    const [item] = [...this.items].filter(([name]) => name.includes('\nP#')).map(([, found]) => found);
    return item ?? {};
  }

  countOf(purpose: string): number {
    return this.calls.filter((call) => call === purpose).length;
  }

  #call<T>(purpose: string, carryOut: () => Promise<T>, unanswered: unknown): Promise<T> {
    this.calls.push(purpose);
    return this.isDown ? Promise.resolve(unanswered as T) : carryOut();
  }
}

export function aRequest(overrides: object = {}): { plan: string; tenant: string; key: string } {
  return { plan: 'gold', tenant: 'acme', key: 'key-1', ...overrides };
}

const UNKNOWN = { kind: 'unknown', reason: 'down' };
const UNREAD = { kind: 'unavailable', reason: 'down' };
