import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { Gateway } from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

const METHOD = (verb: string, uri: string, template: string, more: object = {}): object => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: { Ref: 'Api' },
    ResourceId: { Ref: 'Item' },
    HttpMethod: verb,
    AuthorizationType: 'NONE',
    MethodResponses: [{ StatusCode: '200' }, { StatusCode: '400' }],
    Integration: {
      Type: 'AWS',
      IntegrationHttpMethod: 'POST',
      Uri: { 'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:${uri}` },
      RequestTemplates: { 'application/json': template },
      IntegrationResponses: [{ StatusCode: '200' }, { StatusCode: '400', SelectionPattern: '4..' }],
      ...more,
    },
  },
});

const TEMPLATE = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'pets',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'pets' } },
    Item: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: '{id}',
      },
    },
    Put: METHOD(
      'PUT',
      'dynamodb:action/PutItem',
      `{"TableName": "pets", "Item": {"id": {"S": "$input.params('id')"}, "name": {"S": $input.json('$.name')}}}`,
    ),
    Get: METHOD(
      'GET',
      'dynamodb:action/GetItem',
      `{"TableName": "pets", "Key": {"id": {"S": "$input.params('id')"}}}`,
      {
        IntegrationResponses: [
          {
            StatusCode: '200',
            ResponseTemplates: { 'application/json': '{"name": $input.json("$.Item.name.S")}' },
          },
        ],
      },
    ),
    Delete: METHOD('DELETE', 'dynamodb:action/DeleteItem', '{"TableName": "nowhere", "Key": {}}'),
    Post: METHOD(
      'POST',
      'sqs:path/999999999999/orders',
      'Action=SendMessage&MessageBody=$util.urlEncode($input.body)',
      {
        RequestParameters: {
          'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'",
        },
      },
    ),
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: ['Put', 'Get', 'Delete', 'Post'],
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev' },
    },
  },
};

describe('AWS integrations of a running gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-services-'));
  let gateway: Gateway;
  let control: string;

  before(async () => {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(TEMPLATE));
    gateway = await createGateway({
      ...QUIET_GATEWAY,
      directory: folder,
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
      adminKey: { accessKeyId: 'AKIDSERVICESTEST0001', secretAccessKey: 'a-secret-of-this-test-only' },
      strict: true,
    });
    await gateway.load([file]);
    ({ control } = await gateway.listen());
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function send(method: string, body?: string): Promise<{ status: number; body: string }> {
    const [api] = gateway.routes();
    assert.ok(api);
    const reply = await gateway.inject({
      apiId: api.id,
      method,
      target: '/dev/rex',
      headers: ['Content-Type', 'application/json'],
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    return { status: reply.status, body: String(reply.body) };
  }

  it('write to and read from the embedded DynamoDB', async () => {
    assert.deepEqual(await send('PUT', '{"name": "Rex"}'), { status: 200, body: '{}' });
    assert.deepEqual(await send('GET'), { status: 200, body: '{"name": "Rex"}' });
  });

  it("return the table's own refusal", async () => {
    const { status, body } = await send('DELETE');

    assert.equal(status, 400);
    assert.match(body, /"__type":"com\.amazonaws?\.[^"]*#[A-Za-z]*Exception"/);
  });

  it('record a message to a queue of another account, and the control port shows it', async () => {
    const { status, body } = await send('POST', '{"order": 7}');

    assert.equal(status, 200);
    assert.match(body, /"SendMessageResponse"/);
    const published = readFileSync(join(folder, '.gatewright/credentials.json'), 'utf8');
    const { controlSecret } = JSON.parse(published) as { controlSecret: string };
    const recorded = await fetch(`${control}/_gatewright/recorded`, {
      headers: { Authorization: `Bearer ${controlSecret}` },
    });
    const { calls } = (await recorded.json()) as { calls: { service: string; path: string; body: string }[] };
    assert.deepEqual(
      calls.map((call) => [call.service, call.path, call.body]),
      [['sqs', '/999999999999/orders', 'Action=SendMessage&MessageBody=%7B%22order%22%3A+7%7D']],
    );
  });
});
