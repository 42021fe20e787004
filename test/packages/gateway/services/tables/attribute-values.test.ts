import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  fromAttributes,
  isItem,
  toAttributes,
} from '../../../../../packages/gateway/services/tables/attribute-values.ts';

/** Numbers of at most 15 digits, because longer ones stay texts. */
const NUMBER = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 });
const JSON_VALUE = fc
  .jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })
  .map((value) => withoutFractions(value));

function withoutFractions(value: unknown): unknown {
  if (typeof value === 'number') return Math.trunc(value % 1e15) + 0;
  if (Array.isArray(value)) return value.map(withoutFractions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutFractions(one)]));
}

// DynamoDB API reference, AttributeValue.
describe('an item', () => {
  const deep = (levels: number): object => (levels === 0 ? { S: '' } : { L: [deep(levels - 1)] });
  for (const { value, expected } of [
    { value: { a: { S: 'x' }, b: { N: '-1.5e3' }, c: { B: 'AA==' }, d: { BOOL: false } }, expected: true },
    { value: { a: { NULL: true }, b: { L: [] }, c: { M: {} }, d: { SS: ['x'] } }, expected: true },
    { value: { a: { L: [{ M: { b: { NS: ['1', '2'] } } }, { BS: ['AA=='] }] } }, expected: true },
    { value: { a: deep(32) }, expected: true },
    { value: { a: deep(33) }, expected: false },
    { value: {}, expected: false },
    { value: [], expected: false },
    { value: { a: 'x' }, expected: false },
    { value: { a: { S: 1 } }, expected: false },
    { value: { a: { S: 'x', N: '1' } }, expected: false },
    { value: { a: { X: 'x' } }, expected: false },
    { value: { a: { N: '1e' } }, expected: false },
    { value: { a: { B: '%' } }, expected: false },
    { value: { a: { NULL: false } }, expected: false },
    { value: { a: { SS: [] } }, expected: false },
    { value: { a: { NS: ['1', 'x'] } }, expected: false },
    { value: { a: { L: [{ S: 'x' }, 'y'] } }, expected: false },
    { value: { a: { M: { b: { S: 'x' }, c: 1 } } }, expected: false },
  ])
    it(`${expected ? 'is' : 'is not'} ${JSON.stringify(value).slice(0, 80)}`, () => {
      assert.equal(isItem(value), expected);
    });
});

describe('plain values', () => {
  it('come back from attributes as they went in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(JSON_VALUE, NUMBER)), (plain) => {
        const item = toAttributes(plain);

        assert.deepEqual(JSON.stringify(fromAttributes(item)), JSON.stringify(plain));
      }),
      { numRuns: 100 },
    );
  });

  it('have lists for sets, and texts for numbers that JavaScript would round', () => {
    const item = { set: { SS: ['a'] }, numbers: { NS: ['1', '12345678901234567'] }, none: { NULL: true } };

    assert.deepEqual(fromAttributes(item), { set: ['a'], numbers: [1, '12345678901234567'], none: null });
  });

  it('are numbers even if only zeros make them long', () => {
    const texts = [
      '1234567890123450',
      '0.1234567890123',
      '0.000000000000000012',
      '-1e3',
      '0',
      '123456789012345000000',
    ];
    const numbers = { NS: [...texts, '1234567890123451'] };

    assert.deepEqual(fromAttributes({ numbers }), {
      numbers: [
        1234567890123450,
        0.1234567890123,
        0.000000000000000012,
        -1000,
        0,
        123456789012345000000,
        '1234567890123451',
      ],
    });
  });

  it('are refused if they have lost digits already', () => {
    assert.throws(() => toAttributes({ a: 2 ** 53 }), {
      name: 'RangeError',
      message: /cannot be represented exactly/,
    });
  });
});
