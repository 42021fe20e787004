import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWiring } from '#shared/access/read-wiring.ts';

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
      ...{ name: 'Auth', payload: 'http-2.0', ttlSeconds: 60, simpleResponses: true },
      identitySources: [{ kind: 'header', name: 'authorization' }],
    });
    assert.deepEqual(readWiring(websocket, 'Api')[0], {
      ...{ name: 'Auth', payload: 'websocket', ttlSeconds: 0, simpleResponses: false },
      identitySources: [{ kind: 'querystring', name: 'token' }],
    });
  });

  it('takes a TTL that is only known at deployment for the longest', () => {
    const [authorizer] = readWiring({ Auth: rest({ AuthorizerResultTtlInSeconds: { Ref: 'Ttl' } }) }, 'Api');

    assert.equal(authorizer?.ttlSeconds, 3600);
  });

  it('leaves alone what is of another API or another function', () => {
    const resources = {
      A: rest({ RestApiId: { Ref: 'Other' } }),
      B: rest({ AuthorizerUri: 'arn:aws:lambda:x:function:mine' }),
      C: { Type: 'AWS::SNS::Topic' },
    };

    assert.deepEqual(readWiring(resources, 'Api'), []);
  });
});
