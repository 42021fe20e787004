import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyChange, testsHold } from '../../../support/apply-write.ts';
import type { Item } from '#shared/table/item-write.ts';
import { parsePlan, usableBurst } from '#shared/quota/plan/plan.ts';
import type { RateLimit } from '#shared/quota/plan/plan.ts';
import type { Rejection } from '#shared/quota/quotas.ts';
import {
  incrementUs,
  rateKey,
  rateWrite,
  toleranceUs,
  unitsLeft,
  waitUs,
} from '#shared/quota/holding/rate-limit.ts';
import { createMemoryTable } from '../../../support/memory-table.ts';
import { aRequest, QuotaTable } from '../../../support/quota-table.ts';

const RATE = { id: 'burst', level: 'key', rate: 10, burst: 20, clockSkewMs: 0 };

function aLimit(overrides: object = {}): RateLimit {
  const [limit] = parsePlan({ id: 'p', version: 1, limits: [{ ...RATE, ...overrides }] }).limits;
  assert.ok(limit?.kind === 'rate');
  return limit;
}

describe('rateWrite', () => {
  it('admits what a token bucket of the usable burst admits, and nothing else', () => {
    const step = fc.record({
      afterUs: fc.integer({ min: 0, max: 900_000 }),
      units: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const limit = aLimit();
        const key = { pk: 'R', sk: 'TAT' };
        let [item, nowUs, tokens]: [Item | undefined, number, number] = [undefined, 1e15, usableBurst(limit)];
        for (const { afterUs, units } of steps) {
          nowUs += afterUs;
          tokens = Math.min(usableBurst(limit), tokens + (afterUs * limit.rate) / 1e6);
          const ask = { units, nowUs };
          const known = item?.['tat'] as number | undefined;
          const write = rateWrite(key, limit, ask, known);

          const isAdmitted = testsHold(write.when, item);

          // One in a million of a token in either direction is rounding.
          if (Math.abs(tokens - units) > 1e-6) assert.equal(isAdmitted, tokens >= units);
          assert.equal(waitUs(limit, ask, known) === 0, isAdmitted);
          if (!isAdmitted) continue;
          item = applyChange(write.change, item);
          tokens -= units;
        }
      }),
    );
  });

  it('is refused when its guess of the state is wrong, whichever way', () => {
    const limit = aLimit();
    const ask = { units: 1, nowUs: 1000 };

    const idle = rateWrite({ pk: 'R', sk: 'TAT' }, limit, ask, undefined);
    const busy = rateWrite({ pk: 'R', sk: 'TAT' }, limit, ask, 5000);

    assert.equal(testsHold(idle.when, { tat: 5000 }), false);
    assert.equal(testsHold(busy.when, { tat: 10 }), false);
    assert.equal(testsHold(busy.when, undefined), false);
  });

  it('rounds so that many small grants are never cheaper than one', () => {
    const limit = aLimit({ rate: 7, perSeconds: 3, burst: 30 });

    assert.ok(10 * incrementUs(limit, 1) >= incrementUs(limit, 10));
    assert.equal(unitsLeft(limit, 0, undefined), Math.floor((toleranceUs(limit) * 7) / 3e6));
  });
});

describe('a rate limit', () => {
  const spend = async (table: QuotaTable, most: number, quotas = table.holder([RATE])): Promise<number> => {
    for (let admitted = 0; admitted < most; admitted += 1)
      if (!(await quotas.consume(aRequest())).allowed) return admitted;
    return most;
  };

  it('admits the burst that can be kept, then the rate', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([RATE]);

    // 20 - 10/s * 0.25 s
    assert.equal(await spend(table, 100, quotas), 17);
    table.nowMs += 1000;
    assert.equal(await spend(table, 100, quotas), 10);
  });

  it('says when the next unit is there', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...RATE, rate: 1, perSeconds: 10 }]);
    await spend(table, 100, quotas);

    const rejection = (await quotas.consume(aRequest())) as Rejection;

    assert.deepEqual(
      [rejection.reason, rejection.limit, rejection.retryAfterSeconds],
      ['rate-limited', 'burst', 10],
    );
  });

  it('asks no second time before the next unit is there', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([RATE]);
    await spend(table, 100, quotas);
    const before = table.calls.length;

    await spend(table, 1, quotas);
    assert.equal(table.calls.length, before);
    table.nowMs += 101;
    assert.equal(await spend(table, 1, quotas), 1);
  });

  it('leases units for their age, and writes far less', async () => {
    const table = new QuotaTable();
    const leased = { ...RATE, rate: 200, burst: 2000, lease: { maxAgeMs: 5000 } };
    const quotas = table.holder([leased]);
    let admitted = 0;
    for (let request = 0; request < 10_000; request += 1) {
      table.nowMs += 10;
      admitted += Number((await quotas.consume(aRequest())).allowed);
    }

    assert.equal(admitted, 10_000);
    assert.ok(table.countOf('rate') < 100, `${table.countOf('rate')} writes for 10,000 requests`);
  });

  it('drops leased units that have grown too old', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...RATE, rate: 100, burst: 500, lease: { maxAgeMs: 1000 } }]);
    await table.spend(quotas, 200);
    const before = table.countOf('rate');

    table.nowMs += 1001;
    await quotas.consume(aRequest());

    assert.equal(table.countOf('rate') - before, 1);
  });

  it('takes nothing from a quota with the same request when it refuses', async () => {
    const table = new QuotaTable();
    const daily = { id: 'daily', level: 'key', quota: 1000, period: 'DAY', lease: false };
    const quotas = table.holder([daily, RATE]);

    assert.equal(await spend(table, 100, quotas), 17);
    const [state] = await quotas.peek(aRequest());
    assert.equal(state?.remaining, 1000 - 17);
  });

  it('is 503 while the table is out of reach, or bounded per window on trust', async () => {
    const table = new QuotaTable();
    const closed = table.holder([RATE]);
    const trusting = table.holder([RATE], { onUnavailable: { bounded: 4 } });
    await Promise.all([closed.consume(aRequest()), trusting.consume(aRequest())]);
    table.isDown = true;

    const rejection = (await closed.consume(aRequest())) as Rejection;

    assert.equal(rejection.reason, 'unavailable');
    assert.equal(await spend(table, 50, trusting), 4);
  });

  it('lends again on trust after the time in which the bucket fills, and not before', async () => {
    const table = new QuotaTable();
    const trusting = table.holder([RATE], { onUnavailable: { bounded: 4 } });
    await trusting.consume(aRequest());
    table.isDown = true;

    const lent = [await spend(table, 50, trusting)];
    for (const afterMs of [1_500, 500]) {
      table.nowMs += afterMs;
      lent.push(await spend(table, 50, trusting));
    }
    assert.deepEqual(lent, [4, 0, 4]);
  });

  it('says how much of it is left, and in how many seconds it is whole again', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([RATE]);
    await spend(table, 100, quotas);

    const [state] = await quotas.peek(aRequest());
    assert.deepEqual([state?.remaining, state?.resetSeconds], [0, 2]);
  });
});

// Worked by hand: 10 units a second, a burst of 50, of which 10/s * (0.25 s + 2 * 0.2 s) may be used late: 43 are
// usable.
describe('the arithmetic of a bucket of 43 units', () => {
  const limit = aLimit({ rate: 10, perSeconds: 1, burst: 50, clockSkewMs: 200 });
  const NOW = 1e15;
  const KEY = rateKey({ tenant: 'acme', limit: 'burst', subject: 'key-1' });

  it('has its own key', () => assert.deepEqual(KEY, { pk: 'R#acme#burst#key-1', sk: 'TAT' }));

  it('takes a tenth of a second for a unit, and 4.3 s for all', () => {
    assert.deepEqual([incrementUs(limit, 1), incrementUs(limit, 43), toleranceUs(limit)], [1e5, 43e5, 43e5]);
  });

  for (const [units, ahead, wait, left] of [
    [1, undefined, 0, 43],
    [43, undefined, 0, 43],
    [44, undefined, 1e5, 43],
    [1, -1e6, 0, 43],
    [1, 0, 0, 43],
    [1, 42e5, 0, 1],
    [1, 42e5 + 1, 1, 0],
    [2, 42e5, 1e5, 1],
    [1, 43e5, 1e5, 0],
    [1, 50e5, 8e5, 0],
  ] as const)
    it(`${units} units wait ${wait} µs if the bucket is full ${ahead ?? 'forever'} µs from now, and ${left} are left`, () => {
      const tat = ahead === undefined ? undefined : NOW + ahead;

      assert.equal(waitUs(limit, { units, nowUs: NOW }, tat), wait);
      assert.equal(unitsLeft(limit, NOW, tat), left);
    });

  for (const [what, stored, known, isDone, after] of [
    ['a bucket that nobody has used', undefined, undefined, true, NOW + 1e5],
    ['a full bucket', NOW - 1, NOW - 1, true, NOW + 1e5],
    ['a full bucket that is taken for another', NOW - 1, NOW, false, undefined],
    ['a bucket that is full now', NOW, NOW, true, NOW + 1e5],
    ['a bucket that has been used since', NOW + 1e5, NOW - 1, false, undefined],
    ['the last unit', NOW + 42e5, NOW + 42e5, true, NOW + 43e5],
    ['one unit more', NOW + 42e5 + 1, NOW + 42e5, false, undefined],
  ] as const)
    it(`${isDone ? 'takes' : 'does not take'} a unit of ${what}`, async () => {
      const items = new Map<string, Item>();
      if (stored !== undefined) items.set(`${KEY.pk}\n${KEY.sk}`, { tat: stored });
      const store = createMemoryTable({ clock: { nowEpochMs: () => NOW / 1000 }, items });
      const outcome = await store.update(rateWrite(KEY, limit, { units: 1, nowUs: NOW }, known));

      assert.equal(outcome.kind, isDone ? 'done' : 'refused');
      // The item is kept for a day after the bucket is full.
      if (isDone)
        assert.deepEqual(items.get(`${KEY.pk}\n${KEY.sk}`), {
          tat: after,
          expiresAt: Math.ceil((NOW + 43e5) / 1e6) + 86_400,
        });
    });
});
