import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../../../../packages/gateway/core/stack/model.ts';
import { expandDocuments } from '../../../../../packages/gateway/templates/openapi/openapi.ts';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { SHOP } from '../stack-builders.ts';

describe('any JSON as a Body', () => {
  const words = fc.constantFrom(
    '/x',
    '/{a}',
    '/$default',
    'get',
    'post',
    'parameters',
    'responses',
    'security',
    'a',
    '200',
    '$ref',
    'requestBody',
    'content',
    'schema',
    'application/json',
    'x-amazon-apigateway-integration',
    'type',
    'uri',
    'name',
    'in',
    'properties',
    'items',
    '__proto__',
    'constructor',
  );
  const scalars = fc.oneof(
    fc.constantFrom('#/definitions/a', '#/components/schemas/a', '#', 'aws_proxy', 'query', 'body', ''),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
  );
  const anything = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 7 },
      scalars,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(words, tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  const roots = fc.record(
    {
      swagger: fc.constantFrom('2.0', 2, [], null),
      openapi: fc.constantFrom('3.0.1', 3, {}),
      paths: fc.dictionary(words, fc.dictionary(words, fc.oneof(anything, fc.dictionary(words, anything)))),
      definitions: fc.dictionary(words, anything),
      components: fc.dictionary(fc.constantFrom('schemas', 'securitySchemes', 'parameters'), anything),
      security: anything,
      servers: anything,
      'x-amazon-apigateway-request-validators': anything,
      'x-amazon-apigateway-gateway-responses': anything,
      'x-amazon-apigateway-cors': anything,
    },
    { requiredKeys: [] },
  );

  for (const type of ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'])
    it(`becomes resources of ${type}, or is refused with a DefinitionError`, () => {
      fc.assert(
        fc.property(fc.oneof(roots, anything), (body) => {
          const api: ResolvedResource = {
            logicalId: 'Api',
            type,
            physicalId: 'abc',
            dependsOn: [],
            properties: { Body: body as Json, Parameters: { basepath: 'prepend' }, BasePath: 'split' },
            place: (property) => ({ file: 'f', property }),
          };
          try {
            const { resources } = expandDocuments(SHOP, new Map([['Api', api]]));
            for (const resource of resources.values()) assert.ok(resource.place('Integration').file === 'f');
          } catch (error) {
            assert.ok(error instanceof DefinitionError, String(error));
          }
        }),
        { numRuns: 1500 },
      );
    });
});
