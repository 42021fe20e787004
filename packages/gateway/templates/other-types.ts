/** Lists types of services that the gateway does not run, with the consequence for requests. */
import { NO_RESOURCES } from './cloudformation/nested-stacks.ts';
import { makeRoleId, makeUserKey, makeUuid } from '@gatewright/aws/physical-ids';
import { arnOf, named, row, iamArn } from '../core/resource-types/namers.ts';
import type { ResourceTypeTable } from '../core/resource-types/resource-types.ts';

const roleName = named('RoleName', 64);

export const OTHER_TYPES = {
  'AWS::IAM::Role': {
    enforced: [],
    whereKnown: [
      'RoleName',
      'Path',
      'Policies',
      'ManagedPolicyArns',
      'PermissionsBoundary',
      'Tags',
      'AssumeRolePolicyDocument',
      'MaxSessionDuration',
    ],
    noEffect: ['Description'],
    names: row(roleName, {
      Arn: iamArn('role', roleName),
      RoleId: ({ stackName, logicalId }) => makeRoleId(stackName, logicalId),
    }),
  },
  'AWS::IAM::Policy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'Roles', 'Users', 'Groups'],
    noEffect: ['PolicyName'],
    names: row(named('PolicyName')),
  },
  'AWS::IAM::ManagedPolicy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'Roles', 'Users', 'Groups', 'ManagedPolicyName', 'Path'],
    noEffect: ['Description'],
    names: row(iamArn('policy', named('ManagedPolicyName')), {
      PolicyArn: iamArn('policy', named('ManagedPolicyName')),
    }),
  },
  'AWS::IAM::RolePolicy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'RoleName'],
    noEffect: ['PolicyName'],
  },
  'AWS::IAM::UserPolicy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'UserName'],
    noEffect: ['PolicyName'],
  },
  'AWS::IAM::GroupPolicy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'GroupName'],
    noEffect: ['PolicyName'],
  },
  'AWS::IAM::User': {
    enforced: [],
    whereKnown: [
      'UserName',
      'Path',
      'Policies',
      'ManagedPolicyArns',
      'PermissionsBoundary',
      'Groups',
      'Tags',
    ],
    noEffect: ['LoginProfile'],
    names: row(named('UserName', 64), { Arn: iamArn('user', named('UserName', 64)) }),
  },
  'AWS::IAM::Group': {
    enforced: [],
    whereKnown: ['GroupName', 'Policies', 'ManagedPolicyArns'],
    noEffect: ['Path'],
    names: row(named('GroupName', 128), { Arn: iamArn('group', named('GroupName', 128)) }),
  },
  'AWS::IAM::UserToGroupAddition': { enforced: [], whereKnown: ['GroupName', 'Users'] },
  'AWS::IAM::AccessKey': {
    enforced: [],
    whereKnown: ['UserName', 'Status'],
    noEffect: ['Serial'],
    names: row(({ stackName, logicalId }) => makeUserKey(stackName, logicalId).accessKeyId, {
      SecretAccessKey: ({ stackName, logicalId }) => makeUserKey(stackName, logicalId).secretAccessKey,
    }),
  },
  'AWS::KMS::Key': {
    names: row(({ stackName, logicalId }) => makeUuid(stackName, logicalId), {
      Arn: arnOf('kms', ({ stackName, logicalId }) => makeUuid(stackName, logicalId), 'key/'),
      KeyId: ({ stackName, logicalId }) => makeUuid(stackName, logicalId),
    }),
  },
  'AWS::CDK::Metadata': { isWithoutEffect: true },
  'AWS::CloudFormation::WaitConditionHandle': { isWithoutEffect: true },
  'AWS::ResourceGroups::Group': { isWithoutEffect: true },
  'AWS::ApplicationInsights::Application': { isWithoutEffect: true },
  'AWS::CertificateManager::Certificate': { isWithoutEffect: true },
  'AWS::Route53::RecordSet': { isWithoutEffect: true },
  'AWS::Route53::RecordSetGroup': { isWithoutEffect: true },
  'AWS::Route53::HostedZone': { isWithoutEffect: true },
  'AWS::Serverless::Connector': { isWithoutEffect: true },
  'AWS::IAM::InstanceProfile': { isWithoutEffect: true },
  'AWS::CloudFormation::Stack': { consequence: NO_RESOURCES },
  'AWS::WAFv2::*': { consequence: 'the gateway does not filter requests with it' },
  // These resources of CDK have no effect, because cross-region values are read directly from the stack that writes
  // them.
  'Custom::CrossRegionExportWriter': { isWithoutEffect: true },
  'Custom::CrossRegionExportReader': { isWithoutEffect: true },
  'Custom::*': { consequence: 'the function of the custom resource is not called' },
  'AWS::CloudFormation::CustomResource': { consequence: 'the function of the custom resource is not called' },
} satisfies ResourceTypeTable;
