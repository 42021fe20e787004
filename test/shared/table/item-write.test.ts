import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameItem } from '#shared/table/item-write.ts';
import { applyChange, testsHold } from '../../support/apply-write.ts';
import type { Item, Test } from '#shared/table/item-write.ts';

// Source: DynamoDB developer guide, "Comparison operator and function reference".
describe('a test of a write', () => {
  const rows: readonly (readonly [
    is: Exclude<Test['is'], 'absent' | 'present'>,
    item: Item,
    holds: boolean,
  ])[] = [
    ['equal', { a: 5 }, true],
    ['equal', { a: '5' }, false],
    ['equal', {}, false],
    ['at-least', { a: 5 }, true],
    ['at-least', { a: 6 }, true],
    ['at-least', { a: 4 }, false],
    ['at-least', { a: '6' }, false],
    ['at-least', {}, false],
    ['at-most', { a: 5 }, true],
    ['at-most', { a: 4 }, true],
    ['at-most', { a: 6 }, false],
    ['at-most', { a: '4' }, false],
    ['at-most', {}, false],
    ['absent-or-below', {}, true],
    ['absent-or-below', { a: 4 }, true],
    ['absent-or-below', { a: 5 }, false],
    ['absent-or-below', { a: '4' }, false],
    ['absent-or-at-most', {}, true],
    ['absent-or-at-most', { a: 5 }, true],
    ['absent-or-at-most', { a: 6 }, false],
    ['absent-or-not', {}, true],
    ['absent-or-not', { a: 4 }, true],
    ['absent-or-not', { a: 5 }, false],
  ];
  for (const [is, item, holds] of rows)
    it(`${is} 5 is ${holds ? 'true' : 'false'} for ${JSON.stringify(item)}`, () => {
      assert.equal(testsHold([{ attribute: 'a', is, value: 5 }], item), holds);
      if (item['a'] === undefined)
        assert.equal(testsHold([{ attribute: 'a', is, value: 5 }], undefined), holds);
    });

  it('compares texts by code unit', () => {
    const test: Test = { attribute: 'a', is: 'at-least', value: 'b' };
    assert.deepEqual(
      [{ a: 'a' }, { a: 'b' }, { a: 'c' }].map((item) => testsHold([test], item)),
      [false, true, true],
    );
  });

  it('asks for what is there or not', () => {
    assert.equal(testsHold([{ attribute: 'a', is: 'present' }], { a: 0 }), true);
    assert.equal(testsHold([{ attribute: 'a', is: 'absent' }], { a: 0 }), false);
  });
});

describe('a change', () => {
  it('adds to numbers that are there, and to nothing else', () => {
    assert.deepEqual(
      applyChange({ kind: 'update', add: { n: -2 }, set: { m: 'x' }, remove: ['o'] }, { n: 5, o: 1 }),
      {
        n: 3,
        m: 'x',
      },
    );
    for (const item of [undefined, {}, { n: '5' }])
      assert.throws(
        () => applyChange({ kind: 'update', add: { n: 1 } }, item),
        /n is not a number that can be added to/,
      );
  });

  it('does not change what it only looks at', () => {
    assert.deepEqual(applyChange({ kind: 'check' }, { n: 1 }), { n: 1 });
    assert.equal(applyChange({ kind: 'check' }, undefined), undefined);
  });
});

describe('isSameItem', () => {
  for (const [other, expected] of [
    [{ pk: 'a', sk: 'b' }, true],
    [{ pk: 'a', sk: 'c' }, false],
    [{ pk: 'c', sk: 'b' }, false],
  ] as const)
    it(`is ${expected} for ${JSON.stringify(other)}`, () => {
      assert.equal(isSameItem({ pk: 'a', sk: 'b' }, other), expected);
    });
});
