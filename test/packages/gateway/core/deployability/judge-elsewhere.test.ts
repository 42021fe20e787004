/** Functions of another account or region, in each place in which a template may name one. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-elsewhere-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const URI = "'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/@/invocations'";

/** Source: the pages of these types in the CloudFormation template reference. `@` is the ARN of the function. */
const ROWS: readonly (readonly [type: string, properties: string, property: string])[] = [
  [
    'AWS::ApiGateway::Method',
    `RestApiId: a1b2c3d4e5, ResourceId: a1b2c3, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: ${URI} }`,
    'Integration.Uri',
  ],
  [
    'AWS::ApiGateway::Authorizer',
    `RestApiId: a1b2c3d4e5, Name: a, Type: TOKEN, IdentitySource: method.request.header.Authorization, AuthorizerUri: ${URI}`,
    'AuthorizerUri',
  ],
  [
    'AWS::ApiGatewayV2::Integration',
    "ApiId: a1b2c3d4e5, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: '@'",
    'IntegrationUri',
  ],
  [
    'AWS::ApiGatewayV2::Authorizer',
    `ApiId: a1b2c3d4e5, Name: a, AuthorizerType: REQUEST, AuthorizerPayloadFormatVersion: '2.0', AuthorizerUri: ${URI}`,
    'AuthorizerUri',
  ],
  ['AWS::Events::Rule', "EventPattern: { source: [a] }, Targets: [{ Id: a, Arn: '@' }]", 'Targets.0.Arn'],
  [
    'AWS::Scheduler::Schedule',
    "ScheduleExpression: rate(1 minute), FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: '@', RoleArn: 'arn:aws:iam::123456789012:role/r' }",
    'Target.Arn',
  ],
  [
    'AWS::SNS::Subscription',
    "TopicArn: 'arn:aws:sns:us-east-1:123456789012:t', Protocol: lambda, Endpoint: '@'",
    'Endpoint',
  ],
  [
    'AWS::Logs::SubscriptionFilter',
    "LogGroupName: g, FilterPattern: '', DestinationArn: '@'",
    'DestinationArn',
  ],
  [
    'AWS::Lambda::EventSourceMapping',
    "FunctionName: '@', EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:q'",
    'FunctionName',
  ],
  [
    'AWS::Lambda::Permission',
    "FunctionName: '@', Action: lambda:InvokeFunction, Principal: s3.amazonaws.com",
    'FunctionName',
  ],
  ['AWS::Lambda::Url', "TargetFunctionArn: '@', AuthType: NONE", 'TargetFunctionArn'],
  [
    'AWS::Lambda::EventInvokeConfig',
    "FunctionName: worker, Qualifier: $LATEST, DestinationConfig: { OnFailure: { Destination: '@' } }",
    'DestinationConfig.OnFailure.Destination',
  ],
];

async function messageAbout(property: string, resource: string): Promise<string | undefined> {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, `Resources:\n  Part: ${resource}\n`);
  const { findings } = await examineStacks([file], {
    stage: 'dev',
    region: 'us-east-1',
    chosen: { region: 'us-east-1' },
    accountId: '123456789012',
    parameters: {},
    environment: {},
    directory: folder,
  });
  return findings.find((one) => one.id === 'value-elsewhere' && one.property === property)?.message;
}

describe('a function elsewhere', () => {
  for (const [type, properties, property] of ROWS)
    it(`is named at ${property} of ${type}, unless its account and region are those of the stack`, async () => {
      const at = (arn: string): Promise<string | undefined> =>
        messageAbout(property, `{ Type: ${type}, Properties: { ${properties.replace('@', arn)} } }`);

      assert.match(
        (await at('arn:aws:lambda:us-east-1:999999999999:function:worker')) ?? '',
        /function:worker is in account 999999999999, and the stack is in 123456789012/,
      );
      assert.match(
        (await at('arn:aws:lambda:eu-west-1:123456789012:function:worker')) ?? '',
        /function:worker is in region eu-west-1, and the stack is in us-east-1/,
      );
      assert.equal(await at('arn:aws:lambda:us-east-1:123456789012:function:worker'), undefined);
    });
});
