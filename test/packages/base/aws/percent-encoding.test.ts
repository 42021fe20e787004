import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodePercent, decodeQueryText } from '../../../../packages/base/aws/percent-encoding.ts';

describe('decodePercent', () => {
  const rows: [text: string, expected: string][] = [
    ['/a%20b', '/a b'],
    ['/%C3%BC', '/ü'],
    ['/a+b', '/a+b'],
    ['/pa2%Fth', '/pa2%Fth'],
    ['/100%', '/100%'],
    ['/%zz%41', '/%zzA'],
    ['/%FF', '/\u{FFFD}'],
    ['/%2525', '/%25'],
  ];

  for (const [text, expected] of rows)
    it(`decodes ${text}`, () => {
      assert.equal(decodePercent(text), expected);
    });

  it('undoes encodeURIComponent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(decodePercent(encodeURIComponent(text)), text);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('%', '4', 'F', 'c', 'z', '/')), (parts) => {
        assert.equal(typeof decodePercent(parts.join('')), 'string');
      }),
    );
  });
});

describe('decodeQueryText', () => {
  it('reads + as a space and %2B as +', () => {
    assert.equal(decodeQueryText('test+alias%2B'), 'test alias+');
  });
});
