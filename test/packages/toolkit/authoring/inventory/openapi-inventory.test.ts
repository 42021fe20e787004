import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readOpenApiRoutes } from '../../../../../packages/toolkit/authoring/inventory/openapi-inventory.ts';

describe('readOpenApiRoutes', () => {
  it('lists what the document names, and whether it is guarded', () => {
    const routes = readOpenApiRoutes({
      openapi: '3.0.1',
      security: [{ tokens: [] }],
      paths: {
        '/users': { parameters: [], get: {}, post: { security: [{ tokens: ['a'] }] }, 'x-internal': {} },
        '/menu': { get: { security: [] } },
        '/optional': { get: { security: [{}] } },
        '/files/{proxy+}': { 'x-amazon-apigateway-any-method': {} },
        '/$default': { 'x-amazon-apigateway-any-method': {} },
      },
    });

    assert.deepEqual(
      routes?.map(({ method, path, isProtected }) => `${method} ${path} ${isProtected}`),
      [
        'GET /users true',
        'POST /users true',
        'GET /menu false',
        'GET /optional false',
        'ANY /files/{proxy+} true',
        'ANY $default true',
      ],
    );
  });

  it('takes an operation for open if nothing says otherwise', () => {
    assert.deepEqual(readOpenApiRoutes({ swagger: '2.0', paths: { '/a': { get: {} } } }), [
      { method: 'GET', path: '/a', isProtected: false },
    ]);
  });

  for (const value of [undefined, null, [], 'x', {}, { openapi: '3.0.1' }, { Resources: {} }])
    it(`takes ${JSON.stringify(value)} for no OpenAPI document`, () => {
      assert.equal(readOpenApiRoutes(value), undefined);
    });
});
