import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AddressBlocks,
  readAddress,
} from '../../../../../../packages/gateway/services/waf/evaluate/address-blocks.ts';

function isFound(block: string, address: string): boolean {
  const blocks = new AddressBlocks();
  assert.ok(blocks.add(block, true), block);
  const read = readAddress(address);
  assert.ok(read, address);
  return blocks.find(read) === true;
}

describe('networks', () => {
  // The highest bit is set: numbers of 32 bits with a sign would be negative.
  for (const [block, inside, outside] of [
    ['255.255.255.255/32', '255.255.255.255', '255.255.255.254'],
    ['128.0.0.0/1', '255.0.0.1', '127.255.255.255'],
    ['0.0.0.0/1', '127.255.255.255', '128.0.0.0'],
    ['10.1.0.0/16', '::ffff:10.1.2.3', '::10.1.2.3'],
    ['2001:db8::/32', '2001:db8:ffff::1', '2001:db9::1'],
    ['8000::/1', 'ffff::1', '7fff::1'],
  ] as const)
    it(`${block} has ${inside} and not ${outside}`, () => {
      assert.ok(isFound(block, inside));
      assert.ok(!isFound(block, outside));
    });

  it('have an IPv4 address exactly when its first bits are theirs', () => {
    const octets = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
    const binary = (parts: readonly number[]): string =>
      parts.map((octet) => octet.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 1, max: 32 }), (block, address, prefix) => {
        const isWithin = binary(block).slice(0, prefix) === binary(address).slice(0, prefix);
        assert.equal(isFound(`${block.join('.')}/${prefix}`, address.join('.')), isWithin);
      }),
    );
  });

  it('of all addresses are refused', () => {
    assert.ok(!new AddressBlocks().add('0.0.0.0/0', true));
  });
});
