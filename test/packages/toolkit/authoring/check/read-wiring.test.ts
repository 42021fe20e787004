import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWiredApi, readWiring } from '../../../../../packages/toolkit/authoring/check/read-wiring.ts';

const OURS = {
  'Fn::Join': ['', ['arn:', { 'Fn::ImportValue': 'gatewright-prod-RequestAuthorizerArn' }, '/invocations']],
};
const rest = (over: object = {}) => ({
  Type: 'AWS::ApiGateway::Authorizer',
  Properties: { RestApiId: { Ref: 'Api' }, AuthorizerUri: OURS, ...over },
});
const v2 = (over: object = {}) => ({
  Type: 'AWS::ApiGatewayV2::Authorizer',
  Properties: { ApiId: { Ref: 'Api' }, AuthorizerUri: OURS, ...over },
});

describe('readWiring', () => {
  it("reads a REST authorizer with API Gateway's defaults", () => {
    assert.deepEqual(readWiring({ Auth: rest({ Type: 'TOKEN' }) }, 'Api'), [
      {
        name: 'Auth',
        payload: 'rest-token',
        calls: 'request-authorizer',
        ttlSeconds: 300,
        simpleResponses: false,
        identitySources: [{ kind: 'header', name: 'authorization' }],
      },
    ]);
  });

  it('reads every kind of identity source', () => {
    const sources =
      'method.request.header.X-Key, method.request.querystring.q,stageVariables.v,context.identity.sourceIp';
    const [authorizer] = readWiring(
      { Auth: rest({ Type: 'REQUEST', IdentitySource: sources, AuthorizerResultTtlInSeconds: 0 }) },
      'Api',
    );

    assert.equal(authorizer?.ttlSeconds, 0);
    assert.deepEqual(authorizer.identitySources, [
      { kind: 'header', name: 'x-key' },
      { kind: 'querystring', name: 'q' },
      { kind: 'stageVariable', name: 'v' },
      { kind: 'context', name: 'identity.sourceIp' },
    ]);
  });

  it('reads HTTP and WebSocket authorizers', () => {
    const http = v2({
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 60,
      IdentitySource: ['$request.header.Authorization'],
    });
    const websocket = {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
      Auth: v2({ IdentitySource: ['route.request.querystring.token'] }),
    };

    assert.deepEqual(readWiring({ Auth: http }, 'Api')[0], {
      name: 'Auth',
      payload: 'http-2.0',
      ttlSeconds: 60,
      simpleResponses: true,
      calls: 'request-authorizer',
      identitySources: [{ kind: 'header', name: 'authorization' }],
    });
    assert.deepEqual(readWiring(websocket, 'Api')[0], {
      name: 'Auth',
      payload: 'websocket',
      ttlSeconds: 0,
      simpleResponses: false,
      calls: 'request-authorizer',
      identitySources: [{ kind: 'querystring', name: 'token' }],
    });
  });

  it('takes a TTL that is only known at deployment for the longest', () => {
    const [authorizer] = readWiring({ Auth: rest({ AuthorizerResultTtlInSeconds: { Ref: 'Ttl' } }) }, 'Api');

    assert.equal(authorizer?.ttlSeconds, 3600);
  });

  it('ignores parts of another API or another function', () => {
    const resources = {
      A: rest({ RestApiId: { Ref: 'Other' } }),
      B: rest({ AuthorizerUri: 'arn:aws:lambda:x:function:mine' }),
      C: { Type: 'AWS::SNS::Topic' },
    };

    assert.deepEqual(readWiring(resources, 'Api'), []);
  });
});

describe('readWiredApi', () => {
  const part = (parent: unknown, name: string) => ({
    Type: 'AWS::ApiGateway::Resource',
    Properties: { RestApiId: { Ref: 'Api' }, ParentId: parent, PathPart: name },
  });
  const method = (resource: unknown, over: object = {}) => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: resource,
      HttpMethod: 'GET',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Auth' },
      ...over,
    },
  });
  const root = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
  const base = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'orders' } },
    Auth: rest({ Type: 'REQUEST' }),
    Orders: part(root, 'orders'),
    Order: part({ Ref: 'Orders' }, '{id}'),
  };
  const request = { payload: 'rest-request' };
  const calls = 'request-authorizer';

  it('reads the path, the authorizer and the demand for a key of every method', () => {
    const { routes, apiKeySource } = readWiredApi(
      {
        ...base,
        Get: method({ Ref: 'Order' }, { ApiKeyRequired: true }),
        Post: method({ Ref: 'Orders' }, { HttpMethod: 'POST', ApiKeyRequired: 'false' }),
        Any: method(root, { HttpMethod: 'ANY', AuthorizationType: 'NONE', AuthorizerId: undefined }),
      },
      'Api',
    );

    assert.deepEqual(routes, [
      { method: 'GET', path: '/orders/{id}', apiKeyRequired: true, authorizer: request, calls },
      { method: 'POST', path: '/orders', apiKeyRequired: false, authorizer: request, calls },
      { method: 'ANY', path: '/', apiKeyRequired: false, authorizer: undefined, calls: undefined },
    ]);
    assert.equal(apiKeySource, 'HEADER');
  });

  it('distinguishes authorizers that are functions from other authorizers', () => {
    const payloadOf = (type: string) => {
      const resources = { ...base, Auth: rest({ Type: type }), Get: method({ Ref: 'Orders' }) };
      return readWiredApi(resources, 'Api').routes[0]?.authorizer?.payload;
    };

    assert.deepEqual(['TOKEN', 'REQUEST', 'COGNITO_USER_POOLS'].map(payloadOf), [
      'rest-token',
      'rest-request',
      undefined,
    ]);
  });

  it('reports that a foreign authorizer calls no authorizer of the toolkit', () => {
    const Auth = rest({ Type: 'REQUEST', AuthorizerUri: 'arn:aws:lambda:us-east-1:1:function:theirs' });
    const [route] = readWiredApi({ ...base, Auth, Get: method({ Ref: 'Orders' }) }, 'Api').routes;

    assert.deepEqual([route?.authorizer, route?.calls], [request, undefined]);
  });

  it('distinguishes a function of the template that is not of the toolkit from functions that may be', () => {
    const uriOf = (name: string) => ({
      'Fn::Join': ['', ['arn:aws:apigateway:', { 'Fn::GetAtt': [name, 'Arn'] }, '/invocations']],
    });
    const isForeign = (AuthorizerUri: unknown): boolean => {
      const Auth = rest({ Type: 'TOKEN', AuthorizerUri });
      const own = {
        Gate: { Type: 'AWS::Lambda::Function' },
        TokenAuthorizer: { Type: 'AWS::Lambda::Function' },
      };
      const { routes } = readWiredApi({ ...base, ...own, Auth, Get: method({ Ref: 'Orders' }) }, 'Api');
      return routes[0]?.isForeign === true;
    };

    assert.deepEqual(
      [
        uriOf('Gate'),
        { 'Fn::Sub': 'arn:aws:apigateway:x/functions/${Gate.Arn}/invocations' },
        { 'Fn::Sub': 'arn:aws:apigateway:x/functions/${GateOfAnother.Arn}/invocations' },
        uriOf('TokenAuthorizer'),
        { Ref: 'Uri' },
        'arn:aws:lambda:us-east-1:1:function:theirs',
      ].map(isForeign),
      [true, true, false, false, false, false],
    );
  });

  it('reads routes of an HTTP API', () => {
    const route = (key: string, over: object = {}) => ({
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: { Ref: 'Api' }, RouteKey: key, ...over },
    });
    const { routes } = readWiredApi(
      {
        Auth: v2({ AuthorizerType: 'REQUEST' }),
        Get: route('GET /orders', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Auth' } }),
        Rest: route('$default'),
      },
      'Api',
    );

    assert.deepEqual(
      routes.map(({ method: verb, path, authorizer }) => [verb, path, authorizer?.payload]),
      [
        ['GET', '/orders', 'http-2.0'],
        ['ANY', '$default', undefined],
      ],
    );
  });

  it('omits values that are known only after deployment, and does not follow a circle of parents', () => {
    const { routes, apiKeySource } = readWiredApi(
      {
        Loop: part({ Ref: 'Loop' }, 'loop'),
        InARing: method({ Ref: 'Loop' }),
        Elsewhere: method({ 'Fn::ImportValue': 'orders-resource' }),
        Guarded: method(root, { AuthorizerId: { 'Fn::ImportValue': 'orders-authorizer' } }),
        Other: method(root, { RestApiId: { Ref: 'OtherApi' } }),
      },
      'Api',
    );

    assert.deepEqual(routes, []);
    assert.equal(apiKeySource, undefined);
  });

  it('finds no source of keys that is a parameter of the stack', () => {
    const api = { ...base.Api, Properties: { ApiKeySourceType: { Ref: 'KeySource' } } };

    assert.equal(readWiredApi({ Api: api }, 'Api').apiKeySource, undefined);
  });
});
