import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  aMethod,
  answered,
  API,
  DEFAULT,
  headerLines,
  INTERNAL,
  JSON_ONLY,
} from '../../../support/a-method.ts';
import { headerOf } from '../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { HttpOutcome } from '../../../../packages/gateway/core/ports.ts';

const HTTP: JsonObject = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'POST',
  Uri: 'http://pets.example/v1',
  IntegrationResponses: DEFAULT,
};

describe('an HTTP integration', () => {
  it("sends none of the client's headers and query parameters unless they are mapped (docs/aws §2.6)", async () => {
    const { send, ports } = aMethod({
      integration: {
        ...HTTP,
        Uri: 'http://${stageVariables.host}/v1/{pet}?fixed=1',
        RequestParameters: {
          'integration.request.path.pet': 'method.request.path.id',
          'integration.request.header.X-From': 'method.request.header.X-Client',
          'integration.request.querystring.tag': 'method.request.multivaluequerystring.t',
          'integration.request.querystring.gone': 'method.request.querystring.gone',
        },
      },
      method: {
        RequestParameters: {
          'method.request.path.id': true,
          'method.request.header.X-Client': false,
          'method.request.querystring.t': false,
          'method.request.querystring.gone': false,
        },
      },
      variables: { host: 'pets.example:8080' },
    });
    ports.http.answer = () => answered('ok', ['X-Secret', 's']);

    const reply = await send({
      method: 'PUT',
      target: '/dev/a%20b?t=1&t=2&u=3',
      headers: ['X-Client', 'me', 'X-Other', 'o', 'Content-Type', 'text/plain', 'User-Agent', 'curl'],
      body: 'hello',
    });

    const [request] = ports.http.requests;
    assert.ok(request);
    assert.deepEqual(
      [request.method, request.origin, request.target, request.body],
      ['POST', 'http://pets.example:8080', '/v1/a%20b?fixed=1&tag=1&tag=2', 'hello'],
    );
    assert.deepEqual(Object.keys(headerLines(request.headers)).sort(), [
      'accept',
      'content-type',
      'user-agent',
      'x-amzn-apigateway-api-id',
      'x-amzn-trace-id',
      'x-from',
    ]);
    assert.equal(headerLines(request.headers)['user-agent'], `AmazonAPIGateway_${API}`);
    assert.deepEqual([reply.status, reply.body], [200, 'ok']);
    assert.equal(
      headerOf(reply, 'x-secret'),
      undefined,
      'unmapped headers of the backend are discarded (docs/aws §7.6)',
    );
    assert.ok(headerOf(reply, 'x-amzn-trace-id'));
  });

  it('sends no body and no type by GET', async () => {
    const { send, ports } = aMethod({ integration: { ...HTTP, IntegrationHttpMethod: 'GET' } });
    ports.http.answer = () => answered('');

    await send({ method: 'POST', target: '/dev/1', headers: ['Content-Type', 'text/plain'], body: 'x' });

    const [request] = ports.http.requests;
    assert.equal(request?.body, undefined);
    assert.equal(headerLines(request?.headers ?? [])['content-type'], undefined, 'docs/aws §2.6');
  });

  it('adds no Content-Type to the call if the client sent a GET', async () => {
    const { send, ports } = aMethod({ integration: { ...HTTP, IntegrationHttpMethod: 'POST' } });
    ports.http.answer = () => answered('');

    await send({ method: 'GET', target: '/dev/1' });
    await send({ method: 'PUT', target: '/dev/1', body: '{}' });

    const types = ports.http.requests.map(({ headers }) => headerLines(headers)['content-type']);
    assert.deepEqual(types, [undefined, 'application/json'], 'docs/aws §2.6');
  });

  it("calls by the client's method if the integration says ANY", async () => {
    const { send, ports } = aMethod({ integration: { ...HTTP, IntegrationHttpMethod: 'ANY' } });
    ports.http.answer = () => answered('');

    await send({ method: 'DELETE', target: '/dev/1' });

    assert.equal(ports.http.requests[0]?.method, 'DELETE', 'docs/aws §8');
  });

  for (const [method, expected] of [
    ['ANY', 'PATCH'],
    ['POST', 'POST'],
  ] as const)
    it(`calls by ${expected} if the client overrides the method of ${method}`, async () => {
      const { send, ports } = aMethod({ integration: { ...HTTP, IntegrationHttpMethod: method } });
      ports.http.answer = () => answered('');

      await send({ method: 'POST', target: '/dev/1', headers: ['X-HTTP-Method-Override', 'patch'] });

      assert.equal(ports.http.requests[0]?.method, expected, 'docs/aws §2.1');
    });

  // https://repost.aws/knowledge-center/api-gateway-proxy-path-character-error
  for (const Type of ['HTTP', 'HTTP_PROXY'])
    it(`says 500 if RequestParameters of ${Type} do not map a variable of the Uri`, async () => {
      const { send, ports } = aMethod({ integration: { ...HTTP, Type, Uri: 'http://pets.example/{pet}' } });
      ports.http.answer = () => answered('');

      const reply = await send({ target: '/dev/1' });

      assert.deepEqual(
        [reply.status, reply.body, ports.http.requests.length],
        [500, '{"message": "Internal server error"}', 0],
        'docs/aws §8',
      );
    });

  it('applies overrides of the request template after parameter mapping (docs/aws §7.4)', async () => {
    const template = `#set($context.requestOverride.header.X-A = "over")
#set($context.requestOverride.path.pet = "7")
#set($context.requestOverride.querystring.q = ["1", "2"]){}`;
    const { send, ports } = aMethod({
      integration: {
        ...HTTP,
        Uri: 'http://pets.example/{pet}',
        RequestTemplates: JSON_ONLY(template),
        RequestParameters: {
          'integration.request.header.x-a': "'mapped'",
          'integration.request.querystring.q': "'mapped'",
          'integration.request.path.pet': "'mapped'",
        },
      },
    });
    ports.http.answer = () => answered('');

    await send({ method: 'POST', target: '/dev/1', body: '{}' });

    const [request] = ports.http.requests;
    assert.ok(request);
    assert.equal(request.target, '/7?q=1&q=2');
    assert.equal(headerLines(request.headers)['x-a'], 'over');
  });

  it('chooses the response by the status and maps its headers, remapped (docs/aws §2.7)', async () => {
    const { send, ports } = aMethod({
      integration: {
        ...HTTP,
        IntegrationResponses: [
          ...DEFAULT,
          {
            StatusCode: '404',
            SelectionPattern: '4\\d{2}',
            ResponseTemplates: JSON_ONLY('{"why": $input.json("$.reason"), "id": "$input.params("id")"}'),
            ResponseParameters: {
              'method.response.header.X-Etag': 'integration.response.header.ETag',
              'method.response.header.X-Reason': 'integration.response.body.reason',
              'method.response.header.Date': "'today'",
              'method.response.header.X-Stage': 'context.stage',
              'method.response.header.X-Gone': 'integration.response.header.X-Gone',
            },
          },
        ],
      },
      method: {
        MethodResponses: [
          { StatusCode: '200' },
          {
            StatusCode: '404',
            ResponseParameters: Object.fromEntries(
              ['X-Etag', 'X-Reason', 'Date', 'X-Stage', 'X-Gone'].map((name) => [
                `method.response.header.${name}`,
                false,
              ]),
            ),
          },
        ],
      },
    });
    ports.http.answer = () => answered('{"reason": "gone"}', ['etag', '"e"', 'Date', 'yesterday'], 410);

    const reply = await send({ target: '/dev/9' });

    assert.deepEqual([reply.status, reply.body], [404, '{"why": "gone", "id": "9"}']);
    assert.deepEqual(
      ['x-etag', 'x-reason', 'x-amzn-remapped-date', 'x-stage', 'x-gone', 'date'].map((name) =>
        headerOf(reply, name),
      ),
      ['"e"', 'gone', 'today', 'dev', undefined, undefined],
    );
  });

  it('turns a 400 of the backend into 200 if only a default response is there', async () => {
    const { send, ports } = aMethod({ integration: HTTP });
    ports.http.answer = () => answered('bad', [], 400);

    assert.deepEqual(await send({ target: '/dev/1' }).then(({ status, body }) => [status, body]), [
      200,
      'bad',
    ]);
  });

  it('stops a mapped value from smuggling in a header', async () => {
    const { send, ports } = aMethod({
      integration: {
        ...HTTP,
        RequestParameters: { 'integration.request.header.X-A': 'method.request.querystring.a' },
      },
      method: { RequestParameters: { 'method.request.querystring.a': false } },
    });

    const reply = await send({ target: '/dev/1?a=x%0d%0aX-Admin:%201' });

    assert.equal(reply.status, 500);
    assert.equal(ports.http.requests.length, 0);
  });

  const failures: readonly {
    name: string;
    outcome: HttpOutcome;
    status: number;
    body: string;
    source: string;
  }[] = [
    {
      name: 'a backend that is too slow',
      outcome: { kind: 'timed-out' },
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
      source: 'docs/aws §1.5',
    },
    {
      name: 'a host that does not exist',
      outcome: { kind: 'unreachable', reason: 'address', message: 'ENOTFOUND' },
      status: 500,
      body: INTERNAL,
      source: 'docs/aws §1.5 Invalid endpoint address [obs]',
    },
    {
      name: 'a connection that breaks',
      outcome: { kind: 'unreachable', reason: 'network', message: 'ECONNRESET' },
      status: 504,
      body: '{"message":"Network error communicating with endpoint"}',
      source: 'docs/aws §1.5',
    },
    {
      name: 'an answer over 10 MB',
      outcome: { kind: 'unreachable', reason: 'too-large', message: 'over 10 MB' },
      status: 500,
      body: INTERNAL,
      source: 'docs/aws §2.5, §1.6 byte-exact note',
    },
  ];
  for (const { name, outcome, status, body, source } of failures)
    it(`words ${name} as AWS does`, async () => {
      const { send, ports } = aMethod({ integration: HTTP });
      ports.http.answer = () => outcome;

      const reply = await send({ target: '/dev/1' });

      assert.deepEqual([reply.status, reply.body], [status, body], source);
    });

  it('answers 500 if the host is an undefined stage variable (docs/aws §1.5)', async () => {
    const { send, ports } = aMethod({ integration: { ...HTTP, Uri: 'https://${stageVariables.host}' } });

    const reply = await send({ target: '/dev/1' });

    assert.deepEqual([reply.status, reply.body], [500, INTERNAL]);
    assert.equal(ports.http.requests.length, 0);
  });

  it('answers 400 to a body that is not JSON if a value of it is mapped', async () => {
    const { send } = aMethod({
      integration: {
        ...HTTP,
        RequestParameters: { 'integration.request.header.X-A': 'method.request.body.a' },
      },
    });

    const reply = await send({ method: 'POST', target: '/dev/1', body: '{broken' });

    assert.deepEqual(
      [reply.status, reply.body],
      [400, '{"message":"Invalid JSON in request body"}'],
      'docs/aws §1.5',
    );
  });

  it('answers 500 if the response is not JSON and a value of it is mapped', async () => {
    const { send, ports } = aMethod({
      integration: {
        ...HTTP,
        IntegrationResponses: [
          {
            StatusCode: '200',
            ResponseParameters: { 'method.response.header.X-A': 'integration.response.body.a' },
          },
        ],
      },
      method: {
        MethodResponses: [{ StatusCode: '200', ResponseParameters: { 'method.response.header.X-A': false } }],
      },
    });
    ports.http.answer = () => answered('{broken');

    assert.equal((await send({ target: '/dev/1' })).status, 500, 'docs/aws §7.6');
  });

  it('passes the name of its VPC link on', async () => {
    const { send, ports } = aMethod({
      integration: { ...HTTP, ConnectionType: 'VPC_LINK', ConnectionId: '${stageVariables.link}' },
      variables: { link: 'orders' },
    });
    ports.http.answer = () => answered('');

    await send({ target: '/dev/1' });

    assert.equal(ports.http.requests[0]?.vpcLink, 'orders', 'docs/aws §10.1');
  });
});
