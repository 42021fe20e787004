/**
 * The whole document of an HTTP API with a route of each kind and both kinds of authorizers, with and without
 * extensions. Names of extensions:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiResources } from '../../../../../packages/gateway/control/api-state.ts';
import { exportHttpApi } from '../../../../../packages/gateway/control/export/export-http-api.ts';
import type { ApiIdentity } from '../../../../../packages/gateway/core/deployment/model.ts';

const part = (id: string, properties: object) => ({ id, logicalId: id, properties });
const byId = (...parts: readonly ReturnType<typeof part>[]) => new Map(parts.map((one) => [one.id, one]));
const ISSUER = { Issuer: 'https://issuer.example', Audience: ['api'] };

const API = {
  api: part('Api', {
    Name: 'shop',
    DisableExecuteApiEndpoint: true,
    CorsConfiguration: { AllowOrigins: ['https://a.example'], MaxAge: 60 },
  }),
  routes: [
    part('Pet', {
      RouteKey: 'GET /pets/{id}',
      OperationName: 'getPet',
      Target: 'integrations/fn',
      AuthorizerId: 'jwt',
      AuthorizationType: 'JWT',
      AuthorizationScopes: ['pets'],
    }),
    part('Rest', { RouteKey: '$default', AuthorizerId: 'fn', AuthorizationType: 'CUSTOM' }),
    part('Any', {
      RouteKey: 'ANY /files/{path+}',
      Target: 'integrations/web',
      AuthorizationType: 'AWS_IAM',
    }),
  ],
  integrations: byId(
    part('fn', {
      ApiId: 'a1',
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: 'arn:fn',
      PayloadFormatVersion: '2.0',
      ResponseParameters: {
        '404': { ResponseParameters: [{ Source: '200', Destination: 'overwrite:statuscode' }] },
      },
    }),
    part('web', {
      ApiId: 'a1',
      IntegrationType: 'HTTP_PROXY',
      IntegrationUri: 'https://a.example/{path}',
      IntegrationMethod: 'GET',
      ConnectionType: 'VPC_LINK',
      ConnectionId: 'link',
      CredentialsArn: 'arn:role',
      TimeoutInMillis: 50,
    }),
  ),
  authorizers: byId(
    part('jwt', {
      ApiId: 'a1',
      Name: 'people',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: ISSUER,
    }),
    part('fn', {
      ApiId: 'a1',
      AuthorizerType: 'REQUEST',
      IdentitySource: ['$request.header.X-Key', '$request.querystring.k'],
      AuthorizerUri: 'arn:authorizer',
      AuthorizerCredentialsArn: 'arn:role',
    }),
    part('unused', { Name: 'unused', AuthorizerType: 'JWT' }),
  ),
} as unknown as ApiResources;
const IDENTITY = { name: 'api', domainName: 'a1.example' } as ApiIdentity;

const exported = (withExtensions: boolean): unknown =>
  JSON.parse(
    JSON.stringify(exportHttpApi(IDENTITY, API, { stageName: 'dev', version: 'v1', withExtensions })),
  );
const answer = (key: string) => ({ default: { description: `Default response for ${key}` } });
const parameter = (name: string) => ({
  name,
  in: 'path',
  description: `Generated path parameter for ${name}`,
  required: true,
  schema: { type: 'string' },
});
const withoutExtensions = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.startsWith('x-amazon-apigateway-') || name.endsWith('any-method'))
      .filter(([name]) => name !== 'isDefaultRoute')
      .map(([name, member]) => [name, withoutExtensions(member)]),
  );
};

const WHOLE = {
  openapi: '3.0.1',
  info: { title: 'shop', version: 'v1' },
  servers: [
    {
      url: 'https://a1.example/{basePath}',
      variables: { basePath: { default: 'dev' } },
      'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true },
    },
  ],
  paths: {
    '/$default': {
      'x-amazon-apigateway-any-method': {
        responses: answer('$default'),
        security: [{ fn: [] }],
        isDefaultRoute: true,
      },
    },
    '/files/{path+}': {
      'x-amazon-apigateway-any-method': {
        parameters: [parameter('path')],
        responses: answer('ANY /files/{path+}'),
        'x-amazon-apigateway-auth': { type: 'AWS_IAM' },
        'x-amazon-apigateway-integration': {
          payloadFormatVersion: '1.0',
          type: 'http_proxy',
          connectionType: 'VPC_LINK',
          connectionId: 'link',
          uri: 'https://a.example/{path}',
          httpMethod: 'GET',
          credentials: 'arn:role',
          timeoutInMillis: 50,
        },
      },
    },
    '/pets/{id}': {
      get: {
        operationId: 'getPet',
        parameters: [parameter('id')],
        responses: answer('GET /pets/{id}'),
        security: [{ people: ['pets'] }],
        'x-amazon-apigateway-integration': {
          payloadFormatVersion: '2.0',
          type: 'aws_proxy',
          connectionType: 'INTERNET',
          uri: 'arn:fn',
          responseParameters: { '404': { 'overwrite:statuscode': '200' } },
        },
      },
    },
  },
  components: {
    securitySchemes: {
      people: {
        type: 'oauth2',
        'x-amazon-apigateway-authorizer': {
          type: 'jwt',
          identitySource: '$request.header.Authorization',
          jwtConfiguration: { issuer: 'https://issuer.example', audience: ['api'] },
        },
      },
      fn: {
        type: 'apiKey',
        name: 'X-Key',
        in: 'header',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          identitySource: '$request.header.X-Key,$request.querystring.k',
          authorizerUri: 'arn:authorizer',
          authorizerCredentials: 'arn:role',
        },
      },
    },
  },
  'x-amazon-apigateway-cors': { allowOrigins: ['https://a.example'], maxAge: 60 },
  'x-amazon-apigateway-importexport-version': '1.0',
};

describe('exportHttpApi', () => {
  it('exports routes, authorizers, integrations and CORS', () => {
    assert.deepEqual(exported(true), WHOLE);
  });

  it('exports only what OpenAPI has, without extensions', () => {
    assert.deepEqual(exported(false), withoutExtensions(WHOLE));
  });
});
