import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRoles } from '../../../../../packages/gateway/control/loading/read-roles.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { FunctionIdentities } from '../../../../../packages/gateway/core/policy/function-identities.ts';
import { adminIdentity, decideFor } from '../../../../../packages/gateway/core/policy/identities.ts';
import type { LocalIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { compilePolicy } from '../../../../../packages/gateway/core/policy/evaluate.ts';
import { TemporarySessions } from '../../../../../packages/gateway/core/policy/temporary-sessions.ts';
import type { AwsService } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { createSts } from '../../../../../packages/gateway/services/sts/sts.ts';
import { ACCOUNT_ID, aStack } from '../../../../support/a-stack.ts';
import { CountingRandom } from '../../../../support/virtual-ports.ts';

const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/reader`;
const NOW_MS = Date.UTC(2026, 10, 23, 12);
const ALICE_ARN = `arn:aws:iam::${ACCOUNT_ID}:user/alice`;

type Statement = Readonly<Record<string, unknown>>;
const allow = (Action: string, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});
const trusts = (AWS: string, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Principal: { AWS },
  Action: 'sts:AssumeRole',
  ...more,
});

function anIdentity(...statements: readonly Statement[]): LocalIdentity {
  const compiled = compilePolicy({ Version: '2012-10-17', Statement: statements }, { ofIdentity: true });
  const key = { accessKeyId: 'AKIALOCAL0000ALICE', secretAccessKey: 'secret' };
  return {
    ...adminIdentity(key, ACCOUNT_ID),
    name: 'alice',
    arn: ALICE_ARN,
    policies: statements.length === 0 || compiled.kind === 'invalid' ? [] : [compiled.policy],
  };
}

type Bench = {
  readonly ask: (
    caller: LocalIdentity,
    form: Readonly<Record<string, string>>,
  ) => Promise<{ status: number; body: string }>;
  readonly sessions: TemporarySessions;
  readonly identities: FunctionIdentities;
  readonly reports: readonly string[];
};

/** One role, `reader`, which may list queues. */
function aBench(
  {
    trust,
    more = {},
  }: { readonly trust: readonly Statement[]; readonly more?: Readonly<Record<string, unknown>> },
  others?: AwsService,
  isEnforced = true,
): Bench {
  const reports: string[] = [];
  const sessions = new TemporarySessions();
  const report = (message: string): void => void reports.push(message);
  let made = 0;
  const makeKeyPair = () => ({ accessKeyId: `AKIALOCAL${++made}`, secretAccessKey: `secret-${made}` });
  const identities = new FunctionIdentities({ makeKeyPair, nowEpochMs: () => NOW_MS, report });
  const properties = {
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: trust },
    Policies: [
      {
        PolicyName: 'p',
        PolicyDocument: { Version: '2012-10-17', Statement: [allow('sqs:ListQueues'), allow('sqs:Send*')] },
      },
    ],
    ...more,
  } as never;
  const stack = aStack({ Role: { type: 'AWS::IAM::Role', id: 'reader', properties } });
  identities.replace(
    [],
    isEnforced ? readRoles([stack], new Faults(false)) : { byArn: new Map(), ofFunctions: new Map() },
  );
  const sts = createSts({
    identities,
    isEnforced,
    accountId: ACCOUNT_ID,
    nowEpochMs: () => NOW_MS,
    random: new CountingRandom(),
    makeKeyPair,
    makeToken: () => 'token',
    open(credentials, identity) {
      sessions.open(credentials, identity);
      return Promise.resolve();
    },
    report,
    others,
  });
  return {
    sessions,
    identities,
    reports,
    async ask(caller, form) {
      const request = {
        method: 'POST',
        path: '/',
        query: '',
        host: '127.0.0.1:4000',
        body: Buffer.from(new URLSearchParams(form).toString()),
        rawHeaders: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
      };
      const { status, body } = await sts({ request, caller, service: 'sts', region: 'eu-central-1' });
      return { status, body: String(body) };
    },
  };
}

const ASSUME = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: ROLE, RoleSessionName: 'me' };
const codeOf = ({ body }: { readonly body: string }): string | undefined => /<Code>([^<]+)</.exec(body)?.[1];
const elementOf = (name: string, { body }: { readonly body: string }): string =>
  new RegExp(`<${name}>([^<]+)<`).exec(body)?.[1] ?? '';

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

describe('other operations of STS', () => {
  it('answer 501, unless another service answers STS', async () => {
    const elsewhere: AwsService = () => Promise.resolve({ status: 202, headers: [], body: '' });
    const form = { Action: 'AssumeRoleWithSAML' };

    const refused = await aBench({ trust: [] }).ask(anIdentity(), form);
    const passedOn = await aBench({ trust: [] }, elsewhere).ask(anIdentity(), form);

    assert.deepEqual([refused.status, passedOn.status], [501, 202]);
    assert.match(
      refused.body,
      /<Code>NotImplementedException<\/Code><Message>The local STS does not support AssumeRoleWithSAML;/,
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

  it('gives every role of the account where roles are not enforced', async () => {
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
    [{ 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess' }, 'ValidationError'],
    [{ 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' }, 'ValidationError'],
  ] as const)
    it(`refuses ${JSON.stringify(form).slice(0, 60)}: ${code}`, async () => {
      const answer = await aBench({ trust: [trusts(ALICE_ARN)] }).ask(anIdentity(), { ...ASSUME, ...form });

      assert.deepEqual([answer.status, codeOf(answer)], [400, code]);
    });
});

describe('GetSessionToken', () => {
  it('gives temporary keys of the caller, and not to those who have some', async () => {
    const { ask, sessions } = aBench({ trust: [] });
    const alice = anIdentity(allow('sqs:*'));
    const answer = await ask(alice, { Action: 'GetSessionToken', DurationSeconds: '900' });
    const session = sessions.find(elementOf('AccessKeyId', answer));
    assert.ok(session);
    const again = await ask(session, { Action: 'GetSessionToken' });

    assert.deepEqual([session.arn, session.policies], [ALICE_ARN, alice.policies]);
    assert.equal(session.session?.expiresAtEpochMs, NOW_MS + 900_000);
    assert.equal(codeOf(again), 'AccessDenied');
  });
});

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
      { ...ASSUME, 'Tags.member.1.Value': 'b', 'Tags.member.1.Key': 'a' },
      /does not support the AssumeRole parameter Tags; omit it/,
    ],
    [{ ...ASSUME, SerialNumber: 'arn:aws:iam::1:mfa/m' }, /AssumeRole parameter SerialNumber/],
    [{ Action: 'GetSessionToken', SerialNumber: 'm' }, /Multi-factor authentication is not supported/],
    [{ Action: 'GetSessionToken', TokenCode: '123456' }, /Multi-factor authentication is not supported/],
  ] as const)
    it(`is refused: ${Object.keys(form).at(-1)} of ${form.Action}`, async () => {
      const answer = await aBench({ trust: [trusts(ALICE_ARN)] }).ask(anIdentity(allow('sts:*')), form);

      assert.deepEqual([answer.status, codeOf(answer)], [400, 'ValidationError']);
      assert.match(answer.body, says);
    });
});
