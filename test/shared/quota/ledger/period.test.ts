import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isTimeZone, periodAt, periodId } from '#shared/quota/ledger/period.ts';
import type { PeriodRule } from '#shared/quota/ledger/period.ts';

const rule = (overrides: Partial<PeriodRule>): PeriodRule => ({
  length: 'DAY',
  timeZone: 'UTC',
  anchorDay: 1,
  anchorMinutes: 0,
  ...overrides,
});
const HOUR_MS = 3_600_000;

describe('periodAt', () => {
  // Transitions of these zones: IANA time zone database.
  const CASES = [
    {
      name: 'a day of UTC',
      rule: rule({}),
      at: '2026-11-19T23:59:59.999Z',
      start: '2026-11-19T00:00:00.000Z',
      hours: 24,
    },
    {
      name: 'the first instant of a day',
      rule: rule({}),
      at: '2026-11-20T00:00:00.000Z',
      start: '2026-11-20T00:00:00.000Z',
      hours: 24,
    },
    {
      name: 'a day east of UTC',
      rule: rule({ timeZone: 'Asia/Tokyo' }),
      at: '2026-11-19T16:00:00Z',
      start: '2026-11-19T15:00:00.000Z',
      hours: 24,
    },
    {
      name: 'a day of 23 hours',
      rule: rule({ timeZone: 'Europe/Berlin' }),
      at: '2026-03-29T12:00:00Z',
      start: '2026-03-28T23:00:00.000Z',
      hours: 23,
    },
    {
      name: 'a day of 25 hours',
      rule: rule({ timeZone: 'Europe/Berlin' }),
      at: '2026-10-25T12:00:00Z',
      start: '2026-10-24T22:00:00.000Z',
      hours: 25,
    },
    {
      name: 'a day whose midnight the zone skips',
      rule: rule({ timeZone: 'Africa/Cairo' }),
      at: '2026-04-24T12:00:00Z',
      start: '2026-04-23T22:00:00.000Z',
      hours: 23,
    },
    {
      name: 'the first of two 02:30',
      rule: rule({ timeZone: 'Europe/Berlin', anchorMinutes: 150 }),
      at: '2026-10-25T12:00:00Z',
      start: '2026-10-25T00:30:00.000Z',
      hours: 25,
    },
    {
      name: 'a 02:30 that does not exist, an hour later',
      rule: rule({ timeZone: 'Europe/Berlin', anchorMinutes: 150 }),
      at: '2026-03-29T12:00:00Z',
      start: '2026-03-29T01:30:00.000Z',
      hours: 23,
    },
    {
      name: 'a day that begins at six',
      rule: rule({ anchorMinutes: 360 }),
      at: '2026-11-19T05:59:00Z',
      start: '2026-11-18T06:00:00.000Z',
      hours: 24,
    },
    {
      name: 'a week from Monday',
      rule: rule({ length: 'WEEK' }),
      at: '2026-11-19T00:00:00Z',
      start: '2026-11-16T00:00:00.000Z',
      hours: 168,
    },
    {
      name: 'a week from Sunday',
      rule: rule({ length: 'WEEK', anchorDay: 7 }),
      at: '2026-11-21T23:00:00Z',
      start: '2026-11-15T00:00:00.000Z',
      hours: 168,
    },
    {
      name: 'a month',
      rule: rule({ length: 'MONTH' }),
      at: '2026-02-28T23:59:59Z',
      start: '2026-02-01T00:00:00.000Z',
      hours: 28 * 24,
    },
    {
      name: 'a month from its billing day',
      rule: rule({ length: 'MONTH', anchorDay: 17, anchorMinutes: 360 }),
      at: '2026-01-17T05:59:59Z',
      start: '2025-12-17T06:00:00.000Z',
      hours: 31 * 24,
    },
    {
      name: 'the 31st, clamped to the last day of April',
      rule: rule({ length: 'MONTH', anchorDay: 31 }),
      at: '2026-05-30T00:00:00Z',
      start: '2026-04-30T00:00:00.000Z',
      hours: 31 * 24,
    },
    {
      name: 'the 31st, clamped to a leap day',
      rule: rule({ length: 'MONTH', anchorDay: 31 }),
      at: '2028-03-01T00:00:00Z',
      start: '2028-02-29T00:00:00.000Z',
      hours: 31 * 24,
    },
    {
      name: 'any number of seconds',
      rule: rule({ length: { everySeconds: 36 * 3600, fromEpochMs: Date.UTC(2026, 10, 20, 6) } }),
      at: '2026-11-21T17:59:59.999Z',
      start: '2026-11-20T06:00:00.000Z',
      hours: 36,
    },
    {
      name: 'one of them before the instant that names their beginning',
      rule: rule({ length: { everySeconds: 36 * 3600, fromEpochMs: Date.UTC(2026, 10, 20, 6) } }),
      at: '2026-11-20T05:59:59.999Z',
      start: '2026-11-18T18:00:00.000Z',
      hours: 36,
    },
    {
      name: 'a quarter of an hour',
      rule: rule({ length: { everySeconds: 900 } }),
      at: '2026-11-19T12:14:59Z',
      start: '2026-11-19T12:00:00.000Z',
      hours: 0.25,
    },
  ];
  for (const { name, rule: given, at, start, hours } of CASES)
    it(`finds ${name}`, () => {
      const period = periodAt(given, Date.parse(at));

      assert.equal(periodId(period), start);
      assert.equal((period.endEpochMs - period.startEpochMs) / HOUR_MS, hours);
    });

  it('cuts all time into periods without overlap and gap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<PeriodRule['length']>('DAY', 'WEEK', 'MONTH', { everySeconds: 777 }),
        fc.constantFrom(
          'UTC',
          'Europe/Berlin',
          'America/New_York',
          'Australia/Lord_Howe',
          'Africa/Cairo',
          'Pacific/Apia',
        ),
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2045, 0) }),
        (length, timeZone, day, anchorMinutes, stamp) => {
          const anchorDay = length === 'WEEK' ? ((day - 1) % 7) + 1 : day;
          const given = { length, timeZone, anchorDay, anchorMinutes };
          const period = periodAt(given, stamp);

          assert.ok(period.startEpochMs <= stamp && stamp < period.endEpochMs);
          assert.deepEqual(periodAt(given, period.startEpochMs), period);
          assert.deepEqual(periodAt(given, period.endEpochMs - 1), period);
          assert.equal(periodAt(given, period.endEpochMs).startEpochMs, period.endEpochMs);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('isTimeZone', () => {
  it('accepts what Intl accepts', () => {
    assert.equal(isTimeZone('America/Argentina/Ushuaia'), true);
    for (const name of ['Mars/Olympus', '', 'Europe/Berlin ']) assert.equal(isTimeZone(name), false);
  });
});
