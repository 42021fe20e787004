import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseIpAddress, parseIpBlock } from '../../../../packages/base/aws/ip-address.ts';

/** Texts near an address: its own characters in another order, cut, doubled or joined. */
const nearAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc
    .array(
      fc.constantFrom(':', '::', '.', '0', '1', 'ff', '255', '256', 'abcd', '1.2.3.4', '01', 'g', ' ', '%1'),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.array(fc.constantFrom('0', 'a', '1.2.3.4', 'ffff'), { maxLength: 9 }), fc.nat(9))
    .map(([parts, gap]) => `${parts.slice(0, gap).join(':')}::${parts.slice(gap).join(':')}`),
);

describe('parseIpAddress', () => {
  it('takes for an address what node:net takes for one, zones aside', () => {
    fc.assert(
      fc.property(nearAddress, (text) => {
        // A zone names an interface of the machine (RFC 4007): no caller and no rule has one.
        const version = text.includes('%') ? 0 : isIP(text);
        assert.equal(parseIpAddress(text)?.width ?? 0, version === 6 ? 128 : version === 4 ? 32 : 0, text);
      }),
      { numRuns: 2_000 },
    );
  });

  const astray: readonly string[] = [
    '0:0:0:0:1.2.3.4:1.2.3.4',
    '1.2.3.4::',
    'a:b:c:d:1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.4:1',
    '010.0.0.1',
    ':::',
  ];
  for (const text of astray)
    it(`refuses "${text}"`, () => {
      assert.equal(parseIpAddress(text), undefined);
    });

  it('reads the bits that node:net compares', () => {
    assert.deepEqual(parseIpAddress('203.0.113.7'), { bits: 0xcb_00_71_07n, width: 32 });
    assert.deepEqual(parseIpAddress('2001:db8::1.2.3.4'), {
      bits: (0x2001_0db8n << 96n) | 0x0102_0304n,
      width: 128,
    });
  });
});

describe('parseIpBlock', () => {
  it('keeps the bits below the prefix, and treats a mapped address as the IPv4 address that it is', () => {
    assert.deepEqual(parseIpBlock('10.0.0.1/8'), { bits: 0x0a_00_00_01n, width: 32, prefix: 8 });
    assert.deepEqual(parseIpBlock('::ffff:10.0.0.1'), { bits: 0x0a_00_00_01n, width: 32, prefix: 32 });
  });

  for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/+8', '/8', ''])
    it(`refuses "${text}"`, () => {
      assert.equal(parseIpBlock(text), undefined);
    });
});
