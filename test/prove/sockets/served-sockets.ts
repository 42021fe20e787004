/** The service of the proof: a WebSocket API whose functions record how each connection ended, and an HTTP API. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HANDLERS = {
  // Appending one short line is atomic, even with other writers.
  ends: `const { appendFileSync } = require('node:fs');
exports.handler = async ({ requestContext: { connectionId, disconnectStatusCode } }) => {
  appendFileSync(process.env.ENDED, connectionId + ' ' + disconnectStatusCode + '\\n');
  return { statusCode: 200 };
};`,
  connect: `exports.handler = async () => ({ statusCode: 200 });`,
  // Answers with its own connection id, followed by the message.
  echo: `exports.handler = async ({ requestContext: { connectionId }, body }) => ({ statusCode: 200, body: connectionId + ' ' + body });`,
  // Posts to another connection until a post is refused.
  push: `const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
const client = new ApiGatewayManagementApiClient({ endpoint: process.env.MANAGED, maxAttempts: 1 });
exports.handler = async ({ body }) => {
  const { to, most } = JSON.parse(body);
  const Data = 'x'.repeat(100000);
  for (let posted = 0; posted < most; posted += 1) {
    try {
      await client.send(new PostToConnectionCommand({ ConnectionId: to, Data }));
    } catch (error) {
      return { statusCode: 200, body: error.name + ' ' + posted };
    }
  }
  return { statusCode: 200, body: 'none ' + most };
};`,
  plain: `exports.handler = async () => ({ statusCode: 200, body: 'ok' });`,
};

const fn = (handler: string, ended: string): object => ({
  Type: 'AWS::Serverless::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: `${handler}.handler`,
    CodeUri: 'src',
    Timeout: 29,
    MemorySize: 256,
    Environment: {
      Variables: {
        ENDED: ended,
        MANAGED: { 'Fn::Sub': 'https://${Socket}.execute-api.${AWS::Region}.amazonaws.com/dev' },
      },
    },
    ...(handler === 'plain' && {
      Events: {
        get: { Type: 'HttpApi', Properties: { Path: '/plain', Method: 'get', ApiId: { Ref: 'Http' } } },
      },
    }),
    ...(handler === 'push' && {
      Policies: [
        {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'execute-api:ManageConnections', Resource: '*' }],
        },
      ],
    }),
  },
});

/** @param routes route key → function */
function socketParts(routes: Readonly<Record<string, string>>): Record<string, object> {
  const parts: Record<string, object> = {};
  const part = (type: string, Properties: object): object => ({
    Type: `AWS::ApiGatewayV2::${type}`,
    Properties: { ApiId: { Ref: 'Socket' }, ...Properties },
  });
  for (const [key, name] of Object.entries(routes)) {
    const id = key.replace('$', 'On');
    parts[`${id}Integration`] = part('Integration', {
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: {
        'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
      },
    });
    const isTwoWay = key !== '$connect' && key !== '$disconnect';
    parts[`${id}Route`] = part('Route', {
      RouteKey: key,
      Target: { 'Fn::Sub': `integrations/\${${id}Integration}` },
      ...(isTwoWay && { RouteResponseSelectionExpression: '$default' }),
    });
    if (isTwoWay)
      parts[`${id}Response`] = part('RouteResponse', {
        RouteId: { Ref: `${id}Route` },
        RouteResponseKey: '$default',
      });
    parts[`${name}Leave`] = {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        FunctionName: { Ref: name },
      },
    };
  }
  return { ...parts, SocketStage: part('Stage', { StageName: 'dev', AutoDeploy: true }) };
}

export class ServedSockets {
  readonly path: string;
  readonly #ended: string;

  constructor(path: string) {
    this.path = path;
    this.#ended = join(path, 'ended.txt');
    mkdirSync(join(path, 'src'), { recursive: true });
    for (const [name, text] of Object.entries(HANDLERS)) writeFileSync(join(path, 'src', `${name}.js`), text);
    const functions = { Connect: 'connect', Ends: 'ends', Echo: 'echo', Push: 'push', Plain: 'plain' };
    const template = {
      AWSTemplateFormatVersion: '2010-09-09',
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        Http: { Type: 'AWS::Serverless::HttpApi', Properties: {} },
        Socket: {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: {
            Name: 'sockets',
            ProtocolType: 'WEBSOCKET',
            RouteSelectionExpression: '$request.body.action',
          },
        },
        ...Object.fromEntries(
          Object.entries(functions).map(([id, handler]) => [id, fn(handler, this.#ended)]),
        ),
        ...socketParts({ $connect: 'Connect', $disconnect: 'Ends', $default: 'Echo', push: 'Push' }),
      },
    };
    writeFileSync(join(path, 'template.json'), JSON.stringify(template, undefined, 2));
  }

  /** The status codes that the function of `$disconnect` received, by connection, with one entry for each call. */
  endings(): ReadonlyMap<string, readonly number[]> {
    const all = new Map<string, number[]>();
    if (!existsSync(this.#ended)) return all;
    for (const line of readFileSync(this.#ended, 'utf8')
      .split('\n')
      .filter((one) => one !== '')) {
      const [id = '', code] = line.split(' ');
      const codes = all.get(id);
      if (codes === undefined) all.set(id, [Number(code)]);
      else codes.push(Number(code));
    }
    return all;
  }
}
