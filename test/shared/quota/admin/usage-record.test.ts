/** Which later reading of a ledger is another bill. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameUsage, toUsageRecord } from '#shared/quota/admin/usage-record.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';

const ROW: UsageRow = {
  tenant: 'acme',
  limit: 'monthly',
  plan: 'gold',
  periodStart: '2026-11-01T00:00:00.000Z',
  periodEnd: '2026-12-01T00:00:00.000Z',
  month: '2026-11',
  state: 'closed',
  quota: 100,
  credits: 120,
  charged: 110,
  used: 105,
  outstanding: 5,
  remaining: 10,
  withinQuota: 100,
  overage: 5,
  lost: 5,
  allowance: 120,
  counted: 110,
  left: 10,
};

describe('isSameUsage', () => {
  const record = toUsageRecord(ROW, undefined, '2026-12-02T00:00:00.000Z');
  // Source: docs/guides/sell/quota.md, the fields of a usage record.
  const BILLED = ['used', 'withinQuota', 'overage', 'lost', 'quota', 'credits'] as const;
  const NOT_BILLED = ['charged', 'outstanding', 'remaining', 'counted', 'left'] as const;

  it('holds for the row of the record', () => {
    assert.ok(isSameUsage(record, ROW));
  });

  for (const field of BILLED)
    it(`does not hold if only ${field} has changed`, () => {
      assert.ok(!isSameUsage(record, { ...ROW, [field]: ROW[field] + 1 }));
    });

  for (const field of NOT_BILLED)
    it(`holds if only ${field} has changed, which no invoice contains`, () => {
      assert.ok(isSameUsage(record, { ...ROW, [field]: ROW[field] + 1 }));
    });
});
