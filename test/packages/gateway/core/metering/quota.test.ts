import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeyUsage } from '../../../../../packages/gateway/core/metering/quota.ts';
import { dayOf } from '../../../../../packages/gateway/core/metering/quota-period.ts';
import type { PlanQuota } from '../../../../../packages/gateway/core/metering/quota.ts';

const at = (text: string): number => Date.parse(text);
const JOINED = at('2026-11-20T10:00:00Z');

/** How many of `count` requests at one moment are admitted. */
function admit(usage: KeyUsage, quota: PlanQuota, count: number, nowEpochMs: number): number {
  let admitted = 0;
  for (let index = 0; index < count; index += 1) {
    if (usage.isUsedUp(nowEpochMs, quota)) continue;
    usage.count(nowEpochMs);
    admitted += 1;
  }
  return admitted;
}

describe('KeyUsage', () => {
  const rows: { name: string; quota: PlanQuota; last: string; next: string }[] = [
    {
      name: 'a day at midnight UTC',
      quota: { limit: 3, offset: 0, period: 'DAY' },
      last: '2026-11-20T23:59:59.999Z',
      next: '2026-11-21T00:00:00Z',
    },
    {
      name: 'a week on Sunday',
      quota: { limit: 3, offset: 0, period: 'WEEK' },
      last: '2026-11-21T23:59:59.999Z',
      next: '2026-11-22T00:00:00Z',
    },
    {
      name: 'a month on its first day',
      quota: { limit: 3, offset: 0, period: 'MONTH' },
      last: '2026-11-30T23:59:59.999Z',
      next: '2026-12-01T00:00:00Z',
    },
  ];
  for (const { name, quota, last, next } of rows)
    it(`counts to the limit and starts over ${name} (docs/aws §5.3)`, () => {
      const usage = new KeyUsage(JOINED);

      assert.equal(admit(usage, quota, 5, JOINED), 3);
      assert.equal(admit(usage, quota, 5, at(last)), 0);
      assert.equal(admit(usage, quota, 5, at(next)), 3);
    });

  it('subtracts the offset only from the first period', () => {
    const usage = new KeyUsage(JOINED);
    const quota: PlanQuota = { limit: 5, offset: 2, period: 'MONTH' };

    assert.equal(admit(usage, quota, 9, JOINED), 3);
    assert.equal(admit(usage, quota, 9, at('2026-12-01T00:00:00Z')), 5);
  });

  it('rejects every request in the first period when the offset is as large as the limit', () => {
    const quota: PlanQuota = { limit: 1, offset: 2, period: 'MONTH' };

    assert.equal(admit(new KeyUsage(JOINED), quota, 3, JOINED), 0);
    assert.equal(new KeyUsage(JOINED).remainingOn(dayOf(JOINED), quota), 0);
  });

  it('reports what was left at the end of each day of the period', () => {
    const usage = new KeyUsage(JOINED);
    const quota: PlanQuota = { limit: 10, offset: 0, period: 'MONTH' };
    admit(usage, quota, 3, JOINED);
    admit(usage, quota, 4, at('2026-11-22T00:00:00Z'));

    const days = [20, 21, 22].map((day) => dayOf(at(`2026-11-${day}T00:00:00Z`)));
    assert.deepEqual(
      days.map((day) => [usage.usedOn(day), usage.remainingOn(day, quota)]),
      [
        [3, 7],
        [0, 7],
        [4, 3],
      ],
    );
  });

  it('extends only the running period', () => {
    const usage = new KeyUsage(JOINED);
    const quota: PlanQuota = { limit: 2, offset: 0, period: 'DAY' };
    admit(usage, quota, 2, JOINED);

    usage.setRemaining(3, JOINED, quota);

    assert.equal(usage.remainingOn(dayOf(JOINED), quota), 3);
    assert.equal(admit(usage, quota, 9, JOINED), 3);
    assert.equal(admit(usage, quota, 9, JOINED + 86_400_000), 2);
  });

  it('can take what is left away', () => {
    const usage = new KeyUsage(JOINED);
    const quota: PlanQuota = { limit: 100, offset: 0, period: 'WEEK' };

    usage.setRemaining(0, JOINED, quota);

    assert.equal(usage.isUsedUp(JOINED, quota), true);
  });

  it('drops days that are more than 90 days ago', () => {
    const usage = new KeyUsage(JOINED);
    usage.count(JOINED);

    usage.count(JOINED + 91 * 86_400_000);

    assert.equal(usage.usedOn(dayOf(JOINED)), 0);
  });

  it('counts a request only after the lag, and admits that many more (AWS: quotas are best effort)', () => {
    const usage = new KeyUsage(JOINED, 1000);
    const quota: PlanQuota = { limit: 2, offset: 0, period: 'DAY' };

    assert.equal(admit(usage, quota, 5, JOINED), 5);
    assert.equal(admit(usage, quota, 1, JOINED + 999), 1);
    assert.equal(usage.usedOn(dayOf(JOINED)), 0);
    assert.equal(admit(usage, quota, 1, JOINED + 1000), 0);
    assert.equal(usage.usedOn(dayOf(JOINED)), 5);
    usage.settle(JOINED + 1999);
    assert.equal(usage.usedOn(dayOf(JOINED)), 6);
  });

  it('counts a late request to the day it was made on', () => {
    const usage = new KeyUsage(JOINED, 1000);
    const midnight = at('2026-11-21T00:00:00Z');
    usage.count(midnight - 1);

    usage.settle(midnight + 999);

    assert.deepEqual([usage.usedOn(dayOf(midnight - 1)), usage.usedOn(dayOf(midnight))], [1, 0]);
  });

  it('never admits more than the limit in one day, in any order of requests', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 3 * 86_400_000 }), { maxLength: 60 }),
        (limit, offsets) => {
          const usage = new KeyUsage(JOINED);
          const quota: PlanQuota = { limit, offset: 0, period: 'DAY' };
          for (const offset of offsets) admit(usage, quota, 1, JOINED + offset);
          for (let day = 0; day < 5; day += 1) assert.ok(usage.usedOn(dayOf(JOINED) + day) <= limit);
        },
      ),
    );
  });
});
