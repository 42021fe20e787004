/** Functions that APIs and event sources invoke, and that no loaded stack has. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findAbsentFunctions } from '../../../../../packages/gateway/control/loading/absent-functions.ts';
import { examineStacks } from '../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { aStack, functionArn, invokeUri, proxyTo } from '../../../../support/a-stack.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

function messagesAbout(resources: Readonly<Record<string, TestResource>>): readonly string[] {
  const fn = { name: 'fn', logicalId: 'Fn', stackName: 'test' } as FunctionDefinition;
  const stack = { ...aStack(resources), functions: [fn], refused: new Map([['cannot-run', 'no handler']]) };
  return findAbsentFunctions([stack]).map(
    ({ logicalId, property, message }) => `${logicalId}.${property}: ${message}`,
  );
}

/** Each place in which a template names a function that is invoked. `name` is the name of the function. */
const PLACES: readonly (readonly [type: string, property: string, of: (name: string) => JsonObject])[] = [
  ['AWS::ApiGateway::Method', 'Integration.Uri', (name) => ({ Integration: proxyTo(name) })],
  ['AWS::ApiGateway::Authorizer', 'AuthorizerUri', (name) => ({ AuthorizerUri: invokeUri(name) })],
  ['AWS::ApiGatewayV2::Integration', 'IntegrationUri', (name) => ({ IntegrationUri: functionArn(name) })],
  ['AWS::ApiGatewayV2::Authorizer', 'AuthorizerUri', (name) => ({ AuthorizerUri: invokeUri(name) })],
  ['AWS::Events::Rule', 'Targets.0.Arn', (name) => ({ Targets: [{ Arn: functionArn(name) }] })],
  ['AWS::Scheduler::Schedule', 'Target.Arn', (name) => ({ Target: { Arn: functionArn(name) } })],
  ['AWS::SNS::Subscription', 'Endpoint', (name) => ({ Endpoint: functionArn(name) })],
  [
    'AWS::S3::Bucket',
    'NotificationConfiguration.LambdaConfigurations.0.Function',
    (name) => ({ NotificationConfiguration: { LambdaConfigurations: [{ Function: functionArn(name) }] } }),
  ],
  ['AWS::Lambda::Url', 'TargetFunctionArn', (name) => ({ TargetFunctionArn: name })],
  [
    'AWS::Cognito::UserPool',
    'LambdaConfig.PreSignUp',
    (name) => ({ LambdaConfig: { PreSignUp: functionArn(name) } }),
  ],
  [
    'AWS::Lambda::EventInvokeConfig',
    'DestinationConfig.OnFailure.Destination',
    (name) => ({ DestinationConfig: { OnFailure: { Destination: functionArn(name) } } }),
  ],
];

describe('findAbsentFunctions', () => {
  for (const [type, property, of] of PLACES)
    it(`finds an absent function in ${property} of ${type}, and none that is loaded or has a fault of its own`, () => {
      const resources = Object.fromEntries(
        ['fn', 'cannot-run', 'gone', 'gone:live'].map((name) => [name, { type, properties: of(name) }]),
      );

      assert.deepEqual(messagesAbout(resources), [
        `gone.${property}: no loaded stack has the function gone`,
        `gone:live.${property}: no loaded stack has the function gone`,
      ]);
    });

  it('reads the variables of each stage', () => {
    const stage = (fn: string): TestResource => ({
      type: 'AWS::ApiGateway::Stage',
      properties: { RestApiId: 'a1', Variables: { fn } },
    });
    const method: TestResource = {
      type: 'AWS::ApiGateway::Method',
      properties: { RestApiId: 'a1', Integration: proxyTo('${stageVariables.fn}') },
    };

    assert.deepEqual(messagesAbout({ Method: method, Dev: stage('fn'), Prod: stage('gone') }), [
      'Method.Integration.Uri: no loaded stack has the function gone',
    ]);
  });

  it('says nothing about targets that are no functions, or functions of another account', () => {
    const target = (Arn: string): TestResource => ({
      type: 'AWS::Events::Rule',
      properties: { Targets: [{ Arn }] },
    });

    assert.deepEqual(
      messagesAbout({
        Queue: target('arn:aws:sqs:us-east-1:123456789012:gone'),
        Other: target('arn:aws:lambda:us-east-1:999999999999:function:gone'),
      }),
      [],
    );
  });
});

describe('check, about absent functions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-absent-'));
  after(() => rmSync(folder, { recursive: true }));
  const api = (name: string): string => `
Parameters: { Functions: { Type: String, Default: my-functions } }
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: t, ProtocolType: HTTP } }
  Call: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: !Sub 'arn:aws:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${name}' } }`;
  const FUNCTIONS = `
Resources:
  F: { Type: AWS::Lambda::Function, Properties: { FunctionName: !Sub '\${AWS::StackName}-Get', Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/r', Code: { ZipFile: 'exports.handler = async () => 1' } } }`;

  async function remediesFor(name: string): Promise<readonly unknown[]> {
    const [own, other] = [join(folder, 'api.yaml'), join(folder, 'fns.yaml')];
    writeFileSync(own, api(name));
    writeFileSync(other, FUNCTIONS);
    const { findings } = await examineStacks([own, other], {
      stage: 'dev',
      region: 'us-east-1',
      accountId: '123456789012',
      parameters: {},
      environment: {},
      directory: folder,
    });
    return findings
      .filter(({ id }) => id === 'function-elsewhere')
      .map(({ severity, line, message, remedy }) => [severity, line, message, remedy]);
  }

  // From hxu47/pet-image-labeler
  it('names the parameter with the name of the stack that has the function', async () => {
    assert.deepEqual(await remediesFor('${Functions}-Get'), [
      [
        'unchecked',
        5,
        'no loaded stack has the function my-functions-Get, but the stack fns has fns-Get',
        'pass --param Functions=fns',
      ],
    ]);
  });

  it('names the stack to rename if no parameter has its name', async () => {
    assert.deepEqual(await remediesFor('shop-Get'), [
      [
        'unchecked',
        5,
        'no loaded stack has the function shop-Get, but the stack fns has fns-Get',
        'give the stack fns the name shop: rename fns.yaml to shop.yaml',
      ],
    ]);
  });

  it('asks for the stack with the function if no loaded stack has one of such a name', async () => {
    assert.deepEqual(await remediesFor('mailer'), [
      [
        'unchecked',
        5,
        'no loaded stack has the function mailer',
        'also name the stack that has the function in the command, as in gatewright start OTHER THIS (the gateway runs functions of loaded stacks only)',
      ],
    ]);
  });
});
