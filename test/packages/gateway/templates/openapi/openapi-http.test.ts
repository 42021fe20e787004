import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { document, expand, find, only } from '../openapi-builders.ts';
import type { Expanded } from '../openapi-builders.ts';
import { refusal } from '../stack-builders.ts';

describe('expandDocuments for an HTTP API', () => {
  const type = 'AWS::ApiGatewayV2::Api';
  const jwt = {
    type: 'oauth2',
    'x-amazon-apigateway-authorizer': {
      type: 'jwt',
      identitySource: '$request.header.Authorization',
      jwtConfiguration: { audience: ['shop'], issuer: 'https://issuer.example/' },
    },
  };
  const http = (): Expanded =>
    expand(
      {
        openapi: '3.0.1',
        info: { title: 'Shop', version: '1' },
        'x-amazon-apigateway-cors': { allowOrigins: ['*'], maxAge: 60 },
        components: {
          securitySchemes: { jwt },
          'x-amazon-apigateway-integrations': {
            orders: { type: 'aws_proxy', uri: 'arn:aws:lambda:x', payloadFormatVersion: '2.0' },
          },
        },
        paths: {
          '/orders': {
            get: {
              security: [{ jwt: ['read'] }],
              'x-amazon-apigateway-integration': {
                $ref: '#/components/x-amazon-apigateway-integrations/orders',
              },
            },
          },
          '/$default': {
            'x-amazon-apigateway-any-method': {
              'x-amazon-apigateway-integration': {
                type: 'http_proxy',
                httpMethod: 'any',
                uri: 'http://x.example',
                responseParameters: { 200: { 'append:header.a': 'b' } },
              },
            },
          },
        },
      },
      {},
      type,
    );

  it('makes the API, its CORS block, routes and integrations', () => {
    const expanded = http();

    assert.deepEqual(find(expanded, 'Api'), {
      Name: 'Shop',
      Version: '1',
      CorsConfiguration: { AllowOrigins: ['*'], MaxAge: 60 },
      ProtocolType: 'HTTP',
    });
    const route = find(expanded, 'Api $default');
    const target = expanded.resources.get('Api Integration $default');
    assert.equal(route['Target'], `integrations/${target?.physicalId ?? ''}`);
    assert.equal(target?.properties['IntegrationMethod'], 'ANY');
    assert.deepEqual(target.properties['ResponseParameters'], {
      200: { ResponseParameters: [{ Destination: 'append:header.a', Source: 'b' }] },
    });
  });

  it('makes JWT authorizers and scopes', () => {
    const expanded = http();
    const [authorizer] = only(expanded, 'Authorizer');
    const route = find(expanded, 'Api GET /orders');

    assert.deepEqual(authorizer?.properties['JwtConfiguration'], {
      Audience: ['shop'],
      Issuer: 'https://issuer.example/',
    });
    assert.deepEqual(authorizer.properties['IdentitySource'], ['$request.header.Authorization']);
    assert.deepEqual(
      [route['AuthorizationType'], route['AuthorizerId'], route['AuthorizationScopes']],
      ['JWT', authorizer.physicalId, ['read']],
    );
  });

  it('takes what SAM compiles: the path $default, NONE for no authorizer, and the endpoint of a server', () => {
    const integration = { type: 'aws_proxy', uri: 'arn:aws:lambda:x', payloadFormatVersion: '2.0' };
    const operation = { security: [{ NONE: [] }], 'x-amazon-apigateway-integration': integration };
    const expanded = expand(
      document(operation, {
        paths: { $default: { 'x-amazon-apigateway-any-method': operation } },
        servers: [{ 'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true } }],
      }),
      {},
      type,
    );

    assert.equal(find(expanded, 'Api $default')['AuthorizationType'], 'NONE');
    assert.equal(find(expanded, 'Api')['DisableExecuteApiEndpoint'], true);
  });

  it('refuses swagger 2.0 and WebSocket APIs', () => {
    const swagger = { swagger: '2.0', paths: {} };

    assert.match(
      refusal(() => expand(swagger, {}, type)),
      /HTTP APIs import openapi 3\.0 only/,
    );
    assert.match(
      refusal(() => expand(document({}), { ProtocolType: 'WEBSOCKET' }, type)),
      /Body is supported for HTTP APIs only/,
    );
  });
});
