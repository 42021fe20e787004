import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lastWholeMonth, sumByPeriod } from '../../../../../../packages/gateway/console/page/data/periods.ts';

const aUse = (day: number, counted: number, key?: string) => ({
  limit: 'daily',
  key,
  periodStart: new Date(Date.UTC(2026, 10, day)).toISOString(),
  periodEnd: new Date(Date.UTC(2026, 10, day + 1)).toISOString(),
  allowance: 10,
  counted,
  left: 10 - counted,
});
const startOf = (day: number): number => Date.UTC(2026, 10, day) / 1000;

describe('sumByPeriod', () => {
  it('adds the keys of a period, and lists the periods by time', () => {
    assert.deepEqual(sumByPeriod([aUse(3, 4), aUse(2, 1, 'k1'), aUse(2, 2, 'k2')]), [
      { startSeconds: startOf(2), counted: 3 },
      { startSeconds: startOf(3), counted: 4 },
    ]);
  });

  it('is empty without use, or for a limit of which no period has begun', () => {
    assert.deepEqual(sumByPeriod([]), []);
    assert.deepEqual(sumByPeriod([{ limit: 'daily', allowance: 10, counted: 0, left: 10 }]), []);
  });
});

describe('lastWholeMonth', () => {
  // The running month cannot be invoiced, so the form of invoices does not begin with it.
  it('is the month before the current one, by UTC, also over the end of a year', () => {
    assert.deepEqual(
      ['2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z', '2027-01-31T12:00:00Z'].map((time) =>
        lastWholeMonth(Date.parse(time)),
      ),
      ['2026-10', '2026-11', '2026-12'],
    );
  });
});
