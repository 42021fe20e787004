/** What an operation of a document becomes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import { document, expand, find, only } from '../openapi-builders.ts';

const MOCK = { 'x-amazon-apigateway-integration': { type: 'mock' } };
const METHOD = 'Api GET /x';

describe('the API of a document', () => {
  it('has its name, version and description', () => {
    const info = { title: 'shop', version: '7', description: 'of the shop' };
    const { Name, Version, Description } = find(expand(document(MOCK, { info })), 'Api');

    assert.deepEqual([Name, Version, Description], ['shop', '7', 'of the shop']);
  });
});

describe('a method of a document', () => {
  it('asks for no parameters and models where the operation names none', () => {
    const method = find(expand(document(MOCK)), METHOD);

    for (const name of ['RequestParameters', 'RequestModels']) assert.ok(!Object.hasOwn(method, name), name);
  });

  it('has no model of a response without a schema (swagger 2.0)', () => {
    const operation = { ...MOCK, produces: ['application/json'], responses: { 200: { description: 'ok' } } };
    const body = {
      swagger: '2.0',
      info: { title: 't', version: '1' },
      paths: { '/x': { get: operation } },
    } as unknown as JsonObject;

    const responses = find(expand(body), METHOD)['MethodResponses'] as readonly JsonObject[];

    assert.deepEqual(
      responses.map(({ StatusCode, ResponseModels }) => [StatusCode, ResponseModels ?? {}]),
      [['200', {}]],
    );
  });

  // API Gateway developer guide, "Set up API keys using OpenAPI": in `header`, named `x-api-key`.
  for (const [name, isRequired] of [
    ['X-API-Key', true],
    ['X-Other-Key', false],
  ] as const)
    it(`${isRequired ? 'asks' : 'does not ask'} for an API key by the scheme of ${name}`, () => {
      const schemes = { k: { type: 'apiKey', name, in: 'header' } };
      const root = { components: { securitySchemes: schemes } };
      const method = find(expand(document({ ...MOCK, security: [{ k: [] }] }, root)), METHOD);

      assert.equal(method['ApiKeyRequired'] ?? false, isRequired);
    });

  it('of an HTTP API has a REQUEST authorizer where no type is written', () => {
    const authorizer = { authorizerUri: 'arn:aws:lambda', authorizerPayloadFormatVersion: '2.0' };
    const scheme = { type: 'apiKey', name: 'a', in: 'header', 'x-amazon-apigateway-authorizer': authorizer };
    const root = { components: { securitySchemes: { a: scheme } } };
    const integration = { type: 'http_proxy', uri: 'https://a.example', payloadFormatVersion: '1.0' };
    const operation = { 'x-amazon-apigateway-integration': integration, security: [{ a: [] }] };

    const expanded = expand(document(operation, root), {}, 'AWS::ApiGatewayV2::Api');

    assert.deepEqual(
      only(expanded, 'Authorizer').map(({ properties }) => properties['AuthorizerType']),
      ['REQUEST'],
    );
  });
});
