import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import { answered, headerLines } from '../../../support/a-method.ts';
import { anApi, headerOf } from '../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { HttpOutcome } from '../../../../packages/gateway/core/ports.ts';
import type { TestApi } from '../../../support/an-api.ts';

const API = 'abcdefghij';

const LISTENER = {
  ConnectionType: 'VPC_LINK',
  ConnectionId: 'link1',
  IntegrationUri: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/b/c',
};

function aProxy(
  integration: JsonObject,
  routeKey = 'ANY /v1/{proxy+}',
  api: JsonObject = {},
  StageName = '$default',
): TestApi {
  return anApi(
    {
      Api: {
        type: 'AWS::ApiGatewayV2::Api',
        id: API,
        properties: { Name: 'menu', ProtocolType: 'HTTP', ...api },
      },
      Backend: {
        type: 'AWS::ApiGatewayV2::Integration',
        properties: {
          ApiId: API,
          IntegrationType: 'HTTP_PROXY',
          IntegrationMethod: 'ANY',
          IntegrationUri: 'http://menu.example/base/{proxy}',
          PayloadFormatVersion: '1.0',
          ...integration,
        },
      },
      Route: {
        type: 'AWS::ApiGatewayV2::Route',
        properties: { ApiId: API, RouteKey: routeKey, Target: 'integrations/Backend' },
      },
      Stage: {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: { ApiId: API, StageName, AutoDeploy: true, StageVariables: { env: 'test' } },
      },
    },
    {},
  );
}

/** RFC 9110 §7.6.1: of this connection, not of the request. */
const HOP_BY_HOP = [
  'Connection',
  'close',
  'Keep-Alive',
  'timeout=5',
  'Proxy-Connection',
  'close',
  'TE',
  'trailers',
];

describe('an HTTP_PROXY integration of an HTTP API', () => {
  it('passes the request on with the hop, and returns the answer', async () => {
    const { send, ports } = aProxy({});
    ports.http.answer = () =>
      answered('made', ['x-made', '1', 'set-cookie', 'a=1', 'set-cookie', 'b=2', 'connection', 'close'], 201);

    const reply = await send({
      method: 'PUT',
      target: '/v1/a/b%20c?x=1&y=%20',
      headers: ['Host', 'h', 'X-A', '1', 'X-A', '2', 'X-Forwarded-For', '192.0.2.7', ...HOP_BY_HOP],
      body: 'hello',
    });

    const [request] = ports.http.requests;
    assert.ok(request);
    assert.deepEqual(
      [request.method, request.origin, request.target, String(request.body)],
      ['PUT', 'http://menu.example', '/base/a/b%20c?x=1&y=%20', 'hello'],
      'docs/aws §8: {proxy} is filled in by itself',
    );
    const sent = headerLines(request.headers);
    assert.match(request.headers.join('\n'), /^X-A\n1\nX-A\n2$/im);
    assert.equal(
      sent['forwarded'],
      `for=192.0.2.7, by=127.0.0.1;for=127.0.0.1;host=${API}.execute-api.us-east-1.amazonaws.com;proto=https`,
      'docs/aws §2.6: X-Forwarded-* become Forwarded',
    );
    assert.match(sent['x-amzn-trace-id'] ?? '', /^Root=1-/);
    for (const name of [
      'host',
      'connection',
      'keep-alive',
      'proxy-connection',
      'te',
      'x-forwarded-for',
      'content-length',
    ])
      assert.equal(sent[name], undefined, name);
    assert.deepEqual([reply.status, String(reply.body)], [201, 'made']);
    assert.deepEqual(
      [headerOf(reply, 'X-Made'), headerOf(reply, 'Set-Cookie'), headerOf(reply, 'Connection')],
      ['1', 'a=1, b=2', undefined],
    );
    assert.match(headerOf(reply, 'apigw-requestid') ?? '', /=$/);
  });

  it('appends the whole path on a $default route (docs/aws §8)', async () => {
    const { send, ports } = aProxy({ IntegrationUri: 'http://menu.example/base/' }, '$default');
    ports.http.answer = () => answered('');

    await send({ target: '/x/y%2Fz?q=1' });

    assert.equal(ports.http.requests[0]?.target, '/base/x/y%2Fz?q=1');
  });

  it('changes parameters as the integration says (docs/aws §7.8)', async () => {
    const { send, ports } = aProxy({
      RequestParameters: {
        'append:header.X-A': '$request.header.x-b',
        'overwrite:header.X-C': 'by ${context.stage}/${stageVariables.env}',
        'remove:header.X-Gone': "''",
        'append:header.X-Nothing': '$request.header.missing',
        'overwrite:querystring.page': '$request.body.page.number',
        'append:querystring.tag': '$request.querystring.tag',
        'remove:querystring.secret': "''",
        'overwrite:path': '/v2/${request.path.proxy}',
      },
      ResponseParameters: {
        '404': {
          ResponseParameters: [
            { Destination: 'overwrite:statuscode', Source: '403' },
            { Destination: 'append:header.X-Why', Source: '$response.body.why' },
            { Destination: 'remove:header.X-Powered-By', Source: "''" },
          ],
        },
      },
    });
    ports.http.answer = () => answered('{"why": "none"}', ['X-Powered-By', 'me'], 404);

    const reply = await send({
      method: 'POST',
      target: '/v1/x%20y?page=1&tag=a&secret=s&page=2',
      headers: ['X-A', '1', 'X-B', '2', 'X-C', 'old', 'X-Gone', 'g', 'Content-Type', 'application/json'],
      body: '{"page": {"number": 7}}',
    });

    const [request] = ports.http.requests;
    assert.ok(request);
    assert.equal(request.target, '/v2/x%20y?tag=a&page=7&tag=a');
    const sent = headerLines(request.headers);
    assert.deepEqual(
      [sent['x-a'], sent['x-c'], sent['x-gone'], sent['x-nothing']],
      ['2', 'by $default/test', undefined, undefined],
    );
    assert.deepEqual(
      [reply.status, headerOf(reply, 'x-why'), headerOf(reply, 'x-powered-by')],
      [403, 'none', undefined],
    );
  });

  it('is the only source of CORS headers', async () => {
    const { send, ports } = aProxy({}, 'GET /v1/{proxy+}', {
      CorsConfiguration: { AllowOrigins: ['https://shop.example'], AllowMethods: ['GET'] },
    });
    ports.http.answer = () => answered('', ['Access-Control-Allow-Origin', '*']);

    const reply = await send({ target: '/v1/x', headers: ['Origin', 'https://shop.example'] });

    assert.equal(headerOf(reply, 'access-control-allow-origin'), 'https://shop.example', 'docs/aws §12');
  });

  it('uses the address of a VPC link as the address of a load balancer', async () => {
    const { send, ports } = aProxy(LISTENER);
    ports.http.answer = () => answered('');

    await send({ target: '/v1/x' });

    assert.deepEqual([ports.http.requests[0]?.vpcLink, ports.http.requests[0]?.target], ['link1', '/v1/x']);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
  for (const [changes, called] of [
    [{}, '/test/v1/x%20y'],
    [{ RequestParameters: { 'overwrite:path': '$request.path' } }, '/v1/x%20y'],
  ] as const)
    it(`calls a load balancer of a named stage at ${called} with ${JSON.stringify(changes)}`, async () => {
      const { send, ports } = aProxy({ ...LISTENER, ...changes }, 'ANY /v1/{proxy+}', {}, 'test');
      ports.http.answer = () => answered('');

      await send({ target: '/test/v1/x%20y' });

      assert.equal(ports.http.requests[0]?.target, called, 'docs/aws §8');
    });

  const failures: readonly HttpOutcome[] = [
    { kind: 'timed-out' },
    { kind: 'unreachable', reason: 'network', message: 'ECONNREFUSED' },
    { kind: 'unreachable', reason: 'address', message: 'ENOTFOUND' },
  ];
  for (const outcome of failures)
    it(`says 503 if the backend is ${outcome.kind}`, async () => {
      const { send, ports } = aProxy({});
      ports.http.answer = () => outcome;

      const reply = await send({ target: '/v1/x' });

      assert.deepEqual([reply.status, reply.body], [503, '{"message":"Service Unavailable"}'], 'docs/aws §8');
    });

  const refused: readonly { name: string; integration: JsonObject; message: RegExp }[] = [
    {
      name: 'an address without scheme',
      integration: { IntegrationUri: 'menu.example' },
      message: /^Invalid HTTP endpoint specified for URI$/,
    },
    {
      name: 'a reserved header',
      integration: { RequestParameters: { 'overwrite:header.Authorization': 'x' } },
      message: /Operations on header Authorization are restricted/,
    },
    {
      name: 'an unknown target',
      integration: { RequestParameters: { 'append:cookie.a': 'x' } },
      message: /Invalid mapping expression specified: append:cookie\.a/,
    },
    {
      name: 'an unknown variable',
      integration: { RequestParameters: { 'append:header.a': '$request.cookie.a' } },
      message: /Invalid mapping expression specified: \$request\.cookie\.a/,
    },
    {
      name: 'a path that may find many values',
      integration: { RequestParameters: { 'append:header.a': '$request.body..a' } },
      message: /Invalid mapping expression specified/,
    },
    {
      name: 'a query parameter of a response',
      integration: { ResponseParameters: { '200': { 'append:querystring.a': 'x' } } },
      message: /Invalid mapping expression specified: append:querystring\.a/,
    },
    {
      name: 'a timeout over 30 s',
      integration: { TimeoutInMillis: 30_001 },
      message: /from 50 to 30000/,
    },
  ];
  for (const { name, integration, message } of refused)
    it(`refuses ${name} at load`, () => {
      assert.throws(
        () => aProxy(integration),
        (error) => error instanceof DefinitionError && message.test(error.message),
      );
    });
});
