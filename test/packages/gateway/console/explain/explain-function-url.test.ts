import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainFunctionUrl } from '../../../../../packages/gateway/console/explain/explain-function-url.ts';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:shop';
const changesFor = (functionArn: string): string =>
  explainFunctionUrl(
    {
      kind: 'function-url',
      actions: ['lambda:InvokeFunctionUrl'],
      functionArn,
      authType: 'NONE',
      signer: undefined,
      isDenied: false,
    },
    'No policy allows it',
  ).changes.join('\n');

describe('the explanation of a refused function URL', () => {
  it('advises a permission for the function if the URL belongs to it', () => {
    assert.match(changesFor(ARN), /^Add an AWS::Lambda::Permission for the function with Action/);
  });

  // aws/serverless-application-model#2386: 403 until the permission named the alias.
  it('advises a permission for the alias if the URL belongs to it', () => {
    assert.match(
      changesFor(`${ARN}:live`),
      /^Add an AWS::Lambda::Permission whose FunctionName is the ARN of its alias or version live \(permissions of the function itself do not count for it\) with Action/,
    );
  });

  // A name that CloudFormation makes differs from the logical id, so an ARN with the logical id permits nothing.
  it('advises a statement with the ARN as the template of the function writes it', () => {
    const { changes } = explainFunctionUrl(
      {
        kind: 'function-url',
        actions: ['lambda:InvokeFunctionUrl'],
        functionArn: ARN,
        authType: 'AWS_IAM',
        signer: 'arn:aws:iam::123456789012:user/ann',
        isDenied: false,
      },
      'No policy allows it',
      '!GetAtt Meter.Arn',
    );
    assert.match(changes[0] ?? '', /for lambda:InvokeFunctionUrl on !GetAtt Meter\.Arn to the policies of/);
  });
});
