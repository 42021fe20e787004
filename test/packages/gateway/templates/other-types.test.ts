import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RESOURCE_TYPES } from '../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { OTHER_TYPES } from '../../../../packages/gateway/templates/other-types.ts';
import { evaluate } from './stack-builders.ts';

describe('a role of IAM', () => {
  it('has an ARN by its name, whatever its function', () => {
    const sections = 'Resources: { R: { Type: AWS::IAM::Role, Properties: { RoleName: reader } } }';

    assert.equal(evaluate('!Ref R', sections), 'reader');
    assert.equal(evaluate('!GetAtt R.Arn', sections), 'arn:aws:iam::123456789012:role/reader');
    assert.match(evaluate('!GetAtt R.RoleId', sections) as string, /^AROA[0-9A-Z]{17}$/);
  });
});

describe('a user of IAM', () => {
  const sections = 'Resources: { U: { Type: AWS::IAM::User, Properties: { UserName: ada } } }';
  // CloudFormation, AWS::IAM::User, return values.
  for (const [expression, value] of [
    ['!Ref U', 'ada'],
    ['!GetAtt U.Arn', 'arn:aws:iam::123456789012:user/ada'],
    ["!Sub 'user ${U} is ${U.Arn}'", 'user ada is arn:aws:iam::123456789012:user/ada'],
  ] as const)
    it(`is ${value} by ${expression}`, () => {
      assert.equal(evaluate(expression, sections), value);
    });
});

// CloudFormation template reference, "Return values" of each type.
describe('other IAM and KMS resources', () => {
  for (const [type, properties, expression, expected] of [
    ['AWS::IAM::Policy', 'PolicyName: reads', '!Ref R', /^reads$/],
    [
      'AWS::IAM::ManagedPolicy',
      'ManagedPolicyName: reads',
      '!Ref R',
      /^arn:aws:iam::123456789012:policy\/reads$/,
    ],
    [
      'AWS::IAM::ManagedPolicy',
      'ManagedPolicyName: reads',
      '!GetAtt R.PolicyArn',
      /^arn:aws:iam::123456789012:policy\/reads$/,
    ],
    ['AWS::KMS::Key', '', '!Ref R', /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/],
    ['AWS::KMS::Key', '', '!GetAtt R.KeyId', /^[\da-f]{8}-/],
    ['AWS::KMS::Key', '', '!GetAtt R.Arn', /^arn:aws:kms:eu-west-1:123456789012:key\/[\da-f]{8}-/],
    ['AWS::IAM::Role', `RoleName: ${'r'.repeat(64)}`, '!Ref R', /^r{64}$/],
    ['AWS::IAM::Role', '', '!Ref R', /^shop-R-[A-Z0-9]{12}$/],
    ['AWS::IAM::User', '', '!Ref R', /^shop-R-[A-Z0-9]{12}$/],
  ] as const)
    it(`${type} with ${properties === '' ? 'nothing' : properties.slice(0, 30)} is named by ${expression}`, () => {
      const sections = `Resources: { R: { Type: ${type}, Properties: { ${properties} } } }`;

      assert.match(evaluate(expression, sections) as string, expected);
    });
});

describe('resources of services that do not run here', () => {
  const rows: readonly (readonly [type: string, consequence: string | undefined])[] = [
    ...Object.entries(OTHER_TYPES)
      .filter(([, row]) => 'isWithoutEffect' in row)
      .map(([type]) => [type, undefined] as const),
    ['AWS::WAFv2::RegexPatternSet', 'the gateway does not filter requests with it'],
    ['Custom::Thing', 'the function of the custom resource is not called'],
    ['AWS::CloudFormation::CustomResource', 'the function of the custom resource is not called'],
    ['AWS::CloudFormation::Stack', 'resources of the nested stack do not exist'],
  ];
  for (const [type, consequence] of rows)
    it(`${type} ${consequence === undefined ? 'has no effect that anybody misses' : `is reported: ${consequence}`}`, () => {
      assert.equal(RESOURCE_TYPES.isWithoutEffect(type), consequence === undefined);
      if (consequence !== undefined) assert.equal(RESOURCE_TYPES.consequenceOf(type), consequence);
    });
});
