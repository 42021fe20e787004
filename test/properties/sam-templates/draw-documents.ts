/** Draws documents for `DefinitionBody`, to which SAM adds the routes of events, security and CORS. */
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Pick } from '../../support/pick.ts';

const ANY = 'x-amazon-apigateway-any-method';
const INTEGRATION = 'x-amazon-apigateway-integration';
const URI = {
  'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Plain.Arn}/invocations',
};
const PROXY = { type: 'http_proxy', httpMethod: 'GET', uri: 'https://example.com' };
/** Without `/orders/`: SAM orders paths by a hash, which decides whether it or `/orders` gets the CORS method. */
const PATHS = ['/', '/orders', '/orders/{id}', '/{proxy+}', '/Orders/{id}/items/{item}', '/a.b', '/own'];

function drawMethods(pick: Pick, drawMethod: () => JsonObject): JsonObject {
  return Object.fromEntries(
    pick.some(['get', 'post', 'options', 'delete', ANY]).map((name) => [name, drawMethod()]),
  );
}

function drawRequirements(pick: Pick, names: readonly string[]): JsonObject {
  const named = names.map((name) => [{ [name]: [] }]);
  return pick.chance(0.5) ? {} : { security: pick.one<Json>([[], [], ...named]) };
}

export function drawHttpDocument(pick: Pick, authorizers: readonly string[]): JsonObject {
  const drawMethod = (): JsonObject => ({
    ...(pick.chance(0.7) && {
      [INTEGRATION]: {
        ...pick.one<JsonObject>([PROXY, { type: 'aws_proxy', httpMethod: 'POST', uri: URI }]),
        payloadFormatVersion: pick.one(['1.0', '2.0']),
        ...(pick.chance(0.2) && { timeoutInMillis: 1000 }),
      },
    }),
    ...drawRequirements(pick, authorizers),
    ...(pick.chance(0.2) && { parameters: [{ name: 'id', in: 'path', description: 'own' }] }),
    responses: {},
  });
  return {
    openapi: pick.one(['3.0.1', '3.0.0']),
    info: { title: 'own', version: '1.0' },
    paths: Object.fromEntries(pick.some(PATHS).map((path) => [path, drawMethods(pick, drawMethod)])),
    ...(pick.chance(0.4) && {
      'x-amazon-apigateway-cors': { allowOrigins: ['https://own.example'], allowHeaders: ['x-own'] },
    }),
  };
}

export function drawRestDocument(pick: Pick): JsonObject {
  const drawMethod = (): JsonObject => ({
    ...(pick.chance(0.7) && {
      [INTEGRATION]: pick.one<JsonObject>([
        PROXY,
        { type: 'aws_proxy', httpMethod: 'POST', uri: URI },
        { 'Fn::If': ['IsProd', { type: 'mock' }, PROXY] },
      ]),
    }),
    ...drawRequirements(pick, ['api_key', 'AWS_IAM', 'NONE', 'Lambda']),
    ...(pick.chance(0.2) && { parameters: [{ name: 'q', in: 'query', required: true, type: 'string' }] }),
    ...(pick.chance(0.5) && { responses: { 200: { description: 'ok' } } }),
  });
  return {
    swagger: '2.0',
    info: { title: 'own', version: '1.0', ...(pick.chance(0.3) && { description: 'own' }) },
    paths: Object.fromEntries(
      pick.some(PATHS, 1).map((path) => [
        path,
        {
          ...drawMethods(pick, drawMethod),
          ...(pick.chance(0.1) && {
            parameters: [{ name: 'q', in: 'query', required: false, type: 'string' }],
          }),
        },
      ]),
    ),
    ...(pick.chance(0.3) && {
      securityDefinitions: { Own: { type: 'apiKey', name: 'X-Own', in: 'header' } },
    }),
    ...(pick.chance(0.2) && { 'x-amazon-apigateway-binary-media-types': ['image/own'] }),
    ...(pick.chance(0.2) && {
      'x-amazon-apigateway-gateway-responses': { DEFAULT_4XX: { statusCode: 400 } },
    }),
    ...(pick.chance(0.2) && { definitions: { Own: { type: 'object' } } }),
  };
}
