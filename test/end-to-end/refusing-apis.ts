/**
 * APIs of each kind that refuse requests in every way that AWS has. This file is part of the matrix in
 * `refusal-stories.test.ts`.
 */

import { invoke, plans, socketApis } from './refusing-sockets.ts';
import type { Resources } from './refusing-sockets.ts';

const ROLE = 'arn:aws:iam::123456789012:role/x';

/** The query parameter `do` tells the function what to do. */
const MAIN = `exports.handler = async (event) => {
  const wish = (event.queryStringParameters ?? {}).do;
  if (wish === 'fail') throw new Error('no table of that name');
  if (wish === 'base64') return { statusCode: 200, body: 'ä', isBase64Encoded: true };
  return { statusCode: 200, body: 'ok' };
};`;

/** The beginning of the credential tells the authorizer what to do. */
const AUTH = `exports.handler = async (event) => {
  const { Authorization, authorization } = event.headers ?? {};
  const text = Authorization ?? authorization ?? (event.queryStringParameters ?? {}).token ?? '';
  if (text.startsWith('boom')) throw new Error('out of memory');
  if (text.startsWith('odd')) return { principalId: 'carl' };
  const Effect = text.startsWith('deny') ? 'Deny' : 'Allow';
  return {
    principalId: 'carl',
    policyDocument: { Version: '2012-10-17', Statement: [{ Effect, Action: 'execute-api:Invoke', Resource: '*' }] },
  };
};`;

const fn = (ZipFile: string, more: object = {}): object => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE, Code: { ZipFile }, ...more },
});
const proxy = (name = 'Main'): object => ({
  Type: 'AWS_PROXY',
  IntegrationHttpMethod: 'POST',
  Uri: invoke(name),
});

/** A path of the REST API, and how its method differs from the default. */
type Method = readonly [path: string, properties: object, verb?: string];

const mock = (template: string): object => ({
  Type: 'MOCK',
  PassthroughBehavior: 'NEVER',
  RequestTemplates: { 'application/json': template },
  IntegrationResponses: [{ StatusCode: '200' }],
});

const methodsOf = (silent: string): readonly Method[] => [
  ['ok', {}],
  ['blocked', {}],
  ['mock', { Integration: mock('{}') }],
  [
    'checked',
    { RequestValidatorId: { Ref: 'Validator' }, RequestModels: { 'application/json': 'Pet' } },
    'POST',
  ],
  [
    'params',
    {
      RequestValidatorId: { Ref: 'Validator' },
      RequestParameters: { 'method.request.querystring.page': true },
    },
  ],
  [
    'mapped',
    {
      Integration: {
        Type: 'HTTP',
        IntegrationHttpMethod: 'POST',
        Uri: silent,
        RequestParameters: { 'integration.request.header.X-Pet': 'method.request.body.pet' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
    },
    'POST',
  ],
  [
    'closed',
    { Integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri: 'http://127.0.0.1:1/' } },
  ],
  [
    'slow',
    { Integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri: silent, TimeoutInMillis: 50 } },
  ],
  ['keyed', { ApiKeyRequired: true }],
  ['spent', { ApiKeyRequired: true }],
  ['throttled', {}],
  ['typed', { Integration: mock('{"statusCode": 200}') }, 'POST'],
  ['reserved', { Integration: proxy('Reserved') }],
  ['iam', { AuthorizationType: 'AWS_IAM', AuthorizerId: { Ref: 'AWS::NoValue' } }],
];

function restApi(silent: string): Resources {
  const RestApiId = { Ref: 'Rest' };
  const all = methodsOf(silent);
  const paths = Object.fromEntries(
    all.map(([PathPart]) => [
      `Path${PathPart}`,
      {
        Type: 'AWS::ApiGateway::Resource',
        Properties: { RestApiId, ParentId: { 'Fn::GetAtt': ['Rest', 'RootResourceId'] }, PathPart },
      },
    ]),
  );
  const methods = Object.fromEntries(
    all.map(([path, properties, HttpMethod = 'GET']) => [
      `Method${path}`,
      {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId,
          ResourceId: { Ref: `Path${path}` },
          HttpMethod,
          AuthorizationType: 'CUSTOM',
          AuthorizerId: { Ref: 'Gate' },
          Integration: proxy(),
          MethodResponses: [{ StatusCode: '200' }],
          ...properties,
        },
      },
    ]),
  );
  const part = (type: string, properties: object): object => ({
    Type: `AWS::ApiGateway::${type}`,
    Properties: { RestApiId, ...properties },
  });
  return {
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest' } },
    ...paths,
    ...methods,
    Gate: part('Authorizer', {
      Name: 'gate',
      Type: 'REQUEST',
      AuthorizerUri: invoke('Auth'),
      AuthorizerResultTtlInSeconds: 300,
      IdentitySource: 'method.request.header.Authorization',
    }),
    Validator: part('RequestValidator', { ValidateRequestBody: true, ValidateRequestParameters: true }),
    Pet: part('Model', {
      Name: 'Pet',
      ContentType: 'application/json',
      Schema: { type: 'object', required: ['name'] },
    }),
    Deployment: { ...part('Deployment', {}), DependsOn: Object.keys(methods) },
    Dev: part('Stage', {
      StageName: 'dev',
      DeploymentId: { Ref: 'Deployment' },
      MethodSettings: [
        {
          HttpMethod: 'GET',
          ResourcePath: '/throttled',
          ThrottlingRateLimit: 0.001,
          ThrottlingBurstLimit: 1,
        },
      ],
    }),
    ...plans('Plan', [{ ApiId: { Ref: 'Rest' }, Stage: { Ref: 'Dev' } }], 'key-of-acme-0123456789'),
    Wall: {
      Type: 'AWS::WAFv2::WebACL',
      Properties: {
        Name: 'wall',
        Scope: 'REGIONAL',
        DefaultAction: { Allow: {} },
        VisibilityConfig: VISIBLE,
        Rules: [
          {
            Name: 'closed-path',
            Priority: 1,
            Action: { Block: {} },
            VisibilityConfig: VISIBLE,
            Statement: {
              ByteMatchStatement: {
                SearchString: '/blocked',
                FieldToMatch: { UriPath: {} },
                PositionalConstraint: 'CONTAINS',
                TextTransformations: [{ Priority: 0, Type: 'NONE' }],
              },
            },
          },
        ],
      },
    },
    Association: {
      Type: 'AWS::WAFv2::WebACLAssociation',
      Properties: {
        WebACLArn: { 'Fn::GetAtt': ['Wall', 'Arn'] },
        ResourceArn: { 'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}::/restapis/${Rest}/stages/${Dev}' },
      },
    },
  };
}

const VISIBLE = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'wall' };

function httpApi(silent: string): Resources {
  const ApiId = { Ref: 'Http' };
  const part = (type: string, properties: object): object => ({
    Type: `AWS::ApiGatewayV2::${type}`,
    Properties: { ApiId, ...properties },
  });
  const route = (path: string, target: string, more: object = {}): object =>
    part('Route', {
      RouteKey: `GET /${path}`,
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'HttpGate' },
      Target: { 'Fn::Sub': `integrations/\${${target}}` },
      ...more,
    });
  const lambda = (name: string): object =>
    part('Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: invoke(name),
    });
  const backend = (IntegrationUri: string, more: object = {}): object =>
    part('Integration', {
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'GET',
      PayloadFormatVersion: '1.0',
      IntegrationUri,
      ...more,
    });
  return {
    Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'http', ProtocolType: 'HTTP' } },
    HttpStage: part('Stage', {
      StageName: '$default',
      AutoDeploy: true,
      RouteSettings: { 'GET /throttled': { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 1 } },
    }),
    HttpGate: part('Authorizer', {
      Name: 'gate',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invoke('Auth'),
      AuthorizerPayloadFormatVersion: '2.0',
      AuthorizerResultTtlInSeconds: 300,
      EnableSimpleResponses: false,
      IdentitySource: ['$request.header.Authorization'],
    }),
    HttpMain: lambda('Main'),
    HttpReserved: lambda('Reserved'),
    HttpClosed: backend('http://127.0.0.1:1/'),
    HttpSlow: backend(silent, { TimeoutInMillis: 50 }),
    HttpOkRoute: route('ok', 'HttpMain'),
    HttpThrottledRoute: route('throttled', 'HttpMain'),
    HttpReservedRoute: route('reserved', 'HttpReserved'),
    HttpClosedRoute: route('closed', 'HttpClosed'),
    HttpSlowRoute: route('slow', 'HttpSlow'),
    HttpIamRoute: part('Route', {
      RouteKey: 'GET /iam',
      AuthorizationType: 'AWS_IAM',
      Target: { 'Fn::Sub': 'integrations/${HttpMain}' },
    }),
    Staged: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'staged', ProtocolType: 'HTTP' } },
    StagedStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Staged' }, StageName: 'v1', AutoDeploy: true },
    },
  };
}

const url = (name: string, AuthType: string): object => ({
  Type: 'AWS::Lambda::Url',
  Properties: { TargetFunctionArn: { 'Fn::GetAtt': [name, 'Arn'] }, AuthType },
});

/** @param silent the address of a server that never responds */
export function refusingApis(silent: string): Resources {
  return {
    Main: fn(MAIN),
    Auth: fn(AUTH),
    Reserved: fn(MAIN, { ReservedConcurrentExecutions: 0 }),
    Signed: fn(MAIN),
    ...restApi(silent),
    ...httpApi(silent),
    ...socketApis(silent),
    OpenUrl: url('Main', 'NONE'),
    ReservedUrl: url('Reserved', 'NONE'),
    SignedUrl: url('Signed', 'AWS_IAM'),
  };
}

/** Identities with expired temporary credentials. */
export const IDENTITIES = `identities:
  - name: gone
    accessKeyId: ASIALOCAL0000GONE1
    secretAccessKey: a-secret-of-this-test
    sessionToken: a-session-of-this-test
    sessionExpires: 2020-01-01T00:00:00Z
    policies: []
`;
