import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideFor } from '../../../../../packages/gateway/core/policy/identities.ts';
import type { AwsService } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';
import {
  aBench,
  ALICE_ARN,
  allow,
  anIdentity,
  codeOf,
  elementOf,
  NOW_MS,
  ROLE,
  trusts,
} from '../../../../support/an-sts-bench.ts';
import type { Statement } from '../../../../support/an-sts-bench.ts';
import { ACCOUNT_ID } from '../../../../support/a-stack.ts';

const ASSUME = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: ROLE, RoleSessionName: 'me' };

describe('GetCallerIdentity', () => {
  it('says who has signed, without asking their policies', async () => {
    const answer = await aBench({ trust: [] }).ask(anIdentity(), { Action: 'GetCallerIdentity' });

    assert.equal(answer.status, 200);
    assert.deepEqual(
      ['Arn', 'UserId', 'Account'].map((name) => elementOf(name, answer)),
      [ALICE_ARN, 'AIDALOCAL0000ALICE', ACCOUNT_ID],
    );
  });
});

describe('other STS operations', () => {
  it('answer 501, unless another service answers STS', async () => {
    const elsewhere: AwsService = () => Promise.resolve({ status: 202, headers: [], body: '' });
    const form = { Action: 'AssumeRoleWithSAML' };

    const refused = await aBench({ trust: [] }).ask(anIdentity(), form);
    const passedOn = await aBench({ trust: [] }, elsewhere).ask(anIdentity(), form);

    assert.deepEqual([refused.status, passedOn.status], [501, 202]);
    assert.match(
      refused.body,
      /<Code>NotImplementedException<\/Code><Message>AssumeRoleWithSAML of STS \(role with SAML\) is not supported/,
    );
  });
});

/** IAM user guide, "Policy evaluation logic" (single account) and "AWS JSON policy elements: Principal". */
const DECISIONS: readonly {
  readonly name: string;
  readonly trust: readonly Statement[];
  readonly own?: readonly Statement[];
  readonly form?: Readonly<Record<string, string>>;
  readonly isGiven: boolean;
}[] = [
  { name: 'the trust policy names the caller', trust: [trusts(ALICE_ARN)], isGiven: true },
  {
    name: 'the trust policy names the account, and the caller may not',
    trust: [trusts(ACCOUNT_ID)],
    isGiven: false,
  },
  {
    name: 'the trust policy names the account, and the caller may',
    trust: [trusts(ACCOUNT_ID)],
    own: [allow('sts:AssumeRole')],
    isGiven: true,
  },
  {
    name: 'the caller may, but the trust policy names another',
    trust: [trusts('210987654321')],
    own: [allow('*')],
    isGiven: false,
  },
  {
    name: 'a service is named',
    trust: [{ ...trusts(''), Principal: { Service: 'lambda.amazonaws.com' } }],
    own: [allow('*')],
    isGiven: false,
  },
  {
    name: 'the caller is named, and denied by its own policy',
    trust: [trusts(ALICE_ARN)],
    own: [allow('sts:*', { Effect: 'Deny' })],
    isGiven: false,
  },
  {
    name: 'the trust policy denies',
    trust: [trusts(ALICE_ARN), trusts('*', { Effect: 'Deny' })],
    isGiven: false,
  },
  {
    name: 'another action is trusted',
    trust: [trusts(ALICE_ARN, { Action: 'sts:TagSession' })],
    isGiven: false,
  },
  {
    name: 'the external id is missing',
    trust: [trusts(ALICE_ARN, { Condition: { StringEquals: { 'sts:ExternalId': 'x1' } } })],
    isGiven: false,
  },
  {
    name: 'the external id is right',
    trust: [trusts(ALICE_ARN, { Condition: { StringEquals: { 'sts:ExternalId': 'x1' } } })],
    form: { ExternalId: 'x1' },
    isGiven: true,
  },
  {
    name: 'a device is asked for',
    trust: [trusts(ALICE_ARN, { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })],
    isGiven: false,
  },
  { name: 'there is no trust policy', trust: [], isGiven: false },
  {
    name: 'the role is in no stack',
    trust: [trusts(ALICE_ARN)],
    form: { RoleArn: `${ROLE}s` },
    isGiven: false,
  },
];

describe('AssumeRole', () => {
  for (const { name, trust, own = [], form = {}, isGiven } of DECISIONS)
    it(`${isGiven ? 'gives keys' : 'refuses'}: ${name}`, async () => {
      const { ask, reports } = aBench({ trust });
      const answer = await ask(anIdentity(...own), { ...ASSUME, ...form });

      assert.deepEqual([answer.status, codeOf(answer)], isGiven ? [200, undefined] : [403, 'AccessDenied']);
      assert.equal(reports.length, isGiven ? 0 : 1);
    });

  it('opens a session that the policies of the role judge', async () => {
    const { ask, sessions } = aBench({ trust: [trusts(ALICE_ARN)] });
    const answer = await ask(anIdentity(allow('*')), ASSUME);
    const session = sessions.find(elementOf('AccessKeyId', answer));
    assert.ok(session);
    const may = (action: string): string =>
      decideFor(session, { action, resource: '*', conditions: new Map() });

    assert.match(session.accessKeyId, /^ASIA/);
    assert.equal(session.arn, `arn:aws:sts::${ACCOUNT_ID}:assumed-role/reader/me`);
    assert.equal(elementOf('Arn', answer), session.arn);
    assert.deepEqual(session.session, { token: 'token', expiresAtEpochMs: NOW_MS + 3_600_000 });
    assert.equal(elementOf('Expiration', answer), '2026-11-23T13:00:00Z');
    assert.deepEqual([may('sqs:ListQueues'), may('sqs:DeleteQueue')], ['allow', 'implicit-deny']);
  });

  it('limits the session by its policy', async () => {
    const { ask, sessions } = aBench({ trust: [trusts(ALICE_ARN)] });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [allow('sqs:ListQueues'), allow('sns:*')],
    });
    const session = sessions.find(elementOf('AccessKeyId', await ask(anIdentity(), { ...ASSUME, Policy })));
    assert.ok(session);
    const may = (action: string): string =>
      decideFor(session, { action, resource: '*', conditions: new Map() });

    assert.deepEqual(['sqs:ListQueues', 'sqs:SendMessage', 'sns:Publish'].map(may), [
      'allow',
      'implicit-deny',
      'implicit-deny',
    ]);
  });

  it('takes the session away when a reload takes the role away', async () => {
    const { ask, sessions, identities } = aBench({ trust: [trusts(ALICE_ARN)] });
    const key = elementOf('AccessKeyId', await ask(anIdentity(), ASSUME));
    identities.replace([], { byArn: new Map(), ofFunctions: new Map() });

    assert.equal(sessions.find(key), undefined);
  });

  it('lets a role session assume another role for an hour at most', async () => {
    const { ask, sessions } = aBench({ trust: [trusts(ROLE)], more: { MaxSessionDuration: 43_200 } });
    const role = { ...aBench({ trust: [trusts(ALICE_ARN)] }) };
    const first = role.sessions.find(elementOf('AccessKeyId', await role.ask(anIdentity(), ASSUME)));
    assert.ok(first);
    const long = await ask(first, { ...ASSUME, DurationSeconds: '7200' });
    const short = await ask(first, { ...ASSUME, DurationSeconds: '3600' });

    assert.match(long.body, /1 hour session limit for roles assumed by role chaining/);
    assert.ok(sessions.find(elementOf('AccessKeyId', short)));
  });

  // IAM user guide, "AWS global condition context keys" and "Available keys for AWS STS".
  for (const [operator, key, right, wrong] of [
    ['StringEquals', 'aws:PrincipalAccount', ACCOUNT_ID, '210987654321'],
    ['ArnEquals', 'aws:PrincipalArn', ALICE_ARN, `${ALICE_ARN}x`],
    ['StringEquals', 'aws:PrincipalType', 'User', 'AssumedRole'],
    ['StringEquals', 'sts:RoleSessionName', 'me', 'other'],
    ['StringEquals', 'sts:ExternalId', 'ext', 'other'],
    ['DateGreaterThan', 'aws:CurrentTime', '2026-11-23T11:59:59Z', '2026-11-23T12:00:01Z'],
    ['NumericLessThan', 'aws:EpochTime', String(NOW_MS / 1000 + 1), String(NOW_MS / 1000)],
    ['StringEquals', 'aws:PrincipalTag/team', 'red', 'blue'],
    ['StringEquals', 'aws:PrincipalOrgID', 'o-1', 'o-2'],
  ] as const)
    it(`compares ${key} in the trust policy of a role`, async () => {
      const caller = {
        ...anIdentity(allow('sts:AssumeRole')),
        tags: new Map([['team', 'red']]),
        organizationId: 'o-1',
      };
      const codes = [];
      for (const value of [right, wrong]) {
        const trust = [trusts(ALICE_ARN, { Condition: { [operator]: { [key]: value } } })];
        const answer = await aBench({ trust }).ask(caller, { ...ASSUME, ExternalId: 'ext' });
        codes.push(codeOf(answer));
      }

      assert.deepEqual(
        codes.map((code) => code === 'AccessDenied'),
        [false, true],
      );
    });

  it('gives every role of the account if roles are not enforced', async () => {
    const { ask, sessions } = aBench({ trust: [] }, undefined, false);
    const own = sessions.find(
      elementOf(
        'AccessKeyId',
        await ask(anIdentity(), { ...ASSUME, RoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/any/path` }),
      ),
    );
    const other = await ask(anIdentity(), { ...ASSUME, RoleArn: 'arn:aws:iam::210987654321:role/any' });

    assert.equal(own?.arn, `arn:aws:sts::${ACCOUNT_ID}:assumed-role/path/me`);
    assert.equal(codeOf(other), 'AccessDenied');
  });

  for (const [form, code] of [
    [{ RoleArn: '' }, 'ValidationError'],
    [{ RoleArn: 'reader' }, 'ValidationError'],
    [{ RoleSessionName: 'a b' }, 'ValidationError'],
    [{ RoleSessionName: 'x' }, 'ValidationError'],
    [{ DurationSeconds: '899' }, 'ValidationError'],
    [{ DurationSeconds: '43201' }, 'ValidationError'],
    [{ DurationSeconds: '3601' }, 'ValidationError'],
    [{ Policy: '{' }, 'MalformedPolicyDocument'],
    [{ Policy: `"${'x'.repeat(2048)}"` }, 'PackedPolicyTooLarge'],
  ] as const)
    it(`refuses ${JSON.stringify(form).slice(0, 60)}: ${code}`, async () => {
      const answer = await aBench({ trust: [trusts(ALICE_ARN)] }).ask(anIdentity(), { ...ASSUME, ...form });

      assert.deepEqual([answer.status, codeOf(answer)], [400, code]);
    });
});

// Recorded: localstack/localstack tests/aws/services/sts/test_sts.snapshot.json, October 2024
describe('AssumeRole refuses, as recorded,', () => {
  const tag = (at: number, key: string): object => ({
    [`Tags.member.${at}.Key`]: key,
    [`Tags.member.${at}.Value`]: 'v',
  });
  for (const [form, code, says] of [
    [{ RoleArn: 'nothing-valid-in-here' }, 'ValidationError', 'nothing-valid-in-here is invalid'],
    [
      { RoleArn: 'arn::b:::something/test-role' },
      'ValidationError',
      'arn::b:::something/test-role is invalid',
    ],
    [
      { RoleArn: 'arn:a::::something/test-role' },
      'ValidationError',
      'arn:a::::something/test-role is invalid',
    ],
    [{ RoleArn: 'arn:a:::something/test-role' }, 'ValidationError', 'arn:a:::something/test-role is invalid'],
    [{ RoleArn: 'arn:a:a::aaaaaaaaaa:' }, 'ValidationError', 'arn:a:a::aaaaaaaaaa: is invalid'],
    [
      { RoleSessionName: 'Session1:2' },
      'ValidationError',
      "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { ...tag(1, 'k'), 'TransitiveTagKeys.member.1': 'other' },
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    ],
    [
      { ...tag(1, 'k'), ...tag(2, 'K') },
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
  ] as const)
    it(says.slice(0, 80), async () => {
      const answer = await aBench({ trust: [trusts(ALICE_ARN)] }).ask(anIdentity(), { ...ASSUME, ...form });

      const message = elementOf('Message', answer).replaceAll('&#39;', "'");
      assert.deepEqual([answer.status, codeOf(answer), message], [400, code, says]);
    });
});

describe('what STS does not do here', () => {
  for (const [form, says] of [
    [
      { ...ASSUME, 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      /does not support the parameter PolicyArns of AssumeRole; leave it out\./,
    ],
    [{ ...ASSUME, SerialNumber: 'arn:aws:iam::1:mfa/m' }, /the parameter SerialNumber of AssumeRole/],
  ] as const)
    it(`is refused: ${Object.keys(form).at(-1)} of ${form.Action}`, async () => {
      const answer = await aBench({ trust: [trusts(ALICE_ARN)] }).ask(anIdentity(allow('sts:*')), form);

      assert.deepEqual([answer.status, codeOf(answer)], [501, 'NotImplementedException']);
      assert.match(answer.body, says);
    });
});
