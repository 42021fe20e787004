import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  dayOf,
  parseDay,
  periodStart,
  printDay,
} from '../../../../../packages/gateway/core/metering/quota-period.ts';
import type { QuotaPeriod } from '../../../../../packages/gateway/core/metering/quota-period.ts';

const day = (text: string): number => dayOf(Date.parse(text));

describe('periodStart', () => {
  const rows: { period: QuotaPeriod; at: string; start: string }[] = [
    { period: 'DAY', at: '2026-11-20T23:59:59.999Z', start: '2026-11-20' },
    { period: 'DAY', at: '2026-11-21T00:00:00.000Z', start: '2026-11-21' },
    { period: 'WEEK', at: '2026-11-21T23:59:59.999Z', start: '2026-11-15' },
    { period: 'WEEK', at: '2026-11-22T00:00:00.000Z', start: '2026-11-22' },
    { period: 'WEEK', at: '1969-12-30T00:00:00.000Z', start: '1969-12-28' },
    { period: 'MONTH', at: '2026-11-30T23:59:59.999Z', start: '2026-11-01' },
    { period: 'MONTH', at: '2026-12-01T00:00:00.000Z', start: '2026-12-01' },
    { period: 'MONTH', at: '2024-02-29T12:00:00.000Z', start: '2024-02-01' },
  ];
  for (const { period, at, start } of rows)
    it(`begins the ${period} of ${at} on ${start} (docs/aws §5.3)`, () => {
      assert.equal(printDay(periodStart(period, day(at))), start);
    });

  it('begins at most a month before the day, and never after it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<QuotaPeriod>('DAY', 'WEEK', 'MONTH'),
        fc.integer({ min: -10_000, max: 40_000 }),
        (period, at) => {
          const start = periodStart(period, at);
          assert.ok(start <= at && at - start < 31);
          assert.equal(periodStart(period, start), start);
        },
      ),
    );
  });
});

describe('parseDay', () => {
  it('reads what printDay writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (number) => {
        assert.equal(parseDay(printDay(number)), number);
      }),
    );
  });

  for (const text of ['', '2026-13-01', '2026-02-30', '2026-2-3', '20260203', '2026-02-03T00:00:00Z', 'x'])
    it(`reads no day in "${text}"`, () => {
      assert.equal(parseDay(text), undefined);
    });
});
