/**
 * The service of the soak proof: a REST API, an HTTP API and a WebSocket API, functions that answer, store, crash and
 * hang, and a table.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ECHO = (version: number): string =>
  `exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ version: ${version}, q: event.queryStringParameters }) });\n${'// a line that takes its time to be written\n'.repeat(500)}`;
const HANDLERS = {
  keep: `const { DynamoDBClient, PutItemCommand, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({});
const TableName = 'kept';
exports.handler = async ({ requestContext, pathParameters: { key }, body }) => {
  if (requestContext.http.method === 'PUT') {
    await client.send(new PutItemCommand({ TableName, Item: { key: { S: key }, n: { N: body } } }));
    return { statusCode: 200, body };
  }
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: { key: { S: key } }, ConsistentRead: true }));
  return { statusCode: 200, body: Item === undefined ? '0' : Item.n.N };
};`,
  crash: `exports.handler = async (event) => {
  const how = (event.queryStringParameters ?? {}).how;
  if (how === 'exit') process.exit(3);
  if (how === 'late') setTimeout(() => { throw new Error('late'); }, 5);
  if (how === 'late') return new Promise(() => setTimeout(() => undefined, 5000));
  if (how === 'heap') { const all = []; for (;;) all.push(new Array(100000).fill({})); }
  throw new Error('crashed as told');
};`,
  hang: `exports.handler = async (event) => {
  if ((event.queryStringParameters ?? {}).how === 'spin') for (;;);
  return new Promise(() => setInterval(() => undefined, 1000));
};`,
  big: `exports.handler = async () => ({ statusCode: 200, body: 'x'.repeat(5900000) });`,
};

const fn = (handler: string, Events: object, more: object = {}): object => ({
  Type: 'AWS::Serverless::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: `${handler}.handler`,
    CodeUri: 'src',
    Timeout: 29,
    MemorySize: 256,
    Events,
    ...more,
  },
});
const rest = (Path: string, Method: string, more: object = {}): object => ({
  Type: 'Api',
  Properties: { Path, Method, RestApiId: { Ref: 'Rest' }, ...more },
});
const http = (Path: string, Method: string): object => ({
  Type: 'HttpApi',
  Properties: { Path, Method, ApiId: { Ref: 'Http' } },
});
const socket = (type: string, Properties: object): object => ({
  Type: `AWS::ApiGatewayV2::${type}`,
  Properties: { ApiId: { Ref: 'Socket' }, ...Properties },
});

/** @param version the value that changes with each reload */
function soakedTemplate(version: number): object {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Rest: {
        Type: 'AWS::Serverless::Api',
        Properties: {
          StageName: 'dev',
          Description: `version ${version}`,
          Models: {
            Order: { type: 'object', properties: { id: { type: 'string' } }, additionalProperties: false },
          },
        },
      },
      Http: { Type: 'AWS::Serverless::HttpApi', Properties: {} },
      Echo: fn('echo', {
        rest: rest('/echo', 'get'),
        any: rest('/any/{proxy+}', 'any'),
        http: http('/echo', 'get'),
      }),
      Modelled: fn('echo', {
        post: rest('/orders', 'post', {
          RequestModel: { Model: 'Order', ValidateBody: true, Required: true },
        }),
      }),
      Keep: fn(
        'keep',
        { put: http('/kept/{key}', 'put'), get: http('/kept/{key}', 'get') },
        { Policies: [{ DynamoDBCrudPolicy: { TableName: { Ref: 'Kept' } } }] },
      ),
      Crash: fn('crash', { get: rest('/crash', 'get') }, { Timeout: 2, MemorySize: 128 }),
      Hang: fn('hang', { get: rest('/hang', 'get') }, { Timeout: 1 }),
      Big: fn('big', { get: rest('/big', 'get') }),
      Kept: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'kept',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        },
      },
      Socket: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'soaked',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
        },
      },
      SocketStage: socket('Stage', { StageName: 'dev', AutoDeploy: true }),
      SocketIntegration: socket('Integration', {
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: {
          'Fn::Sub':
            'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}/invocations',
        },
      }),
      SocketRoute: socket('Route', {
        RouteKey: '$default',
        RouteResponseSelectionExpression: '$default',
        Target: { 'Fn::Sub': 'integrations/${SocketIntegration}' },
      }),
      SocketReply: socket('RouteResponse', { RouteId: { Ref: 'SocketRoute' }, RouteResponseKey: '$default' }),
    },
  };
}

export class SoakedFolder {
  readonly path: string;
  #version = 0;
  constructor(path: string) {
    this.path = path;
    mkdirSync(join(path, 'src'), { recursive: true });
    for (const [name, text] of Object.entries(HANDLERS)) writeFileSync(join(path, 'src', `${name}.js`), text);
    this.saveHandler();
    this.saveTemplate();
  }

  /** Saves the handler as editors do: alternately in place, and by renaming another file to its name. */
  saveHandler(): void {
    this.#version += 1;
    this.#save(join('src', 'echo.js'), ECHO(this.#version));
  }

  saveTemplate(): void {
    this.#save('template.json', JSON.stringify(soakedTemplate(this.#version), undefined, 2));
  }

  /**
   * Writes half of a file, as an editor does for a moment during a save. The gateway must continue to serve the earlier
   * version.
   */
  breakTemplate(): void {
    writeFileSync(join(this.path, 'template.json'), '{ "Resources": {');
  }

  #save(name: string, text: string): void {
    const file = join(this.path, name);
    if (this.#version % 2 === 0) {
      writeFileSync(file, text);
      return;
    }
    const beside = join(this.path, '..', `${Date.now()}.tmp`);
    writeFileSync(beside, text);
    renameSync(beside, file);
  }
}
