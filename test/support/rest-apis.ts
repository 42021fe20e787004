/** REST APIs for tests: `/pets` and `/` on two stages, open or behind an authorizer named `auth`. */
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import { invokeUri, proxyTo } from './a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';
import type { FakeFunction } from './virtual-ports.ts';

const ROOT = makeRootResourceId('test', 'Api');

export function restApi(
  methodProperties: JsonObject = {},
  more: Record<string, TestResource> = {},
): Record<string, TestResource> {
  return {
    Api: { type: 'AWS::ApiGateway::RestApi', id: 'abcdefghij', properties: { Name: 'pets' } },
    Pets: {
      type: 'AWS::ApiGateway::Resource',
      properties: { RestApiId: 'abcdefghij', ParentId: ROOT, PathPart: 'pets' },
    },
    PetsGet: {
      type: 'AWS::ApiGateway::Method',
      properties: {
        RestApiId: 'abcdefghij',
        ResourceId: 'Pets',
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: proxyTo('list'),
        ...methodProperties,
      },
    },
    OrdersGet: {
      type: 'AWS::ApiGateway::Method',
      properties: {
        RestApiId: 'abcdefghij',
        ResourceId: ROOT,
        HttpMethod: 'GET',
        Integration: proxyTo('list'),
        ...methodProperties,
      },
    },
    Deployment: {
      type: 'AWS::ApiGateway::Deployment',
      properties: { RestApiId: 'abcdefghij', StageName: 'dev' },
    },
    Prod: {
      type: 'AWS::ApiGateway::Stage',
      properties: { RestApiId: 'abcdefghij', StageName: 'prod', DeploymentId: 'Deployment' },
    },
    ...more,
  };
}

export function withAuthorizer(authorizer: JsonObject): Record<string, TestResource> {
  return restApi(
    { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' },
    {
      Auth: {
        type: 'AWS::ApiGateway::Authorizer',
        properties: { RestApiId: 'abcdefghij', AuthorizerUri: invokeUri('auth'), ...authorizer },
      },
    },
  );
}

export function policy(effect: string, resource: string): Record<string, unknown> {
  const Statement = [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }];
  return { principalId: 'alice', policyDocument: { Version: '2012-10-17', Statement } };
}

export const ok: FakeFunction = () => ({ statusCode: 200, body: 'ok' });
export const TOKEN = { Type: 'TOKEN', IdentitySource: 'method.request.header.Authorization' };
export const bearer = ['Authorization', 'Bearer good'];
