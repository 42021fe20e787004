import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escapePointer, unescapePointer } from '../../../../packages/base/aws/json-pointer.ts';

describe('a step of a JSON pointer', () => {
  // RFC 6901, sections 3 and 4.
  for (const [text, step] of [
    ['/pets/{id}', '~1pets~1{id}'],
    ['a~b', 'a~0b'],
    ['~1', '~01'],
  ] as const)
    it(`is ${step} for ${text}`, () => {
      assert.equal(escapePointer(text), step);
      assert.equal(unescapePointer(step), text);
    });

  it('is read back as it was written', () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(unescapePointer(escapePointer(text)), text)));
  });
});
