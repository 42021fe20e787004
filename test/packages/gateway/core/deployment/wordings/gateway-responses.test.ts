import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import { resolveGatewayResponses } from '../../../../../../packages/gateway/core/deployment/wordings/gateway-responses.ts';
import { anApi, headerOf } from '../../../../../support/an-api.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

function bag(properties: JsonObject) {
  return { id: 'r', logicalId: 'Response', properties, place: () => ({ file: 'template.json', line: 1 }) };
}

/**
 * A REST API with these gateway responses; `/dev/nothing` is MISSING_AUTHENTICATION_TOKEN, `/dev/pets` fails when `run`
 * does.
 */
function withResponses(...responses: JsonObject[]) {
  const resources = Object.fromEntries(
    responses.map((properties, index) => [
      `Response${index}`,
      {
        type: 'AWS::ApiGateway::GatewayResponse',
        properties: { RestApiId: 'abcdefghij', ...properties },
      },
    ]),
  );
  return anApi(restApi({}, resources), { list: ok });
}

describe('resolveGatewayResponses', () => {
  it('gives every type AWS’s status and the default template', () => {
    const responses = resolveGatewayResponses([]);

    assert.equal(responses.size, 21);
    assert.equal(responses.get('THROTTLED')?.statusCode, '429');
    assert.equal(responses.get('DEFAULT_4XX')?.statusCode, undefined);
    assert.deepEqual(responses.get('UNAUTHORIZED')?.responseTemplates, {
      'application/json': '{"message":$context.error.messageString}',
    });
  });

  it('applies DEFAULT_5XX to the 5xx types that have no response of their own', () => {
    const responses = resolveGatewayResponses([
      bag({ ResponseType: 'DEFAULT_5XX', StatusCode: '599', ResponseTemplates: { 'text/plain': 'down' } }),
      bag({ ResponseType: 'AUTHORIZER_FAILURE' }),
    ]);

    assert.equal(responses.get('INTEGRATION_TIMEOUT')?.statusCode, '599');
    assert.deepEqual(responses.get('INTEGRATION_TIMEOUT')?.responseTemplates, { 'text/plain': 'down' });
    assert.equal(
      responses.get('AUTHORIZER_FAILURE')?.statusCode,
      '500',
      'its own entry takes nothing from the default',
    );
    assert.equal(responses.get('UNAUTHORIZED')?.statusCode, '401');
  });

  const refused: { name: string; properties: JsonObject; says: RegExp }[] = [
    {
      name: 'an unknown type',
      properties: { ResponseType: 'TEAPOT' },
      says: /Invalid gateway response type "TEAPOT"/,
    },
    {
      name: 'a status outside 200–599',
      properties: { ResponseType: 'THROTTLED', StatusCode: '42' },
      says: /from 200 to 599/,
    },
    {
      name: 'a parameter that is not a header',
      properties: { ResponseType: 'THROTTLED', ResponseParameters: { 'header.X': "'1'" } },
      says: /gatewayresponse\.header/,
    },
    {
      // aws/aws-cdk#20274
      name: 'a value that is not a mapping expression',
      properties: {
        ResponseType: 'THROTTLED',
        ResponseParameters: { 'gatewayresponse.header.test-key': 'test-value' },
      },
      says: /^Invalid mapping expression specified: Validation Result: warnings : \[\], errors : \[Invalid mapping expression specified: test-value\]$/,
    },
  ];
  for (const { name, properties, says } of refused)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => resolveGatewayResponses([bag(properties)]),
        (error) => error instanceof DefinitionError && says.test(error.message),
      );
    });
});

describe('a customised gateway response', () => {
  it('puts variables into its template and parameters into its headers', async () => {
    const { send } = withResponses({
      ResponseType: 'MISSING_AUTHENTICATION_TOKEN',
      StatusCode: '404',
      ResponseTemplates: {
        'application/json':
          '{"type":"$context.error.responseType","text":$context.error.messageString,"id":"${context.requestId}","stage":"$context.stage","gone":"$context.nothing"}',
      },
      ResponseParameters: {
        'gatewayresponse.header.X-Static': "'yes'",
        'gatewayresponse.header.X-Agent': 'method.request.header.User-Agent',
        'gatewayresponse.header.X-Query': 'method.request.querystring.q',
        'gatewayresponse.header.X-None': 'method.request.header.nothing',
        // Named in the guide; a response has neither.
        'gatewayresponse.path.X-Path': "'a'",
        'gatewayresponse.querystring.X-Text': "'a'",
      },
    });

    const reply = await send({
      target: '/dev/nothing?q=a%0D%0ASet-Cookie:%20x',
      headers: ['User-Agent', 'curl/8'],
    });

    assert.equal(reply.status, 404);
    const body = JSON.parse(String(reply.body)) as Record<string, string>;
    assert.deepEqual(
      { ...body, id: '' },
      {
        type: 'MISSING_AUTHENTICATION_TOKEN',
        text: 'Missing Authentication Token',
        id: '',
        stage: 'dev',
        gone: '',
      },
    );
    assert.equal(body['id'], headerOf(reply, 'x-amzn-requestid'));
    assert.equal(headerOf(reply, 'x-static'), 'yes');
    assert.equal(headerOf(reply, 'x-agent'), 'curl/8');
    assert.equal(headerOf(reply, 'x-query'), 'a Set-Cookie: x', 'a query writes no header of its own');
    assert.equal(headerOf(reply, 'x-none'), undefined);
    assert.equal(headerOf(reply, 'x-path') ?? headerOf(reply, 'x-text'), undefined);
    assert.equal(headerOf(reply, 'x-amzn-errortype'), 'MissingAuthenticationTokenException');
  });

  // docs/aws §2.7: a function cannot send this header, but a gateway response can.
  for (const [type, name] of [
    ['MISSING_AUTHENTICATION_TOKEN', 'its own type'],
    ['DEFAULT_4XX', 'a default type'],
  ] as const)
    it(`sends the WWW-Authenticate of ${name} under its own name, with the quotes of its value`, async () => {
      const challenge =
        'Bearer resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"';
      const { send } = withResponses({
        ResponseType: type,
        StatusCode: '401',
        ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': `'${challenge}'` },
      });

      const reply = await send({ target: '/dev/nothing' });

      assert.deepEqual([reply.status, headerOf(reply, 'www-authenticate')], [401, challenge]);
    });

  it('chooses the template by Accept', async () => {
    const { send } = withResponses({
      ResponseType: 'DEFAULT_4XX',
      ResponseTemplates: { 'text/html': '<p>$context.error.message</p>', 'application/json': '{}' },
    });

    const html = await send({ target: '/dev/nothing', headers: ['Accept', 'text/html,*/*'] });
    const json = await send({ target: '/dev/nothing', headers: ['Accept', 'image/png'] });

    assert.deepEqual(
      [html.body, headerOf(html, 'content-type')],
      ['<p>Missing Authentication Token</p>', 'text/html'],
    );
    assert.deepEqual([json.body, json.status], ['{}', 403]);
  });

  it('keeps AWS’s exact bytes if only headers were asked for', async () => {
    const { send } = withResponses({
      ResponseType: 'DEFAULT_4XX',
      ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
    });

    const reply = await send({ target: '/dev/nothing' });

    assert.equal(reply.body, '{"message":"Missing Authentication Token"}');
    assert.equal(headerOf(reply, 'access-control-allow-origin'), '*');
  });

  it('cannot change "too large"', async () => {
    const { send } = withResponses({ ResponseType: 'REQUEST_TOO_LARGE', StatusCode: '400' });

    const reply = await send({ target: '/dev/pets', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    assert.equal(reply.status, 413);
  });
});
