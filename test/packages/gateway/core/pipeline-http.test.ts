import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionArn, invokeUri } from '../../../support/a-stack.ts';
import { anApi, headerOf } from '../../../support/an-api.ts';
import { bearer, ok } from '../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../support/a-stack.ts';
import type { FakeFunction } from '../../../support/virtual-ports.ts';

function httpApi(
  more: Record<string, TestResource> = {},
  api: JsonObject = {},
): Record<string, TestResource> {
  return {
    Api: {
      type: 'AWS::ApiGatewayV2::Api',
      id: 'abcdefghij',
      properties: { Name: 'menu', ProtocolType: 'HTTP', ...api },
    },
    Run: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId: 'abcdefghij',
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: functionArn('list'),
        PayloadFormatVersion: '2.0',
      },
    },
    Menu: {
      type: 'AWS::ApiGatewayV2::Route',
      properties: { ApiId: 'abcdefghij', RouteKey: 'GET /menu', Target: 'integrations/Run' },
    },
    Stage: {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId: 'abcdefghij', StageName: '$default', AutoDeploy: true },
    },
    ...more,
  };
}

const CORS = {
  CorsConfiguration: {
    AllowOrigins: ['https://shop.example'],
    AllowMethods: ['GET'],
    ExposeHeaders: ['X-Foo'],
  },
};
const ORIGIN = ['Origin', 'https://shop.example'];

describe('serve on an HTTP API', () => {
  it('answers with the wording of an HTTP API', async () => {
    const { send } = anApi(httpApi(), {
      list: () => {
        throw new Error('boom');
      },
    });

    const missing = await send({ target: '/nothing' });
    const broken = await send({ target: '/menu' });

    assert.deepEqual([missing.status, missing.body], [404, '{"message":"Not Found"}']);
    assert.deepEqual([broken.status, broken.body], [500, '{"message":"Internal Server Error"}']);
    assert.match(headerOf(broken, 'apigw-requestid') ?? '', /=$/);
    assert.equal(headerOf(broken, 'x-amzn-errortype'), undefined);
  });

  it('answers a preflight itself and keeps silent to a foreign origin', async () => {
    const { send, ports } = anApi(httpApi({}, CORS), { list: ok });
    const asks = ['Access-Control-Request-Method', 'GET'];

    const allowed = await send({ method: 'OPTIONS', target: '/menu', headers: [...ORIGIN, ...asks] });
    const foreign = await send({
      method: 'OPTIONS',
      target: '/menu',
      headers: ['Origin', 'https://evil.example', ...asks],
    });

    assert.equal(allowed.status, 204);
    assert.equal(headerOf(allowed, 'access-control-allow-origin'), 'https://shop.example');
    assert.equal(foreign.status, 204);
    assert.equal(headerOf(foreign, 'access-control-allow-origin'), undefined);
    assert.equal(ports.invoker.calls.length, 0);
  });

  it('is the only source of CORS headers, also on errors', async () => {
    const headers = { 'Access-Control-Allow-Origin': '*', 'X-Foo': '1' };
    const { send } = anApi(httpApi({}, CORS), { list: () => ({ statusCode: 200, headers }) });

    const reply = await send({ target: '/menu', headers: ORIGIN });
    const error = await send({ target: '/nothing', headers: ORIGIN });

    assert.equal(headerOf(reply, 'access-control-allow-origin'), 'https://shop.example');
    assert.equal(headerOf(reply, 'access-control-expose-headers'), 'x-foo');
    assert.equal(headerOf(reply, 'x-foo'), '1');
    assert.equal(headerOf(error, 'access-control-allow-origin'), 'https://shop.example');
  });

  const simple = (ttlSeconds: number): Record<string, TestResource> =>
    httpApi({
      Auth: {
        type: 'AWS::ApiGatewayV2::Authorizer',
        properties: {
          ApiId: 'abcdefghij',
          AuthorizerType: 'REQUEST',
          AuthorizerUri: invokeUri('auth'),
          AuthorizerPayloadFormatVersion: '2.0',
          EnableSimpleResponses: true,
          IdentitySource: ['$request.header.Authorization'],
          AuthorizerResultTtlInSeconds: ttlSeconds,
        },
      },
      Menu: {
        type: 'AWS::ApiGatewayV2::Route',
        properties: {
          ApiId: 'abcdefghij',
          RouteKey: 'GET /menu',
          Target: 'integrations/Run',
          AuthorizationType: 'CUSTOM',
          AuthorizerId: 'Auth',
        },
      },
    });

  it('takes a simple yes or no, and keeps it for the TTL', async () => {
    let answers = 0;
    const auth: FakeFunction = (event) => {
      answers += 1;
      return {
        isAuthorized:
          (event as { headers: { authorization: string } }).headers.authorization === 'Bearer good',
      };
    };
    const { send } = anApi(simple(60), { list: ok, auth });

    const yes = [
      await send({ target: '/menu', headers: bearer }),
      await send({ target: '/menu', headers: bearer }),
    ];
    const no = await send({ target: '/menu', headers: ['authorization', 'Bearer bad'] });
    const none = await send({ target: '/menu' });

    assert.deepEqual(
      yes.map((reply) => reply.status),
      [200, 200],
    );
    assert.deepEqual([no.status, no.body], [403, '{"message":"Forbidden"}']);
    assert.deepEqual([none.status, none.body], [401, '{"message":"Unauthorized"}']);
    assert.equal(answers, 2);
  });
});
