import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlanInvalid } from '#shared/errors.ts';
import { PlanFields } from '#shared/quota/plan/plan-fields.ts';

const RANGE = { min: 1, max: 10 };
const ID = 'must be 1 to 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit';
const INSTANT = 'must be a day such as 2026-11-20, or an instant such as 2026-11-20T06:00:00Z';

const REFUSED: readonly (readonly [value: unknown, read: (fields: PlanFields) => unknown, says: string])[] = [
  ['-a', (fields) => fields.id('a'), ID],
  ['x'.repeat(65), (fields) => fields.id('a'), ID],
  [1, (fields) => fields.text('a', ''), 'must be text'],
  ['yes', (fields) => fields.flag('a'), 'must be true or false'],
  ['c', (fields) => fields.oneOf('a', ['b', 'd']), 'must be one of b, d'],
  ['5', (fields) => fields.integer('a', RANGE), 'must be a whole number from 1 to 10'],
  [1.5, (fields) => fields.integer('a', RANGE), 'must be a whole number from 1 to 10'],
  [undefined, (fields) => fields.integer('a', RANGE), 'must be a whole number from 1 to 10'],
  [0.5, (fields) => fields.number('a', RANGE), 'must be a number from 1 to 10'],
  [NaN, (fields) => fields.number('a', RANGE), 'must be a number from 1 to 10'],
  [[1, 2], (fields) => fields.list('a', 1), 'must be a list with at most 1 entries'],
  // Date.parse takes it for the 3rd of March.
  ['2026-02-31', (fields) => fields.instant('a'), INSTANT],
  // Date.parse takes it for the next day.
  ['2026-11-20T24:00:00Z', (fields) => fields.instant('a'), INSTANT],
  ['2026-11-20T06:00:00+01:00', (fields) => fields.instant('a'), INSTANT],
];

describe('fields of a plan', () => {
  for (const [a, read, says] of REFUSED)
    it(`refuse ${a === undefined ? 'nothing' : JSON.stringify(a)} with the path and the rule: ${says}`, () => {
      assert.throws(() => read(new PlanFields({ a }, 'limits[0]')), new PlanInvalid('limits[0].a', says));
    });

  it('read an absent value as the usual one', () => {
    const fields = new PlanFields({ a: null }, '');

    assert.deepEqual(
      [fields.integer('a', RANGE, 2), fields.text('b', 'UTC'), fields.list('c', 3, [])],
      [2, 'UTC', []],
    );
  });

  it('read days and seconds as instants', () => {
    const fields = new PlanFields({ a: '2026-11-20', b: '2026-11-20T23:59:59Z' }, '');

    assert.deepEqual(
      [fields.instant('a'), fields.instant('b')],
      [Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 20, 23, 59, 59)],
    );
  });

  it('refuse an unknown field and name the known ones', () => {
    const fields = new PlanFields({ a: 1, quotum: 2 }, 'cost');
    fields.integer('a', RANGE);

    assert.throws(() => fields.refuseOthers(), {
      message: /cost\.quotum.*is unknown; expected one of a/,
    });
  });
});
