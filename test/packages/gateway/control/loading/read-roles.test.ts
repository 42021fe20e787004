import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRoles } from '../../../../../packages/gateway/control/loading/read-roles.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { ACCOUNT_ID, aStack } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/dev-orders`;
const POLICY_ARN = `arn:aws:iam::${ACCOUNT_ID}:policy/shared`;

const allow = (action: string, more: JsonObject = {}): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*', ...more }],
});
const inline = (document: JsonObject) => [{ PolicyName: 'own', PolicyDocument: document }];
const aRole = (properties: JsonObject): TestResource => ({
  type: 'AWS::IAM::Role',
  id: 'dev-orders',
  properties,
});
const FUNCTION: TestResource = {
  type: 'AWS::Lambda::Function',
  id: 'orders',
  properties: { Role: ROLE_ARN },
};

/** What the function of these resources may do, and the findings about its role. */
function read(resources: Readonly<Record<string, TestResource>>, ...others: readonly ResolvedStack[]) {
  const faults = new Faults(false);
  const { ofFunctions, unsupported } = readRoles([aStack({ Fn: FUNCTION, ...resources }), ...others], faults);
  const role = ofFunctions.get('orders');
  const may = (action: string): boolean => {
    const said = role?.policies.map((policy) =>
      policy.decide({ action, resource: '*', conditions: new Map() }),
    );
    return said?.includes('allow') === true && !said.includes('explicit-deny');
  };
  return { role, may, unsupported, faults: faults.all };
}

describe('readRoles', () => {
  it('gives a function what is written into its role', () => {
    const { role, may } = read({ Role: aRole({ Policies: inline(allow('sns:Publish')) }) });
    assert.equal(role?.arn, ROLE_ARN);
    assert.deepEqual([may('sns:Publish'), may('sns:Subscribe')], [true, false]);
  });

  for (const { type, properties, id } of [
    { type: 'AWS::IAM::Policy', properties: { Roles: ['dev-orders'] }, id: 'p' },
    { type: 'AWS::IAM::RolePolicy', properties: { RoleName: 'dev-orders' }, id: 'p' },
    { type: 'AWS::IAM::ManagedPolicy', properties: { Roles: ['dev-orders'] }, id: POLICY_ARN },
  ])
    it(`grants what an ${type} attaches, and to no other role`, () => {
      const policy = { type, id, properties: { ...properties, PolicyDocument: allow('sns:Publish') } };
      const other = { ...aRole({}), id: 'other' };
      assert.ok(read({ Role: aRole({}), Policy: policy }).may('sns:Publish'));
      const { ofFunctions } = readRoles(
        [
          aStack({
            Fn: { ...FUNCTION, properties: { Role: `arn:aws:iam::${ACCOUNT_ID}:role/other` } },
            Role: other,
            Policy: policy,
          }),
        ],
        new Faults(false),
      );
      assert.deepEqual(ofFunctions.get('orders')?.policies, []);
    });

  it('grants what a managed policy of another stack allows, or one of AWS’s', () => {
    const shared = aStack(
      {
        Shared: {
          type: 'AWS::IAM::ManagedPolicy',
          id: POLICY_ARN,
          properties: { PolicyDocument: allow('sqs:SendMessage') },
        },
      },
      'shared',
    );
    const ManagedPolicyArns = [POLICY_ARN, 'arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess'];
    const { may, unsupported } = read({ Role: aRole({ ManagedPolicyArns }) }, shared);
    assert.deepEqual(
      [may('sqs:SendMessage'), may('dynamodb:Scan'), may('dynamodb:PutItem')],
      [true, true, false],
    );
    assert.deepEqual(unsupported, []);
  });

  it('allows everything that is not denied if a policy is not known, and reports this', () => {
    const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }] };
    const ManagedPolicyArns = ['arn:aws:iam::aws:policy/NobodyKnowsThis'];
    const { may, unsupported } = read({ Role: aRole({ ManagedPolicyArns, Policies: inline(deny) }) });

    assert.deepEqual([may('sns:Publish'), may('s3:GetObject')], [true, false]);
    assert.deepEqual(
      unsupported.map(({ logicalId, property, consequence }) => [logicalId, property, consequence]),
      [
        [
          'Role',
          'ManagedPolicyArns',
          'arn:aws:iam::aws:policy/NobodyKnowsThis: its permissions are unknown, so every call that no statement denies is allowed',
        ],
      ],
    );
  });

  it('allows everything if a part of the role could not be resolved', () => {
    const stack = aStack({ Fn: FUNCTION, Role: aRole({}) });
    const resources = new Map(stack.resources);
    const role = resources.get('Role');
    assert.ok(role);
    resources.set('Role', { ...role, unresolved: ['Policies'] });
    const { ofFunctions, unsupported } = readRoles([{ ...stack, resources }], new Faults(false));
    assert.equal(ofFunctions.get('orders')?.policies.length, 1);
    assert.equal(unsupported[0]?.property, 'Policies');
  });

  it('gives nothing by a document that IAM refuses, and reports it as a fault', () => {
    const broken = { ...allow('sns:Publish'), Statement: [{ Effect: 'Maybe', Action: '*', Resource: '*' }] };
    const { may, faults } = read({ Role: aRole({ Policies: inline(broken) }) });
    assert.equal(may('sns:Publish'), false);
    assert.deepEqual(
      faults.map(({ error, consequences }) => [error.message, consequences]),
      [['IAM refuses the policy: Effect is neither Allow nor Deny', ['the policy grants nothing']]],
    );
  });

  it('names condition keys that no call here has, of services that are evaluated', () => {
    const byIp = { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    const known = { Condition: { StringEquals: { 'dynamodb:LeadingKeys': ['a'] } } };
    const said = (document: JsonObject) => read({ Role: aRole({ Policies: inline(document) }) }).unsupported;
    assert.match(said(allow('dynamodb:GetItem', byIp))[0]?.consequence ?? '', /condition key aws:SourceIp/);
    assert.deepEqual(said(allow('kms:Decrypt', byIp)), []);
    assert.deepEqual(said(allow('dynamodb:GetItem', known)), []);
  });

  it('keeps a boundary, and the tags that conditions compare', () => {
    const { role } = read({
      Role: aRole({
        PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess',
        Tags: [{ Key: 'Team', Value: 'blue' }],
      }),
    });
    const question = { action: 'dynamodb:PutItem', resource: '*', conditions: new Map() };
    assert.equal(role?.boundary?.decide(question), 'implicit-deny');
    assert.deepEqual([...role.tags], [['team', 'blue']]);
  });

  for (const [what, policy] of [
    ['without a document', { PolicyName: 'own' }],
    ['with a document that is a text', { PolicyName: 'own', PolicyDocument: 'Allow' }],
  ] as const)
    it(`grants nothing by an inline policy ${what}, and loses no other policy`, () => {
      const { may, faults } = read({
        Role: aRole({ Policies: [policy, ...inline(allow('sqs:SendMessage'))] }),
      });

      assert.deepEqual([may('sqs:SendMessage'), may('sns:Publish')], [true, false]);
      assert.deepEqual(
        faults.map(({ error, consequences }) => [
          /^IAM refuses the policy: /.test(error.message),
          consequences,
        ]),
        [[true, ['the policy grants nothing']]],
      );
    });

  it('finds no role of a function whose role is defined elsewhere', () => {
    assert.equal(read({}).role, undefined);
  });
});

describe('the trust policy of a role', () => {
  const ALICE = { arn: `arn:aws:iam::${ACCOUNT_ID}:user/alice`, accountId: ACCOUNT_ID };
  const trustOf = (document: JsonObject | undefined) =>
    read({
      Role: aRole(document === undefined ? {} : { AssumeRolePolicyDocument: document }),
    }).role?.trust?.decide({
      action: 'sts:AssumeRole',
      resource: ROLE_ARN,
      conditions: new Map(),
      principal: ALICE,
    });
  const statement = { Effect: 'Allow', Principal: { AWS: ACCOUNT_ID }, Action: 'sts:AssumeRole' };

  it('names who may assume it', () => {
    assert.equal(trustOf({ Version: '2012-10-17', Statement: [statement] }), 'allow');
    assert.equal(trustOf({ Version: '2012-10-17', Statement: statement }), 'allow');
    assert.equal(
      trustOf({ Statement: [{ ...statement, Principal: { AWS: '210987654321' } }] }),
      'implicit-deny',
    );
  });

  it('is unknown if IAM would refuse it, or if it is missing', () => {
    assert.equal(trustOf(undefined), undefined);
    for (const name of ['Resource', 'NotResource'])
      assert.equal(trustOf({ Statement: [{ ...statement, [name]: '*' }] }), undefined);
    assert.equal(trustOf({ Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }] }), undefined);
  });
});
