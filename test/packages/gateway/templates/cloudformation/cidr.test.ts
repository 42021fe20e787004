import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutCidr } from '../../../../../packages/gateway/templates/cloudformation/cidr.ts';

const SOURCE = 'CloudFormation user guide, Fn::Cidr';

describe('cutCidr', () => {
  const rows: { name: string; given: [string, number, number]; expected: readonly string[] | undefined }[] = [
    {
      name: 'cuts /27 blocks from a /24',
      given: ['192.168.0.0/24', 6, 5],
      expected: [0, 32, 64, 96, 128, 160].map((host) => `192.168.0.${host}/27`),
    },
    {
      name: 'begins at the block, for any host in it',
      given: ['10.1.2.3/16', 1, 8],
      expected: ['10.1.0.0/24'],
    },
    {
      name: 'cuts IPv6 blocks',
      given: ['2001:db8::/56', 2, 64],
      expected: ['2001:db8::/64', '2001:db8:0:1::/64'],
    },
    { name: 'refuses more blocks than there is room for', given: ['10.0.0.0/24', 2, 8], expected: undefined },
    { name: 'refuses an invalid block', given: ['10.0.0/24', 1, 8], expected: undefined },
    { name: 'refuses a prefix over the width', given: ['10.0.0.0/33', 1, 8], expected: undefined },
    { name: 'refuses more than 256 blocks', given: ['10.0.0.0/8', 257, 8], expected: undefined },
    { name: 'refuses no blocks', given: ['10.0.0.0/8', 0, 8], expected: undefined },
    { name: 'refuses a part of a block', given: ['10.0.0.0/8', 1.5, 8], expected: undefined },
    { name: 'refuses IPv6 with two gaps', given: ['1::2::3/56', 1, 64], expected: undefined },
  ];
  for (const { name, given, expected } of rows) {
    it(name, () => assert.deepEqual(cutCidr(...given), expected, SOURCE));
  }
});
