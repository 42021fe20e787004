import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openPeriod } from '#shared/quota/open-period.ts';
import { periodAt } from '#shared/quota/period.ts';
import { savePlanWrite } from '#shared/quota/plan-book.ts';
import { parsePlan } from '#shared/quota/plan.ts';
import { QuotaTable } from '../../support/quota-table.ts';

const PLAN = parsePlan({
  id: 'p',
  version: 1,
  limits: [{ id: 'daily', level: 'key', quota: 5, period: 'DAY' }],
});
const DAY = periodAt(
  { length: 'DAY', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 },
  Date.UTC(2026, 10, 20),
);

describe('openPeriod', () => {
  // A clock that is fast must not push the head ahead: every period up to it would count as past.
  const CASES = [
    { beforeMs: 10_000, expected: 'ready' },
    { beforeMs: 10_001, expected: 'unavailable' },
    { beforeMs: 3_600_000, expected: 'unavailable' },
    { beforeMs: -1, expected: 'ready' },
  ];
  for (const { beforeMs, expected } of CASES)
    it(`is ${expected} ${beforeMs} ms before the period begins`, async () => {
      const { store, items } = new QuotaTable();
      await store.update(savePlanWrite(PLAN, undefined));
      const [limit] = PLAN.limits;
      assert.ok(limit?.kind === 'quota');
      const id = { tenant: 't', limit: 'daily', subject: 'k' };

      const request = { id, period: DAY, limit, plan: PLAN, nowEpochMs: DAY.startEpochMs - beforeMs };
      const { kind } = await openPeriod(request, store);

      assert.equal(kind, expected);
      assert.equal(items.size > 1, expected === 'ready');
    });
});
