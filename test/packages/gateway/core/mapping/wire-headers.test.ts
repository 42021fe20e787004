import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  HeaderInvalidError,
  printHeaders,
  setHeader,
  toHeaderValue,
  type WireHeaders,
} from '../../../../../packages/gateway/core/mapping/wire-headers.ts';
import { CODE_POINT } from '../../../../support/any-text.ts';

describe('setHeader', () => {
  it('replaces a header of the same name, whatever its case, and keeps the last spelling', () => {
    const headers: WireHeaders = new Map();
    setHeader(headers, 'accept', ['a']);
    setHeader(headers, 'X-Many', ['1', '2']);
    setHeader(headers, 'Accept', ['b']);

    assert.deepEqual(printHeaders(headers), ['Accept', 'b', 'X-Many', '1', 'X-Many', '2']);
  });
});

describe('toHeaderValue', () => {
  for (const value of ['a\r\nSet-Cookie: x', 'a\nb', 'a\u0000', 'a\u007f'])
    it(`refuses ${JSON.stringify(value)}: no mapping may smuggle in a second header`, () => {
      assert.throws(() => toHeaderValue('X-Name', value), HeaderInvalidError);
    });

  for (const name of ['', 'a b', 'a:b', 'a\r\nb'])
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      assert.throws(() => toHeaderValue(name, 'x'), HeaderInvalidError);
    });

  it('sends what is beyond a byte as UTF-8', () => {
    assert.equal(Buffer.from(toHeaderValue('X-City', 'Łódź'), 'latin1').toString('utf8'), 'Łódź');
  });

  it('gives either its own error or characters that fit into bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), (value) => {
        try {
          assert.match(toHeaderValue('X-A', value), /^[\t\x20-\x7e\x80-\xff]*$/);
        } catch (error) {
          assert.ok(error instanceof HeaderInvalidError);
        }
      }),
    );
  });
});
