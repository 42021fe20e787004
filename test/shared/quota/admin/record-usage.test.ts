/** Several administrators may record the usage of one period: who is overtaken looks again, for a bounded time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordUsage } from '#shared/quota/admin/record-usage.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import { headKey } from '#shared/quota/ledger/ledger.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { WriteOutcome } from '#shared/table/item-write.ts';
import { memoryAdminPorts, requested } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const OF = { tenant: 'acme', limit: 'monthly', key: undefined, route: undefined, periodEpochMs: undefined };
const REFUSED = { kind: 'refused', item: {}, storeEpochMs: undefined } as const;

async function aLedger() {
  const clock = { nowEpochMs: () => NOON_MS, monotonicMs: () => NOON_MS };
  const ports = memoryAdminPorts(undefined, clock);
  const limits = [{ id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH', lease: false }];
  await savePlan(ports, requested('plan'), 'gold', { id: 'gold', version: 1, limits });
  const { store, random, timer } = ports;
  const quotas = createQuotas({ store, random, timer, clock });
  assert.ok((await quotas.consume({ plan: 'gold', tenant: 'acme', key: 'k', atEpochMs: NOON_MS })).allowed);
  await quotas.flush();
  let looks = 0;
  const record = (answers: readonly (WriteOutcome | undefined)[]) => {
    looks = 0;
    const update = (write: Parameters<typeof store.update>[0]): Promise<WriteOutcome> => {
      const answer = answers[looks - 1];
      return answer === undefined ? store.update(write) : Promise.resolve(answer);
    };
    return recordUsage({ ...ports, store: { ...store, update } }, NOON_MS, async () => {
      looks += 1;
      const found = await findLedger(ports, OF, NOON_MS);
      return { row: rowOf(found), pk: headKey(found.id).pk, item: found.item ?? {} };
    });
  };
  return { record, looks: () => looks };
}

describe('recordUsage', () => {
  it('looks again after each refusal, and records once', async () => {
    const { record, looks } = await aLedger();

    const { record: first, isNew } = await record([REFUSED, REFUSED, REFUSED, REFUSED]);
    assert.deepEqual([first.used, isNew, looks()], [1, true, 5]);
    assert.deepEqual(await record([]), { record: first, isNew: false });
  });

  it('gives up after five refusals', async () => {
    const { record, looks } = await aLedger();

    await assert.rejects(record(Array.from({ length: 9 }, () => REFUSED)), { code: 'STORE_UNAVAILABLE' });
    assert.equal(looks(), 5);
  });

  for (const [retryable, expected] of [
    [false, 1],
    [true, 2],
  ] as const)
    it(`looks ${expected === 1 ? 'once' : 'again'} at a table that ${retryable ? 'is busy' : 'refuses every write'}`, async () => {
      const { record, looks } = await aLedger();
      const recorded = record([{ kind: 'rejected', retryable, reason: 'of the table' }]);

      if (retryable) await recorded;
      else await assert.rejects(recorded, { code: 'STORE_UNAVAILABLE' });
      assert.equal(looks(), expected);
    });
});
