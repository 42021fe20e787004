/** When a ledger accepts a grant: for every combination of what a grant may demand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { grantWrite, KEEP_MS } from '#shared/quota/ledger/ledger.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const KEY = { pk: 'L', sk: 'P' };
const BY = { holder: 'c0ffee', sequence: 7, fence: 3 };
const UNITS = 10;
const REPORT = 4;

/**
 * By field, its value and what the ledger must then hold (docs/design/quotas: a grant is refused by the ledger itself).
 */
const DEMANDS = [
  { field: { endEpochMs: NOON_MS }, attributes: ['expiresAt'] },
  { field: { termEpochMs: NOON_MS - 5 }, attributes: ['term'] },
  { field: { gate: 6 }, attributes: ['susp', 'rem'] },
  { field: { outstandingMax: 20 }, attributes: ['out'] },
] as const;

describe('a grant', () => {
  for (let chosen = 0; chosen < 2 ** DEMANDS.length; chosen += 1) {
    const demands = DEMANDS.filter((_, index) => (chosen & (1 << index)) !== 0);
    const attributes = demands.flatMap((demand) => [...demand.attributes]);
    it(`that demands ${attributes.join(', ') || 'nothing'} is refused by exactly that, and by a closed period`, () => {
      const fields = Object.assign({}, ...demands.map(({ field }) => field)) as object;
      const grant = { units: UNITS, report: REPORT, gate: undefined, outstandingMax: undefined, ...fields };
      const { when } = grantWrite(KEY, grant, BY);

      // The ledger must be there, and no earlier write of the holder may have come after all.
      const [mark, ledger, ...own] = when;
      assert.ok(mark?.attribute.includes(BY.holder));
      assert.deepEqual(ledger, { attribute: 'rem', is: 'present' });
      assert.deepEqual(
        own.map(({ attribute }) => attribute),
        ['closed', ...attributes],
      );
    });
  }

  it('demands what its fields say', () => {
    const grant = {
      units: UNITS,
      report: REPORT,
      ...Object.assign({}, ...DEMANDS.map(({ field }) => field)),
    };
    const { when } = grantWrite(KEY, grant, BY);

    assert.partialDeepStrictEqual(when.slice(2), [
      { attribute: 'closed', is: 'absent' },
      { attribute: 'expiresAt', is: 'equal' },
      { attribute: 'term', is: 'at-least', value: NOON_MS - 5 },
      { attribute: 'susp', is: 'absent' },
      { attribute: 'rem', is: 'at-least', value: 6 },
      { attribute: 'out', is: 'at-most', value: 20 },
    ]);
    const expiry = when.find(({ attribute }) => attribute === 'expiresAt');
    assert.equal(expiry !== undefined && 'value' in expiry && expiry.value, (NOON_MS + KEEP_MS) / 1000);
  });

  // docs/design/quotas: `rem` + `out` + `used` is always the quota.
  for (const outstandingMax of [undefined, 20])
    it(`moves units and loses none, ${outstandingMax === undefined ? 'charged at once' : 'leased'}`, () => {
      const { change } = grantWrite(
        KEY,
        { units: UNITS, report: REPORT, gate: undefined, outstandingMax },
        BY,
      );
      const { rem = NaN, out = NaN, used = NaN } = change.kind === 'update' ? (change.add ?? {}) : {};

      assert.equal(rem + out + used, 0);
      assert.equal(used, outstandingMax === undefined ? UNITS + REPORT : REPORT);
    });
});
