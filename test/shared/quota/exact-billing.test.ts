import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Admission } from '#shared/quota/quotas.ts';
import { aRequest, NOON_MS, QuotaTable } from '../../support/quota-table.ts';

const EXACT = { id: 'monthly', level: 'tenant', quota: 1_000_000, period: 'MONTH' };
const LEASED = { ...EXACT, billing: 'leased' };
const usedOf = (table: QuotaTable): unknown => table.ledger()['used'];

describe('a limit that bills exactly', () => {
  it('has billed each request of 200 processes that end without notice', async () => {
    const table = new QuotaTable();

    for (let index = 0; index < 200; index += 1) assert.equal(await table.spend(table.holder([EXACT]), 1), 1);

    assert.equal(usedOf(table), 200);
    assert.equal(table.ledger()['out'], 0);
    assert.equal(table.countOf('grant'), 201, 'one write each, and one where there was no period yet');
  });

  it('has billed each request of a busy process, if a lease has not', async () => {
    const [exact, leased] = [new QuotaTable(), new QuotaTable()];

    await exact.spend(exact.holder([EXACT]), 5000);
    await leased.spend(leased.holder([LEASED]), 5000);

    assert.equal(usedOf(exact), 5000);
    assert.ok(Number(usedOf(leased)) < 5000, 'or this test shows nothing');
  });

  it('reports a refund by the end of its request', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([EXACT]);
    const admission = (await quotas.consume(aRequest({ atEpochMs: NOON_MS, cost: 5 }))) as Admission;

    assert.deepEqual(admission.refund(), ['monthly']);
    await admission.release();

    assert.deepEqual([usedOf(table), table.ledger()['rem']], [0, 1_000_000]);
  });

  for (const [actual, billed] of [
    [2, 2],
    [9, 9],
  ] as const)
    it(`has billed ${actual} when 5 are settled as ${actual}`, async () => {
      const table = new QuotaTable();
      const quotas = table.holder([EXACT]);
      const admission = (await quotas.consume(aRequest({ atEpochMs: NOON_MS, cost: 5 }))) as Admission;

      await admission.settle(actual);

      assert.equal(usedOf(table), billed);
    });

  it('has billed what a settlement takes beyond the quota', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...EXACT, quota: 6 }]);
    const admission = (await quotas.consume(aRequest({ atEpochMs: NOON_MS, cost: 5 }))) as Admission;

    assert.equal(await admission.settle(9), 4);

    assert.deepEqual([usedOf(table), table.ledger()['rem']], [9, -3]);
  });

  it('admits nothing on trust: what is owed would end with its process', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([EXACT], { onUnavailable: { bounded: 7 } });
    await table.spend(quotas, 1);
    table.isDown = true;

    const decision = await quotas.consume(aRequest({ atEpochMs: NOON_MS }));

    assert.equal(!decision.allowed && decision.reason, 'unavailable');
  });

  it('bills no request that another limit refuses, and continues to bill waiting requests', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([EXACT, { id: 'each', level: 'key', quota: 3, period: 'DAY' }]);

    const decisions = await Promise.all(
      Array.from({ length: 10 }, () => quotas.consume(aRequest({ atEpochMs: NOON_MS }))),
    );

    assert.equal(decisions.filter(({ allowed }) => allowed).length, 3);
    assert.equal(usedOf(table), 3);
  });
});

describe('what a leased limit loses', () => {
  it('is what its process used in its last minute, at most', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...LEASED, lease: { seconds: 3600 } }]);
    await table.spend(quotas, 3000);
    const before = table.countOf('grant');

    // Ever more slowly: the lease would last for hours.
    for (let request = 0; request < 100; request += 1) {
      table.nowMs += 7000;
      await quotas.consume(aRequest({ atEpochMs: table.nowMs }));
    }
    await new Promise((resolve) => setImmediate(resolve));

    const admitted = 3100;
    assert.ok(table.countOf('grant') - before < 20, 'it is a lease');
    assert.ok(admitted - Number(usedOf(table)) <= 10, `${admitted - Number(usedOf(table))} are not told`);
  });
});
