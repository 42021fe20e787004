import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRequest, QuotaTable } from '../../../support/quota-table.ts';

const MIDNIGHT_MS = Date.UTC(2026, 10, 20);

describe('the period that a request is charged to', () => {
  it('is the period of its timestamp, whichever period the request before it belonged to', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ id: 'daily', level: 'key', quota: 100, period: 'DAY', lease: false }]);
    const usedOn = (day: string): unknown =>
      [...table.items].find(([name]) => name.includes(`\nP#2026-11-${day}`))?.[1]['used'];

    for (const [nowMs, stampMs] of [
      [MIDNIGHT_MS - 2000, MIDNIGHT_MS - 2000],
      [MIDNIGHT_MS + 1000, MIDNIGHT_MS + 1000],
      [MIDNIGHT_MS + 1000, MIDNIGHT_MS - 1000],
      [MIDNIGHT_MS + 2000, MIDNIGHT_MS + 2000],
      [MIDNIGHT_MS + 2000, MIDNIGHT_MS],
    ] as const) {
      table.nowMs = nowMs;
      assert.equal((await quotas.consume(aRequest({ atEpochMs: stampMs }))).allowed, true);
    }

    assert.deepEqual([usedOn('19'), usedOn('20')], [2, 3]);
  });
});
