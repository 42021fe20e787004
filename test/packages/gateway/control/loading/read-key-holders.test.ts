import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeUserKey } from '@gatewright/aws/physical-ids';
import type { JsonObject } from '@gatewright/aws/json-object';
import { readRoles } from '../../../../../packages/gateway/control/loading/read-roles.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { decideFor } from '../../../../../packages/gateway/core/policy/identities.ts';
import { OTHER_TYPES } from '../../../../../packages/gateway/templates/other-types.ts';
import { ACCOUNT_ID, aStack } from '../../../../support/a-stack.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const ACTION = 'execute-api:Invoke';
const allow = (action = ACTION): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
});
const inline = (document: JsonObject) => [{ PolicyName: 'own', PolicyDocument: document }];
const aUser = (properties: JsonObject = {}): TestResource => ({
  type: 'AWS::IAM::User',
  id: 'ada',
  properties,
});
const aKey = (properties: JsonObject = {}): TestResource => ({
  type: 'AWS::IAM::AccessKey',
  properties: { UserName: 'ada', ...properties },
});

function read(resources: Readonly<Record<string, TestResource>>) {
  const { keyHolders } = readRoles([aStack({ Key: aKey(), ...resources })], new Faults(false));
  return keyHolders;
}

function mayInvoke(resources: Readonly<Record<string, TestResource>>): boolean {
  const [user] = read(resources);
  assert.ok(user);
  const resource = `arn:aws:execute-api:us-east-1:${ACCOUNT_ID}:a1/prod/GET/invoices`;
  return decideFor(user, { action: ACTION, resource, conditions: new Map() }) === 'allow';
}

// CloudFormation template reference, AWS::IAM::User and AWS::IAM::AccessKey; IAM user guide, "Policies and
// permissions".
describe('an access key of a user of the stack', () => {
  it('signs as its user, with the key pair that the template returns', () => {
    const [user] = read({ User: aUser({ Path: '/books/', Tags: [{ Key: 'Team', Value: 'b' }] }) });
    const { accessKeyId, secretAccessKey } = makeUserKey('test', 'Key');
    assert.deepEqual([user?.accessKeyId, user?.secretAccessKey], [accessKeyId, secretAccessKey]);
    assert.equal(user?.arn, `arn:aws:iam::${ACCOUNT_ID}:user/books/ada`);
    assert.match(user.userId ?? '', /^AIDA[0-9A-Z]{17}$/);
    assert.deepEqual([...(user.tags ?? [])], [['team', 'b']]);
    const names = OTHER_TYPES['AWS::IAM::AccessKey'].names;
    const key = { stackName: 'test', logicalId: 'Key' } as Parameters<typeof names.ref>[0];
    assert.equal(names.ref(key), accessKeyId);
    assert.equal(names.attributes?.['SecretAccessKey']?.(key), secretAccessKey);
  });

  it('is unknown if it is inactive, or if its user is of no stack', () => {
    assert.deepEqual(read({ User: aUser(), Key: aKey({ Status: 'Inactive' }) }), []);
    assert.deepEqual(read({ Key: aKey({ UserName: 'nobody' }) }), []);
  });

  const group: TestResource = { type: 'AWS::IAM::Group', id: 'clerks', properties: {} };
  for (const [what, resources] of Object.entries<Readonly<Record<string, TestResource>>>({
    'an inline policy': { User: aUser({ Policies: inline(allow()) }) },
    'a managed policy by ARN': {
      User: aUser({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess'] }),
    },
    'a policy that names the user': {
      User: aUser(),
      P: { type: 'AWS::IAM::Policy', properties: { Users: ['ada'], PolicyDocument: allow() } },
    },
    'a policy of a user': {
      User: aUser(),
      P: { type: 'AWS::IAM::UserPolicy', properties: { UserName: 'ada', PolicyDocument: allow() } },
    },
    'a managed policy that names the user': {
      User: aUser(),
      P: { type: 'AWS::IAM::ManagedPolicy', properties: { Users: ['ada'], PolicyDocument: allow() } },
    },
    'a group of the user': {
      User: aUser({ Groups: ['clerks'] }),
      G: { ...group, properties: { Policies: inline(allow()) } },
    },
    'a group to which the user is added, and its policy': {
      User: aUser(),
      G: group,
      A: { type: 'AWS::IAM::UserToGroupAddition', properties: { GroupName: 'clerks', Users: ['ada'] } },
      P: { type: 'AWS::IAM::GroupPolicy', properties: { GroupName: 'clerks', PolicyDocument: allow() } },
    },
  }))
    it(`may do what is allowed by ${what}`, () => {
      assert.ok(mayInvoke(resources));
    });

  it('may do nothing without a policy, or beyond the permissions boundary', () => {
    assert.ok(!mayInvoke({ User: aUser() }));
    const arn = `arn:aws:iam::${ACCOUNT_ID}:policy/limit`;
    assert.ok(
      !mayInvoke({
        User: aUser({ Policies: inline(allow('*')), PermissionsBoundary: arn }),
        B: { type: 'AWS::IAM::ManagedPolicy', id: arn, properties: { PolicyDocument: allow('sns:Publish') } },
      }),
    );
  });
});
