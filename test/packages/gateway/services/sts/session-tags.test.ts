/**
 * IAM user guide, "Pass session tags in AWS STS"; recorded on AWS: localstack test_sts.py, TestSTSAssumeRoleTagging,
 * April 2025.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideFor } from '../../../../../packages/gateway/core/policy/identities.ts';
import type { LocalIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import {
  aBench,
  ALICE_ARN,
  allow,
  anIdentity,
  codeOf,
  elementOf,
  ROLE,
  trusts,
} from '../../../../support/an-sts-bench.ts';
import type { Statement } from '../../../../support/an-sts-bench.ts';

type Form = Readonly<Record<string, string>>;
const ASSUME = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: ROLE, RoleSessionName: 'me' };
const BOTH = ['sts:AssumeRole', 'sts:TagSession'];
const TAG = { 'Tags.member.1.Key': 'Team', 'Tags.member.1.Value': 'red' };
const TRANSITIVE = { ...TAG, 'TransitiveTagKeys.member.1': 'team' };
const CONFLICT =
  "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";

const trustsTagging = (who: string, more: Statement = {}) => trusts(who, { Action: BOTH, ...more });

async function assume(
  caller: LocalIdentity,
  form: Form,
  trust: readonly Statement[] = [trustsTagging(ALICE_ARN)],
  more: Readonly<Record<string, unknown>> = {},
) {
  const { ask, sessions } = aBench({ trust, more });
  const answer = await ask(caller, { ...ASSUME, ...form });
  return { answer, session: sessions.find(elementOf('AccessKeyId', answer)) };
}

async function sessionOf(form: Form, more?: Readonly<Record<string, unknown>>): Promise<LocalIdentity> {
  const { session } = await assume(anIdentity(), form, undefined, more);
  assert.ok(session);
  return session;
}

describe('AssumeRole with session tags', () => {
  it('accepts a transitive key in another case', async () => {
    const { answer } = await assume(anIdentity(), TRANSITIVE);
    assert.equal(answer.status, 200);
  });

  it('gives the session the tags, which override those of the role and count in its policies', async () => {
    const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'red', 'aws:PrincipalTag/Stage': 'dev' } };
    const Policies = [
      {
        PolicyName: 'p',
        PolicyDocument: { Version: '2012-10-17', Statement: [allow('sqs:ListQueues', { Condition })] },
      },
    ];
    const Tags = [
      { Key: 'team', Value: 'blue' },
      { Key: 'Stage', Value: 'dev' },
    ];
    const may = async (form: Form) => {
      const session = await sessionOf(form, { Policies, Tags });
      return decideFor(session, {
        action: 'sqs:ListQueues',
        resource: '*',
        conditions: { get: (key: string) => session.role?.facts.get(key) },
      });
    };
    assert.deepEqual([await may(TAG), await may({})], ['allow', 'implicit-deny']);
  });

  for (const [name, trust, own, isGiven] of [
    ['the trust policy allows tagging', [trustsTagging(ALICE_ARN)], [], true],
    ['the trust policy does not allow tagging', [trusts(ALICE_ARN)], [allow('sts:*')], false],
    [
      'the caller may not tag',
      [trustsTagging(ALICE_ARN)],
      [allow('sts:TagSession', { Effect: 'Deny' })],
      false,
    ],
    ...(
      [
        [{ StringEquals: { 'aws:RequestTag/team': 'red' } }, true],
        [{ StringEquals: { 'aws:RequestTag/team': 'blue' } }, false],
        [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team'] } }, true],
        [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['other'] } }, false],
        [{ 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': ['team'] } }, true],
        [{ 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': ['other'] } }, false],
      ] as const
    ).map(
      ([Condition, isMet]) =>
        [JSON.stringify(Condition), [trustsTagging(ALICE_ARN, { Condition })], [], isMet] as const,
    ),
  ] as const)
    it(`${isGiven ? 'gives keys' : 'refuses'}: ${name}`, async () => {
      const { answer } = await assume(anIdentity(...own), TRANSITIVE, trust);
      assert.deepEqual([answer.status, codeOf(answer)], isGiven ? [200, undefined] : [403, 'AccessDenied']);
    });

  it('names sts:TagSession in the refusal', async () => {
    const { answer } = await assume(anIdentity(), TAG, [trusts(ALICE_ARN)]);
    assert.match(answer.body, /is not authorized to perform: sts:TagSession on resource: /);
  });

  it('hands transitive tags to the next session of a chain, and refuses to override them', async () => {
    const first = await sessionOf({
      ...TRANSITIVE,
      'Tags.member.2.Key': 'own',
      'Tags.member.2.Value': 'x',
    });
    const trust = [trustsTagging(ROLE)];
    const { session } = await assume(first, {}, trust);
    assert.deepEqual(session?.tags, new Map([['team', 'red']]));
    assert.deepEqual(session.transitiveTags, new Set(['team']));

    for (const key of ['Team', 'tEAM']) {
      const { answer } = await assume(first, { ...TAG, 'Tags.member.1.Key': key }, trust);
      assert.deepEqual(
        [answer.status, codeOf(answer), elementOf('Message', answer).replaceAll('&#39;', "'")],
        [400, 'InvalidParameterValue', CONFLICT],
      );
    }
  });
});
