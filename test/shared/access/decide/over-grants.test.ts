import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findOverGrants } from '#shared/access/decide/over-grants.ts';
import { ANY } from '#shared/access/decide/segment-patterns.ts';
import { aDocument } from '../../../support/an-access-document.ts';

/** `path < pattern`, as the pattern reaches that route. */
function reached(routes: readonly string[], pattern: readonly string[]): readonly string[] {
  const document = aDocument(
    {},
    routes.map((path) => `GET ${path}`),
  );
  return findOverGrants(document, 'GET', pattern).map(
    ({ route, pattern: narrow }) => `${document.routes[route]?.path} < ${narrow.join('/')}`,
  );
}

// API Gateway developer guide, "Path variables": the most specific route takes a request, and {name+} takes any depth.
describe('what a pattern grants beyond its own route', () => {
  it('of a greedy route is only what no other route matches, however deep', () => {
    assert.deepEqual(reached(['/files/{path+}', '/files/{id}'], ['files', 'a', ANY]), [
      '/files/{id} < files/a/',
      '/files/{path+} < files/a/*',
    ]);
    assert.deepEqual(reached(['/{proxy+}', '/users/{id}'], ['users', ANY]), [
      '/users/{id} < users/*',
      '/{proxy+} < users/',
      '/{proxy+} < users/*/*',
    ]);
  });

  it('does not include a route that has other words', () => {
    assert.deepEqual(reached(['/{proxy+}', '/users/{id}', '/orders/{id}'], ['users', 'a']), [
      '/users/{id} < users/a',
    ]);
  });
});
