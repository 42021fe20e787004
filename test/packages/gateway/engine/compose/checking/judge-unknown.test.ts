import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { PARTS } from './refused/definition.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-unknown-'));
const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
  directory: folder,
};

async function examine(text: string): Promise<readonly { severity: string; at: string; message: string }[]> {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, text);
  const { findings } = await examineStacks([file], OPTIONS);
  return findings.map(({ severity, resource, property, line, message }) => ({
    severity,
    at: `${[resource, property].filter((part) => part !== '').join('.')}:${line ?? ''}`,
    message,
  }));
}

async function refusals(text: string): Promise<readonly string[]> {
  const found = await examine(text);
  return found.filter(({ severity }) => severity === 'refused').map(({ at }) => at);
}

const UNKNOWN = 'Parameters:\n  Unknown: { Type: String }\nResources:';

const ALARM = (value: string, period: string): string => `${UNKNOWN}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{ Name: FunctionName, Value: ${value} }]
      Statistic: Sum
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
      Period: ${period}
`;

const FUNCTION = (runtime: string, more: string): string => `
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: ${runtime}
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }
${more}`;

/** Faults that do not depend on the parameter without a value, which another part of the resource uses. */
const REFUSED: readonly { readonly name: string; readonly text: string; readonly at: string }[] = [
  { name: 'the period of an alarm', text: ALARM('!Ref Unknown', '45'), at: 'Errors.Period:14' },
  {
    name: 'a variable of a function with a hyphen',
    text: `${UNKNOWN}${FUNCTION('nodejs22.x', '      Environment: { Variables: { TABLE: !Ref Unknown, MY-NAME: a } }\n')}`,
    at: 'Orders.Environment.Variables.MY-NAME:11',
  },
  {
    name: 'scopes on a method of IAM',
    text: `${UNKNOWN}
  Broken:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      OperationName: !Ref Unknown
      AuthorizationType: AWS_IAM
      AuthorizationScopes: [orders]
      Integration: { Type: MOCK }
${PARTS.rest}`,
    at: 'Broken.AuthorizationScopes:12',
  },
];

/** Parts that AWS takes with a value that the parameter may have, next to parts that other values do not suit. */
const ACCEPTED: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'an alarm with a valid period', text: ALARM('!Ref Unknown', '60') },
  { name: 'a period that is not known', text: ALARM('orders', '!Ref Unknown') },
  { name: 'code in the template for an unknown runtime', text: `${UNKNOWN}${FUNCTION('!Ref Unknown', '')}` },
  {
    name: 'raw delivery by an unknown protocol',
    text: `${UNKNOWN}
  Topic: { Type: AWS::SNS::Topic }
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Topic, Protocol: !Ref Unknown, Endpoint: 'https://example.com/', RawMessageDelivery: true }
`,
  },
  {
    name: 'a method of an API whose id is not known',
    text: `${UNKNOWN}
  Method:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Unknown, ResourceId: abc, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }
  Version: { Type: AWS::ApiGateway::DocumentationVersion, Properties: { RestApiId: !Ref Unknown, DocumentationVersion: '1' } }
`,
  },
  {
    name: 'a function of SAM with an unknown alias',
    text: `Transform: AWS::Serverless-2016-10-31
Parameters: { Unknown: { Type: String } }
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, InlineCode: 'exports.handler = async () => 1', AutoPublishAlias: !Ref Unknown }
`,
  },
];

// CloudFormation user guide, "Parameters": a parameter without a Default must get a value when the stack is created
describe('a parameter without a value', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { name, text, at } of REFUSED)
    it(`does not hide ${name}`, async () => {
      assert.deepEqual(await refusals(text), [at]);
    });

  for (const { name, text } of ACCEPTED)
    it(`does not make check refuse ${name}`, async () => {
      assert.deepEqual(await refusals(text), []);
    });

  it('is named with the parts that are not checked, each in a line', async () => {
    const text = ALARM('!Ref Unknown', '60')
      .replace('Resources:', '  Named: { Type: String }\nResources:')
      .concat('  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "${Named}-${Unknown}" } }\n');

    const found = await examine(text);

    assert.deepEqual(
      found.map(({ at, message }) => [at, message]),
      [
        [
          'Parameters.Unknown:2',
          'Unknown has no value, so the parts that depend on it are not checked (Errors.Dimensions, Queue.QueueName); pass --param Unknown=VALUE',
        ],
        [
          'Parameters.Named:3',
          'Named has no value, so the parts that depend on it are not checked (Queue.QueueName); pass --param Named=VALUE',
        ],
      ],
    );
  });
});
