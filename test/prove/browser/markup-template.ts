/**
 * A stack with the given names, variables and answers. It has an HTTP API, a WebSocket API, a table, and a REST API
 * with an API key.
 */
import { routesTemplate } from './routes-template.ts';

export const ISSUER = 'https://issuer.of.the.proof';
export const AUDIENCE = 'proof';

/** How the function answers the request with this number. */
export type Order = {
  readonly lines?: readonly string[];
  readonly error?: { readonly name: string; readonly message: string };
  readonly reply?: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
};

export type Names = {
  readonly api: string;
  readonly variable: string;
  readonly key: string;
  readonly plan: string;
};

const codeFor = (orders: readonly Order[]): string => `const orders = ${JSON.stringify(orders)};
exports.handler = async ({ rawPath = '', body, requestContext }) => {
  if (requestContext.connectionId !== undefined) {
    console.log(body ?? 'connected');
    return { statusCode: 200, body };
  }
  const { lines = [], error, reply } = orders[Number(rawPath.split('/')[1])] ?? {};
  for (const line of lines) console.log(line);
  if (error !== undefined) throw Object.assign(new Error(error.message), { name: error.name });
  return reply ?? { statusCode: 200, body: 'none' };
};`;

const invokeUri = {
  'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}/invocations',
};

function httpApi(api: string): object {
  const own = (type: string, properties: object): object => ({
    Type: `AWS::ApiGatewayV2::${type}`,
    Properties: { ApiId: { Ref: 'Http' }, ...properties },
  });
  const Target = { 'Fn::Sub': 'integrations/${HttpIntegration}' };
  return {
    Http: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: api, ProtocolType: 'HTTP' },
    },
    HttpIntegration: own('Integration', {
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['Echo', 'Arn'] },
      PayloadFormatVersion: '2.0',
    }),
    HttpRoute: own('Route', { RouteKey: '$default', Target }),
    Users: own('Authorizer', {
      Name: 'users',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: ISSUER, Audience: [AUDIENCE] },
    }),
    SignedRoute: own('Route', {
      RouteKey: 'GET /signed-in',
      Target,
      AuthorizationType: 'JWT',
      AuthorizerId: { Ref: 'Users' },
    }),
    HttpStage: own('Stage', { StageName: '$default', AutoDeploy: true }),
  };
}

function webSocketApi(): object {
  const own = (type: string, properties: object): object => ({
    Type: `AWS::ApiGatewayV2::${type}`,
    Properties: { ApiId: { Ref: 'Socket' }, ...properties },
  });
  return {
    Socket: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'talk',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    SocketIntegration: own('Integration', { IntegrationType: 'AWS_PROXY', IntegrationUri: invokeUri }),
    SocketRoute: own('Route', {
      RouteKey: '$default',
      RouteResponseSelectionExpression: '$default',
      Target: { 'Fn::Sub': 'integrations/${SocketIntegration}' },
    }),
    SocketAnswer: own('RouteResponse', { RouteId: { Ref: 'SocketRoute' }, RouteResponseKey: '$default' }),
    SocketStage: own('Stage', { StageName: 'dev', AutoDeploy: true }),
  };
}

export function markupTemplate(names: Names, orders: readonly Order[]): object {
  const { Resources } = routesTemplate(2) as {
    readonly Resources: Readonly<Record<string, { readonly Properties: object }>>;
  };
  const named = (id: string, properties: object): object => {
    const resource = Resources[id];
    return { [id]: { ...resource, Properties: { ...resource?.Properties, ...properties } } };
  };
  return {
    Resources: {
      ...Resources,
      ...named('Key', { Name: names.key }),
      ...named('Plan', { UsagePlanName: names.plan }),
      Notes: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'notes',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
            ],
          },
        },
      },
      Echo: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'echo',
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Environment: { Variables: { DRAWN: names.variable } },
          Code: { ZipFile: codeFor(orders) },
        },
      },
      ForApis: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'Echo' },
          Principal: 'apigateway.amazonaws.com',
        },
      },
      ...httpApi(names.api),
      ...webSocketApi(),
    },
  };
}
