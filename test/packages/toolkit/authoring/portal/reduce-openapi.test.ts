import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reduceOpenApi } from '../../../../../packages/toolkit/authoring/portal/reduce-openapi.ts';

const OK = { description: 'ok' };

function reduced(document: object): unknown {
  const result = reduceOpenApi(JSON.stringify({ openapi: '3.1.0', paths: {}, ...document }), 'a.json');
  assert.ok(result.kind === 'read');
  return JSON.parse(result.text);
}

/** Where extensions and servers may stand: OpenAPI 3.1.0, 4.9 and the objects that name them. */
describe('the reference of an API', () => {
  for (const [what, given, shown] of [
    ['an extension of the document', { 'x-internal': 1 }, {}],
    [
      'an extension of the description',
      { info: { title: 'a', 'x-owner': 'team' } },
      { info: { title: 'a' } },
    ],
    ['the servers of the document', { servers: [{ url: 'https://internal.example' }] }, {}],
    [
      'servers and extensions of a path and an operation',
      {
        paths: {
          'x-team': 'a',
          '/a': {
            servers: [{ url: 'https://internal.example' }],
            get: { servers: [], 'x-internal': 1, responses: { 200: OK } },
          },
        },
      },
      { paths: { '/a': { get: { responses: { 200: OK } } } } },
    ],
    [
      'an extension of a schema, of a parameter and of a tag',
      {
        tags: [{ name: 'a', 'x-group': 'b' }],
        components: {
          schemas: { A: { type: 'string', 'x-java-type': 'com.example.Inside' } },
          parameters: { P: { name: 'p', in: 'query', 'x-column': 'inside' } },
        },
      },
      {
        tags: [{ name: 'a' }],
        components: {
          schemas: { A: { type: 'string' } },
          parameters: { P: { name: 'p', in: 'query' } },
        },
      },
    ],
  ] as const)
    it(`omits ${what}`, () => {
      assert.deepEqual(reduced(given), { openapi: '3.1.0', paths: {}, ...shown });
    });

  for (const [what, given] of [
    [
      'a property and a schema whose names begin with x-, and properties with names of OpenAPI',
      {
        components: {
          schemas: {
            'x-page': {
              properties: { 'x-total': { type: 'integer' }, servers: { type: 'array' }, properties: OK },
            },
          },
        },
      },
    ],
    [
      'a header and a key scheme whose names begin with x-',
      {
        security: [{ 'x-api-key': [] }],
        components: {
          securitySchemes: { 'x-api-key': { type: 'apiKey', in: 'header', name: 'x-api-key' } },
          responses: { A: { description: 'a', headers: { 'x-request-id': { schema: {} } } } },
        },
      },
    ],
    [
      'examples and defaults as the API sends them',
      {
        components: {
          schemas: {
            A: {
              examples: [{ 'x-a': 1 }],
              default: { servers: 2, $ref: 'https://a.example' },
              enum: [{ 'x-b': 1 }],
            },
          },
          examples: { E: { value: { 'x-c': { 'x-d': 1 } } } },
        },
      },
    ],
  ] as const)
    it(`shows ${what}`, () => {
      assert.deepEqual(reduced(given), { openapi: '3.1.0', paths: {}, ...given });
    });
});
