import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decideAcrossAccounts,
  decideWithinAccount,
} from '../../../../../packages/gateway/core/policy/resource-policy.ts';
import type { PolicyDecision } from '../../../../../packages/gateway/core/policy/model.ts';

/** docs/aws §1.2, tables A and B (developer guide, "How resource policies affect authorization workflow"). */
const TABLES: [identity: PolicyDecision, resource: PolicyDecision, a: PolicyDecision, b: PolicyDecision][] = [
  ['allow', 'allow', 'allow', 'allow'],
  ['allow', 'implicit-deny', 'allow', 'implicit-deny'],
  ['allow', 'explicit-deny', 'explicit-deny', 'explicit-deny'],
  ['implicit-deny', 'allow', 'allow', 'implicit-deny'],
  ['implicit-deny', 'implicit-deny', 'implicit-deny', 'implicit-deny'],
  ['implicit-deny', 'explicit-deny', 'explicit-deny', 'explicit-deny'],
  ['explicit-deny', 'allow', 'explicit-deny', 'explicit-deny'],
  ['explicit-deny', 'implicit-deny', 'explicit-deny', 'explicit-deny'],
  ['explicit-deny', 'explicit-deny', 'explicit-deny', 'explicit-deny'],
];

describe('decideWithinAccount and decideAcrossAccounts', () => {
  for (const [identity, resource, a, b] of TABLES)
    it(`make ${a} and ${b} of an identity's ${identity} and a resource's ${resource}`, () => {
      assert.equal(decideWithinAccount(identity, resource), a);
      assert.equal(decideAcrossAccounts(identity, resource), b);
    });
});
