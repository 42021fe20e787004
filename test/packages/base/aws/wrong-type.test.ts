import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MemberType } from '../../../../packages/base/aws/call-input.ts';
import { describeWrongClass, describeWrongType } from '../../../../packages/base/aws/wrong-type.ts';

// Source: docs/aws §22.1
describe('a value of another type', () => {
  const rows: readonly (readonly [value: unknown, wanted: MemberType, words: string])[] = [
    ['1', 'number', 'STRING_VALUE can not be converted to an Integer'],
    [true, 'number', 'TRUE_VALUE can not be converted to an Integer'],
    [[1], 'number', 'Start of list found where not expected'],
    [{ a: 1 }, 'number', 'Start of structure or map found where not expected.'],
    [1, 'text', 'NUMBER_VALUE can not be converted to a String'],
    [true, 'text', 'TRUE_VALUE can not be converted to a String'],
    ['x', 'list', 'Expected list or null'],
    ['x', 'object', 'Expected null'],
  ];
  for (const [value, wanted, words] of rows)
    it(`is refused with the wording "${words}"`, () => {
      assert.equal(describeWrongType(value, wanted), words);
    });

  it('is described by its class in older services', () => {
    assert.equal(
      describeWrongClass(true, 'text', { boolean: 'java.lang.Boolean' }),
      'class java.lang.Boolean can not be converted to an String',
    );
  });
});
