import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expand } from '../../../../properties/sam-templates.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

// docs/aws §18.10. All expectations: output of aws-sam-translator 1.115.0.

const CODE: JsonObject = { Runtime: 'nodejs24.x', Handler: 'a.b' };

function resourcesOf(resources: JsonObject): JsonObject {
  const template = expand({
    Transform: 'AWS::Serverless-2016-10-31',
    Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
    Resources: resources,
  });
  return template?.['Resources'] as JsonObject;
}

function ofFunction(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return resourcesOf({
    F: { Type: 'AWS::Serverless::Function', Properties: { ...CODE, ...properties } },
    ...more,
  });
}

function propertiesOf(resource: Json | undefined): JsonObject {
  return (resource as { Properties: JsonObject }).Properties;
}

describe('a logical id that SAM makes (docs/aws §18.10)', () => {
  it('spells an alias, and is refused for other names', () => {
    assert.ok('FAliasvD1U2' in ofFunction({ AutoPublishAlias: 'v-1_2' }));
    const route = { Type: 'HttpApi', Properties: { Path: '/', Method: 'GET' } };
    assert.ok('FgetPermission' in ofFunction({ Events: { get: route } }));
    assert.equal(ofFunction({ Events: { 'get-it': route } }), undefined);
  });
});

describe('what SAM writes into a resource', () => {
  it('names a version of the code', () => {
    const { Code } = propertiesOf(ofFunction({ CodeUri: 's3://b/a/k.zip?versionId=3' })['F']);
    assert.deepEqual(Code, { S3Bucket: 'b', S3Key: 'a/k.zip', S3ObjectVersion: '3' });
  });

  it('chooses a policy by its condition', () => {
    const document = { Statement: [] };
    const none = { Ref: 'AWS::NoValue' };
    const role = propertiesOf(
      ofFunction({
        Policies: [
          { 'Fn::If': ['No', document, none] },
          { 'Fn::If': ['No', none, 'arn:aws:iam::1:policy/p'] },
        ],
      })['FRole'],
    );
    assert.deepEqual(role['Policies'], [
      { 'Fn::If': ['No', { PolicyName: 'FRolePolicy0', PolicyDocument: document }, none] },
    ]);
    assert.deepEqual((role['ManagedPolicyArns'] as Json[]).at(-1), {
      'Fn::If': ['No', none, 'arn:aws:iam::1:policy/p'],
    });
  });

  it('subscribes a FIFO queue to a FIFO topic', () => {
    const made = ofFunction(
      { Events: { E: { Type: 'SNS', Properties: { Topic: { Ref: 'T' }, SqsSubscription: true } } } },
      { T: { Type: 'AWS::SNS::Topic', Properties: { FifoTopic: true, TopicName: 't.fifo' } } },
    );
    assert.deepEqual(propertiesOf(made['FEQueue']), { FifoQueue: true });
  });

  it('shortens the id of a target to 64 characters', () => {
    const name = 'Y'.repeat(80);
    const made = ofFunction({
      Events: { [name]: { Type: 'Schedule', Properties: { Schedule: 'rate(1 minute)' } } },
    });
    const [target] = propertiesOf(made[`F${name}`])['Targets'] as JsonObject[];
    assert.equal(target?.['Id'], `F${'Y'.repeat(51)}LambdaTarget`);
  });

  it('lets a state machine write traces', () => {
    const machine = { DefinitionUri: 's3://b/k', Tracing: { Enabled: true } };
    const made = resourcesOf({ M: { Type: 'AWS::Serverless::StateMachine', Properties: machine } });
    assert.deepEqual(propertiesOf(made['MRole'])['ManagedPolicyArns'], [
      'arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess',
    ]);
  });
});
