/**
 * Compares each member of AWS's extensions with the property that an import sets. The developer guide's page of the
 * extension lists the members, and the CloudFormation page of the resource lists the properties.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { document, expand, find, only } from '../openapi-builders.ts';
import type { Expanded } from '../openapi-builders.ts';

type Row = readonly [member: string, written: Json, property: string, read?: Json];

const EXTENSION =
  'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions';
const REST = 'AWS::ApiGateway::RestApi';
const HTTP = 'AWS::ApiGatewayV2::Api';
const INTEGRATION = 'x-amazon-apigateway-integration';
const AUTHORIZER = 'x-amazon-apigateway-authorizer';

/** Each row with all others left out, so that no member is read for another. */
function readsEach(
  rows: readonly Row[],
  read: (given: JsonObject) => JsonObject,
  always: JsonObject = {},
): void {
  for (const [member, written, property, expected = written] of rows)
    it(`${member}: ${JSON.stringify(written)} is ${property}`, () => {
      const without = read(always);
      const found = read({ ...always, [member]: written });

      assert.deepEqual({ ...without, ...found }, { ...without, [property]: expected });
      assert.deepEqual(found[property], expected);
    });
}

const integrationOf = (expanded: Expanded): JsonObject =>
  membersOf(only(expanded, 'Method')[0]?.properties['Integration']);

// The page of x-amazon-apigateway-integration; AWS::ApiGateway::Method Integration.
describe(`members of a REST API's integration (${EXTENSION}-integration.html)`, () => {
  const rows: readonly Row[] = [
    ['type', 'http', 'Type', 'HTTP'],
    ['uri', 'https://a.example', 'Uri'],
    ['httpMethod', 'post', 'IntegrationHttpMethod', 'POST'],
    ['credentials', 'arn:aws:iam::123456789012:role/r', 'Credentials'],
    ['passthroughBehavior', 'when_no_templates', 'PassthroughBehavior', 'WHEN_NO_TEMPLATES'],
    ['contentHandling', 'convert_to_text', 'ContentHandling', 'CONVERT_TO_TEXT'],
    ['cacheKeyParameters', ['method.request.path.a'], 'CacheKeyParameters'],
    ['cacheNamespace', 'n', 'CacheNamespace'],
    ['requestTemplates', { 'application/json': '{}' }, 'RequestTemplates'],
    ['requestParameters', { 'integration.request.header.a': "'b'" }, 'RequestParameters'],
    ['responseTransferMode', 'stream', 'ResponseTransferMode', 'STREAM'],
    ['connectionType', 'vpc_link', 'ConnectionType', 'VPC_LINK'],
    ['connectionId', 'link', 'ConnectionId'],
    ['timeoutInMillis', 300, 'TimeoutInMillis'],
    ['tlsConfig', { insecureSkipVerification: true }, 'TlsConfig'],
    ['responses', {}, 'IntegrationResponses', []],
  ];
  readsEach(rows, (given) => integrationOf(expand(document({ [INTEGRATION]: given }))), { type: 'mock' });
});

// The page of x-amazon-apigateway-integration.response; AWS::ApiGateway::Method IntegrationResponse.
describe(`members of an integration response (${EXTENSION}-integration-response.html)`, () => {
  const responses = (of: JsonObject): JsonObject =>
    integrationOf(expand(document({ [INTEGRATION]: { type: 'mock', responses: of } })));
  const rows: readonly Row[] = [
    ['statusCode', 202, 'StatusCode', '202'],
    ['contentHandling', 'convert_to_binary', 'ContentHandling', 'CONVERT_TO_BINARY'],
    ['responseParameters', { 'method.response.header.a': "'b'" }, 'ResponseParameters'],
    ['responseTemplates', { 'text/plain': 'x' }, 'ResponseTemplates'],
  ];
  readsEach(rows, (given) => {
    const [response] = responses({ 'a.*': given })['IntegrationResponses'] as JsonObject[];
    return response ?? {};
  });

  // docs/aws §7.7: the key is the selection pattern, `default` is the response without one.
  for (const [key, expected] of [
    ['default', { StatusCode: '200' }],
    ['404', { StatusCode: '404', SelectionPattern: '404' }],
  ] as const)
    it(`without a statusCode, under ${key}, are those of ${expected.StatusCode}`, () =>
      assert.deepEqual(responses({ [key]: {} })['IntegrationResponses'], [expected]));
});

// The pages of x-amazon-apigateway-request-validators and -gateway-responses.
describe('members of other sections of a REST API', () => {
  const made = (section: string, name: string, type: string) => (given: JsonObject) => {
    const root = { [`x-amazon-apigateway-${section}`]: { [name]: given } };
    return only(expand(document({}, root)), type)[0]?.properties ?? {};
  };
  readsEach(
    [
      ['validateRequestBody', true, 'ValidateRequestBody'],
      ['validateRequestParameters', false, 'ValidateRequestParameters'],
    ],
    made('request-validators', 'all', 'RequestValidator'),
  );
  readsEach(
    [
      ['statusCode', '418', 'StatusCode'],
      ['responseParameters', { 'gatewayresponse.header.a': "'b'" }, 'ResponseParameters'],
      ['responseTemplates', { 'application/json': '{}' }, 'ResponseTemplates'],
    ],
    made('gateway-responses', 'DEFAULT_4XX', 'GatewayResponse'),
  );

  it('include the name of a validator, and the type of a gateway response in upper case', () => {
    assert.equal(made('request-validators', 'all', 'RequestValidator')({})['Name'], 'all');
    assert.equal(
      made('gateway-responses', 'default_4xx', 'GatewayResponse')({})['ResponseType'],
      'DEFAULT_4XX',
    );
  });
});

// AWS::ApiGateway::RestApi; the pages of the extensions named.
describe('what the root of a document says of its REST API', () => {
  readsEach(
    [
      ['x-amazon-apigateway-api-key-source', 'AUTHORIZER', 'ApiKeySourceType'],
      ['x-amazon-apigateway-binary-media-types', ['image/png'], 'BinaryMediaTypes'],
      ['x-amazon-apigateway-minimum-compression-size', 0, 'MinimumCompressionSize'],
      ['x-amazon-apigateway-policy', { Version: '2012-10-17', Statement: [] }, 'Policy'],
      [
        'x-amazon-apigateway-endpoint-configuration',
        { disableExecuteApiEndpoint: true },
        'DisableExecuteApiEndpoint',
        true,
      ],
      ['info', { title: 'n' }, 'Name', 'n'],
      ['info', { description: 'd' }, 'Description', 'd'],
      ['info', { version: '7' }, 'Version', '7'],
    ],
    (given) => find(expand(document({}, { info: {}, ...given })), 'Api'),
  );
});

// The page of x-amazon-apigateway-cors; AWS::ApiGatewayV2::Api Cors.
describe(`what the root of a document says of its HTTP API (${EXTENSION}-cors.html)`, () => {
  const api = (root: JsonObject): JsonObject => find(expand(document({}, root), {}, HTTP), 'Api');
  readsEach(
    [
      ['allowOrigins', ['https://a.example'], 'AllowOrigins'],
      ['allowMethods', ['GET'], 'AllowMethods'],
      ['allowHeaders', ['a'], 'AllowHeaders'],
      ['exposeHeaders', ['b'], 'ExposeHeaders'],
      ['allowCredentials', true, 'AllowCredentials'],
      ['maxAge', 0, 'MaxAge'],
    ],
    (given) => membersOf(api({ 'x-amazon-apigateway-cors': given })['CorsConfiguration']),
  );
  readsEach(
    [
      ['info', { title: 'n' }, 'Name', 'n'],
      ['info', { description: 'd' }, 'Description', 'd'],
      ['info', { version: '7' }, 'Version', '7'],
    ],
    (given) => api({ info: {}, ...given }),
  );
});

// The page of x-amazon-apigateway-integration; AWS::ApiGatewayV2::Integration.
describe("members of an HTTP API's integration", () => {
  const read = (given: JsonObject): JsonObject =>
    only(expand(document({ [INTEGRATION]: given }), {}, HTTP), 'Integration')[0]?.properties ?? {};
  const rows: readonly Row[] = [
    ['uri', 'https://a.example', 'IntegrationUri'],
    ['httpMethod', 'get', 'IntegrationMethod', 'GET'],
    ['payloadFormatVersion', 1, 'PayloadFormatVersion', '1.0'],
    ['payloadFormatVersion', '2.0', 'PayloadFormatVersion'],
    ['credentials', 'arn:aws:iam::123456789012:role/r', 'CredentialsArn'],
    ['description', 'd', 'Description'],
    ['requestParameters', { 'append:header.a': 'b' }, 'RequestParameters'],
    ['connectionType', 'vpc_link', 'ConnectionType', 'VPC_LINK'],
    ['connectionId', 'link', 'ConnectionId'],
    ['timeoutInMillis', 300, 'TimeoutInMillis'],
    ['tlsConfig', { serverNameToVerify: 'a.example' }, 'TlsConfig'],
  ];
  readsEach(rows, read, { type: 'http_proxy' });

  it('have the type AWS_PROXY if only a subtype is written', () => {
    const { IntegrationType, IntegrationSubtype } = read({ integrationSubtype: 'SQS-SendMessage' });

    assert.deepEqual([IntegrationType, IntegrationSubtype], ['AWS_PROXY', 'SQS-SendMessage']);
  });
});

/** One authorizer, with its scheme's own members. */
function authorizerOf(given: JsonObject, type: string, scheme: JsonObject = { name: 'X-Token' }): JsonObject {
  const a = { type: 'apiKey', in: 'header', ...scheme, [AUTHORIZER]: given };
  const expanded = expand(document({}, { components: { securitySchemes: { a } } }), {}, type);
  return only(expanded, 'Authorizer')[0]?.properties ?? {};
}

// The page of x-amazon-apigateway-authorizer; AWS::ApiGateway::Authorizer.
describe(`members of a REST API's authorizer (${EXTENSION}-authorizer.html)`, () => {
  const rows: readonly Row[] = [
    ['type', 'request', 'Type', 'REQUEST'],
    ['authorizerUri', 'arn:aws:apigateway:f', 'AuthorizerUri'],
    ['authorizerCredentials', 'arn:aws:iam::123456789012:role/r', 'AuthorizerCredentials'],
    ['authorizerResultTtlInSeconds', 0, 'AuthorizerResultTtlInSeconds'],
    ['identityValidationExpression', '^x', 'IdentityValidationExpression'],
    ['identitySource', 'method.request.header.A', 'IdentitySource'],
    ['providerARNs', ['arn:aws:cognito-idp:p'], 'ProviderARNs'],
  ];
  readsEach(rows, (given) => authorizerOf(given, REST), { type: 'request' });

  for (const [what, given, scheme, source] of [
    [
      'header of the scheme for a TOKEN authorizer',
      { type: 'token' },
      { name: 'X-Token' },
      'method.request.header.X-Token',
    ],
    ['header of the scheme without a type', {}, { name: 'X-Token' }, 'method.request.header.X-Token'],
    [
      'header Authorization, if the scheme has no name',
      { type: 'token' },
      {},
      'method.request.header.Authorization',
    ],
    ['nothing for a REQUEST authorizer', { type: 'request' }, {}, undefined],
  ] as const)
    it(`read the identity from ${what}`, () =>
      assert.equal(authorizerOf(given, REST, scheme)['IdentitySource'], source));

  it('include the type of the scheme, and TOKEN if no type is written', () => {
    const { AuthType, Type } = authorizerOf({}, REST, { 'x-amazon-apigateway-authtype': 'custom' });

    assert.deepEqual([AuthType, Type], ['custom', 'TOKEN']);
  });
});

// The page of x-amazon-apigateway-authorizer; AWS::ApiGatewayV2::Authorizer.
describe("members of an HTTP API's authorizer", () => {
  const rows: readonly Row[] = [
    ['type', 'request', 'AuthorizerType', 'REQUEST'],
    ['authorizerUri', 'arn:aws:apigateway:f', 'AuthorizerUri'],
    ['authorizerCredentials', 'arn:aws:iam::123456789012:role/r', 'AuthorizerCredentialsArn'],
    ['authorizerPayloadFormatVersion', '1.0', 'AuthorizerPayloadFormatVersion'],
    ['authorizerResultTtlInSeconds', 0, 'AuthorizerResultTtlInSeconds'],
    ['enableSimpleResponses', true, 'EnableSimpleResponses'],
    [
      'identitySource',
      '$request.header.A, $request.querystring.b',
      'IdentitySource',
      ['$request.header.A', '$request.querystring.b'],
    ],
    ['identitySource', ['$request.header.A'], 'IdentitySource'],
    [
      'jwtConfiguration',
      { audience: ['a'], issuer: 'https://i.example' },
      'JwtConfiguration',
      { Audience: ['a'], Issuer: 'https://i.example' },
    ],
  ];
  readsEach(rows, (given) => authorizerOf(given, HTTP));
});

describe('the place of a property that came from a document', () => {
  const at = 'Body.paths./x.get';
  const method = (operation: JsonObject = { [INTEGRATION]: { type: 'mock' } }) => {
    const [found] = only(expand(document(operation)), 'Method');
    assert.ok(found !== undefined);
    return found;
  };
  for (const [property, place] of [
    ['AuthorizationScopes', `${at}.security`],
    ['AuthorizationType', `${at}.security`],
    ['AuthorizerId', `${at}.security`],
    ['HttpMethod', at],
    ['ResourceId', at],
    ['MethodResponses', `${at}.responses`],
    ['OperationName', `${at}.operationId`],
    ['RequestParameters', `${at}.parameters`],
    ['RequestValidatorId', `${at}.x-amazon-apigateway-request-validator`],
    ['Integration', `${at}.${INTEGRATION}`],
    ['Integration.Uri', `${at}.${INTEGRATION}.uri`],
    ['Integration.IntegrationHttpMethod', `${at}.${INTEGRATION}.httpMethod`],
    ['Integration.IntegrationResponses', `${at}.${INTEGRATION}.responses`],
    ['Integration.RequestParameters.x', `${at}.${INTEGRATION}.requestParameters.x`],
  ] as const)
    it(`of ${property} is ${place}`, () => {
      assert.equal(method().place(property).property, place);
    });

  it('is the place of the missing integration, if there is none', () =>
    assert.equal(method({}).place('Integration.Uri').property, `${at}.${INTEGRATION}.uri`));

  for (const [property, place] of [
    [undefined, `${at}.${INTEGRATION}`],
    ['IntegrationUri', `${at}.${INTEGRATION}.uri`],
    ['IntegrationType', `${at}.${INTEGRATION}.type`],
    ['IntegrationMethod', `${at}.${INTEGRATION}.httpMethod`],
    ['TimeoutInMillis', `${at}.${INTEGRATION}.timeoutInMillis`],
  ] as const)
    it(`of an HTTP API's integration, ${property ?? 'the whole'}, is ${place}`, () => {
      const given = { [INTEGRATION]: { type: 'http_proxy', uri: 'https://a.example' } };
      const [found] = only(expand(document(given), {}, HTTP), 'Integration');

      assert.equal(found?.place(property).property, place);
    });

  for (const [property, place] of [
    [undefined, at],
    ['AuthorizerId', `${at}.security`],
    ['AuthorizationScopes', `${at}.security`],
    ['RouteKey', at],
  ] as const)
    it(`of an HTTP API's route, ${property ?? 'the whole'}, is ${place}`, () => {
      const [found] = only(expand(document({}), {}, HTTP), 'Route');

      assert.equal(found?.place(property).property, place);
    });
});

// The page of x-amazon-apigateway-documentation; AWS::ApiGateway::DocumentationPart.
describe(`documentation parts (${EXTENSION}-documentation.html)`, () => {
  const parts = (documentationParts: Json) =>
    expand(document({}, { 'x-amazon-apigateway-documentation': { documentationParts } }));
  const location = { type: 'METHOD', path: '/x', method: 'GET' };

  it('have the location and the properties of the document', () =>
    assert.deepEqual(
      only(parts([{ location, properties: { description: 'd' } }]), 'DocumentationPart').map(
        ({ properties: { RestApiId: _id, ...properties } }) => properties,
      ),
      [{ Location: { Type: 'METHOD', Path: '/x', Method: 'GET' }, Properties: '{"description":"d"}' }],
    ));

  for (const [what, part] of [
    ['without a location', { properties: {} }],
    ['with a location that has no type', { location: { path: '/x' }, properties: {} }],
    ['without properties', { location }],
    ['that are not objects', 'text'],
  ] as const)
    it(`${what} are reported and left out`, () => {
      const expanded = parts([part]);

      assert.deepEqual(only(expanded, 'DocumentationPart'), []);
      assert.deepEqual(
        expanded.findings.map(({ property }) => property),
        ['Body.x-amazon-apigateway-documentation.documentationParts.0'],
      );
    });

  it('for one location are one part, the last one', () => {
    const [part, ...others] = only(
      parts([
        { location, properties: { description: 'first' } },
        { location, properties: { description: 'last' } },
      ]),
      'DocumentationPart',
    );

    assert.deepEqual([part?.properties['Properties'], others], ['{"description":"last"}', []]);
  });

  it('may be another value than a list, and then there are none', () =>
    assert.deepEqual(only(parts({ location }), 'DocumentationPart'), []));
});
