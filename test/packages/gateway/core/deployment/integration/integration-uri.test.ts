import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLambdaUri } from '../../../../../../packages/gateway/core/deployment/integration/integration-uri.ts';

const INVOKE = 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/';
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:';

describe('readLambdaUri', () => {
  const rows: { name: string; uri: string; bare?: true; functionName: string; qualifier?: string }[] = [
    { name: 'an invocation URI', uri: `${INVOKE}${FUNCTION}users/invocations`, functionName: 'users' },
    {
      name: 'an alias',
      uri: `${INVOKE}${FUNCTION}users:live/invocations`,
      functionName: 'users',
      qualifier: 'live',
    },
    {
      name: 'an alias by a stage variable',
      uri: `${INVOKE}${FUNCTION}users:\${stageVariables.fn}/invocations`,
      functionName: 'users',
      qualifier: 'orders',
    },
    {
      name: 'the version that every function has',
      uri: `${INVOKE}${FUNCTION}users:$LATEST/invocations`,
      functionName: 'users',
    },
    {
      name: 'a stage variable',
      uri: `${INVOKE}${FUNCTION}\${stageVariables.fn}:live/invocations`,
      functionName: 'orders',
      qualifier: 'live',
    },
    {
      name: 'part of a name',
      uri: `${INVOKE}${FUNCTION}shop-\${stageVariables.fn}/invocations`,
      functionName: 'shop-orders',
    },
    {
      name: 'a bare function ARN where it is allowed',
      uri: `${FUNCTION}users`,
      bare: true,
      functionName: 'users',
    },
    {
      name: 'a China ARN',
      uri: `${INVOKE.replace('aws:', 'aws-cn:')}${FUNCTION.replace('aws:', 'aws-cn:')}users/invocations`,
      functionName: 'users',
    },
  ];
  for (const { name, uri, bare, functionName, qualifier = '' } of rows)
    it(`finds the function in ${name}`, () => {
      const read = readLambdaUri(uri, bare === true);

      assert.equal(read.kind, 'function');
      assert.equal(read.target.functionName.render({ fn: 'orders' }), functionName);
      assert.equal(read.target.qualifier?.render({ fn: 'orders' }) ?? '', qualifier);
    });

  it('renders an undefined stage variable as nothing', () => {
    const target = readLambdaUri(`${INVOKE}${FUNCTION}a\${stageVariables.none}/invocations`, false);

    assert.equal(target.kind === 'function' && target.target.functionName.render(null), 'a');
  });

  // AWS's own words, recorded by LocalStack's AWS-validated tests (docs/aws §8).
  const refused: { uri: string; message: string }[] = [
    { uri: 'https://example.com', message: 'Invalid ARN specified in the request' },
    // aws/serverless-application-model#79, aws-sam-cli#691: a document of its own with references of CloudFormation.
    {
      uri: `${INVOKE}\${CreateSaleFunctionArn}/invocations`,
      message:
        'Invalid ARN specified in the request (the gateway does not replace ${CreateSaleFunctionArn} in this URI)',
    },
    {
      uri: 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations',
      message:
        'Invalid ARN specified in the request (the gateway does not replace ${AWS::Region} in this URI)',
    },
    {
      uri: 'arn:aws:apigateway:eu-west-1:lambda',
      message: 'AWS ARN for integration must contain path or action',
    },
    {
      uri: 'arn:aws:apigateway:eu-west-1:sqs:path/123456789012/queue',
      message:
        "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    },
  ];
  for (const { uri, message } of refused)
    it(`refuses ${uri} with AWS’s message`, () => {
      assert.deepEqual(readLambdaUri(uri, false), { kind: 'invalid', message });
    });

  it('names a function of another account or region by its whole ARN', () => {
    const home = { accountId: '123456789012', region: 'eu-west-1' };
    const nameIn = (uri: string): string => {
      const read = readLambdaUri(uri, false, home);
      return read.kind === 'function' ? read.target.functionName.render({ fn: 'users' }) : read.message;
    };
    const elsewhere = FUNCTION.replace('123456789012', '999999999999');

    assert.equal(nameIn(`${INVOKE}${FUNCTION}users:live/invocations`), 'users');
    assert.equal(nameIn(`${INVOKE}${elsewhere}users:live/invocations`), `${elsewhere}users`);
    assert.equal(nameIn(`${INVOKE}${elsewhere}\${stageVariables.fn}/invocations`), `${elsewhere}users`);
    assert.equal(
      nameIn(`${INVOKE}${FUNCTION.replace('eu-west-1', 'us-east-1')}users/invocations`),
      `${FUNCTION.replace('eu-west-1', 'us-east-1')}users`,
    );
  });
});
