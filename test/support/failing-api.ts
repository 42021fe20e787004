/**
 * A REST API in which every request fails in a different phase, and whose stage writes the most detailed access log.
 */
import { recommendedFormat } from '../../packages/toolkit/operate/explain/log-line.ts';
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { LOG_GROUP_ARN } from './logged-apis.ts';
import { invokeUri, proxyTo } from './a-stack.ts';
import type { TestResource } from './a-stack.ts';

export const RestApiId = 'abcdefghij';
const ROOT = makeRootResourceId('test', 'Api');
export const FORMAT = recommendedFormat('rest');

const PATHS = [
  'orders',
  'blocked',
  'keyed',
  'slow-down',
  'sold',
  'checked',
  'typed',
  'broken',
  'odd',
  'teapot',
];

function methodOf(name: string, over: JsonObject = {}, HttpMethod = 'GET'): TestResource {
  return {
    type: 'AWS::ApiGateway::Method',
    properties: {
      RestApiId,
      ResourceId: name,
      HttpMethod,
      AuthorizationType: 'NONE',
      Integration: proxyTo('list'),
      ...over,
    },
  };
}

const part = (type: string, properties: JsonObject): TestResource => ({
  type: `AWS::ApiGateway::${type}`,
  properties: { RestApiId, ...properties },
});

/** An API in which every request fails in a different phase. */
export const RESOURCES: Readonly<Record<string, TestResource>> = {
  Api: {
    type: 'AWS::ApiGateway::RestApi',
    id: RestApiId,
    properties: {
      Name: 'shop',
      Policy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'execute-api:Invoke',
            Resource: 'execute-api:/*/GET/blocked',
          },
        ],
      },
    },
  },
  ...Object.fromEntries(PATHS.map((PathPart) => [PathPart, part('Resource', { ParentId: ROOT, PathPart })])),
  OrdersGet: methodOf('orders', { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' }),
  BlockedGet: methodOf('blocked'),
  KeyedGet: methodOf('keyed', { ApiKeyRequired: true }),
  SlowGet: methodOf('slow-down'),
  SoldGet: methodOf('sold', { ApiKeyRequired: true }),
  CheckedGet: methodOf('checked', {
    RequestParameters: { 'method.request.querystring.page': true },
    RequestValidatorId: 'Validator',
  }),
  TypedPost: methodOf(
    'typed',
    {
      Integration: {
        Type: 'MOCK',
        PassthroughBehavior: 'NEVER',
        RequestTemplates: { 'application/json': '{"statusCode":200}' },
      },
    },
    'POST',
  ),
  BrokenGet: methodOf('broken', { Integration: proxyTo('break') }),
  OddGet: methodOf('odd', { Integration: proxyTo('odd') }),
  TeapotGet: methodOf('teapot', { Integration: proxyTo('teapot') }),
  Auth: part('Authorizer', {
    Name: 'ours',
    Type: 'TOKEN',
    AuthorizerUri: invokeUri('decide'),
    AuthorizerResultTtlInSeconds: 0,
    IdentitySource: 'method.request.header.Authorization',
  }),
  Validator: part('RequestValidator', { Name: 'all', ValidateRequestParameters: true }),
  Deployment: part('Deployment', {}),
  Prod: part('Stage', {
    StageName: 'prod',
    DeploymentId: 'Deployment',
    AccessLogSetting: { DestinationArn: LOG_GROUP_ARN, Format: FORMAT },
    MethodSettings: [
      { HttpMethod: 'GET', ResourcePath: '/slow-down', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
    ],
  }),
  Plan: {
    type: 'AWS::ApiGateway::UsagePlan',
    properties: {
      UsagePlanName: 'gold',
      Quota: { Limit: 1, Period: 'DAY' },
      ApiStages: [{ ApiId: RestApiId, Stage: 'prod' }],
    },
  },
  Key: {
    type: 'AWS::ApiGateway::ApiKey',
    properties: { Name: 'acme', Enabled: true, Value: 'key-of-acme-0123456789' },
  },
  PlanKey: {
    type: 'AWS::ApiGateway::UsagePlanKey',
    properties: { KeyId: 'Key', KeyType: 'API_KEY', UsagePlanId: 'Plan' },
  },
};

const policy = (effect: string) => ({
  principalId: 'carl',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: '*' }],
  },
});

export const FUNCTIONS = {
  list: () => ({ statusCode: 200, body: 'ok' }),
  teapot: () => ({ statusCode: 418, body: 'short and stout' }),
  odd: () => ({ status: 'fine' }),
  break: () => {
    throw new Error('no table of that name');
  },
  decide(event: unknown) {
    const { authorizationToken } = event as { readonly authorizationToken: string };
    if (authorizationToken === 'bad') throw new Error('Unauthorized');
    if (authorizationToken === 'boom') throw new Error('out of memory');
    return policy(authorizationToken === 'deny' ? 'Deny' : 'Allow');
  },
};
