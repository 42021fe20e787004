/** The part of a template that answers 429 if a quota is used up, served by the gateway as a service uses it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { quotaContext } from '#shared/access/quota-context.ts';
import { rateLimitHeaders } from '#shared/http/rate-limit-headers.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const FILE = join(import.meta.dirname, '../../../../../packages/toolkit/stack/quota/over-quota.json');
const { Resources: PART } = JSON.parse(readFileSync(FILE, 'utf8')) as { readonly Resources: object };

const LIMITS = [{ id: 'daily', limit: 3, remaining: 0, windowSeconds: 86_400, resetSeconds: 57 }];
const REFUSED = quotaContext({
  allowed: false,
  reason: 'quota-exceeded',
  limit: 'daily',
  retryAfterSeconds: 57,
  limits: LIMITS,
});
/**
 * An authorizer that answers as `request-authorizer` does: an admitted request gets the key, one over its quota gets
 * none.
 */
const AUTHORIZER = `exports.handler = async ({ methodArn, headers }) => ({
  principalId: 'acme',
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }] },
  context: headers.over === undefined ? {} : ${JSON.stringify(REFUSED)},
  ...(headers.over === undefined && { usageIdentifierKey: 'admitted-request-of-dev-1' }),
});`;
const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::123456789012:role/r',
    Code: { ZipFile: AUTHORIZER },
  },
};
const INVOKE =
  'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Authorize.Arn}/invocations';
const STAGES = { ApiStages: [{ ApiId: { Ref: 'ApiGatewayRestApi' }, Stage: { Ref: 'Stage' } }] };
const SERVICE = {
  ApiGatewayRestApi: {
    Type: 'AWS::ApiGateway::RestApi',
    Properties: { Name: 'a', ApiKeySourceType: 'AUTHORIZER' },
  },
  Authorize: FUNCTION,
  MayAuthorize: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      FunctionName: { Ref: 'Authorize' },
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    },
  },
  Authorizer: {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      Name: 'request',
      Type: 'REQUEST',
      AuthorizerResultTtlInSeconds: 0,
      AuthorizerUri: { 'Fn::Sub': INVOKE },
    },
  },
  Get: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResourceId: { 'Fn::GetAtt': ['ApiGatewayRestApi', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Authorizer' },
      ApiKeyRequired: true,
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode":200}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
    },
  },
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: ['Get', 'OverQuota'],
    Properties: { RestApiId: { Ref: 'ApiGatewayRestApi' } },
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      DeploymentId: { Ref: 'Deployment' },
      StageName: 'dev',
    },
  },
  Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: 'admitted-request-of-dev-1' } },
  Plan: { Type: 'AWS::ApiGateway::UsagePlan', Properties: STAGES },
  PlanKey: {
    Type: 'AWS::ApiGateway::UsagePlanKey',
    Properties: { KeyId: { Ref: 'Key' }, UsagePlanId: { Ref: 'Plan' }, KeyType: 'API_KEY' },
  },
};

describe('stack/over-quota.json', () => {
  let started: StartedGateway;
  before(async () => {
    started = await aGateway({ ...SERVICE, ...PART });
  });
  after(() => started.close());

  it('answers 429 with the headers of the quota, in words that are also true of a closed period and a rate', async () => {
    const reply = await fetch(`${started.urlOf('rest')}/`, { headers: { over: '1' } });
    const expected = rateLimitHeaders(LIMITS);

    assert.equal(reply.status, 429);
    assert.equal(reply.headers.get('retry-after'), '57');
    assert.equal(reply.headers.get('ratelimit'), expected['ratelimit']);
    assert.equal(reply.headers.get('ratelimit-policy'), expected['ratelimit-policy']);
    assert.deepEqual(await reply.json(), {
      title: 'the quota admits no more requests for now',
      limit: 'daily',
    });
  });

  it('does not touch what is admitted', async () => {
    const reply = await fetch(`${started.urlOf('rest')}/`);

    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('retry-after'), null);
  });
});
