import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeCbor, Double, encodeCbor, Timestamp } from '@gatewright/aws/cbor';

const decodeHex = (hex: string): unknown => decodeCbor(Buffer.from(hex, 'hex'));

/** RFC 8949, appendix A. */
const EXAMPLES: readonly (readonly [hex: string, value: unknown])[] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1_000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['20', -1],
  ['3903e7', -1_000],
  ['f93e00', 1.5],
  ['f97bff', 65_504],
  ['f90001', 5.960464477539063e-8],
  ['fa47c35000', 100_000],
  ['fb3ff199999999999a', 1.1],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['c11a514b67b0', 1_363_896_240],
  ['4401020304', 'AQIDBA=='],
  ['6449455446', 'IETF'],
  ['62c3bc', 'ü'],
  ['83010203', [1, 2, 3]],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['5f42010243030405ff', 'AQIDBAU='],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
];

describe('decodeCbor', () => {
  for (const [hex, value] of EXAMPLES)
    it(`reads ${hex} as the RFC's ${JSON.stringify(value)}`, () => {
      assert.deepEqual(decodeHex(hex), value);
    });

  it('has no value for what is cut, has more, is nested too deep or reserves more than it has', () => {
    for (const hex of [
      '',
      '18',
      '62c3',
      '0000',
      'ff',
      '9f01',
      '81'.repeat(40) + '00',
      '9bffffffffffffffff',
      '1c',
    ])
      assert.equal(decodeHex(hex), undefined, hex);
  });

  it('reads what is written, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' }), (value) => {
        // JSON has one zero.
        const plain: unknown = JSON.parse(JSON.stringify(value));
        assert.deepEqual(decodeCbor(encodeCbor(plain)), plain);
      }),
    );
  });

  it('throws for no bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeCbor(Buffer.from(bytes));
      }),
    );
  });

  it('sets names of prototypes as members', () => {
    const decoded = decodeCbor(Buffer.from('a1695f5f70726f746f5f5fa0', 'hex'));

    assert.ok(Object.hasOwn(decoded as object, '__proto__'));
  });
});

describe('encodeCbor', () => {
  it('tags timestamps, writes doubles as such, and leaves out what is undefined', () => {
    assert.equal(encodeCbor(new Timestamp(1_363_896_240_500)).toString('hex'), 'c1fb41d452d9ec200000');
    assert.equal(encodeCbor(new Double(1)).toString('hex'), 'fb3ff0000000000000');
    assert.deepEqual(decodeCbor(encodeCbor({ a: 1, b: undefined })), { a: 1 });
    assert.equal(JSON.stringify({ at: new Timestamp(1_500), of: new Double(2) }), '{"at":1.5,"of":2}');
  });
});
