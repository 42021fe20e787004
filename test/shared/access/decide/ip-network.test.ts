import assert from 'node:assert/strict';
import { BlockList, isIPv4 } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { containsAddress, intersectNetworks, parseIpNetwork } from '#shared/access/decide/ip-network.ts';

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const network = fc
  .tuple(
    fc.constantFrom(
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.0/24',
      '192.0.2.0/24',
      '2001:db8::/32',
      '2001:db8:1::/48',
      '::/0',
      '0.0.0.0/0',
    ),
    fc.nat(),
  )
  .map(([text]) => text);

describe('parseIpNetwork', () => {
  for (const text of [
    '10.0.0.0/8',
    '192.0.2.1',
    '2001:db8::/32',
    '::1',
    '::ffff:10.0.0.0/8',
    '0.0.0.0/0',
    '::/0',
  ])
    it(`reads ${text}`, () => {
      assert.ok(parseIpNetwork(text));
    });

  for (const text of [
    '',
    'x',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0/8',
    '010.0.0.0/8',
    '2001:db8::1/32',
    '1::2::3',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    ':',
    '1:2:3:4:5:6:7',
  ])
    it(`refuses "${text}"`, () => {
      assert.equal(parseIpNetwork(text), undefined);
    });
});

describe('containsAddress', () => {
  it("agrees with Node's BlockList", () => {
    fc.assert(
      fc.property(network, address, (text, candidate) => {
        const [block = '', prefix = ''] = text.split('/');
        const list = new BlockList();
        list.addSubnet(block, Number(prefix), isIPv4(block) ? 'ipv4' : 'ipv6');
        // Node converts an IPv4 address to an IPv6 one if that fits; IAM does not.
        if (isIPv4(block) !== isIPv4(candidate)) return;
        if (/^::ffff:/i.test(candidate)) return;
        assert.equal(
          containsAddress([text], candidate),
          list.check(candidate, isIPv4(candidate) ? 'ipv4' : 'ipv6'),
          `${text} ${candidate}`,
        );
      }),
    );
  });

  it('reads a mapped IPv4 address as IPv4, and matches nothing without an address', () => {
    assert.equal(containsAddress(['10.0.0.0/8'], '::ffff:10.1.2.3'), true);
    assert.equal(containsAddress(['::/0'], 'x'), false);
    assert.equal(containsAddress(['0.0.0.0/0'], ''), false);
  });
});

describe('intersectNetworks', () => {
  it('contains exactly the addresses that both lists contain', () => {
    fc.assert(
      fc.property(
        fc.array(network),
        fc.array(network),
        fc.constantFrom('10.1.2.3', '10.9.9.9', '192.0.2.1', '2001:db8:1::1', '2001:db8:2::1', '8.8.8.8'),
        (a, b, candidate) => {
          assert.equal(
            containsAddress(intersectNetworks(a, b), candidate),
            containsAddress(a, candidate) && containsAddress(b, candidate),
          );
        },
      ),
    );
  });
});
