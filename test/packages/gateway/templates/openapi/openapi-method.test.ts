/** The result of an operation of a document. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
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

// LocalStack, test_apigateway_import.py::test_import_and_validate_rest_api[swagger-mock-cors.json], recorded at AWS
describe('the parameters of a path', () => {
  for (const [path, parameters, expected] of [
    ['/{id}', [], { 'method.request.path.id': true }],
    ['/{shop}/{rest+}', [], { 'method.request.path.shop': true, 'method.request.path.rest': true }],
    ['/{id}', [{ in: 'path', name: 'id', required: false }], { 'method.request.path.id': false }],
    ['/x', [], undefined],
  ] as const)
    it(`${JSON.stringify(parameters)} of ${path} are added if they are not declared`, () => {
      const source = {
        openapi: '3.0.1',
        info: { title: 't', version: '1' },
        paths: { [path]: { get: { ...MOCK, parameters: [...parameters], responses: {} } } },
      };

      assert.deepEqual(only(expand(source), 'Method')[0]?.properties['RequestParameters'], expected);
    });
});

// API Gateway developer guide, "x-amazon-apigateway-any-method"; OpenAPI 3.0.3, "Path Item Object".
describe('the operations of a path', () => {
  const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
  const ANY = 'x-amazon-apigateway-any-method';
  const integration = { type: 'http_proxy', httpMethod: 'GET', uri: 'https://a.example' };
  const operation = {
    'x-amazon-apigateway-integration': { ...integration, payloadFormatVersion: '1.0' },
    responses: {},
  };
  const paths = (keys: readonly string[]): JsonObject => ({
    openapi: '3.0.1',
    info: { title: 't', version: '1' },
    paths: { '/x': Object.fromEntries(keys.map((key) => [key, operation])) },
  });

  for (const [type, made] of [
    ['AWS::ApiGateway::RestApi', 'Method'],
    ['AWS::ApiGatewayV2::Api', 'Route'],
  ] as const)
    it(`are the methods of an ${type}, each with its name`, () => {
      const found = only(expand(paths([...METHODS, ANY]), {}, type), made).map(({ logicalId }) => logicalId);

      assert.deepEqual(
        found.toSorted(),
        [...METHODS.map((name) => name.toUpperCase()), 'ANY'].map((name) => `Api ${name} /x`).toSorted(),
      );
    });

  for (const key of ['parameters', 'summary', 'description', 'servers', 'x-own'])
    it(`do not include ${key}, which is silently skipped`, () => {
      const document = paths(['get']);
      const value = key === 'parameters' || key === 'servers' ? [] : 'text';
      const item = { ...membersOf(membersOf(document['paths'])['/x']), [key]: value };
      const expanded = expand({ ...document, paths: { '/x': item } });

      assert.deepEqual(
        [only(expanded, 'Method').length, expanded.findings.map(({ property }) => property)],
        [1, []],
      );
    });

  it('do not include other keys, which are reported', () => {
    const expanded = expand(paths(['get', 'trace']));

    assert.deepEqual(
      [only(expanded, 'Method').length, expanded.findings.map(({ property }) => property)],
      [1, ['Body.paths./x.trace']],
    );
  });
});

// API Gateway developer guide, "Data models": JSON schema draft 4.
describe('a model of a document', () => {
  const inner = { type: 'string', example: 'dropped' };
  const kept = { type: 'string' };
  const rows: readonly (readonly [keyword: string, written: Json, read: Json | undefined])[] = [
    ...['additionalItems', 'additionalProperties', 'items', 'not'].flatMap((keyword) => [
      [keyword, inner, kept] as const,
      [keyword, false, false] as const,
      [keyword, [inner, true], [kept, true]] as const,
    ]),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => [
      [keyword, [inner, inner], [kept, kept]] as const,
      [keyword, inner, undefined] as const,
    ]),
    ...['definitions', 'patternProperties', 'properties'].flatMap((keyword) => [
      [keyword, { example: inner }, { example: kept }] as const,
      [keyword, [inner], undefined] as const,
    ]),
    ...(
      'enum exclusiveMaximum maxItems maxLength maxProperties maximum minItems minLength minProperties minimum ' +
      'multipleOf pattern required title description type uniqueItems format dependencies'
    )
      .split(' ')
      .map((keyword) => [keyword, ['as', 'written'], ['as', 'written']] as const),
    ...['example', 'discriminator', 'nullable', 'x-own'].map(
      (keyword) => [keyword, inner, undefined] as const,
    ),
  ];
  for (const [keyword, written, read] of rows)
    it(`${read === undefined ? 'drops' : 'reads'} ${keyword}: ${JSON.stringify(written)}`, () => {
      const schemas = { M: { [keyword]: written } };
      const found = find(expand(document(MOCK, { components: { schemas } })), 'Api Model M');

      assert.deepEqual(found['Schema'], read === undefined ? {} : { [keyword]: read });
    });
});

describe('a method of a document', () => {
  it('requires no parameters and models if the operation names none', () => {
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

  it('of an HTTP API has a REQUEST authorizer if no type is written', () => {
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
