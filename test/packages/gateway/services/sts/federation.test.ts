import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideFor } from '../../../../../packages/gateway/core/policy/identities.ts';
import { aBench, allow, anIdentity, codeOf, elementOf, NOW_MS } from '../../../../support/an-sts-bench.ts';
import type { Statement } from '../../../../support/an-sts-bench.ts';
import { ACCOUNT_ID } from '../../../../support/a-stack.ts';

// The form: LocalStack's snapshot of test_sts.py::test_get_federation_token. The rights: STS API reference
describe('GetFederationToken', () => {
  const FEDERATE = { Action: 'GetFederationToken', Name: 'bob', DurationSeconds: '900' };
  const BOB = `arn:aws:sts::${ACCOUNT_ID}:federated-user/bob`;
  const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT_ID}:q`;
  const policy = (...statements: readonly Statement[]) => ({
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  });
  const federate = async (form: Readonly<Record<string, string>>) => {
    const { ask, sessions } = aBench({ trust: [] });
    const alice = anIdentity(allow('sqs:*'), allow('sts:GetFederationToken'));
    const answer = await ask(alice, { ...FEDERATE, ...form });
    const session = sessions.find(elementOf('AccessKeyId', answer));
    const may = (action: string) =>
      session && decideFor(session, { action, resource: QUEUE, conditions: new Map() });
    return { ask, answer, session, may };
  };

  it('gives keys to a user of the name, who may do nothing without a policy', async () => {
    const { ask, answer, session, may } = await federate({});
    assert.deepEqual(
      ['Arn', 'FederatedUserId', 'PackedPolicySize'].map((name) => elementOf(name, answer)),
      [BOB, `${ACCOUNT_ID}:bob`, '0'],
    );
    assert.equal(session?.session?.expiresAtEpochMs, NOW_MS + 900_000);
    assert.equal(may('sqs:SendMessage'), 'implicit-deny');
    assert.ok(session);
    const shown = await ask(session, { Action: 'GetCallerIdentity' });
    assert.deepEqual([elementOf('Arn', shown), elementOf('UserId', shown)], [BOB, `${ACCOUNT_ID}:bob`]);
    assert.equal(codeOf(await ask(session, FEDERATE)), 'AccessDenied');
  });

  it('allows what both the policy and the caller allow', async () => {
    const { may } = await federate(policy(allow('sqs:SendMessage'), allow('sns:Publish')));
    assert.deepEqual(['sqs:SendMessage', 'sqs:ReceiveMessage', 'sns:Publish'].map(may), [
      'allow',
      'implicit-deny',
      'implicit-deny',
    ]);
  });

  for (const [what, form, code] of [
    ['a name that is too short', { Name: 'b' }, 'ValidationError'],
    [
      'managed policies',
      { 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      'ValidationError',
    ],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { answer } = await federate(form);
      assert.deepEqual([answer.status, codeOf(answer)], [400, code]);
    });

  it('needs a permission', async () => {
    const { ask } = aBench({ trust: [] });
    assert.equal(codeOf(await ask(anIdentity(allow('sqs:*')), FEDERATE)), 'AccessDenied');
  });
});
