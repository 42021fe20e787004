import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { OPERATORS } from '../../../../../packages/gateway/core/policy/condition-operators.ts';
import { PolicyInvalid } from '../../../../../packages/gateway/core/policy/policy-invalid.ts';

const compile = (block: string) => OPERATORS.get('IpAddress')?.compile(block, false);

describe('IpAddress', () => {
  const inside: [block: string, address: string][] = [
    ['203.0.113.0/24', '203.0.113.77'],
    ['203.0.113.5', '203.0.113.5'],
    ['203.0.113.5/32', '203.0.113.5'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['203.0.113.77/24', '203.0.113.1'],
    ['0.0.0.0/0', '8.8.8.8'],
    ['203.0.113.0/24', '::ffff:203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8::/32', '2001:DB8:1::1'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['::/0', '::1'],
    ['64:ff9b::/96', '64:ff9b::192.0.2.33'],
  ];
  for (const [block, address] of inside)
    it(`finds ${address} in ${block}`, () => {
      assert.equal(compile(block)?.(address, new Map()), true);
    });

  const outside: [block: string, address: string][] = [
    ['203.0.113.0/24', '203.0.114.1'],
    ['203.0.113.5', '203.0.113.6'],
    ['203.0.113.5/32', '203.0.113.4'],
    ['2001:db8::1/128', '2001:db8::'],
    ['0.0.0.0/0', '2001:db8::1'],
    ['::/0', '203.0.113.1'],
    ['203.0.113.0/24', 'garbage'],
    ['203.0.113.0/24', '203.0.113.01'],
    ['203.0.113.0/24', ''],
  ];
  for (const [block, address] of outside)
    it(`does not find "${address}" in ${block}`, () => {
      assert.equal(compile(block)?.(address, new Map()), false);
    });

  // Which texts are addresses and blocks: test/packages/base/aws/ip-address.test.ts.
  for (const text of ['1.2.3', '1.2.3.4/33', 'g::'])
    it(`refuses "${text}"`, () => {
      assert.throws(() => compile(text), PolicyInvalid);
    });
});
