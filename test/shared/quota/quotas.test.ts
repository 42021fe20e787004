import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { adjustWrites, closeWrite, ledgerKey, resumeWrite, suspendWrite } from '#shared/quota/ledger.ts';
import { savePlanWrite } from '#shared/quota/plan-book.ts';
import { parsePlan } from '#shared/quota/plan.ts';
import type { Admission, Rejection } from '#shared/quota/quotas.ts';
import { aRequest, NOON_MS, QuotaTable } from '../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 100, period: 'DAY' };
const DAY_MS = 86_400_000;
const TODAY = { startEpochMs: Date.UTC(2026, 10, 19), endEpochMs: Date.UTC(2026, 10, 20) };
const KEY = ledgerKey({ tenant: 'acme', limit: 'daily', subject: 'key-1' }, TODAY);

const stamped = (atEpochMs = NOON_MS): ReturnType<typeof aRequest> => aRequest({ atEpochMs });

describe('consume', () => {
  it('admits the quota and not one more, and opens again with the next period', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);

    assert.equal(await table.spend(quotas, 150), 100);
    table.nowMs = NOON_MS + DAY_MS;
    assert.equal(await table.spend(quotas, 150), 100);
  });

  it('says why it refuses, which limit, and when to come back', async () => {
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

  it('asks the table about an exhausted key once per second, not per request', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);
    await table.spend(quotas, 101);
    const before = table.calls.length;

    for (let request = 0; request < 1000; request += 1) {
      table.nowMs += 1;
      await quotas.consume(stamped());
    }

    assert.ok(table.calls.length - before <= 1);
  });

  it('writes less than a hundredth as often as it admits, at a steady pace', async () => {
    const table = new QuotaTable();
    const holders = [1, 2, 3, 4].map(() => table.holder([{ ...DAILY, quota: 100_000 }]));
    let admitted = 0;

    // 1,000 requests per second over four processes: shared/quota.md's figure is 1.6 writes per 1,000.
    for (let request = 0; request < 60_000; request += 1) {
      table.nowMs += 1;
      admitted += Number((await holders[request % 4]!.consume(stamped(table.nowMs))).allowed);
    }

    assert.equal(admitted, 60_000);
    const writes = table.countOf('grant') + table.countOf('open') + table.countOf('alarm');
    assert.ok(writes / 60 < 5, `${writes} writes`);
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
    assert.equal(table.countOf('open'), 1);
  });

  it('finds out from the table that its clock is wrong, when there is no stamp to go by', async () => {
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

  it('charges both periods around a boundary when there is no stamp', async () => {
    const table = new QuotaTable();
    table.nowMs = TODAY.endEpochMs - 1000;
    const quotas = table.holder([DAILY]);

    const decision = await quotas.consume(aRequest());

    assert.deepEqual(
      decision.limits.map(({ periodStartEpochMs }) => periodStartEpochMs),
      [TODAY.startEpochMs, TODAY.endEpochMs],
    );
  });

  it('charges every level or none', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([
      { id: 'all', level: 'tenant', quota: 50, period: 'DAY', lease: false },
      { id: 'each', level: 'key', quota: 3, period: 'DAY', lease: false },
    ]);

    const first = await table.spend(quotas, 10);
    const second = await table.spend(quotas, 10, { key: 'key-2' });

    assert.deepEqual([first, second], [3, 3]);
    const [tenant] = (await quotas.peek(stamped())).filter(({ id }) => id === 'all');
    // Of the two denied requests nothing was charged; one unit may wait here for the next request.
    assert.equal(tenant?.remaining, 44);
  });

  it('keeps limits per route apart, and prices routes', async () => {
    const table = new QuotaTable();
    const limits = [{ id: 'route', level: 'route', quota: 10, period: 'DAY' }];
    const quotas = table.holder(limits, { cost: { 'POST /reports': 5, '*': 1 } });

    assert.equal(await table.spend(quotas, 20, { route: 'POST /reports' }), 2);
    assert.equal(await table.spend(quotas, 20, { route: 'GET /reports' }), 10);
    assert.equal(await table.spend(quotas, 20, { route: 'GET /users', cost: 4 }), 2);
  });

  it('keeps tenants apart whatever their names', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 1 }]);
    const names = [
      { tenant: 'a#b', key: 'c' },
      { tenant: 'a', key: 'b#c' },
      { tenant: 'a%23b', key: 'c' },
    ];

    for (const name of names) assert.equal(await table.spend(quotas, 5, name), 1);
  });

  it('lets overage through and says so', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 10, overage: 5, lease: false }]);
    const decisions: Admission[] = [];
    for (let request = 0; request < 16; request += 1) {
      const decision = await quotas.consume(stamped());
      if (decision.allowed) decisions.push(decision);
    }

    assert.deepEqual(
      decisions.map(({ overage }) => overage),
      [...Array<boolean>(10).fill(false), ...Array<boolean>(5).fill(true)],
    );
    assert.deepEqual(decisions.map(({ limits }) => limits[0]?.remaining).slice(-7), [1, 0, 0, 0, 0, 0, 0]);
  });

  it('subtracts initial usage in the first period only', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 10, initialUsage: 4 }]);

    assert.equal(await table.spend(quotas, 20), 6);
    table.nowMs = NOON_MS + DAY_MS;
    assert.equal(await table.spend(quotas, 20), 10);
  });

  it('raises each alarm once, whoever crosses it', async () => {
    const table = new QuotaTable();
    const limits = [{ ...DAILY, alarms: [50, 100] }];
    const holders = [table.holder(limits), table.holder(limits)];
    for (const quotas of holders) await table.spend(quotas, 60);

    const alarms = table.events.filter((event) => event.kind === 'alarm');
    assert.deepEqual(
      alarms.map(({ percent }) => percent),
      [50, 100],
    );
  });

  it('admits nothing beyond what it holds while the table is out of reach, and calls that no quota', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 10_000 }]);
    await table.spend(quotas, 1000);
    table.isDown = true;

    const leased = await table.spend(quotas, 10_000);
    const rejection = (await quotas.consume(stamped())) as Rejection;

    assert.ok(leased > 0, 'an outage shorter than the lease is not noticed');
    assert.equal(rejection.reason, 'unavailable');
    assert.ok((rejection.retryAfterSeconds ?? 0) >= 1);
    table.isDown = false;
    table.nowMs += 2000;
    assert.equal((await quotas.consume(stamped())).allowed, true);
  });

  it('asks a table that is out of reach once per second, not per request', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);
    await quotas.consume(stamped());
    table.isDown = true;
    const before = table.calls.length;

    await Promise.all(Array.from({ length: 50 }, () => quotas.consume(stamped())));

    assert.equal(table.calls.length - before, 3, 'three attempts of one grant');
  });

  it('admits a bounded number on trust if it may, and charges them when the table is back', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, lease: false }], { onUnavailable: { bounded: 7 } });
    await quotas.consume(stamped());
    table.isDown = true;

    assert.equal(await table.spend(quotas, 50), 7);
    table.isDown = false;
    table.nowMs += 2000;
    assert.equal(await table.spend(quotas, 500), 92);
    assert.equal(table.ledger()['rem'], 0);
  });

  it('lends no second time after an outage: the bound is for the whole period', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, lease: false }], { onUnavailable: { bounded: 3 } });
    const outage = async (): Promise<number> => {
      table.nowMs += 2000;
      await quotas.consume(stamped());
      table.isDown = true;
      const admitted = await table.spend(quotas, 50);
      table.isDown = false;
      return admitted;
    };

    assert.deepEqual([await outage(), await outage()], [3, 0]);
  });

  it('stops a suspended key at once where it has no lease, else when the lease is no longer fresh', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 100_000 }]);
    await table.spend(quotas, 1000);
    await table.store.update(suspendWrite(KEY, 1));

    const other = (await table.holder([DAILY]).consume(stamped())) as Rejection;
    const stillLeased = await quotas.consume(stamped());
    table.nowMs += 61_000;
    const stale = (await quotas.consume(stamped())) as Rejection;
    await table.store.update(resumeWrite(KEY));
    table.nowMs += 2000;
    const resumed = await quotas.consume(stamped());

    assert.deepEqual([other.reason, other.retryAfterSeconds], ['suspended', undefined]);
    assert.equal(stillLeased.allowed, true);
    assert.equal(stale.reason, 'suspended');
    assert.equal(resumed.allowed, true);
  });

  it('notices a top-up within a second and a half', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);
    await table.spend(quotas, 101);
    await table.store.transact(adjustWrites(KEY, { operationId: 'op', kind: 'top-up', units: 5 }, 1));

    table.nowMs += 1500;
    assert.equal(await table.spend(quotas, 50), 5);
  });

  it('grants nothing of a closed period', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, lease: false }]);
    await quotas.consume(stamped());
    await table.store.update(closeWrite(KEY, 1));

    assert.equal((await quotas.consume(stamped())).allowed, false);
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

  it('publishes a plan that code brings along, and keeps to a newer one that it finds', async () => {
    const table = new QuotaTable();
    const older = table.holder([{ ...DAILY, quota: 5 }]);
    const newer = table.holder([], { plans: [{ id: 'gold', version: 2, limits: [{ ...DAILY, quota: 9 }] }] });

    await newer.consume(stamped());

    assert.equal(await table.spend(older, 20, { key: 'key-2' }), 9);
  });

  it('does not push a key into a period that has not begun', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY]);

    const early = (await quotas.consume(stamped(NOON_MS + 30 * DAY_MS))) as Rejection;

    assert.equal(early.reason, 'unavailable');
    assert.equal((await quotas.consume(stamped())).allowed, true);
  });

  it('holds at most as many leases as it may', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([DAILY], { maxLeases: 2 });
    let admitted = 0;
    for (let request = 0; request < 600; request += 1) {
      table.nowMs += 10;
      const key = `key-${request % 3}`;
      admitted += Number((await quotas.consume(aRequest({ key, atEpochMs: NOON_MS }))).allowed);
    }

    assert.equal(admitted, 300);
  });

  const MISUSE = [
    { name: 'an unknown plan', request: { plan: 'platinum' }, code: 'PLAN_UNKNOWN' },
    { name: 'no tenant', request: { tenant: '' }, code: 'SUBJECT_INVALID' },
    { name: 'a key of 300 characters', request: { key: 'k'.repeat(300) }, code: 'SUBJECT_INVALID' },
    { name: 'no route where a limit is per route', request: {}, code: 'SUBJECT_INVALID' },
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

  it('stays charged once it has been reported', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 2, lease: false }]);
    const first = (await quotas.consume(stamped())) as Admission;
    await quotas.consume(stamped());

    // The second grant has told the ledger that the first unit was used; its own can go back.
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

  it('is settled at more: taken from the quota, or owed where the quota has no more', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 10, lease: false }]);
    const first = (await quotas.consume({ ...stamped(), cost: 4 })) as Admission;
    const second = (await quotas.consume({ ...stamped(), cost: 3 })) as Admission;

    assert.deepEqual([await first.settle(6), await second.settle(9)], [0, 6]);
    assert.equal((await quotas.consume(stamped())).allowed, true, 'one unit is left');
    table.nowMs += 2000;
    assert.equal((await quotas.consume(stamped())).allowed, false);
    assert.equal(table.ledger()['rem'], -6);
  });

  it('takes no settlement that is no number of units', async () => {
    const quotas = new QuotaTable().holder([DAILY]);
    const admission = (await quotas.consume(stamped())) as Admission;

    await assert.rejects(admission.settle(-1), { code: 'COST_INVALID' });
    await assert.rejects(admission.settle(Number.NaN), { code: 'COST_INVALID' });
  });
});

describe('peek', () => {
  it('shows where a subject stands, and charges nothing', async () => {
    const table = new QuotaTable();
    await table.spend(table.holder([DAILY]), 30);
    const onlooker = table.holder([DAILY]);

    const [state] = await onlooker.peek(aRequest({ atEpochMs: NOON_MS }));

    assert.equal(state?.limit, 100);
    assert.ok((state?.remaining ?? 0) <= 70);
    assert.equal(table.countOf('open'), 1);
  });

  it('shows a whole quota to whom never used it', async () => {
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

describe('flush', () => {
  it('gives unused units back, for others to use', async () => {
    const table = new QuotaTable();
    const limits = [{ ...DAILY, quota: 1000, wasteBudget: 0.5 }];
    const leaving = table.holder(limits);
    await table.spend(leaving, 100);
    assert.ok(Number(table.ledger()['out']) > 1);

    await leaving.flush();

    const { rem, out, used } = table.ledger();
    assert.deepEqual({ rem, out, used }, { rem: 900, out: 0, used: 100 });
    assert.equal(await table.spend(table.holder(limits), 2000), 900);
  });

  it('charges what is owed', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 3 }]);
    const admission = (await quotas.consume(stamped())) as Admission;
    await admission.settle(5);

    await quotas.flush();

    assert.equal(table.ledger()['used'], 5);
  });
});

describe('a ledger item', () => {
  it('stays within 700 bytes with every slot, mark and the largest numbers', () => {
    const item: Record<string, string | number> = {
      pk: `Q#${'t'.repeat(36)}#monthly#${'k'.repeat(36)}`,
      sk: 'P#2026-11-01T00:00:00.000Z',
      expiresAt: 1_900_000_000,
    };
    for (const name of ['rem', 'out', 'used', 'cred', 'lim', 'b']) item[name] = Number.MAX_SAFE_INTEGER;
    for (const name of ['a80', 'a100', 'susp']) item[name] = NOON_MS;
    for (let slot = 0; slot < 16; slot += 1) item[`s${slot}`] = `${'f'.repeat(16)}.zzzz`;

    // DynamoDB: names and texts by their bytes, a number by about half of its digits and one.
    const bytes = Object.entries(item).reduce(
      (sum, [name, value]) =>
        sum +
        name.length +
        (typeof value === 'string' ? value.length : Math.ceil(String(value).length / 2) + 1),
      0,
    );
    assert.ok(bytes <= 700, `${bytes} bytes`);
  });
});
