import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findPolicyExcess } from '../../../../../packages/gateway/core/deployability/policy-limits.ts';
import { RULES } from '../../../../../packages/gateway/core/deployability/rules.ts';
import type { ResolvedResource } from '../../../../../packages/gateway/core/stack/model.ts';

const resource = (type: string, properties: object): ResolvedResource =>
  ({ logicalId: 'R', type, properties, physicalId: 'r' }) as unknown as ResolvedResource;
const long = (length: number): object => ({
  Version: '2012-10-17',
  Statement: [{ Resource: 'x'.repeat(length) }],
});

// IAM user guide, "IAM and AWS STS quotas": 6,144 characters of a managed policy, 10,240 of all inline policies of a
// role, 2,048 of a trust policy (default), 10 managed policies of a role (default).
describe('findPolicyExcess', () => {
  for (const [what, type, properties, remedy] of [
    [
      'a managed policy is distributed among several',
      'AWS::IAM::ManagedPolicy',
      { PolicyDocument: long(7000) },
      /several AWS::IAM::ManagedPolicy, each of at most 6144 characters/,
    ],
    [
      'inline policies become several managed policies',
      'AWS::IAM::Role',
      { Policies: [{ PolicyDocument: long(11_000) }] },
      /several AWS::IAM::ManagedPolicy, each of at most 6144 characters/,
    ],
    [
      'a trust policy is shortened',
      'AWS::IAM::Role',
      { AssumeRolePolicyDocument: long(3000) },
      /^shorten the trust policy/,
    ],
    [
      'the 11th managed policy is merged',
      'AWS::IAM::Role',
      { ManagedPolicyArns: Array.from({ length: 11 }, (_, index) => `arn:${index}`) },
      /^keep at most 10 managed policies/,
    ],
  ] as const)
    it(`says that ${what}`, () => {
      const [found, ...others] = findPolicyExcess([resource(type, properties)]);

      assert.deepEqual(others, []);
      assert.match(found?.remedy ?? RULES['policy-size'].remedy, remedy);
    });
});
