import assert from 'node:assert/strict';
import { adjustWrites } from '#shared/quota/ledger/ledger.ts';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { savePlanWrite } from '#shared/quota/plan/plan-book.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import type { Admission, Rejection } from '#shared/quota/quotas.ts';
import { aRequest, NOON_MS, QuotaTable } from '../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 100, period: 'DAY' };
const DAY_MS = 86_400_000;
const TODAY = { startEpochMs: Date.UTC(2026, 10, 19), endEpochMs: Date.UTC(2026, 10, 20) };
const stamped = (atEpochMs = NOON_MS): ReturnType<typeof aRequest> => aRequest({ atEpochMs });

const itemOf = (table: QuotaTable, pattern: RegExp) =>
  [...table.items].find(([name]) => pattern.test(name))?.[1] ?? {};

describe('consume', () => {
  it('admits the quota and not one more, and opens again with the next period', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);

    assert.equal(await table.spend(quotas, 150), 100);
    table.nowMs = NOON_MS + DAY_MS;
    assert.equal(await table.spend(quotas, 150), 100);
  });

  it('charges nothing by a limit when the next one refuses', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([
      { ...DAILY, lease: false },
      { ...DAILY, id: 'small', quota: 1 },
    ]);
    await table.spend(quotas, 2);

    assert.equal(Number(itemOf(table, /#daily#key-1\nP#/)['used']), 1);
  });

  it('says why it refuses, which limit refuses, and when to come back', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);
    await table.spend(quotas, 100);

    table.nowMs = NOON_MS;
    const rejection = (await quotas.consume(stamped())) as Rejection;

    assert.deepEqual(
      [rejection.allowed, rejection.reason, rejection.limit],
      [false, 'quota-exceeded', 'daily'],
    );
    // Half a day to go, and half of the spread of at most 30 s.
    assert.equal(rejection.retryAfterSeconds, 43_200 + 15);
    assert.equal(rejection.limits[0]?.remaining, 0);
  });

  // Attack: a caller invents names of routes, and a limit per route has a ledger for each.
  it('charges invented routes to one ledger, at the expense of other invented routes', async () => {
    const table = new QuotaTable();
    const cost = { 'call known': 2, '*': 5 };
    const quotas = table.holder([{ ...DAILY, id: 'each', level: 'route', lease: false }], { cost });
    const calls = ['call known', 'call a', 'call b', 'call c'];
    for (const route of calls) await quotas.consume({ ...stamped(), route, groupedAs: 'call *' });

    const ledgers = [...table.items.keys()].filter((name) => /#each#.*\nP#/.test(name));
    assert.equal(ledgers.length, 2, JSON.stringify([...table.items.keys()]));
    assert.equal(Number(itemOf(table, /#each#key-1%23call \*\nP#/)['used']), 15);
    assert.equal(Number(itemOf(table, /#each#key-1%23call known\nP#/)['used']), 2);
  });

  it('charges a late request to the period of its stamp', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);
    await table.spend(quotas, 100);
    const yesterday = NOON_MS;
    table.nowMs = TODAY.endEpochMs + 1000;

    const late = await quotas.consume(stamped(yesterday));
    const fresh = await quotas.consume(stamped(table.nowMs));

    assert.deepEqual([late.allowed, fresh.allowed], [false, true]);
  });

  it('charges a request that was queued for long to the period in which it is served', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);
    await table.spend(quotas, 100);
    table.nowMs += DAY_MS;
    await quotas.consume(stamped(table.nowMs));

    const queued = await quotas.consume(stamped(NOON_MS));

    assert.equal(queued.allowed, true);
    assert.equal(queued.limits[0]?.periodStartEpochMs, TODAY.endEpochMs);
  });

  it('goes by the stamp although its own clock is two hours wrong', async () => {
    const table = new QuotaTable();
    const hourly = { ...DAILY, period: { everySeconds: 3600 } };
    const right = table.holder([hourly]);
    await table.spend(right, 100, { atEpochMs: NOON_MS });
    for (const offMs of [2 * 3_600_000, -2 * 3_600_000]) {
      const clock = { nowEpochMs: () => table.nowMs + offMs, monotonicMs: () => table.nowMs };
      const wrong = table.holder([hourly], { clock });

      assert.equal((await wrong.consume(stamped())).allowed, false);
    }
    assert.equal(table.countOf('open'), 2, 'one that finds no head, one that opens');
  });

  it('finds out from the table that its clock is wrong, if there is no timestamp', async () => {
    const table = new QuotaTable();
    const hourly = { ...DAILY, period: { everySeconds: 3600 } };
    table.nowMs += 1_800_000;
    await table.spend(table.holder([hourly]), 100);
    for (const offMs of [2 * 3_600_000, -2 * 3_600_000]) {
      const clock = { nowEpochMs: () => table.nowMs + offMs, monotonicMs: () => table.nowMs };
      const wrong = table.holder([hourly], { clock });

      const decisions = [await wrong.consume(aRequest()), await wrong.consume(aRequest())];

      assert.deepEqual(
        decisions.map(({ allowed }) => allowed),
        [false, false],
      );
      assert.ok(table.events.some((event) => event.kind === 'clock-off'));
    }
  });

  it('charges both periods around a boundary if there is no timestamp', async () => {
    const table = new QuotaTable();
    table.nowMs = TODAY.endEpochMs - 1000;
    const quotas = table.holder([DAILY]);

    const decision = await quotas.consume(aRequest());

    assert.deepEqual(
      decision.limits.map(({ periodStartEpochMs }) => periodStartEpochMs),
      [TODAY.startEpochMs, TODAY.endEpochMs],
    );
  });

  it('opens a period by the newest plan, even if it only knows an older one', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);
    await quotas.consume(stamped());
    const smaller = parsePlan({ id: 'gold', version: 2, limits: [{ ...DAILY, quota: 7 }] });
    await table.store.update(savePlanWrite(smaller, 1));

    table.nowMs += 10;
    assert.equal(await table.spend(quotas, 50, { key: 'key-2' }), 7);
  });

  it('publishes a plan that code defines, but uses a newer one that it finds', async () => {
    const table = new QuotaTable();
    const older = table.holder([{ ...DAILY, quota: 5 }]);
    const newer = table.holder([], { plans: [{ id: 'gold', version: 2, limits: [{ ...DAILY, quota: 9 }] }] });

    await newer.consume(stamped());

    assert.equal(await table.spend(older, 20, { key: 'key-2' }), 9);
  });

  it('calls a plan that could not be published an outage, and finds it when it is there', async () => {
    const table = new QuotaTable();
    const { store } = table;
    let mayPut = false;
    const denied = { kind: 'rejected', retryable: false, reason: 'AccessDeniedException' } as const;
    const update: typeof store.update = (write) =>
      write.purpose === 'plan' && !mayPut ? Promise.resolve(denied) : store.update(write);
    const quotas = table.holder([DAILY], { store: { ...store, update } });

    const before = (await quotas.consume(stamped())) as Rejection;
    mayPut = true;
    table.nowMs += 2000;
    const after = await quotas.consume(stamped());

    assert.equal(before.reason, 'unavailable');
    assert.equal(after.allowed, true);
  });

  it('does not push a key into a period that has not begun', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);

    const early = (await quotas.consume(stamped(NOON_MS + 30 * DAY_MS))) as Rejection;

    assert.equal(early.reason, 'unavailable');
    assert.equal((await quotas.consume(stamped())).allowed, true);
  });

  const MISUSE = [
    { name: 'an unknown plan', request: { plan: 'platinum' }, code: 'PLAN_UNKNOWN' },
    { name: 'no tenant', request: { tenant: '' }, code: 'SUBJECT_INVALID' },
    { name: 'a key of 300 characters', request: { key: 'k'.repeat(300) }, code: 'SUBJECT_INVALID' },
    { name: 'no route if a limit is per route', request: {}, code: 'SUBJECT_INVALID' },
    { name: 'half a unit', request: { route: 'GET /', cost: 0.5 }, code: 'COST_INVALID' },
    { name: 'a negative cost', request: { route: 'GET /', cost: -1 }, code: 'COST_INVALID' },
    {
      name: 'more than the burst can ever give',
      request: { route: 'GET /', cost: 60 },
      code: 'COST_INVALID',
    },
  ];
  for (const { name, request, code } of MISUSE)
    it(`throws ${code} for ${name}`, async () => {
      const rate = { id: 'burst', level: 'route', rate: 1, burst: 50 };
      const quotas = new QuotaTable().holder([DAILY, rate]);

      await assert.rejects(
        quotas.consume(aRequest({ atEpochMs: NOON_MS, ...request })),
        (error) => error instanceof DomainError && error.code === code,
      );
    });
});

describe('an admission', () => {
  it('is refunded once, while it has not been reported', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 2, lease: false }]);
    const first = (await quotas.consume(stamped())) as Admission;

    assert.deepEqual(first.refund(), ['daily']);
    assert.deepEqual(first.refund(), []);
    assert.equal(await table.spend(quotas, 5), 2);
  });

  it('is also refunded after its usage was reported', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 2, lease: false }]);
    const first = (await quotas.consume(stamped())) as Admission;
    await quotas.consume(stamped());

    // The second grant has reported the first unit as used. The next report corrects this.
    assert.deepEqual(first.refund(), ['daily']);
    assert.equal(await table.spend(quotas, 5), 1);
    assert.deepEqual(first.refund(), []);
  });

  it('is settled at less: the rest goes back', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 10 }]);
    const estimate = (await quotas.consume({ ...stamped(), cost: 8 })) as Admission;

    assert.equal(await estimate.settle(3), 0);
    assert.equal(await table.spend(quotas, 20), 7);
  });

  it('is settled at more: taken from the quota, or owed if the quota has no more', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 10, lease: false }]);
    const first = (await quotas.consume({ ...stamped(), cost: 4 })) as Admission;
    const second = (await quotas.consume({ ...stamped(), cost: 3 })) as Admission;

    assert.deepEqual([await first.settle(6), await second.settle(9)], [0, 6]);
    assert.equal((await quotas.consume(stamped())).allowed, false, 'the last unit goes to what is owed');
    table.nowMs += 2000;
    assert.equal((await quotas.consume(stamped())).allowed, false);
    assert.equal(table.ledger()['rem'], -5);
  });

  it('refuses a settlement that is not a number of units', async () => {
    const quotas = new QuotaTable().holder([DAILY]);
    const admission = (await quotas.consume(stamped())) as Admission;

    await assert.rejects(admission.settle(-1), { code: 'COST_INVALID' });
    await assert.rejects(admission.settle(Number.NaN), { code: 'COST_INVALID' });
  });
});

describe('a top-up', () => {
  it('is part of what the rest is a part of', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 10, lease: false }]);
    await quotas.consume(stamped());
    const name = [...table.items.keys()].find((each) => each.includes('\nP#')) ?? '';
    const [pk = '', sk = ''] = name.split('\n');
    await table.store.transact(
      adjustWrites({ pk, sk }, { operationId: 'op', kind: 'top-up', units: 500 }, 1),
    );

    const { limits } = await quotas.consume(stamped());

    assert.deepEqual([limits[0]?.limit, limits[0]?.remaining], [510, 508]);
  });
});

describe('peek', () => {
  it('shows the state of a subject, and charges nothing', async () => {
    const table = new QuotaTable();
    await table.spend(table.holder([DAILY]), 30);
    const onlooker = table.holder([DAILY]);

    const [state] = await onlooker.peek(aRequest({ atEpochMs: NOON_MS }));

    assert.equal(state?.limit, 100);
    assert.ok(state.remaining <= 70);
    assert.equal(table.countOf('open'), 2, 'of the holder alone');
  });

  it('shows a whole quota to a caller that never used it', async () => {
    const quotas = new QuotaTable().holder([
      { ...DAILY, overage: 20 },
      { id: 'burst', level: 'key', rate: 10, burst: 50 },
    ]);

    const states = await quotas.peek(stamped());

    assert.deepEqual(
      states.map(({ id, limit, remaining, windowSeconds }) => ({ id, limit, remaining, windowSeconds })),
      [
        { id: 'daily', limit: 100, remaining: 100, windowSeconds: 86_400 },
        // What the bucket is run with: 50 - 10/s * 0.65 s.
        { id: 'burst', limit: 50, remaining: 43, windowSeconds: 5 },
      ],
    );
  });
});
