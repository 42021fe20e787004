/**
 * What SAM makes of an HTTP API with a document of its own. Source of each expectation: aws-sam-translator 1.115.0,
 * `open_api/open_api.py` and `model/api/http_api_generator.py`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { samProperties, samResources, samSecurity, samTemplate } from '../sam-builders.ts';
import { refusal } from '../stack-builders.ts';

const INTEGRATION =
  "x-amazon-apigateway-integration: { type: http_proxy, uri: 'http://a.example', httpMethod: GET, payloadFormatVersion: '1.0' }";
const LAMBDA =
  "L: { FunctionArn: 'arn:aws:lambda:us-east-1:1:function:f', AuthorizerPayloadFormatVersion: '2.0' }";
const JWT =
  'J: { IdentitySource: $request.header.Authorization, JwtConfiguration: { issuer: i, audience: [a] } }';
const authorizers = (more = ''): string => `Auth: { ${more}Authorizers: { ${LAMBDA}, ${JWT} } }`;
const documented = (method: string, more = ''): string =>
  `DefinitionBody: { openapi: 3.0.1, info: { title: own, description: own }, paths: { '/x/{id}': { get: { ${method} } } }${more} }`;

describe('a document of an HTTP API in a SAM template', () => {
  for (const { name, method, auth, event, expected } of [
    {
      name: 'an empty list keeps the default authorizer away from no route',
      method: 'security: []',
      auth: 'DefaultAuthorizer: L, ',
      event: undefined,
      expected: 'CUSTOM L',
    },
    {
      name: 'the requirement of the document comes before the default authorizer',
      method: 'security: [{ J: [] }]',
      auth: 'DefaultAuthorizer: L, ',
      event: undefined,
      expected: 'JWT J',
    },
    {
      name: 'an event guards the route that the document defines',
      method: '',
      auth: '',
      event: 'Auth: { Authorizer: J }',
      expected: 'JWT J',
    },
    {
      name: 'an event opens the route that the document defines',
      method: '',
      auth: 'DefaultAuthorizer: L, ',
      event: 'Auth: { Authorizer: NONE }',
      expected: 'NONE',
    },
  ])
    it(`is guarded: ${name}`, () => {
      const text = samTemplate(
        'HttpApi',
        `${documented(method === '' ? INTEGRATION : `${INTEGRATION}, ${method}`)}, ${authorizers(auth)}`,
        event === undefined ? {} : { A: `Path: '/x/{id}', Method: get, ${event}` },
      );

      assert.deepEqual(samSecurity(text), { 'GET /x/{id}': expected });
    });

  it('has the payload version and the timeout of the event', () => {
    const text = samTemplate('HttpApi', documented(INTEGRATION), {
      A: "Path: '/x/{id}', Method: get, PayloadFormatVersion: '2.0', TimeoutInMillis: 900",
    });
    const { IntegrationType, PayloadFormatVersion, TimeoutInMillis } = samProperties(
      text,
      'Api Integration GET /x/{id}',
    );

    assert.deepEqual(
      { IntegrationType, PayloadFormatVersion, TimeoutInMillis },
      { IntegrationType: 'HTTP_PROXY', PayloadFormatVersion: '2.0', TimeoutInMillis: 900 },
    );
  });

  it('has each setting of CorsConfiguration in place of its own', () => {
    const own = ", x-amazon-apigateway-cors: { allowOrigins: ['https://own'], allowHeaders: [x-own] }";
    const text = samTemplate(
      'HttpApi',
      `${documented(INTEGRATION, own)}, CorsConfiguration: { AllowOrigins: ['https://a'], MaxAge: 0 }`,
      {},
    );

    assert.deepEqual(samProperties(text, 'Api')['CorsConfiguration'], {
      AllowOrigins: ['https://a'],
      AllowHeaders: ['x-own'],
      MaxAge: 0,
    });
  });

  for (const name of ['Name', 'Description'])
    it(`is refused beside ${name}, because it has one`, () => {
      const text = samTemplate('HttpApi', `${documented(INTEGRATION)}, ${name}: other`, {});

      assert.match(
        refusal(() => samResources(text)),
        new RegExp(`Unable to set ${name} because it is already defined`),
      );
    });
});
