import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import {
  formatAwsDate,
  formatRequestTime,
} from '../../../../../packages/gateway/core/events/request-time.ts';

describe('formatRequestTime', () => {
  const rows: [epochMs: number, expected: string][] = [
    [1_744_668_818_115, '14/Apr/2025:22:13:38 +0000'],
    [1_744_668_818_999, '14/Apr/2025:22:13:38 +0000'],
    [1_744_668_819_000, '14/Apr/2025:22:13:39 +0000'],
    [0, '01/Jan/1970:00:00:00 +0000'],
    [1_744_668_818_000, '14/Apr/2025:22:13:38 +0000'],
  ];

  it('prints UTC, also when time goes back', () => {
    for (const [epochMs, expected] of rows) assert.equal(formatRequestTime(epochMs), expected);
  });
});

/** Days of each month and of each day of the week. */
const DAYS = Array.from({ length: 24 }, (_, n) => Date.UTC(2026, n, 1 + ((n * 5) % 28), n, 59 - n, n));

describe('the names of days and months', () => {
  // RFC 9110 §5.6.7 has the same names: `Fri, 20 Nov 2026 06:47:13 GMT`.
  for (const epochMs of DAYS) {
    const utc = new Date(epochMs).toUTCString();
    const [, day, date, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/.exec(utc) ?? [];

    it(`are those of ${utc}`, () => {
      assert.equal(formatRequestTime(epochMs), `${date}/${month}/${year}:${time} +0000`);
      assert.equal(formatAwsDate(epochMs), `${day} ${month} ${date} ${time} UTC ${year}`);
    });
  }

  it('are all tried', () => {
    assert.equal(new Set(DAYS.map((epochMs) => new Date(epochMs).getUTCDay())).size, 7);
    assert.equal(new Set(DAYS.map((epochMs) => new Date(epochMs).getUTCMonth())).size, 12);
  });
});
