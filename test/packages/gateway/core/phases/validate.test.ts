import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import { compileWebSocketDeployment } from '../../../../../packages/gateway/core/deployment/compile-v2.ts';
import { ALL_PERMITTED } from '../../../../../packages/gateway/core/deployment/authorization/invoke-permissions.ts';
import { DefinitionError, GatewayError, REFUSING } from '../../../../../packages/gateway/core/errors.ts';
import { validateMessage } from '../../../../../packages/gateway/core/phases/validate.ts';
import { anApi, headerOf } from '../../../../support/an-api.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Deployment } from '../../../../../packages/gateway/core/deployment/model.ts';
import type { PropertyBag } from '../../../../../packages/gateway/core/deployment/properties.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const API = 'abcdefghij';

function validated(
  method: JsonObject,
  validator: JsonObject = { ValidateRequestBody: true, ValidateRequestParameters: true },
  more: Record<string, TestResource> = {},
): Record<string, TestResource> {
  return restApi(
    { HttpMethod: 'POST', RequestValidatorId: 'Validator', ...method },
    {
      Validator: {
        type: 'AWS::ApiGateway::RequestValidator',
        properties: { RestApiId: API, ...validator },
      },
      Pet: {
        type: 'AWS::ApiGateway::Model',
        properties: {
          RestApiId: API,
          Name: 'Pet',
          Schema: { type: 'object', required: ['name'], properties: { age: { type: 'integer' } } },
        },
      },
      ...more,
    },
  );
}

const PARAMETERS = {
  RequestParameters: {
    'method.request.querystring.qs1': true,
    'method.request.path.issuer': true,
    'method.request.header.X-Header-Param': 'true',
    'method.request.header.optional': false,
  },
};
const BODY = { RequestModels: { 'application/json': 'Pet' } };

describe('validate', () => {
  type Row = {
    name: string;
    method: JsonObject;
    target?: string;
    headers?: string[];
    body?: string;
    says?: string;
    source: string;
  };
  const INVALID = '{"message":"Invalid request body"}';
  const rows: Row[] = [
    {
      name: 'all missing parameters in one list, sorted by mapping key',
      method: PARAMETERS,
      says: '{"message":"Missing required request parameters: [X-Header-Param, issuer, qs1]"}',
      source: 'docs/aws §6',
    },
    {
      name: 'a blank parameter, in any case of a header',
      method: PARAMETERS,
      target: '/dev/pets?qs1=+',
      headers: ['x-header-param', 'a'],
      says: '{"message":"Missing required request parameters: [issuer, qs1]"}',
      source: 'docs/aws §6',
    },
    {
      name: 'parameters before the body',
      method: { ...PARAMETERS, ...BODY },
      body: '{',
      says: '{"message":"Missing required request parameters: [X-Header-Param, issuer, qs1]"}',
      source: 'docs/aws §6',
    },
    {
      name: 'a body without a required member',
      method: BODY,
      body: '{"age":1}',
      says: INVALID,
      source: 'docs/aws §6',
    },
    { name: 'no body as an empty object', method: BODY, says: INVALID, source: 'docs/aws §6' },
    { name: 'a body that is not JSON', method: BODY, body: 'name=x', says: INVALID, source: 'docs/aws §6' },
    { name: 'a good body', method: BODY, body: '{"name":"Rex"}', source: 'docs/aws §6' },
    {
      name: 'a media type with parameters and in capitals',
      method: BODY,
      headers: ['Content-Type', 'Application/JSON; charset=utf-8'],
      body: '{}',
      says: INVALID,
      source: 'docs/aws §6',
    },
    {
      name: 'nothing for a media type without a model',
      method: BODY,
      headers: ['Content-Type', 'text/plain'],
      body: 'x',
      source: 'docs/aws §6',
    },
    {
      name: 'the $default model for every other media type',
      method: { RequestModels: { $default: 'Pet' } },
      headers: ['Content-Type', 'text/plain'],
      body: '{}',
      says: INVALID,
      source: 'docs/aws §6',
    },
    {
      name: 'a parameter named like an inherited property',
      method: { RequestParameters: { 'method.request.path.constructor': true } },
      says: '{"message":"Missing required request parameters: [constructor]"}',
      source: 'docs/aws §6',
    },
  ];
  for (const { name, method, target = '/dev/pets', headers = [], body, says, source } of rows)
    it(`checks ${name}`, async () => {
      const { send, ports } = anApi(validated(method), { list: ok });

      const reply = await send({ method: 'POST', target, headers, ...(body === undefined ? {} : { body }) });

      assert.equal(reply.status, says === undefined ? 200 : 400, source);
      assert.equal(reply.body, says ?? 'ok', source);
      if (says !== undefined) {
        assert.equal(headerOf(reply, 'x-amzn-errortype'), 'BadRequestException');
        assert.match(ports.log.lines[0] ?? '', /validate/);
      }
    });

  it('checks nothing without a validator, or with one that is switched off', async () => {
    const off = { ValidateRequestBody: false, ValidateRequestParameters: 'false' };
    const method = { ...PARAMETERS, ...BODY };
    for (const resources of [validated(method, off), validated({ ...method, RequestValidatorId: '' })]) {
      const reply = await anApi(resources, { list: ok }).send({ method: 'POST', target: '/dev/pets' });
      assert.equal(reply.status, 200, 'docs/aws §6');
    }
  });

  it('gives the details only to a gateway response that asks for them', async () => {
    const response = {
      RestApiId: API,
      ResponseType: 'BAD_REQUEST_BODY',
      ResponseTemplates: { 'application/json': '$context.error.validationErrorString' },
    };
    const { send } = anApi(
      validated(BODY, undefined, {
        Response: { type: 'AWS::ApiGateway::GatewayResponse', properties: response },
      }),
      { list: ok },
    );
    const post = async (body: string): Promise<unknown> =>
      (await send({ method: 'POST', target: '/dev/pets', body })).body;

    assert.equal(await post('{}'), '[object has missing required properties (["name"])]', 'docs/aws §6');
    assert.equal(await post('x'), '[Unknown error parsing request body]', 'execution log of AWS, 2021');
  });

  it('comes after authorization', async () => {
    const { send } = anApi(
      validated({ ...BODY, AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' }, undefined, {
        Auth: {
          type: 'AWS::ApiGateway::Authorizer',
          properties: {
            RestApiId: API,
            Type: 'TOKEN',
            IdentitySource: 'method.request.header.Authorization',
            AuthorizerUri:
              'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations',
          },
        },
      }),
      { list: ok },
    );

    assert.equal((await send({ method: 'POST', target: '/dev/pets' })).status, 401, 'docs/aws §1.1');
  });
});

describe('a method with', () => {
  const INVALID = 'Invalid mapping expression specified: Validation Result: warnings : [], errors : ';
  const rows: { name: string; method: JsonObject; property: string; says: string }[] = [
    {
      name: 'an unknown validator',
      method: { RequestValidatorId: 'Nobody' },
      property: 'RequestValidatorId',
      says: 'Invalid Request Validator identifier specified',
    },
    {
      name: 'an unknown model',
      method: { RequestModels: { 'application/json': 'petModel' } },
      property: 'RequestModels.application/json',
      says: 'Invalid model identifier specified: petModel',
    },
    {
      name: 'one name in two places',
      method: {
        RequestParameters: { 'method.request.querystring.a': false, 'method.request.header.a': true },
      },
      property: 'RequestParameters.method.request.querystring.a',
      says: 'Parameter names must be unique across querystring, header and path',
    },
    {
      name: 'a parameter name in brackets',
      method: { RequestParameters: { 'method.request.querystring.page[size]': false } },
      property: 'RequestParameters.method.request.querystring.page[size]',
      says: `${INVALID}[Parameter name should match the following regular expression: ^[a-zA-Z0-9:._$-]+$]`,
    },
    {
      name: 'a parameter from elsewhere',
      method: { RequestParameters: { 'method.request.body.a': true } },
      property: 'RequestParameters.method.request.body.a',
      says: `${INVALID}[Invalid mapping expression specified: method.request.body.a]`,
    },
  ];
  for (const { name, method, property, says } of rows)
    it(`${name} is refused with AWS's message`, () => {
      assert.throws(
        () => anApi(restApi(method), { list: ok }),
        (error) => {
          assert.ok(error instanceof DefinitionError);
          assert.equal(error.message, says);
          assert.equal(error.place.property, property);
          return true;
        },
      );
    });
});

describe('a WebSocket route', () => {
  const bag = (id: string, properties: JsonObject): PropertyBag => ({
    id,
    logicalId: id,
    properties,
    place: (property) => ({ file: 't.yml', logicalId: id, property }),
  });
  const compile = (...routes: JsonObject[]): Deployment =>
    compileWebSocketDeployment('d', {
      api: bag(API, { ProtocolType: 'WEBSOCKET' }),
      routes: routes.map((route, index) => bag(`r${index}`, route)),
      integrations: new Map(),
      authorizers: new Map(),
      routeResponses: [],
      integrationResponses: [],
      tolerance: REFUSING,
      assumptions: DEFAULT_ASSUMPTIONS,
      invokePermissions: ALL_PERMITTED,
      models: [bag('m1', { Name: 'Chat', Schema: { required: ['text'] } })],
    });
  const verdict = (route: JsonObject, body: string): string => {
    const { messageRouting } = compile({ RouteKey: '$default', ...route });
    const plan = messageRouting?.routes.get('$default');
    assert.ok(plan !== undefined);
    try {
      validateMessage(plan, body);
      return 'passes';
    } catch (error) {
      assert.ok(error instanceof GatewayError);
      return `${error.code} ${error.detail.validationErrorString ?? ''}`;
    }
  };
  const chosen = (RequestModels: JsonObject): JsonObject => ({
    ModelSelectionExpression: '$request.body.kind',
    RequestModels,
  });
  const rows: { name: string; route: JsonObject; body: string; says: string }[] = [
    { name: 'without an expression checks nothing', route: {}, body: 'x', says: 'passes' },
    {
      name: 'passes a message that its model takes',
      route: chosen({ chat: 'Chat' }),
      body: '{"kind":"chat","text":"hi"}',
      says: 'passes',
    },
    {
      name: 'refuses one that it does not take',
      route: chosen({ chat: 'm1' }),
      body: '{"kind":"chat"}',
      says: 'BAD_REQUEST_BODY [object has missing required properties (["text"])]',
    },
    {
      name: 'falls back to $default',
      route: chosen({ $default: 'Chat' }),
      body: '{"kind":"other"}',
      says: 'BAD_REQUEST_BODY [object has missing required properties (["text"])]',
    },
    {
      name: 'refuses a message that no model is chosen for',
      route: chosen({ chat: 'Chat' }),
      body: '{"kind":"other"}',
      says: 'BAD_REQUEST_BODY [no model for "other"]',
    },
    {
      name: 'refuses text that is not JSON',
      route: chosen({ $default: 'Chat' }),
      body: 'hello',
      says: 'BAD_REQUEST_BODY [Unknown error parsing request body]',
    },
  ];
  for (const { name, route, body, says } of rows)
    it(name, () => {
      assert.equal(verdict(route, body), says, 'docs/aws §6, last lines');
    });

  it('takes required parameters on $connect only', () => {
    const RequestParameters = { 'route.request.querystring.token': { Required: true } };
    const { routes } = compile({ RouteKey: '$connect', RequestParameters });

    assert.deepEqual(routes.plans[0]?.validation?.parameters, [{ where: 'querystring', name: 'token' }]);
    assert.throws(
      () => compile({ RouteKey: 'chat', RequestParameters }),
      /only supported on the \$connect route/,
    );
  });
});
