import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '../../../../../packages/gateway/core/policy/evaluate.ts';
import type { PolicyDecision, PolicyPrincipal } from '../../../../../packages/gateway/core/policy/model.ts';

const ALICE = { arn: 'arn:aws:iam::111111111111:user/alice', accountId: '111111111111' };
const BOB = { arn: 'arn:aws:iam::111111111111:user/bob', accountId: '111111111111' };
const CAROL = { arn: 'arn:aws:iam::222222222222:user/carol', accountId: '222222222222' };

function decide(
  statement: Readonly<Record<string, unknown>>,
  principal: PolicyPrincipal | undefined,
): PolicyDecision {
  const everything = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
  const compiled = compilePolicy({ Statement: [{ ...everything, ...statement }] }, { ofResource: true });
  assert.ok(compiled.kind === 'compiled', compiled.kind === 'invalid' ? compiled.reason : '');
  const question = { action: 'execute-api:Invoke', resource: 'arn:aws:execute-api:x', conditions: new Map() };
  return compiled.policy.decide({ ...question, principal });
}

/** Which of Alice, Bob, Carol (of another account) and an anonymous caller a statement is for. */
const ROWS: {
  name: string;
  statement: Record<string, unknown>;
  isFor: [boolean, boolean, boolean, boolean];
}[] = [
  { name: 'everybody', statement: { Principal: '*' }, isFor: [true, true, true, true] },
  { name: 'everybody on AWS', statement: { Principal: { AWS: '*' } }, isFor: [true, true, true, true] },
  {
    name: 'an account by number',
    statement: { Principal: { AWS: '111111111111' } },
    isFor: [true, true, false, false],
  },
  {
    name: 'an account by its root',
    statement: { Principal: { AWS: ['arn:aws:iam::222222222222:root'] } },
    isFor: [false, false, true, false],
  },
  { name: 'one user', statement: { Principal: { AWS: ALICE.arn } }, isFor: [true, false, false, false] },
  {
    name: 'a service',
    statement: { Principal: { Service: 'events.amazonaws.com' } },
    isFor: [false, false, false, false],
  },
  {
    name: 'all but one user',
    statement: { NotPrincipal: { AWS: ALICE.arn } },
    isFor: [false, true, true, true],
  },
];

describe('compilePrincipals', () => {
  for (const { name, statement, isFor } of ROWS)
    it(`takes a statement for ${name} as such (IAM user guide, "Principal")`, () => {
      const decisions = [ALICE, BOB, CAROL, undefined].map((principal) => decide(statement, principal));

      assert.deepEqual(
        decisions.map((decision) => decision === 'allow'),
        isFor,
      );
    });

  it('exempts an identity from a NotPrincipal deny only if its account is named as well', () => {
    const deny = { Effect: 'Deny' };
    const alone = { ...deny, NotPrincipal: { AWS: ALICE.arn } };
    const both = { ...deny, NotPrincipal: { AWS: [ALICE.arn, 'arn:aws:iam::111111111111:root'] } };

    assert.deepEqual(
      [decide(alone, ALICE), decide(both, ALICE), decide(both, BOB), decide(both, undefined)],
      ['explicit-deny', 'implicit-deny', 'explicit-deny', 'explicit-deny'],
    );
  });

  const refused: [name: string, statement: Record<string, unknown>][] = [
    ['no principal', {}],
    ['both forms', { Principal: '*', NotPrincipal: '*' }],
    ['a name', { Principal: { AWS: 'alice' } }],
    ['an unknown kind', { Principal: { aws: '*' } }],
    ['text that is not a star', { Principal: '111111111111' }],
    ['a wildcard in an ARN', { Principal: { AWS: 'arn:aws:iam::111111111111:user/*' } }],
    ['an empty list', { Principal: { AWS: [] } }],
  ];
  for (const [name, statement] of refused)
    it(`refuses ${name}, because a statement without a clear principal would open or close too much`, () => {
      const document = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...statement }] };

      assert.equal(compilePolicy(document, { ofResource: true }).kind, 'invalid');
    });
});
