/** Instants as customers read them, in a browser as in a function. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printDay, printMoment } from '#shared/portal/print-moment.ts';

const ROWS: readonly (readonly [instant: string, day: string, moment: string])[] = [
  ['2026-12-01T00:00:00.000Z', '1 Dec 2026', '1 Dec 2026, 00:00 UTC'],
  // `Intl` writes Sept or Sep, by the version of its data.
  ['2026-09-30T23:59:59.999Z', '30 Sep 2026', '30 Sep 2026, 23:59 UTC'],
  // Texts of customers, which `Date` would read as times.
  ['server 7', 'server 7', 'server 7'],
  ['2026-06-01T01:30:00+02:00', '2026-06-01T01:30:00+02:00', '2026-06-01T01:30:00+02:00'],
];

describe('how the portal prints an instant', () => {
  for (const [instant, day, moment] of ROWS)
    it(`is ${moment} for ${instant}`, () => {
      assert.deepEqual([printDay(instant), printMoment(instant)], [day, moment]);
    });
});
