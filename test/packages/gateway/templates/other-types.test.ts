import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
