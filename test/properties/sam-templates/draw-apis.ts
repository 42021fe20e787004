import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Pick } from '../../support/pick.ts';
import { drawHttpDocument, drawRestDocument } from './draw-documents.ts';

/** An API of a template, with what its events may refer to. */
export type DrawnApi = {
  readonly kind: 'rest' | 'http' | 'websocket';
  readonly id: string;
  readonly resource: JsonObject;
  readonly authorizers: readonly string[];
  readonly hasDefault: boolean;
  readonly hasModels: boolean;
  /** Whether its methods ask for an API key. */
  readonly hasKey: boolean;
};

const PLAIN = { 'Fn::GetAtt': ['Plain', 'Arn'] };
const STAGES: readonly Json[] = [
  'Prod',
  'dev',
  'v1',
  'my-stage',
  'a_b',
  { Ref: 'Env' },
  { 'Fn::Sub': '${Env}-1' },
];

export function drawApis(pick: Pick): readonly DrawnApi[] {
  return [
    ...(pick.chance(0.5) ? [drawRestApi(pick)] : []),
    ...(pick.chance(0.5) ? [drawHttpApi(pick)] : []),
    ...(pick.chance(0.25) ? [drawWebSocketApi(pick)] : []),
  ];
}

const REST_AUTHORIZERS: Readonly<Record<string, JsonObject>> = {
  Lambda: { FunctionArn: PLAIN },
  myAuth: {
    FunctionArn: PLAIN,
    FunctionPayloadType: 'REQUEST',
    Identity: { Headers: ['X-A'], QueryStrings: ['q'], ReauthorizeEvery: 0 },
  },
  token1: {
    FunctionArn: PLAIN,
    FunctionPayloadType: 'TOKEN',
    Identity: { Header: 'X-Token', ValidationExpression: '^a', ReauthorizeEvery: 30 },
    FunctionInvokeRole: 'arn:aws:iam::1:role/r',
  },
  Users: { UserPoolArn: { 'Fn::GetAtt': ['Pool', 'Arn'] }, AuthorizationScopes: ['orders/all'] },
  Pools: {
    UserPoolArn: ['arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_a'],
    Identity: { Header: 'X-Id' },
  },
  Quiet: { FunctionArn: PLAIN, DisableFunctionDefaultPermissions: true, FunctionInvokeRole: 'NONE' },
};

const CORS: readonly Json[] = [
  "'*'",
  {
    AllowOrigin: "'https://example.com'",
    AllowMethods: "'GET'",
    AllowHeaders: "'X-A'",
    MaxAge: "'600'",
    AllowCredentials: true,
  },
  { AllowHeaders: "'X-A'" },
];

function drawRestAuth(pick: Pick, names: readonly string[], hasDefault: boolean): JsonObject {
  return {
    ...(names.length > 0 && {
      Authorizers: Object.fromEntries(names.map((name) => [name, REST_AUTHORIZERS[name] as JsonObject])),
    }),
    ...(hasDefault && { DefaultAuthorizer: pick.one([...names, 'AWS_IAM']) }),
    ...(hasDefault && pick.chance(0.4) && { AddDefaultAuthorizerToCorsPreflight: pick.chance(0.3) }),
    ...(pick.chance(0.25) && { ApiKeyRequired: true }),
    ...(pick.chance(0.1) && { AddApiKeyRequiredToCorsPreflight: false }),
    ...(pick.chance(0.2) && {
      InvokeRole: pick.one(['NONE', 'CALLER_CREDENTIALS', 'arn:aws:iam::1:role/r']),
    }),
    ...(pick.chance(0.25) && {
      ResourcePolicy: pick.one<JsonObject>([
        { IpRangeBlacklist: '1.2.3.4' },
        { AwsAccountWhitelist: ['123456789012'], SourceVpcWhitelist: ['vpce-1'] },
        {
          CustomStatements: [
            { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
          ],
        },
      ]),
    }),
    ...(pick.chance(0.25) && {
      UsagePlan: {
        CreateUsagePlan: pick.one(['PER_API', 'SHARED', 'NONE']),
        ...(pick.chance(0.5) && {
          Quota: { Limit: 5, Period: 'DAY' },
          Throttle: { RateLimit: 0.000001, BurstLimit: 1 },
        }),
        ...(pick.chance(0.3) && { UsagePlanName: 'gold', Description: 'of gold' }),
      },
    }),
  };
}

function drawRestApi(pick: Pick): DrawnApi {
  const names = pick.chance(0.6) ? pick.some(Object.keys(REST_AUTHORIZERS), 1).slice(0, 3) : [];
  const hasDefault = pick.chance(0.4);
  const hasModels = pick.chance(0.3);
  const auth = drawRestAuth(pick, names, hasDefault);
  const resource: JsonObject = {
    Type: 'AWS::Serverless::Api',
    ...(pick.chance(0.2) && { Condition: 'IsProd' }),
    Properties: {
      StageName: pick.one(STAGES),
      ...(Object.keys(auth).length > 0 && { Auth: auth }),
      ...(pick.chance(0.4) && { Cors: pick.one(CORS) }),
      ...(hasModels && { Models: { Order: { type: 'object', properties: { id: { type: 'string' } } } } }),
      ...(pick.chance(0.2) && { OpenApiVersion: pick.one(['3.0.1', '2.0']) }),
      ...(pick.chance(0.2) && { Name: 'orders', Description: 'of orders' }),
      ...(pick.chance(0.2) && {
        EndpointConfiguration: pick.one<Json>([
          'REGIONAL',
          { Type: 'PRIVATE', VPCEndpointIds: ['vpce-1'] },
          'EDGE',
        ]),
      }),
      ...(pick.chance(0.2) && { BinaryMediaTypes: ['image~1png', '*~1*'], MinimumCompressionSize: 0 }),
      ...(pick.chance(0.2) && {
        MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 0.000001 }],
      }),
      ...(pick.chance(0.2) && { Variables: { env: { Ref: 'Env' } }, TracingEnabled: true }),
      ...(pick.chance(0.15) && { CacheClusterEnabled: true, CacheClusterSize: '0.5' }),
      ...(pick.chance(0.15) && { DisableExecuteApiEndpoint: true }),
      ...(pick.chance(0.2) && {
        GatewayResponses: {
          DEFAULT_4XX: { StatusCode: 418, ResponseParameters: { Headers: { 'X-A': "'1'" } } },
          UNAUTHORIZED: { ResponseTemplates: { 'application/json': '{}' } },
        },
      }),
      ...(pick.chance(0.2) && { Domain: drawDomain(pick, ['REGIONAL', 'EDGE']) }),
      ...(pick.chance(0.1) && { AlwaysDeploy: true }),
      ...(pick.chance(0.3) && { DefinitionBody: drawRestDocument(pick) }),
    },
  };
  const hasKey = auth['ApiKeyRequired'] === true;
  return {
    kind: 'rest',
    id: pick.one(['Api', 'restApi', '9Api']),
    resource,
    authorizers: names,
    hasDefault,
    hasModels,
    hasKey,
  };
}

const BASE_PATHS: readonly Json[] = [['orders'], ['v1', 'a-b'], ['a/b', 'c'], ['a_b']];

function drawDomain(pick: Pick, endpoints: readonly string[]): JsonObject {
  return {
    DomainName: pick.one<Json>(['api.example.com', { 'Fn::Sub': '${Env}.example.com' }]),
    CertificateArn: 'arn:aws:acm:us-east-1:1:certificate/c',
    ...(pick.chance(0.5) && { BasePath: pick.one(BASE_PATHS) }),
    ...(pick.chance(0.3) && { NormalizeBasePath: false }),
    ...(pick.chance(0.4) && { EndpointConfiguration: pick.one(endpoints) }),
    ...(pick.chance(0.3) && { SecurityPolicy: 'TLS_1_2' }),
    ...(pick.chance(0.3) && { Route53: { HostedZoneId: 'Z1' } }),
    ...(pick.chance(0.2) && { MutualTlsAuthentication: { TruststoreUri: 's3://bucket/trust.pem' } }),
  };
}

const HTTP_AUTHORIZERS: Readonly<Record<string, JsonObject>> = {
  Jwt: {
    JwtConfiguration: { issuer: 'https://issuer.example', audience: ['a'] },
    IdentitySource: '$request.header.Authorization',
  },
  jwt2: {
    JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['b'] },
    IdentitySource: '$request.querystring.t',
    AuthorizationScopes: ['s'],
  },
  Lambda: { FunctionArn: PLAIN, AuthorizerPayloadFormatVersion: '2.0', EnableSimpleResponses: true },
  Open: {
    FunctionArn: PLAIN,
    AuthorizerPayloadFormatVersion: '1.0',
    EnableFunctionDefaultPermissions: true,
    Identity: { Headers: ['X-A'], Context: ['path'], ReauthorizeEvery: 5 },
  },
};

function drawHttpApi(pick: Pick): DrawnApi {
  const names = pick.chance(0.6) ? pick.some(Object.keys(HTTP_AUTHORIZERS), 1).slice(0, 2) : [];
  const hasIam = pick.chance(0.3);
  const hasDefault = names.length > 0 && pick.chance(0.5);
  const known = hasIam ? [...names, 'AWS_IAM'] : names;
  const resource: JsonObject = {
    Type: 'AWS::Serverless::HttpApi',
    ...(pick.chance(0.2) && { Condition: 'IsBig' }),
    Properties: {
      ...(pick.chance(0.6) && { StageName: pick.one([...STAGES, '$default']) }),
      ...((names.length > 0 || hasIam) && {
        Auth: {
          ...(names.length > 0 && {
            Authorizers: Object.fromEntries(
              names.map((name) => [name, HTTP_AUTHORIZERS[name] as JsonObject]),
            ),
          }),
          ...(hasIam && { EnableIamAuthorizer: true }),
          ...(hasDefault && { DefaultAuthorizer: pick.one(known) }),
        },
      }),
      ...(pick.chance(0.4) && {
        CorsConfiguration: pick.one<Json>([
          true,
          { AllowOrigins: ['https://example.com'], AllowMethods: ['GET'], MaxAge: 0 },
        ]),
      }),
      ...(pick.chance(0.2) && {
        StageVariables: { env: 'x' },
        AccessLogSettings: { DestinationArn: 'arn:aws:logs:x', Format: '$context.requestId' },
      }),
      ...(pick.chance(0.2) && { RouteSettings: { 'GET /orders': { ThrottlingBurstLimit: 1 } } }),
      ...(pick.chance(0.2) && { Name: 'orders', Description: 'of orders' }),
      ...(pick.chance(0.2) && { Tags: { team: 'orders' } }),
      ...(pick.chance(0.1) && { DisableExecuteApiEndpoint: true, FailOnWarnings: true }),
      ...(pick.chance(0.2) && { Domain: drawDomain(pick, ['REGIONAL']) }),
      ...(pick.chance(0.4) && { DefinitionBody: drawHttpDocument(pick, known) }),
    },
  };
  return {
    kind: 'http',
    id: pick.one(['Http', 'httpApi']),
    resource,
    authorizers: known,
    hasDefault,
    hasModels: false,
    hasKey: false,
  };
}

/** Mutual TLS is not for WebSocket APIs. */
function withoutTls(domain: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(domain).filter(([name]) => name !== 'MutualTlsAuthentication'));
}

function drawWebSocketApi(pick: Pick): DrawnApi {
  const auth = pick.one<JsonObject | undefined>([
    undefined,
    { AuthType: 'AWS_IAM' },
    { AuthType: 'CUSTOM', AuthArn: PLAIN, IdentitySource: ['route.request.header.A'] },
  ]);
  const keys = [...new Set(['$connect', ...pick.some(['$disconnect', '$default', 'send', 'Send2'], 1)])];
  const resource: JsonObject = {
    Type: 'AWS::Serverless::WebSocketApi',
    Properties: {
      RouteSelectionExpression: '$request.body.action',
      Routes: Object.fromEntries(
        keys.map((key) => [
          key,
          { FunctionArn: PLAIN, ...(pick.chance(0.3) && { OperationName: 'op', IntegrationTimeout: 500 }) },
        ]),
      ),
      ...(auth !== undefined && { Auth: auth }),
      ...(pick.chance(0.5) && { StageName: pick.one<Json>(['Prod', 'v1', { Ref: 'Env' }]) }),
      ...(pick.chance(0.3) && { Name: 'chat' }),
      ...(pick.chance(0.2) && { Domain: withoutTls(drawDomain(pick, ['REGIONAL'])) }),
    },
  };
  return {
    kind: 'websocket',
    id: 'Chat',
    resource,
    authorizers: [],
    hasDefault: false,
    hasModels: false,
    hasKey: false,
  };
}
