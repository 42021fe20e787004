import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeRootResourceId } from '../../gateway/definition/physical-ids.ts';
import { functionArn, invokeUri, proxyTo } from '../support/a-stack.ts';
import { anApi, headerOf } from '../support/an-api.ts';
import type { JsonObject } from '../../gateway/definition/model.ts';
import type { TestResource } from '../support/a-stack.ts';
import type { FakeFunction } from '../support/virtual-ports.ts';

const ROOT = makeRootResourceId('test', 'Api');

function restApi(
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

function behindAuthorizer(authorizer: JsonObject): Record<string, TestResource> {
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

function policy(effect: string, resource: string): Record<string, unknown> {
  const Statement = [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }];
  return { principalId: 'alice', policyDocument: { Version: '2012-10-17', Statement } };
}

const ok: FakeFunction = () => ({ statusCode: 200, body: 'ok' });
const TOKEN = { Type: 'TOKEN', IdentitySource: 'method.request.header.Authorization' };
const bearer = ['Authorization', 'Bearer good'];

describe('serve on a REST API', () => {
  it('answers with what the function returned, request ids and a trace', async () => {
    const { send, ports } = anApi(restApi(), { list: ok });

    const reply = await send({ target: '/dev/pets' });

    assert.equal(reply.status, 200);
    assert.equal(reply.body, 'ok');
    assert.equal(headerOf(reply, 'content-type'), 'application/json');
    assert.match(headerOf(reply, 'x-amzn-requestid') ?? '', /^0{8}-/);
    assert.match(headerOf(reply, 'x-amzn-trace-id') ?? '', /^Root=1-67fd8892-/);
    assert.deepEqual(ports.log.lines, ['GET /dev/pets 200 0.0 ms integrate']);
  });

  const failures: {
    name: string;
    target: string;
    headers?: string[];
    run?: FakeFunction;
    status: number;
    body: string;
    errorType: string;
    source: string;
  }[] = [
    {
      name: 'an unknown stage',
      target: '/nowhere/pets',
      status: 403,
      body: '{"message":"Forbidden"}',
      errorType: 'ForbiddenException',
      source: '§1.1 step 0',
    },
    {
      name: 'an unknown path',
      target: '/dev/cats',
      status: 403,
      body: '{"message":"Missing Authentication Token"}',
      errorType: 'MissingAuthenticationTokenException',
      source: '§15.1',
    },
    {
      name: 'an unknown path with a bearer token',
      target: '/dev/cats',
      headers: bearer,
      status: 403,
      body: `{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'YNWlyY0Lc8v63bqulgV1ARyMCoHkyBdoaZnrLxVemAA='."}`,
      errorType: 'IncompleteSignatureException',
      source: '§15.2',
    },
    {
      name: 'a function that throws',
      target: '/dev/pets',
      run: () => {
        throw new Error('boom');
      },
      status: 502,
      body: '{"message": "Internal server error"}',
      errorType: 'InternalServerErrorException',
      source: '§15.18',
    },
    {
      name: 'a malformed proxy answer',
      target: '/dev/pets',
      run: () => ({ wrong: 'x' }),
      status: 502,
      body: '{"message": "Internal server error"}',
      errorType: 'InternalServerErrorException',
      source: '§15.13',
    },
    {
      name: 'a function that is too slow',
      target: '/dev/pets',
      run: () => ({ kind: 'timed-out' }),
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
      errorType: 'InternalServerErrorException',
      source: '§15.19',
    },
    {
      name: 'a URL over 10,240 bytes',
      target: `/dev/${'a'.repeat(10_300)}`,
      status: 414,
      body: '{"message":"Request URI too long"}',
      errorType: 'RequestUriTooLongException',
      source: '§2.5',
    },
  ];
  for (const { name, target, headers, run, status, body, errorType, source } of failures)
    it(`words ${name} as AWS does`, async () => {
      const { send } = anApi(restApi(), { list: run ?? ok });

      const reply = await send({ target, headers: headers ?? [] });

      assert.equal(reply.status, status, source);
      assert.equal(reply.body, body, source);
      assert.equal(headerOf(reply, 'x-amzn-ErrorType'), errorType, source);
      assert.equal(headerOf(reply, 'x-amzn-trace-id'), undefined, 'gateway errors carry no trace id');
    });

  it('refuses a body over 10 MB before anything else runs', async () => {
    const { send, ports } = anApi(restApi(), { list: ok });

    const reply = await send({ target: '/dev/pets', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    assert.equal(reply.status, 413);
    assert.equal(reply.body, '{"message":"Request Too Long"}');
    assert.equal(ports.invoker.calls.length, 0);
  });

  it('fails closed on a method whose authorization it cannot check', async () => {
    const { send, ports } = anApi(restApi({ AuthorizationType: 'COGNITO_USER_POOLS' }), { list: ok });

    const reply = await send({ target: '/dev/pets', headers: bearer });

    assert.equal(reply.status, 500);
    assert.equal(ports.invoker.calls.length, 0);
  });

  it('hides a bug of its own from the client and shows it to the operator', async () => {
    const { send, ports } = anApi(restApi(), { list: ok });
    ports.invoker.invoke = () => {
      throw new RangeError('a bug');
    };

    const reply = await send({ target: '/dev/pets' });

    assert.equal(reply.status, 500);
    assert.equal(reply.body, '{"message":"Internal server error"}');
    assert.match(ports.log.lines[0] ?? '', /RangeError: a bug/);
  });
});

describe('serve behind a TOKEN authorizer', () => {
  const outcomes: { name: string; auth: FakeFunction; status: number; body?: string; source: string }[] = [
    { name: 'an Allow for everything', auth: () => policy('Allow', '*'), status: 200, source: '§4.3' },
    {
      name: 'an explicit Deny',
      auth: () => policy('Deny', '*'),
      status: 403,
      body: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
      source: '§15.22',
    },
    {
      name: 'a policy for another path',
      auth: () => policy('Allow', 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/GET/other'),
      status: 403,
      body: '{"Message":"User is not authorized to access this resource"}',
      source: '§15.22',
    },
    {
      name: 'the error Unauthorized',
      auth: () => {
        throw new Error('Unauthorized');
      },
      status: 401,
      body: '{"message":"Unauthorized"}',
      source: '§15.21',
    },
    {
      name: 'any other error',
      auth: () => {
        throw new Error('unauthorized ');
      },
      status: 500,
      body: '{"message":null}',
      source: '§15.21',
    },
    { name: 'no policy', auth: () => null, status: 500, body: '{"message":null}', source: '§4.3' },
    {
      name: 'an object in the context',
      auth: () => ({ ...policy('Allow', '*'), context: { user: { id: 1 } } }),
      status: 500,
      body: '{"message":null}',
      source: '§15.24',
    },
    {
      name: 'a time-out',
      auth: () => ({ kind: 'timed-out' }),
      status: 500,
      body: '{"message":null}',
      source: '§4.3',
    },
  ];
  for (const { name, auth, status, body, source } of outcomes)
    it(`answers ${status} to ${name}`, async () => {
      const { send } = anApi(behindAuthorizer(TOKEN), { list: ok, auth });

      const reply = await send({ target: '/dev/pets', headers: bearer });

      assert.equal(reply.status, status, source);
      if (body !== undefined) assert.equal(reply.body, body, source);
    });

  it('answers 401 without asking the function when the token is missing, empty or of the wrong form', async () => {
    const authorizer = { ...TOKEN, IdentityValidationExpression: 'Bearer [a-z]+' };
    const { send, ports } = anApi(behindAuthorizer(authorizer), {
      list: ok,
      auth: () => policy('Allow', '*'),
    });

    const statuses = [];
    for (const headers of [[], ['Authorization', ''], ['authorization', 'Bearer GOOD'], bearer])
      statuses.push((await send({ target: '/dev/pets', headers })).status);

    assert.deepEqual(statuses, [401, 401, 401, 200]);
    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 1);
  });

  it('keeps the policy, not the decision: a narrow policy refuses the second route from the cache', async () => {
    const narrow: FakeFunction = (event) => policy('Allow', (event as { methodArn: string }).methodArn);
    const { send, ports } = anApi(behindAuthorizer(TOKEN), { list: ok, auth: narrow });

    const first = await send({ target: '/dev/pets', headers: bearer });
    const second = await send({ target: '/dev/', headers: bearer });

    assert.deepEqual([first.status, second.status], [200, 403]);
    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 1);
  });

  it('asks again when the cached answer is 300 s old', async () => {
    const { send, ports } = anApi(behindAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });

    await send({ target: '/dev/pets', headers: bearer });
    ports.clock.advance(299_999);
    await send({ target: '/dev/pets', headers: bearer });
    const asked = ports.invoker.calls.filter((call) => call.functionName === 'auth').length;
    ports.clock.advance(1);
    await send({ target: '/dev/pets', headers: bearer });

    assert.equal(asked, 1);
    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });

  it('shares no cached answer between stages', async () => {
    const { send, ports } = anApi(behindAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });

    await send({ target: '/dev/pets', headers: bearer });
    await send({ target: '/prod/pets', headers: bearer });

    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });

  it('hands the context on as text, with principal and latency', async () => {
    const auth: FakeFunction = () => ({ ...policy('Allow', '*'), context: { level: 3, vip: true } });
    const { send, ports } = anApi(behindAuthorizer(TOKEN), { list: ok, auth });

    await send({ target: '/dev/pets', headers: bearer });

    const event = ports.invoker.calls.find((call) => call.functionName === 'list')?.event as {
      requestContext: { authorizer: unknown };
    };
    assert.deepEqual(event.requestContext.authorizer, {
      level: '3',
      vip: 'true',
      principalId: 'alice',
      integrationLatency: 0,
    });
  });
});

describe('serve behind a REQUEST authorizer', () => {
  it('keeps credentials apart that only look alike when joined', async () => {
    const authorizer = {
      Type: 'REQUEST',
      IdentitySource: 'method.request.querystring.a, method.request.querystring.b',
    };
    const { send, ports } = anApi(behindAuthorizer(authorizer), {
      list: ok,
      auth: () => policy('Allow', '*'),
    });

    await send({ target: '/dev/pets?a=x%0Ay&b=z' });
    await send({ target: '/dev/pets?a=x&b=y%0Az' });

    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });

  it('asks every time when caching is off and no source is named', async () => {
    const authorizer = { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 };
    const { send, ports } = anApi(behindAuthorizer(authorizer), {
      list: ok,
      auth: () => policy('Allow', '*'),
    });

    await send({ target: '/dev/pets' });
    await send({ target: '/dev/pets' });

    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });
});

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
  it('answers in the words of an HTTP API', async () => {
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

  it('speaks for CORS alone, on errors too', async () => {
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
