import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { charge } from '#shared/quota/holding/charge.ts';
import { ACQUIRED } from '#shared/quota/holding/holding.ts';
import type { Acquired, Holding } from '#shared/quota/holding/holding.ts';
import type { Admission } from '#shared/quota/quotas.ts';
import { aRequest, NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 100, period: 'DAY' };
const DAY_MS = 86_400_000;
const stamped = (atEpochMs = NOON_MS): ReturnType<typeof aRequest> => aRequest({ atEpochMs });

/** A holding that is never ready, and says what it is asked to. */
function aHolding(id: string, acquired: Acquired, borrows = false): Holding & { asked: number } {
  return {
    id,
    asked: 0,
    rank: () => 0,
    isReady: () => false,
    refusal: () => undefined,
    acquire() {
      this.asked += 1;
      return Promise.resolve(acquired);
    },
    take: () => assert.fail(),
    refund: () => false,
    chargeMore: () => assert.fail(),
    uncharge: () => assert.fail(),
    corrected: Promise.resolve(),
    borrow: () => borrows,
    look: () => Promise.resolve(),
    state: () => assert.fail(),
  };
}

describe('charging what never suffices', () => {
  const REFUSAL = { kind: 'refused', reason: 'quota-exceeded', limit: 'a', retryAfterMs: 5 } as const;

  it('ends with the first refusal', async () => {
    const holding = aHolding('a', REFUSAL);
    const charged = await charge(1, { find: () => [holding], move: () => undefined, bound: 0 });

    assert.deepEqual([charged.kind, 'refusal' in charged && charged.refusal], ['refused', REFUSAL]);
    assert.equal(holding.asked, 1);
  });

  it('ends after 64 waits, and names the first limit', async () => {
    const holdings = [aHolding('a', ACQUIRED), aHolding('b', ACQUIRED)];
    const charged = await charge(1, { find: () => holdings, move: () => undefined, bound: 0 });

    assert.deepEqual('refusal' in charged && charged.refusal, {
      kind: 'refused',
      reason: 'unavailable',
      limit: 'a',
      retryAfterMs: 1000,
    });
    assert.equal(holdings[0]?.asked, 64);
  });

  it('lends only if the table is unavailable and there is a limit', async () => {
    for (const [reason, bound, asked] of [
      ['unavailable', 5, 64],
      ['unavailable', 0, 1],
      ['quota-exceeded', 5, 1],
    ] as const) {
      const holding = aHolding('a', { ...REFUSAL, reason }, true);
      await charge(1, { find: () => [holding], move: () => undefined, bound });
      assert.equal(holding.asked, asked, `${reason} ${bound}`);
    }
  });
});

describe('charge', () => {
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
    // Nothing was charged for the two denied requests; this process may keep one unit for the next request.
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

  it('keeps tenants apart, with any names', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 1 }]);
    const names = [
      { tenant: 'a#b', key: 'c' },
      { tenant: 'a', key: 'b#c' },
      { tenant: 'a%23b', key: 'c' },
    ];

    for (const name of names) assert.equal(await table.spend(quotas, 5, name), 1);
  });

  it('says that overage is used if any of its limits is in overage', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([
      { ...DAILY, quota: 1, overage: 5, lease: false },
      { ...DAILY, id: 'wide', quota: 100, lease: false },
    ]);

    const decisions = [await quotas.consume(aRequest()), await quotas.consume(aRequest())];

    assert.deepEqual(
      decisions.map((decision) => decision.allowed && decision.overage),
      [false, true],
    );
  });

  it('charges nothing more if a request is settled after its refund, or twice', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, lease: false }]);
    const [refunded, settled] = [await quotas.consume(aRequest()), await quotas.consume(aRequest())];
    assert.ok(refunded.allowed && settled.allowed);

    refunded.refund();
    const owed = [await refunded.settle(9), await settled.settle(3), await settled.settle(9)];
    await quotas.flush();

    assert.deepEqual(owed, [0, 0, 0]);
    assert.equal(table.ledger()['used'], 3);
  });

  it('admits overage and says so', async () => {
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

  it('raises each alarm once, for any caller that crosses it', async () => {
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
});
