/**
 * Models of an API, and what its events ask of requests.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-requestmodel.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { samProperties, samResources, samTemplate } from '../sam-builders.ts';
import { aStack, refusal } from '../stack-builders.ts';

const MODELS = 'Models: { User: { type: object } }';
const template = (event: string, api = MODELS): string =>
  samTemplate('Api', api, { E: `Path: /x, Method: post, ${event}` });

describe('the model of an event', () => {
  for (const openApi of ['', ", OpenApiVersion: '3.0.1'"])
    it(`is the API's model, whatever its case, in ${openApi === '' ? 'swagger 2.0' : 'openapi 3.0'}`, () => {
      const text = template('RequestModel: { Model: USER, Required: true }', `${MODELS}${openApi}`);

      assert.deepEqual(samProperties(text, 'Api POST /x')['RequestModels'], { 'application/json': 'user' });
    });

  for (const [checks, name, isBody, isParameters] of [
    ['ValidateBody: true', 'body-only', true, false],
    ['ValidateParameters: true', 'params-only', false, true],
    ['ValidateBody: true, ValidateParameters: true', 'body-and-params', true, true],
    ['ValidateBody: false, ValidateParameters: false', 'no-validation', false, false],
  ] as const)
    it(`is checked by ${name} with ${checks}`, () => {
      const text = template(`RequestModel: { Model: User, ${checks} }`);
      const validators = [...samResources(text).values()].filter(({ type }) =>
        type.endsWith('::RequestValidator'),
      );

      assert.deepEqual(
        validators.map(({ properties }) => [
          properties['Name'],
          properties['ValidateRequestBody'],
          properties['ValidateRequestParameters'],
        ]),
        [[name, isBody, isParameters]],
      );
      assert.equal(samProperties(text, 'Api POST /x')['RequestValidatorId'], validators[0]?.physicalId);
    });

  it('is not checked if that is not asked for', () => {
    const text = template('RequestModel: { Model: User }');

    assert.equal(samProperties(text, 'Api POST /x')['RequestValidatorId'], undefined);
  });

  for (const [event, api, says] of [
    [
      'RequestModel: { Model: Order }',
      MODELS,
      /RequestModel\.Model must be the name of a model of the API, not "Order"/,
    ],
    ['RequestModel: {}', MODELS, /RequestModel\.Model must be the name of a model of the API, not null/],
    ['RequestModel: User', MODELS, /RequestModel\.Model must be the name of a model of the API/],
    ['RequestModel: { Model: User }', 'Models: { User: {} }', /Models\.User must be a schema with a type/],
    ['RequestModel: { Model: User }', 'Models: [User]', /Models must be a mapping of schemas/],
  ] as const)
    it(`is refused: ${event} of ${api}`, () => {
      assert.match(
        refusal(() => aStack(template(event, api)).resolveResources()),
        says,
      );
    });
});

describe('the parameters of an event', () => {
  for (const [written, expected, cached] of [
    ['[method.request.querystring.page]', { 'method.request.querystring.page': false }, undefined],
    ['[method.request.header.A]', { 'method.request.header.A': false }, undefined],
    ['[method.request.path.id: { Required: true }]', { 'method.request.path.id': true }, undefined],
    [
      '[method.request.querystring.page: { Caching: true }, method.request.querystring.size: { Caching: false }]',
      { 'method.request.querystring.page': false, 'method.request.querystring.size': false },
      ['method.request.querystring.page'],
    ],
  ] as const)
    it(`are those of ${written}`, () => {
      const method = samProperties(template(`RequestParameters: ${written}`), 'Api POST /x');

      assert.deepEqual(method['RequestParameters'], expected);
      assert.deepEqual(
        (method['Integration'] as { CacheKeyParameters?: unknown }).CacheKeyParameters,
        cached,
      );
    });

  for (const written of [
    'page',
    '[method.request.body.a]',
    '[method.request.querystring.]',
    '[method.request.querystring.a: text]',
    '[7]',
    '[{}]',
  ])
    it(`are refused: ${written}`, () => {
      assert.match(
        refusal(() => aStack(template(`RequestParameters: ${written}`))),
        /event E: RequestParameters must be named/,
      );
    });
});
