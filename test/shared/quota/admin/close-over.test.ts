import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { listAudit } from '#shared/quota/admin/audit.ts';
import { listRecords, listUsage } from '#shared/quota/admin/list-usage.ts';
import { createCustomer, setPlan } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { parseDecimal, printMinor, toMinor } from '#shared/quota/usage/money.ts';
import type { Item } from '#shared/table/item-write.ts';
import { liveThroughMonth } from '../../../support/billed-month.ts';
import { AdministeredTable, DAILY, memoryAdminPorts, requested } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const DAY_MS = 86_400_000;
const ALL = {
  tenant: undefined,
  fromEpochMs: undefined,
  toEpochMs: undefined,
  cursor: undefined,
  limit: 1000,
};

function aTable() {
  let nowMs = NOON_MS;
  const items = new Map<string, Item>();
  const ports = memoryAdminPorts(items, { nowEpochMs: () => nowMs });
  const moveTo = (epochMs: number): void => {
    nowMs = epochMs;
  };
  return { ports, items, at: new AdministeredTable({ ports, moveTo, close: () => Promise.resolve() }) };
}

describe('closing the periods that have ended', () => {
  it('closes each period once, skips running ones, and writes down one change', async () => {
    const { ports, at } = aTable();
    const { tenant } = await at.aTenant();
    for (const day of [0, 1, 2]) await at.spend(tenant, 3 + day, NOON_MS + day * DAY_MS);
    const now = NOON_MS + 2 * DAY_MS;
    const close = (id: string, month?: string) =>
      closeOver(ports, requested(id, now), { month, cursor: undefined });

    assert.deepEqual(await close('other', '2026-12'), { closed: 0, recorded: 0, running: 0 });
    const { named = [], ...first } = await close('first', '2026-11');
    assert.deepEqual(first, { closed: 2, recorded: 2, running: 1 });
    assert.deepEqual(
      named.map(({ periodStart, ...of }) => [of.tenant, of.limit, periodStart]),
      [0, 1].map((day) => [tenant, 'daily', new Date(Date.UTC(2026, 10, 19) + day * DAY_MS).toISOString()]),
    );
    const endedSince = new Date(now - 35 * DAY_MS).toISOString();
    assert.deepEqual(await close('again'), { closed: 0, recorded: 0, running: 1, endedSince });

    const { rows } = await listRecords(ports, ALL);
    assert.deepEqual(
      rows.map(({ used, month }) => [used, month]),
      [
        [3, '2026-11'],
        [4, '2026-11'],
      ],
    );
    const { entries } = await listAudit(ports, now, undefined);
    const runs = entries.filter(({ kind }) => kind === 'close-over').map(({ target }) => target['month']);
    assert.deepEqual(runs.sort(), ['2026-11', '2026-12', 'all']);
  });

  // usage close said that there was nothing to do, and usage invoice that there was no fee, 8 minutes after the month.
  it('counts a fee as open in the 15 minutes after the end of its period, and records it after them', async () => {
    const { ports } = aTable();
    const price = { fee: '49.00', tiers: [{ unitPrice: '0.01' }] };
    const limits = [{ id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH', price }];
    const invoice = { currency: 'EUR', customers: {} };
    const begun = Date.UTC(2026, 10, 1);
    await savePlan(ports, requested('plan', begun), 'gold', { id: 'gold', version: 1, invoice, limits });
    await createCustomer(ports, requested('customer', begun), { tenant: 'acme', plan: 'gold' });
    const closeAt = (time: string) =>
      closeOver(ports, requested(time, Date.parse(time)), { month: '2026-11', cursor: undefined });

    const { next: _, ...early } = await closeAt('2026-12-01T00:08:00Z');
    const { next: __, ...late } = await closeAt('2026-12-01T00:15:00Z');

    assert.deepEqual(early, { closed: 0, recorded: 0, running: 1 });
    const named = [{ tenant: 'acme', limit: 'monthly', periodStart: '2026-11-01T00:00:00.000Z' }];
    assert.deepEqual(late, { closed: 1, recorded: 1, running: 0, named });
  });

  // After a change of plan, usage close said that 2 periods are open, and usage invoice that 1 is.
  it('does not count the ledger that a change of plan has ended as an open period', async () => {
    const { ports, at } = aTable();
    const save = async (id: string, fee: string) => {
      const price = { fee, tiers: [] };
      const limits = [{ id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH', price }];
      await savePlan(ports, requested(id, NOON_MS), id, {
        id,
        version: 1,
        invoice: { currency: 'EUR' },
        limits,
      });
    };
    const consumeAt = async (nowMs: number) => {
      at.moveTo(nowMs);
      const clock = { nowEpochMs: () => nowMs, monotonicMs: () => nowMs };
      const quotas = createQuotas({
        ...ports,
        clock,
        customers: (store, plans) => new TermsBook(store, clock, plans),
      });
      await quotas.consume({ tenant: 'acme', key: 'k-1', atEpochMs: nowMs });
      await quotas.flush();
    };
    await save('free', '0');
    await save('pro', '49.00');
    await createCustomer(ports, requested('customer', NOON_MS), { tenant: 'acme', plan: 'free' });
    await consumeAt(NOON_MS + 10_000);
    await setPlan(ports, requested('change', NOON_MS + 20_000), { tenant: 'acme', plan: 'pro', version: 2 });
    await consumeAt(NOON_MS + 30_000);

    const asked = { month: undefined, cursor: undefined };
    const { running } = await closeOver(ports, requested('close', NOON_MS + 40_000), asked);

    const { rows } = await listUsage(ports, ALL);
    assert.deepEqual(rows.map(({ state }) => state).toSorted(), ['closed', 'open']);
    assert.equal(running, 1);
  });

  // A customer without requests paid the new price for a month that had begun; one with requests paid the old one.
  it('records the fee of the plan version that was the newest when the period began', async () => {
    const { ports } = aTable();
    const invoice = { currency: 'EUR', customers: {} };
    const save = (version: number, fee: string, time: string) => {
      const limits = [
        { id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH', price: { fee, tiers: [] } },
      ];
      const request = requested(`plan-${version}`, Date.parse(time));
      return savePlan(ports, request, 'gold', { id: 'gold', version, invoice, limits });
    };
    await save(1, '49.00', '2026-10-05T00:00:00Z');
    const begun = Date.parse('2026-10-20T00:00:00Z');
    await createCustomer(ports, requested('customer', begun), { tenant: 'acme', plan: 'gold' });
    await save(2, '0', '2026-11-15T00:00:00Z');
    await save(3, '59.00', '2026-12-01T00:00:00Z');
    const now = Date.parse('2027-01-02T00:00:00Z');
    await closeOver(ports, requested('close', now), { month: undefined, cursor: undefined });

    const { rows } = await listRecords(ports, ALL);
    assert.deepEqual(rows.map(({ month, price }) => [month, price?.fee]).toSorted(), [
      ['2026-11', '49.00'],
      ['2026-12', '59.00'],
    ]);
  });

  it('passes over a ledger that expires after it was listed', async () => {
    const { ports, at } = aTable();
    const { tenant } = await at.aTenant();
    for (const day of [0, 3]) await at.spend(tenant, 1, NOON_MS + day * DAY_MS);
    // The memory table deletes what has expired when it is read, and its listing still has it.
    const now = NOON_MS + 37 * DAY_MS;
    at.moveTo(now);

    const asked = { month: undefined, cursor: undefined };
    const { named, endedSince: _, ...page } = await closeOver(ports, requested('late', now), asked);

    assert.equal(named?.length, 1);
    assert.deepEqual(page, { closed: 1, recorded: 1, running: 0 });
  });

  it('counts a correction as one, and not a record that an earlier run did not write', async () => {
    const { ports, items, at } = aTable();
    const { tenant, plan } = await at.aTenant();
    const unflushed = at.aHolder(() => NOON_MS);
    await at.spend(tenant, 3);
    const failed = await unflushed.consume({ plan, tenant, key: 'k-1', atEpochMs: NOON_MS });
    assert.ok(failed.allowed && failed.refund().length === 1);
    const close = (id: string) =>
      closeOver(ports, requested(id, NOON_MS + DAY_MS), { month: '2026-11', cursor: undefined });
    const period = { tenant, limit: 'daily', key: 'k-1', periodStart: '2026-11-19T00:00:00.000Z' };

    const { named: _, ...first } = await close('first');
    for (const key of items.keys()) if (key.includes('U#')) items.delete(key);
    const unrecorded = await close('unrecorded');
    await unflushed.flush();
    const corrected = await close('corrected');

    assert.deepEqual(first, { closed: 1, recorded: 1, running: 0 });
    assert.deepEqual(unrecorded, { closed: 0, recorded: 1, running: 0 });
    const namedCorrected = [period];
    assert.deepEqual(corrected, { closed: 0, recorded: 1, running: 0, corrected: 1, namedCorrected });
  });

  it('counts a period to the month in which it begins if its zone is', async () => {
    const { ports, at } = aTable();
    const { tenant } = await at.aTenant([{ ...DAILY, timeZone: 'Pacific/Kiritimati' }]);
    // Midnight of December 1 there.
    const beginMs = Date.UTC(2026, 10, 30, 10);
    await at.spend(tenant, 1, beginMs - 1);
    await at.spend(tenant, 2, beginMs);
    const requests = requested('all', beginMs + 3 * DAY_MS);

    await closeOver(ports, requests, { month: '2026-12', cursor: undefined });

    assert.deepEqual(
      (await listRecords(ports, ALL)).rows.map(({ used, month }) => [used, month]),
      [[2, '2026-12']],
    );
  });

  it('prices a period by the version that opened it, despite versions saved meanwhile', async () => {
    const { ports, at } = aTable();
    const version = (number: number, unitPrice: string): object => ({
      id: 'priced',
      version: number,
      invoice: { currency: 'EUR' },
      limits: [{ ...DAILY, price: { tiers: [{ unitPrice }] } }],
    });
    await savePlan(ports, requested('one'), 'priced', version(1, '0.001'));
    const quotas = at.aHolder(() => NOON_MS);
    await quotas.consume({ plan: 'priced', tenant: 'acme', key: 'k-1', atEpochMs: NOON_MS });
    await savePlan(ports, requested('two'), 'priced', version(2, '0.009'));

    await closeOver(ports, requested('end', NOON_MS + DAY_MS), { month: undefined, cursor: undefined });

    const [record] = (await listRecords(ports, ALL)).rows;
    assert.deepEqual([record?.currency, record?.price?.tiers], ['EUR', [{ unitPrice: '0.001' }]]);
  });

  for (const [endedMs, replaced] of [
    [-1, true],
    [0, false],
  ] as const)
    it(`owes ${replaced ? 'no fee for a period that another rule has cut short' : 'the fee of a period that was over when another rule took over'}`, async () => {
      const { ports, items, at } = aTable();
      await savePlan(ports, requested('one'), 'priced', {
        id: 'priced',
        version: 1,
        invoice: { currency: 'EUR' },
        limits: [{ ...DAILY, price: { fee: '9' } }],
      });
      const quotas = at.aHolder(() => NOON_MS);
      await quotas.consume({ plan: 'priced', tenant: 'acme', key: 'k-1', atEpochMs: NOON_MS });
      for (const [name, item] of items)
        if (name.includes('\nP#'))
          items.set(name, { ...item, nxt: 1, closed: Date.UTC(2026, 10, 20) + endedMs });

      await closeOver(ports, requested('end', NOON_MS + DAY_MS), { month: undefined, cursor: undefined });

      const [record] = (await listRecords(ports, ALL)).rows;
      assert.equal(record?.replaced, replaced);
    });
});

describe('the invoices of a month', () => {
  for (const seed of [1, 2, 3])
    it(`equal an independent recount to the unit and the cent, with top-ups, resets, plan changes and crashes (${seed})`, async () => {
      const month = await liveThroughMonth(seed, 400);

      assert.ok(month.admitted > 200, `${month.admitted}`);
      assert.deepEqual(new Map([...month.billed].sort()), new Map([...month.counted].sort()));
      const expected = [...month.costs].map(([tenant, cost]) => {
        const exact = (parseDecimal('0.001') ?? 0n) * cost;
        return [tenant, printMinor(toMinor(exact, 'EUR'), 'EUR')] as const;
      });
      assert.deepEqual(new Map([...month.totals].sort()), new Map(expected.sort()));
    });
});
