/** A customer's month from the first request to the invoice: what is enforced is what is shown and billed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { setLimit, topUp } from '#shared/quota/admin/limits.ts';
import { listDraftRecords } from '#shared/quota/admin/draft-records.ts';
import { listCurrentUsage, listRecords } from '#shared/quota/admin/list-usage.ts';
import type { UsageQuestion } from '#shared/quota/admin/list-usage.ts';
import { migrateCustomers } from '#shared/quota/admin/migrate-customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import type { PlanNewsReader } from '#shared/quota/plan/plan-news.ts';
import { makeInvoices } from '#shared/quota/usage/invoice.ts';
import type { Standing } from '#shared/quota/ledger/ledger.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import type { Item } from '#shared/table/item-write.ts';
import { memoryAdminPorts, requested } from '../../../support/quota-admin.ts';

const at = (text: string): number => Date.parse(text);
const MINUTE_MS = 60_000;
const standingOf = ({ allowance, counted, left }: Standing): Standing => ({ allowance, counted, left });

/** `free` has 10 a month, `pro` 3,000 for 30.00 with 20 included, `basic` 100 for 3.00; `pro-part` is `pro` prorated. */
const PLANS = {
  free: { quota: 10, price: { fee: '0', tiers: [{ unitPrice: '0' }] } },
  basic: { quota: 100, price: { fee: '3.00', included: 100, tiers: [{ unitPrice: '0' }] } },
  pro: { quota: 3000, price: { fee: '30.00', included: 20, tiers: [{ unitPrice: '0.05' }] } },
  'pro-part': {
    quota: 3000,
    price: { fee: '30.00', prorate: true, included: 20, tiers: [{ unitPrice: '0.05' }] },
  },
};

class Month {
  nowMs = at('2026-11-01T00:00:00Z');
  readonly ports = memoryAdminPorts(new Map<string, Item>(), { nowEpochMs: () => this.nowMs });
  readonly #quotas: Quotas;
  readonly #processes: readonly Quotas[];
  #operation = 0;
  #version = 1;

  constructor() {
    const now = (): number => this.nowMs;
    const clock = { nowEpochMs: now, monotonicMs: now };
    const { store, random, timer } = this.ports;
    const customers = (watched: typeof store, plans: PlanNewsReader) => new TermsBook(watched, clock, plans);
    const start = (): Quotas => createQuotas({ store, random, timer, clock, customers, denyCacheMs: 0 });
    this.#processes = Array.from({ length: 5 }, start);
    this.#quotas = this.#processes[0] ?? start();
  }

  /** Sends `times` requests at once, to all processes in turn, and returns the reasons of the refused ones. */
  async rush(times: number): Promise<readonly string[]> {
    const decisions = await Promise.all(
      Array.from({ length: times }, (_, index) => {
        const process = this.#processes[index % this.#processes.length] ?? this.#quotas;
        return process.consume({ tenant: 'acme', key: 'k-1', atEpochMs: (this.nowMs += 1) });
      }),
    );
    return decisions.flatMap((decision) => (decision.allowed ? [] : [decision.reason]));
  }

  request(): ReturnType<typeof requested> {
    this.#operation += 1;
    return requested(`op-${this.#operation}`, this.nowMs);
  }

  async begin(plan?: keyof typeof PLANS, more: object = {}): Promise<void> {
    for (const [id, { quota, price }] of Object.entries(PLANS)) {
      const limit = { id: 'monthly', level: 'tenant', quota, period: 'MONTH', price };
      const document = { id, version: 1, invoice: { currency: 'EUR' }, limits: [limit] };
      await savePlan(this.ports, this.request(), id, document);
    }
    if (plan !== undefined)
      await createCustomer(this.ports, this.request(), { tenant: 'acme', plan, ...more });
  }

  async set(plan: keyof typeof PLANS, more: object = {}): Promise<void> {
    this.#version += 1;
    await setPlan(this.ports, this.request(), { tenant: 'acme', plan, version: this.#version, ...more });
    if (!('fromEpochMs' in more)) this.nowMs += MINUTE_MS;
  }

  /** Sends the requests at the given time, and returns how many are admitted. */
  async ask(when: string, times: number): Promise<number> {
    this.nowMs = Math.max(this.nowMs, at(when));
    let admitted = 0;
    for (let sent = 0; sent < times; sent += 1) {
      this.nowMs += 1;
      const { allowed } = await this.#quotas.consume({ tenant: 'acme', key: 'k-1', atEpochMs: this.nowMs });
      admitted += Number(allowed);
    }
    return admitted;
  }

  /** Every plan of the customer's has periods of this month, whenever it came. */
  periodStart(): string {
    return `${new Date(this.nowMs).toISOString().slice(0, 7)}-01T00:00:00.000Z`;
  }

  async left(): Promise<number> {
    const { left } = await this.shown();
    return left;
  }

  /**
   * Returns what `customers show`, `access explain` and `usage show` read. It must be the same for all, and in the
   * header fields.
   */
  async shown(): Promise<Standing> {
    const question = { tenant: 'acme', limit: 'monthly', key: undefined, route: undefined };
    const row = rowOf(await findLedger(this.ports, { ...question, periodEpochMs: undefined }, this.nowMs));
    const listed = { tenant: 'acme', cursor: undefined, atEpochMs: this.nowMs };
    const all = (await listCurrentUsage(this.ports, listed)).rows.filter(({ limit }) => limit === 'monthly');
    assert.deepEqual(
      new Set([row, ...all].map(({ periodStart }) => periodStart)),
      new Set([this.periodStart()]),
    );
    const shown = standingOf(row);
    // Before its first request a customer is on no list.
    if (all.length > 0) assert.deepEqual(all.map(standingOf), [shown]);
    return shown;
  }

  /** Returns the header values of one more request, which is charged if it is admitted. */
  async header(): Promise<readonly [limit: number | undefined, remaining: number | undefined]> {
    const now = { tenant: 'acme', key: 'k-1', atEpochMs: (this.nowMs += 1) };
    const { limits } = await this.#quotas.consume(now);
    return [limits[0]?.limit, limits[0]?.remaining];
  }

  async drafts(of: UsageQuestion): Promise<readonly UsageRecord[]> {
    const drafts: UsageRecord[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listDraftRecords(this.ports, { ...of, cursor }, this.nowMs);
      drafts.push(...page.rows);
      if (page.next === undefined) return drafts;
      cursor = page.next;
    }
  }

  /** Units on the invoice of a month, and its total. */
  async bill(month: string, when: string): Promise<readonly [used: number, total: string]> {
    this.nowMs = Math.max(this.nowMs, at(when));
    const all = {
      tenant: 'acme',
      fromEpochMs: undefined,
      toEpochMs: undefined,
      cursor: undefined,
      limit: 1000,
    };
    const recorded = async () => (await listRecords(this.ports, all)).rows;
    const invoicesOf = (records: readonly UsageRecord[]) =>
      makeInvoices(
        'acme',
        month,
        records.filter((record) => record.month === month),
        () => undefined,
      ).invoices;
    const draft = invoicesOf([...(await recorded()), ...(await this.drafts(all))]);
    // The second run changes nothing.
    for (let run = 0; run < 2; run += 1)
      for (let cursor: string | undefined; ;) {
        const page = await closeOver(this.ports, this.request(), { month, cursor });
        if (page.next === undefined) break;
        cursor = page.next;
      }
    const records = (await recorded()).filter((record) => record.month === month);
    for (const { periodStart } of records) assert.equal(periodStart, `${month}-01T00:00:00.000Z`);
    assert.equal(new Set(records.map(({ recordId }) => recordId)).size, records.length);
    const invoices = invoicesOf(records);
    assert.deepEqual(draft, invoices, 'a draft says what closing bills');
    const used = invoices.flatMap(({ lines }) => lines).reduce((sum, line) => sum + line.used, 0);
    return [used, invoices[0]?.total ?? 'none'];
  }
}

const MONTHLY = {
  tenant: 'acme',
  limit: 'monthly',
  key: undefined,
  route: undefined,
  periodEpochMs: undefined,
};

/** Requests of a month: by plan, how many are sent and how many of them are admitted. */
const CHANGES: readonly {
  readonly name: string;
  readonly steps: readonly (readonly [plan: keyof typeof PLANS, sent: number, admitted: number])[];
  readonly allowance: number;
  readonly source: string;
}[] = [
  {
    name: 'an upgrade',
    steps: [
      ['free', 10, 10],
      ['pro', 63, 63],
    ],
    allowance: 3000,
    source: 'quota.md, Customers: use counts',
  },
  {
    name: 'an upgrade, and no request since',
    steps: [
      ['free', 12, 10],
      ['pro', 0, 0],
    ],
    allowance: 3000,
    source: 'quota.md, Customers: use counts',
  },
  {
    name: 'a downgrade below the use',
    steps: [
      ['pro', 73, 73],
      ['free', 5, 0],
    ],
    allowance: 10,
    source: 'quota.md, Customers: beyond the new quota nothing until the period ends',
  },
  {
    name: 'two changes',
    steps: [
      ['free', 10, 10],
      ['basic', 100, 90],
      ['pro', 25, 25],
    ],
    allowance: 3000,
    source: 'quota.md, Customers: use counts',
  },
  {
    name: 'two changes, down and up again',
    steps: [
      ['basic', 50, 50],
      ['free', 5, 0],
      ['pro', 20, 20],
    ],
    allowance: 3000,
    source: 'quota.md, Customers: use counts',
  },
  {
    name: 'a trial, and the paid plan after it',
    steps: [
      ['free', 7, 7],
      ['pro-part', 30, 30],
    ],
    allowance: 3000,
    source: 'quota.md, Customers: trial',
  },
];

describe('what is shown of a month', () => {
  for (const { name, steps, allowance, source } of CHANGES)
    it(`with ${name} is what was admitted, and is billed`, async () => {
      const month = new Month();
      let counted = 0;
      for (const [step, [plan, sent, admitted]] of steps.entries()) {
        if (step === 0) await month.begin(plan);
        else await month.set(plan);
        assert.equal(await month.ask(`2026-11-1${step}T00:00:00Z`, sent), admitted);
        counted += admitted;
      }

      const left = Math.max(0, allowance - counted);
      assert.deepEqual(await month.shown(), { allowance, counted, left }, source);
      assert.deepEqual(await month.header(), [allowance, Math.max(0, left - 1)], source);
      const [billed] = await month.bill('2026-11', '2026-12-01T01:00:00Z');
      assert.equal(billed, counted + Number(left > 0), source);
    });

  it('has top-ups of the plan after an upgrade in full', async () => {
    const month = new Month();
    await month.begin('free');
    assert.equal(await month.ask('2026-11-10T00:00:00Z', 10), 10);
    await month.set('basic');
    assert.equal(await month.ask('2026-11-11T00:00:00Z', 1), 1);

    await topUp(month.ports, month.request(), MONTHLY, 50);
    assert.deepEqual(await month.shown(), { allowance: 150, counted: 11, left: 139 });
    assert.deepEqual(await month.header(), [150, 138]);
    assert.equal(await month.ask('2026-11-12T00:00:00Z', 200), 138);
  });

  it('has what a higher limit after a downgrade below the use leaves', async () => {
    const month = new Month();
    await month.begin('basic');
    assert.equal(await month.ask('2026-11-10T00:00:00Z', 40), 40);
    await month.set('free');
    assert.equal(await month.ask('2026-11-11T00:00:00Z', 1), 0);

    await setLimit(month.ports, month.request(), MONTHLY, 60);
    assert.deepEqual(await month.shown(), { allowance: 60, counted: 40, left: 20 });
    assert.equal(await month.ask('2026-11-12T00:00:00Z', 50), 20);
  });
});

describe('a month of a customer', () => {
  it("with an upgrade: the usage counts, and the fee is the last plan's", async () => {
    const month = new Month();
    await month.begin('free');
    assert.equal(await month.ask('2026-11-10T00:00:00Z', 15), 10);
    await month.set('pro');
    assert.equal(await month.left(), 2990);
    assert.equal(await month.ask('2026-11-16T00:00:00Z', 74), 74);
    assert.equal(await month.left(), 2916);

    // 84 units: the first 10 were of the free plan; of pro's 20 free ones 10 are left, and 64 cost 0.05.
    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [84, '33.20']);
  });

  it('with an upgrade to a plan that is prorated', async () => {
    const month = new Month();
    await month.begin('basic');
    assert.equal(await month.ask('2026-11-10T00:00:00Z', 15), 15);
    month.nowMs = at('2026-11-16T00:00:00Z');
    await month.set('pro-part');
    assert.equal(await month.ask('2026-11-20T00:00:00Z', 5), 5);

    // 15 of 30 days of 30.00; the fee of basic is that of a whole last plan, and it is not the last.
    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [20, '15.00']);
  });

  it('with an upgrade and no later request: the last plan was in force, and is billed', async () => {
    const month = new Month();
    await month.begin('free');
    assert.equal(await month.ask('2026-11-10T00:00:00Z', 4), 4);
    await month.set('pro');

    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [4, '30.00']);
    assert.deepEqual(await month.bill('2026-12', '2027-01-01T01:00:00Z'), [0, '30.00']);
  });

  it('with a downgrade below the use: refused until the month ends, and billed by what was in force', async () => {
    const month = new Month();
    await month.begin('pro');
    assert.equal(await month.ask('2026-11-10T00:00:00Z', 40), 40);
    await month.set('free');
    assert.equal(await month.left(), 0);
    assert.equal(await month.ask('2026-11-20T00:00:00Z', 3), 0);

    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [40, '1.00'], '20 units at 0.05');
    assert.equal(await month.ask('2026-12-02T00:00:00Z', 20), 10);
    assert.deepEqual(await month.bill('2026-12', '2027-01-01T01:00:00Z'), [10, '0.00']);
  });

  it('with a downgrade at the end of the month, made before', async () => {
    const month = new Month();
    await month.begin('pro');
    await month.set('free', { fromEpochMs: at('2026-12-01T00:00:00Z') });
    assert.equal(await month.ask('2026-11-20T00:00:00Z', 30), 30);
    assert.equal(await month.ask('2026-11-30T23:59:59Z', 1), 1);
    assert.equal(await month.ask('2026-12-01T00:00:01Z', 20), 10);

    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [31, '30.55']);
    assert.deepEqual(await month.bill('2026-12', '2027-01-01T01:00:00Z'), [10, '0.00']);
  });

  it('with a cancellation: nothing is admitted or billed afterwards', async () => {
    const month = new Month();
    await month.begin('pro-part');
    assert.equal(await month.ask('2026-11-07T00:00:00Z', 25), 25);
    month.nowMs = at('2026-11-16T00:00:00Z');
    await setState(month.ports, month.request(), 'acme', 'closed');
    assert.equal(await month.ask('2026-11-16T00:01:00Z', 5), 0);

    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [25, '15.25']);
    assert.deepEqual(await month.bill('2026-12', '2027-01-01T01:00:00Z'), [0, 'none']);
  });

  it('with a trial, and the plan after it', async () => {
    const month = new Month();
    await month.begin('free');
    await month.set('pro-part', { fromEpochMs: at('2026-11-16T00:00:00Z') });
    assert.equal(await month.ask('2026-11-15T00:00:00Z', 12), 10);
    assert.equal(await month.ask('2026-11-16T00:00:01Z', 12), 12);

    // 22 units, 10 of them in the trial: 2 cost 0.05.
    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [22, '15.10']);
  });

  it("with the customer's own limit", async () => {
    const month = new Month();
    await month.begin('basic', { limits: { monthly: 150 } });
    assert.equal(await month.left(), 150);
    assert.equal(await month.ask('2026-11-15T00:00:00Z', 200), 150);

    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [150, '3.00']);
  });

  it('with a plan that is withdrawn before it is in force, and never billed', async () => {
    const month = new Month();
    await month.begin('free');
    await month.set('pro', { fromEpochMs: at('2026-11-20T00:00:00Z') });
    month.nowMs = at('2026-11-10T00:00:00Z');
    await month.set('free');
    assert.equal(await month.ask('2026-11-25T00:00:00Z', 20), 10);

    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [10, '0.00']);
  });

  it('that is upgraded under load: no request fails, and none is lost or billed twice', async () => {
    const month = new Month();
    await month.begin('basic');
    assert.deepEqual(await month.rush(30), []);

    const [before, , after] = await Promise.all([month.rush(30), month.set('pro'), month.rush(30)]);
    const later: string[] = [];
    for (let rush = 0; rush < 10; rush += 1) {
      month.nowMs += 10_000;
      later.push(...(await month.rush(40)));
    }

    assert.deepEqual([...before, ...after, ...later], []);
    assert.equal(await month.left(), 3000 - 490);
    const [used] = await month.bill('2026-11', '2026-12-01T01:00:00Z');
    assert.equal(used, 490);
  });

  it('without a request', async () => {
    const month = new Month();
    await month.begin('pro');

    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [0, '30.00']);
  });

  it('in which its assigned keys become a record: nothing is lost, or billed twice', async () => {
    const month = new Month();
    await month.begin();
    for (const [tenant, key, plan] of [
      ['acme', 'k-1', 'pro'],
      ['acme', 'k-2', 'pro'],
      ['mixed', 'k-1', 'pro'],
      ['mixed', 'k-2', 'free'],
    ] as const)
      await assignPlan(month.ports, month.request(), { tenant, key, plan, version: 1 });
    assert.equal(await month.ask('2026-11-10T00:00:00Z', 30), 30);

    const runs = [1, 2].map(() => migrateCustomers(month.ports, month.request(), undefined));
    const counts = [await runs[0], await runs[1]];

    assert.deepEqual(
      counts.map((each) => [each?.created, each?.kept, each?.mixed]),
      [
        [1, 0, ['mixed']],
        [0, 1, ['mixed']],
      ],
    );
    month.nowMs += MINUTE_MS;
    assert.equal(await month.ask('2026-11-20T00:00:00Z', 10), 10);
    assert.equal(await month.left(), 2960);
    assert.deepEqual(await month.bill('2026-11', '2026-12-01T01:00:00Z'), [40, '31.00']);
    assert.deepEqual(await month.bill('2026-12', '2027-01-01T01:00:00Z'), [0, '30.00']);
  });
});
