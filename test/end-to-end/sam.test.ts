import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { Gateway } from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

const HELLO = `exports.handler = async ({ body }) => ({ statusCode: 200, body: body ?? 'hello' })`;

const route = (api: string, path: string, more: object = {}): object => ({
  Type: 'Api',
  Properties: { RestApiId: { Ref: api }, Path: path, Method: 'get', ...more },
});

/**
 * A template with parts that AWS's own templates contain: CORS for a browser front end, API keys, address restrictions,
 * a model, and a state machine.
 */
const TEMPLATE = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Open: {
      Type: 'AWS::Serverless::Api',
      Properties: {
        StageName: 'dev',
        Cors: { AllowOrigin: "'https://app.example'", AllowMethods: "'GET'" },
        Models: { User: { type: 'object', required: ['name'] } },
        GatewayResponses: {
          BAD_REQUEST_BODY: {
            StatusCode: 422,
            ResponseParameters: { Headers: { 'X-Why': "'model'" }, QueryStrings: { a: "'b'" } },
            ResponseTemplates: { 'application/json': '{"why":"model"}' },
          },
        },
      },
    },
    Keyed: {
      Type: 'AWS::Serverless::Api',
      Properties: {
        StageName: 'dev',
        Auth: { ApiKeyRequired: true, UsagePlan: { CreateUsagePlan: 'PER_API' } },
      },
    },
    Closed: {
      Type: 'AWS::Serverless::Api',
      Properties: { StageName: 'dev', Auth: { ResourcePolicy: { IpRangeBlacklist: ['127.0.0.0/8'] } } },
    },
    Front: {
      Type: 'AWS::Serverless::Api',
      Properties: {
        StageName: 'dev',
        DefinitionBody: {
          swagger: '2.0',
          paths: {
            '/again': {
              get: {
                'x-amazon-apigateway-integration': {
                  type: 'http_proxy',
                  httpMethod: 'GET',
                  uri: {
                    'Fn::Sub': 'https://${Open}.execute-api.${AWS::Region}.amazonaws.com/${Open.Stage}/hello',
                  },
                },
              },
            },
          },
        },
      },
    },
    Hello: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        InlineCode: HELLO,
        AutoPublishAlias: 'live',
        Events: {
          Open: route('Open', '/hello'),
          Keyed: route('Keyed', '/hello'),
          Closed: route('Closed', '/hello'),
          User: route('Open', '/users', {
            Method: 'post',
            RequestModel: { Model: 'User', ValidateBody: true },
          }),
        },
      },
    },
    Machine: {
      Type: 'AWS::Serverless::StateMachine',
      Properties: {
        Definition: { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
        Events: { Run: route('Open', '/run', { Method: 'post' }) },
      },
    },
    Link: {
      Type: 'AWS::Serverless::Connector',
      Properties: { Source: { Id: 'Hello' }, Destination: { Id: 'Machine' }, Permissions: ['Write'] },
    },
  },
};

describe('a service of SAM', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-sam-'));
  let gateway: Gateway;

  before(async () => {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(TEMPLATE));
    gateway = await createGateway({
      ...QUIET_GATEWAY,
      directory: folder,
      adminKey: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' },
    });
    await gateway.load([file]);
    await gateway.listen();
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function send(
    name: string,
    method: string,
    path: string,
    body?: string,
  ): Promise<{ status: number; headers: string; body: string }> {
    const api = gateway.routes().find((each) => each.logicalId === name);
    assert.ok(api);
    const reply = await gateway.inject({
      apiId: api.id,
      method,
      target: `/dev${path}`,
      headers: ['Content-Type', 'application/json'],
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    return { status: reply.status, headers: reply.headers.join('\n'), body: String(reply.body) };
  }

  it('answers preflights as its Cors property defines', async () => {
    const { status, headers } = await send('Open', 'OPTIONS', '/hello');

    assert.equal(status, 200);
    assert.match(headers, /Access-Control-Allow-Origin\nhttps:\/\/app\.example/i);
    assert.match(headers, /Access-Control-Allow-Methods\nGET/i);
  });

  it('requires a key and refuses an address if its Auth property defines this', async () => {
    assert.equal((await send('Open', 'GET', '/hello')).body, 'hello');
    assert.equal((await send('Keyed', 'GET', '/hello')).status, 403);
    assert.equal((await send('Closed', 'GET', '/hello')).status, 403);
  });

  it('sends the calls of an HTTP integration to an API of the same gateway', async () => {
    const { status, body } = await send('Front', 'GET', '/again');

    assert.deepEqual([status, body], [200, 'hello']);
  });

  it('checks bodies against models, and explains the failure', async () => {
    const { status, headers, body } = await send('Open', 'POST', '/users', '{}');

    assert.deepEqual([status, body], [422, '{"why":"model"}']);
    assert.match(headers, /X-Why\nmodel/);
    assert.doesNotMatch(headers, /\na\nb/);
    assert.equal((await send('Open', 'POST', '/users', '{"name":"a"}')).status, 200);
  });

  it('records executions of a state machine', async () => {
    const { status, body } = await send('Open', 'POST', '/run', '{"a":1}');

    assert.equal(status, 200);
    assert.match(body, /"executionArn":"arn:aws:states:us-east-1:123456789012:execution:/);
  });
});
