import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { samEvents } from '../sam-event-builders.ts';
import { samResources, samTemplate } from '../sam-builders.ts';

// Source: SAM developer guide, "AWS SAM connector reference", AWS::Serverless::Api → AWS::Serverless::Function

const permissionsOf = (text: string): unknown[] =>
  [...samResources(text).values()]
    .filter(({ type }) => type === 'AWS::Lambda::Permission')
    .map(({ logicalId, properties: { Principal, SourceArn } }) => [
      logicalId,
      Principal,
      (typeof SourceArn === 'string' ? SourceArn : '').replace(/[a-z0-9]{10}(?=\/)/, 'API'),
    ]);

const SOURCE = 'arn:aws:execute-api:eu-west-1:123456789012:API/*';

describe('connectApis', () => {
  it('allows an API to call the function that a connector names', () => {
    const connector =
      '  C: { Type: AWS::Serverless::Connector, Properties: { Source: { Id: Api }, Destination: { Id: F }, Permissions: [Write] } }';

    assert.deepEqual(permissionsOf(samTemplate('Api', '', {}, connector)), [
      ['CWriteLambdaPermission', 'apigateway.amazonaws.com', SOURCE],
    ]);
  });

  it('reads connectors in a resource, with several destinations', () => {
    const rest = `  Raw:
    Type: AWS::ApiGateway::RestApi
    Connectors: { All: { Properties: { Destination: [{ Id: T }, { Id: F }], Permissions: [Write] } } }
    Properties: { Name: raw }
  T: { Type: AWS::SNS::Topic }`;

    assert.deepEqual(permissionsOf(samTemplate('Api', '', {}, rest)), [
      ['RawAll1WriteLambdaPermission', 'apigateway.amazonaws.com', SOURCE],
    ]);
  });

  for (const api of [
    'AWS::Serverless::Api',
    'AWS::Serverless::HttpApi',
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGatewayV2::Api',
  ])
    for (const type of ['AWS::Serverless::Function', 'AWS::Lambda::Function'])
      it(`allows an ${api} to call an ${type}`, () => {
        const { resources } = samEvents(
          {},
          {},
          {
            A: {
              Type: api,
              Properties: { StageName: 'live', DefinitionBody: { openapi: '3.0.1', paths: {} } },
            },
            G: { Type: type, Properties: { Runtime: 'nodejs24.x', Handler: 'a.b', Role: 'given' } },
            C: {
              Type: 'AWS::Serverless::Connector',
              Properties: { Source: { Id: 'A' }, Destination: { Id: 'G' }, Permissions: ['Write'] },
            },
          },
        );

        assert.ok(Object.hasOwn(resources, 'CWriteLambdaPermission'), Object.keys(resources).join());
      });

  it('removes connectors from the resource that contains them, and nothing else', () => {
    const topic = { Type: 'AWS::SNS::Topic', Condition: 'No', Properties: { TopicName: 't' } };
    const { resources } = samEvents({}, {}, { T: { ...topic, Connectors: { A: {} } }, U: topic });

    assert.deepEqual([resources['T'], resources['U']], [topic, topic]);
  });

  for (const { name, properties } of [
    { name: 'reads only', properties: 'Source: { Id: Api }, Destination: { Id: F }, Permissions: [Read]' },
    {
      name: 'begins at a function',
      properties: 'Source: { Id: F }, Destination: { Id: F }, Permissions: [Write]',
    },
    {
      name: 'names nothing that is there',
      properties: 'Source: { Id: Api }, Destination: { Id: X }, Permissions: [Write]',
    },
  ])
    it(`gives no permission for a connector that ${name}`, () => {
      const connector = `  C: { Type: AWS::Serverless::Connector, Properties: { ${properties} } }`;

      assert.deepEqual(permissionsOf(samTemplate('Api', '', {}, connector)), []);
    });
});
