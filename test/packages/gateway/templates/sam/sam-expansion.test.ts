/** Properties of SAM resources: what they add to `Globals`, and what nothing here reads. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { samProperties, samResources, samTemplate, samText } from '../sam-builders.ts';
import { aStack } from '../stack-builders.ts';
import type { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';

const aFunction = (globals: string, own: string, beside = '') => `
Transform: AWS::Serverless-2016-10-31
Conditions: { Always: !Equals [a, a] }
Globals: { Function: { ${globals} } }
Resources:
  F:
    Type: AWS::Serverless::Function
    ${beside}
    Properties: { Runtime: nodejs24.x, Handler: a.b, CodeUri: ., ${own} }
`;

// SAM specification, "Globals section of the AWS SAM template".
describe('a section of globals', () => {
  it('gives what the resource does not ignore', () => {
    const globals = 'Timeout: 9, MemorySize: 512';
    const of = (beside: string) => {
      const { Timeout, MemorySize } = samProperties(aFunction(globals, '', beside), 'F');
      return [Timeout, MemorySize];
    };

    assert.deepEqual(of(''), [9, 512]);
    assert.deepEqual(of('IgnoreGlobals: [Timeout]'), [undefined, 512]);
    assert.deepEqual(of("IgnoreGlobals: '*'"), [undefined, undefined]);
  });

  it('has the line of a value that SAM refuses, unless the resource has a value of its own', () => {
    const lineOf = (globals: string, own: string): number | undefined => {
      try {
        samResources(aFunction(globals, own));
      } catch (error) {
        return (error as DefinitionError).place.line;
      }
      return undefined;
    };

    assert.equal(lineOf('AutoPublishAlias: release.2', ''), 4);
    assert.equal(lineOf('AutoPublishAlias: live', 'AutoPublishAlias: release.2'), 9);
  });

  it('merges mappings and appends lists, but puts nothing into the call of a function', () => {
    const globals = 'VpcConfig: { SecurityGroupIds: [g], SubnetIds: [a] }';
    const vpcOf = (own: string) => samProperties(aFunction(globals, `VpcConfig: ${own}`), 'F')['VpcConfig'];

    assert.deepEqual(vpcOf('{ SubnetIds: [b] }'), { SecurityGroupIds: ['g'], SubnetIds: ['a', 'b'] });
    assert.deepEqual(vpcOf('!If [Always, { SubnetIds: [b] }, !Ref AWS::NoValue]'), { SubnetIds: ['b'] });
    const computed = 'VpcConfig: !If [Always, { SubnetIds: [a] }, !Ref AWS::NoValue]';
    const own = samProperties(aFunction(computed, 'VpcConfig: { SubnetIds: [b] }'), 'F')['VpcConfig'];
    assert.deepEqual(own, { SubnetIds: ['b'] });
  });
});

describe('a SAM resource', () => {
  const findings = (text: string) => aStack(text).raw.findings.map(({ type, property }) => [type, property]);

  for (const [type, properties] of [
    ['LayerVersion', 'ContentUri: ., PublishLambdaVersion: true'],
    ['Application', 'Location: inner.yml, Parameters: { A: b }, TimeoutInMinutes: 5'],
  ] as const)
    it(`may have all properties that SAM documents: ${type}`, () => {
      const text = `Transform: AWS::Serverless-2016-10-31\nResources: { R: { Type: AWS::Serverless::${type}, Properties: { ${properties} } } }`;

      assert.deepEqual(findings(text), []);
      assert.throws(
        () => findings(text.replace('Properties: {', 'Properties: { Surprise: 1,')),
        new RegExp(`property Surprise not defined for resource of type AWS::Serverless::${type}`),
      );
    });

  it('has the stage of a WebSocket API that is written', () => {
    const text = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Live:
    Type: AWS::Serverless::WebSocketApi
    Properties: { StageName: live, RouteSelectionExpression: $request.body.action, Routes: { $default: { FunctionArn: arn } } }
`;
    const stages = [...samResources(text).values()].filter(({ type }) => type.endsWith('::Stage'));

    assert.deepEqual(
      stages.map(({ properties }) => properties['StageName']),
      ['live'],
    );
    assert.deepEqual(findings(text), []);
  });

  it('distinguishes a Cognito authorizer from a function authorizer', () => {
    const auth =
      'Auth: { DefaultAuthorizer: C, Authorizers: { T: { FunctionArn: arn }, C: { UserPoolArn: pool } } }';
    const resources = samResources(samTemplate('Api', auth, { A: 'Path: /x, Method: get' }));
    const types = [...resources.values()]
      .filter(({ type }) => type.endsWith('::Authorizer'))
      .map(({ properties: { Name, AuthType } }) => [Name, AuthType]);

    assert.deepEqual(types.toSorted(), [
      ['C', 'cognito_user_pools'],
      ['T', 'custom'],
    ]);
  });

  it('of an API that a condition omits is not part of a shared usage plan', () => {
    const api = (id: string, condition: string) => `
  ${id}:
    Type: AWS::Serverless::Api
    Condition: ${condition}
    Properties: { StageName: live, Auth: { UsagePlan: { CreateUsagePlan: SHARED } }, DefinitionBody: { openapi: 3.0.1, paths: {} } }`;
    const text = `
Transform: AWS::Serverless-2016-10-31
Conditions: { Yes: !Equals [a, a], No: !Equals [a, b] }
Resources:${api('There', 'Yes')}${api('Gone', 'No')}
`;

    assert.equal((JSON.parse(samText(text, 'ServerlessUsagePlan', 'ApiStages')) as unknown[]).length, 1);
  });
});
