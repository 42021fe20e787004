import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-check-'));

async function findings(text: string) {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, text);
  const options = {
    stage: 'dev',
    region: 'us-east-1',
    accountId: '123456789012',
    parameters: {},
    environment: {},
    directory: folder,
  };
  const { findings: found } = await examineStacks([file], options);
  return found
    .filter(({ severity }) => severity !== 'differs')
    .map(({ severity, resource, property, line }) => ({ severity, resource, property, line }));
}

describe('a finding that only follows from another one', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is left out for a method that names a model with a refused schema', async () => {
    const found = await findings(`Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: notes } }
  Note:
    Type: AWS::ApiGateway::Model
    Properties:
      { RestApiId: !Ref Api, Name: Note, ContentType: application/json, Schema: { type: object, required: [] } }
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      RequestModels: { application/json: !Ref Note }
      Integration: { Type: MOCK }
`);

    assert.deepEqual(found, [
      { severity: 'refused', resource: 'Note', property: 'Schema.required', line: 6 },
    ]);
  });

  // From AbhijeetAayush/shared-wishlist: the valid schemas were refused together with the invalid one.
  for (const [what, invalid, place] of [
    ['a schema that is refused', "{ type: object, properties: { example: 'x' } }", '.properties.example'],
    [
      'a schema that refers to no model',
      "{ type: object, properties: { x: { $ref: '#/components/schemas/Gone' } } }",
      '.properties.x',
    ],
  ] as const)
    it(`is left out for what refers to ${what} in an OpenAPI document, of which the other schemas are valid`, async () => {
      const ref = (name: string): string => `{ $ref: '#/components/schemas/${name}' }`;
      const post = (name: string): string =>
        `{ post: { requestBody: { content: { application/json: { schema: ${ref(name)} } } }, responses: { '200': { description: ok } }, x-amazon-apigateway-integration: { type: mock } } }`;
      const found = await findings(`Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: t
      Body:
        openapi: 3.0.3
        info: { title: t, version: '1' }
        paths:
          /valid: ${post('Valid')}
          /invalid: ${post('Invalid')}
          /refers: ${post('Refers')}
        components:
          schemas:
            Valid: { type: object, required: [email], properties: { email: { type: string } } }
            Invalid: ${invalid}
            Refers: { type: object, properties: { one: ${ref('Invalid')} } }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api, StageName: dev } }
`);

      assert.deepEqual(found, [
        {
          severity: 'refused',
          resource: 'Api',
          property: `Body.components.schemas.Invalid${place}`,
          line: 16,
        },
      ]);
    });

  it('is left out for a value that names a refused resource', async () => {
    const found = await findings(`Resources:
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Value: short } }
  Plan: { Type: AWS::ApiGateway::UsagePlan }
  KeyOfPlan:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: { KeyType: API_KEY, KeyId: !Ref Key, UsagePlanId: !Ref Plan }
`);

    assert.deepEqual(found, [{ severity: 'refused', resource: 'Key', property: 'Value', line: 2 }]);
  });

  // Each of two refused names was taken for a reference to the other resource, so that nothing was reported.
  it('is kept if two resources have the same refused name', async () => {
    const found = await findings(`Parameters:
  Name: { Type: String, Default: customer-invoice-service-production-create-customer-invoice-handler }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref Name
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }]
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Ref Name
      Runtime: nodejs22.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: { ZipFile: 'exports.handler = async () => 1' }
`);
    assert.deepEqual(
      found.map(({ resource, property, line }) => [resource, property, line]),
      [
        ['Fn', 'FunctionName', 13],
        ['Role', 'RoleName', 7],
      ],
    );
  });

  it('is left out for a resource to which its own condition refers', async () => {
    const found = await findings(`Conditions:
  Keeps: !Equals [!Ref Uploads, a]
Resources:
  Uploads: { Type: AWS::S3::Bucket, Condition: Keeps }
`);

    assert.deepEqual(found, [{ severity: 'refused', resource: '', property: 'Conditions.Keeps', line: 2 }]);
  });

  it('is left out for the keys of a table whose local index is refused', async () => {
    const found = await findings(`Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: day, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      LocalSecondaryIndexes:
        - { IndexName: byDay, KeySchema: [{ AttributeName: id, KeyType: HASH }, { AttributeName: day, KeyType: RANGE }], Projection: { ProjectionType: ALL } }
`);

    assert.deepEqual(found, [
      { severity: 'refused', resource: 'Orders', property: 'LocalSecondaryIndexes', line: 8 },
    ]);
  });

  it('is left out for parts of a document that use a model with a refused name', async () => {
    const found = await findings(`Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      Body:
        swagger: '2.0'
        info: { title: shop, version: '1' }
        paths:
          /orders:
            post:
              parameters: [{ in: body, name: order, schema: { $ref: '#/definitions/Order:write' } }]
              x-amazon-apigateway-integration: { type: mock }
        definitions:
          Order:write: { type: object }
`);

    assert.deepEqual(
      found.filter(({ severity }) => severity === 'refused').map(({ line }) => line),
      [15],
    );
  });

  it('is left out for a second reader of the same value', async () => {
    const found = await findings(`Resources:
  Stream: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: arn:aws:lambda:us-east-1:123456789012:function:any
      EventSourceArn: !GetAtt Stream.Arn
      StartingPosition: AT_TIMESTAMP
`);

    assert.deepEqual(
      found.map(({ property }) => property),
      ['StartingPositionTimestamp'],
    );
  });

  // CloudFormation user guide, "AWS::Serverless transform": the template is used after the transform has processed it.
  for (const [type, properties] of [
    ['SimpleTable', '{ PrimaryKey: { Name: id, Type: S } }'],
    ['LayerVersion', '{ LayerName: tools }'],
    ['Application', '{ Parameters: {} }'],
    ['Function', '{ Runtime: nodejs22.x, Handler: a.b, InlineCode: x, Events: { A: { Type: Nothing } } }'],
  ] as const)
    it(`is left out for what refers to an AWS::Serverless::${type} that SAM refuses`, async () => {
      const found = await findings(`Transform: AWS::Serverless-2016-10-31
Resources:
  Part:
    Type: AWS::Serverless::${type}
    Properties:
      ${properties}
  Reader: { Type: AWS::SNS::Topic, DependsOn: Part, Properties: { DisplayName: !Ref Part, TopicName: !GetAtt Part.Arn } }
Outputs:
  Part: { Value: !Sub '\${Part.Arn}' }
`);

      assert.deepEqual(
        found.map(({ resource }) => resource),
        ['Part'],
      );
    });

  it('is left out for a property that SAM’s transform refuses', async () => {
    const found = await findings(`Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      Layers: arn:aws:lambda:us-east-1:123456789012:layer:tools:1
`);

    assert.deepEqual(found, [{ severity: 'refused', resource: 'Report', property: '', line: 9 }]);
  });

  it('is left out for a parameter whose default has another name', async () => {
    const found = await findings(`Parameters:
  Stage:
    Type: String
    DefaultValue: prod
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub 'orders-\${Stage}' } }
`);

    assert.deepEqual(found, [{ severity: 'refused', resource: '', property: 'Parameters.Stage', line: 4 }]);
  });
});
