import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '../../../../../packages/gateway/core/policy/evaluate.ts';
import {
  FunctionIdentities,
  withFunctions,
} from '../../../../../packages/gateway/core/policy/function-identities.ts';
import {
  adminIdentity,
  createIdentities,
  decideFor,
  describeIdentity,
} from '../../../../../packages/gateway/core/policy/identities.ts';
import type { CompiledPolicy } from '../../../../../packages/gateway/core/policy/model.ts';
import type { Role } from '../../../../../packages/gateway/core/policy/role.ts';

const ACCOUNT_ID = '123456789012';
const FUNCTION = { name: 'orders', arn: `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:orders` };
const TABLE = `arn:aws:dynamodb:us-east-1:${ACCOUNT_ID}:table/orders`;

function policyOf(...statements: readonly object[]): CompiledPolicy {
  const compiled = compilePolicy({ Version: '2012-10-17', Statement: statements });
  assert.equal(compiled.kind, 'compiled');
  return compiled.policy;
}

function aRole(more: Partial<Role> = {}): Role {
  return {
    arn: `arn:aws:iam::${ACCOUNT_ID}:role/teams/dev-orders`,
    name: 'dev-orders',
    id: 'AROA0000000DEVORDERS1',
    policies: [policyOf({ Effect: 'Allow', Action: 'dynamodb:*', Resource: TABLE })],
    boundary: undefined,
    tags: new Map([['team', 'blue']]),
    place: { file: 'template.yaml', line: 7 },
    ...more,
  };
}

function rolesOf(role: Role | undefined) {
  const known = role === undefined ? [] : [role];
  return {
    byArn: new Map(known.map((one) => [one.arn, one])),
    ofFunctions: new Map(known.map((one) => ['orders', one])),
  };
}

/** The identity of the function with this role, and the findings about it. */
function identify(role: Role | undefined, declared = rolesOf(role)) {
  const messages: string[] = [];
  let made = 0;
  const functions = new FunctionIdentities({
    makeKeyPair: () => ({ accessKeyId: `AKIALOCAL${++made}`, secretAccessKey: `secret-${made}` }),
    nowEpochMs: () => Date.UTC(2026, 10, 20),
    report: (message) => messages.push(message),
  });
  functions.replace([FUNCTION], rolesOf(role), declared);
  const identity = functions.find(functions.keyPairOf('orders').accessKeyId);
  assert.ok(identity);
  const ask = (action: string, resource = TABLE) =>
    decideFor(identity, { action, resource, conditions: new Map() });
  return { functions, identity, messages, ask };
}

describe('FunctionIdentities', () => {
  it('signs as the session of the role, named after the function', () => {
    const { identity } = identify(aRole());

    assert.equal(identity.arn, `arn:aws:sts::${ACCOUNT_ID}:assumed-role/dev-orders/orders`);
    assert.deepEqual(describeIdentity(identity), {
      arn: identity.arn,
      accountId: ACCOUNT_ID,
      userId: 'AROA0000000DEVORDERS1:orders',
      roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/teams/dev-orders`,
      organizationId: undefined,
      tags: new Map([['team', 'blue']]),
    });
  });

  it('gives what the policies of the role give, and reports once which statement is missing', () => {
    const { ask, messages } = identify(aRole());

    assert.equal(ask('dynamodb:PutItem'), 'allow');
    for (let count = 0; count < 3; count += 1) assert.equal(ask('sqs:SendMessage', '*'), 'implicit-deny');
    assert.deepEqual(messages, [
      'orders is not allowed to perform sqs:SendMessage on *: role dev-orders (template.yaml:7) has no statement whose action, resource ' +
        'and conditions allow the call. Add this statement: {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}',
    ]);
  });

  for (const { name, allowed, asked = TABLE, remedy } of [
    {
      name: 'in another account',
      allowed: 'arn:aws:dynamodb:us-east-1:111122223333:table/*',
      remedy: 'in account 111122223333: start the gateway with --account 111122223333',
    },
    {
      name: 'in another region',
      allowed: `arn:aws:dynamodb:eu-west-1:${ACCOUNT_ID}:table/orders`,
      remedy: 'in region eu-west-1: start the gateway with --region eu-west-1',
    },
    {
      name: 'in another account and region',
      allowed: 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders',
      remedy:
        'in region eu-west-1 and account 111122223333: start the gateway with --region eu-west-1 --account 111122223333',
    },
    {
      name: 'in another partition',
      allowed: 'arn:aws-cn:s3:::pictures/*',
      asked: 'arn:aws:s3:::pictures/cat',
      remedy: 'in partition aws-cn: start the gateway with --region cn-north-1, or another region of aws-cn',
    },
  ])
    it(`says how to start if a statement allows the same ${name}`, () => {
      const Resource = [allowed, 'arn:aws:sqs:us-east-1:111122223333:other'];
      const policies = [
        policyOf({ Effect: 'Allow', Action: ['dynamodb:GetItem', 's3:GetObject'], Resource }),
      ];
      const { ask, messages } = identify(aRole({ policies }));

      const action = asked === TABLE ? 'dynamodb:GetItem' : 's3:GetObject';
      assert.equal(ask(action, asked), 'implicit-deny');
      assert.equal(ask('dynamodb:PutItem'), 'implicit-deny');
      assert.deepEqual(
        messages[0],
        `orders is not allowed to perform ${action} on ${asked}: role dev-orders (template.yaml:7) allows the call only ${remedy}`,
      );
      assert.match(messages[1] ?? '', /no statement whose action/);
    });

  it('says how to start if the role allows a resource of another account', () => {
    const other = 'arn:aws:sns:us-east-1:111122223333:news';
    const { ask, messages } = identify(
      aRole({ policies: [policyOf({ Effect: 'Allow', Action: '*', Resource: '*' })] }),
    );

    assert.equal(ask('sns:Publish', other), 'implicit-deny');
    assert.deepEqual(messages, [
      `orders is not allowed to perform sns:Publish on ${other}: role dev-orders (template.yaml:7) allows the call, but account 111122223333 differs from the gateway's account ${ACCOUNT_ID}: start the gateway with --account 111122223333`,
    ]);
  });

  it('says that a statement denies the call, if one does', () => {
    const policies = [
      ...aRole().policies,
      policyOf({ Effect: 'Deny', Action: 'dynamodb:Scan', Resource: '*' }),
    ];
    const { ask, messages } = identify(aRole({ policies }));

    assert.equal(ask('dynamodb:Scan'), 'explicit-deny');
    assert.match(
      messages[0] ?? '',
      /role dev-orders \(template\.yaml:7\) has a statement that denies the call$/,
    );
  });

  it('gives no more than the permissions boundary', () => {
    const boundary = policyOf({ Effect: 'Allow', Action: 'dynamodb:Get*', Resource: '*' });
    const { ask } = identify(aRole({ boundary }));

    assert.equal(ask('dynamodb:GetItem'), 'allow');
    assert.equal(ask('dynamodb:PutItem'), 'implicit-deny');
    assert.equal(ask('sqs:SendMessage', '*'), 'implicit-deny', 'a boundary gives nothing');
  });

  it('allows a function with an unknown role everything', () => {
    const { identity, ask } = identify(undefined);
    assert.equal(ask('s3:DeleteObject', 'arn:aws:s3:::any/key'), 'allow');
    assert.equal(identity.arn, `arn:aws:sts::${ACCOUNT_ID}:assumed-role/orders-role/orders`);
  });

  // Lambda developer guide, "Execution role": a function has the identity of its role.
  it('has the name and the id of a declared role that is not enforced, and is allowed everything', () => {
    const boundary = policyOf({ Effect: 'Allow', Action: 'dynamodb:Get*', Resource: '*' });
    const enforced = identify(aRole());
    const { identity, ask } = identify(undefined, rolesOf(aRole({ policies: [], boundary })));

    assert.equal(identity.arn, enforced.identity.arn);
    assert.equal(describeIdentity(identity).userId, describeIdentity(enforced.identity).userId);
    assert.equal(ask('dynamodb:PutItem'), 'allow');
  });

  // AWS CLI reference, "assume-role": AROA3XFRBF535PLBIFPI4:s3-access-example. The id belongs to the role.
  it('gives each session of an unknown role the same id, of 21 characters', () => {
    const [one, other] = [identify(undefined), identify(undefined)].map(
      ({ identity }) => describeIdentity(identity).userId,
    );
    assert.match(one ?? '', /^AROA[A-Z0-9]{17}:orders$/);
    assert.equal(other, one);
  });

  // IAM user guide, "AWS global condition context keys".
  for (const [key, value] of [
    ['aws:PrincipalArn', `arn:aws:iam::${ACCOUNT_ID}:role/teams/dev-orders`],
    ['aws:PrincipalTag/team', 'blue'],
    ['aws:PrincipalType', 'AssumedRole'],
    ['aws:userid', 'AROA0000000DEVORDERS1:orders'],
    ['aws:CurrentTime', '2026-11-20T00:00:00.000Z'],
    ['lambda:SourceFunctionArn', FUNCTION.arn],
  ] as const)
    it(`conditions find ${key}`, () => {
      const statement = { Effect: 'Allow', Action: '*', Resource: '*' };
      const policies = (wanted: string) => [
        policyOf({ ...statement, Condition: { StringEquals: { [key]: wanted } } }),
      ];
      assert.equal(identify(aRole({ policies: policies(value) })).ask('dynamodb:GetItem'), 'allow');
      assert.equal(identify(aRole({ policies: policies('x') })).ask('dynamodb:GetItem'), 'implicit-deny');
    });

  it('assumes the role of an integration, as the session that API Gateway names', () => {
    const { functions, messages } = identify(aRole());
    const session = functions.assume(aRole().arn);

    assert.ok(session);
    assert.match(session.arn, /assumed-role\/dev-orders\/BackplaneAssumeRoleSession$/);
    decideFor(session, { action: 'sqs:SendMessage', resource: '*', conditions: new Map() });
    assert.match(
      messages[0] ?? '',
      /^BackplaneAssumeRoleSession is not allowed to perform sqs:SendMessage on \*: role dev-orders/,
    );
    assert.equal(functions.find(session.accessKeyId), undefined, 'nobody signs as it');
    assert.equal(functions.assume('arn:aws:iam::123456789012:role/unknown'), undefined);
  });

  it('keeps the key of a function over a reload, and does not find functions that were removed', () => {
    const { functions, identity } = identify(aRole());
    functions.replace([FUNCTION], rolesOf(aRole({ policies: [] })));
    assert.deepEqual(functions.find(identity.accessKeyId)?.policies, []);
    functions.replace([], rolesOf(undefined));
    assert.equal(functions.find(identity.accessKeyId), undefined);
  });
});

describe('withFunctions', () => {
  it('finds local identities and functions by their keys', () => {
    const { functions, identity } = identify(aRole());
    const admin = { accessKeyId: 'AKIAADMIN', secretAccessKey: 'admin-secret' };
    const all = withFunctions(createIdentities([adminIdentity(admin, ACCOUNT_ID)]), functions);

    assert.equal(all.secretOf('AKIAADMIN'), 'admin-secret');
    assert.equal(all.secretOf(identity.accessKeyId), identity.secretAccessKey);
    assert.equal(all.secretOf('AKIANOBODY'), undefined);
    assert.deepEqual(
      all.all.map(({ name }) => name),
      ['admin', 'orders'],
    );
  });
});
