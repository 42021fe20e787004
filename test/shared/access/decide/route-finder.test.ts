import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createRouteFinder } from '#shared/access/decide/route-finder.ts';
import { compileHttpRoutes } from '../../../../packages/gateway/core/routing/http-routes.ts';
import { compileRestRoutes } from '../../../../packages/gateway/core/routing/rest-routes.ts';
import { aPlan } from '../../../packages/gateway/core/routing/a-plan.ts';

const segment = fc.constantFrom('a', 'b', '{x}');
const path = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '/{proxy+}'))
  .map(
    ([segments, end]) =>
      `/${segments.map((text, index) => (text === '{x}' ? `{x${index}}` : text)).join('/')}${end}`,
  )
  .map((text) => text.replace('//', '/'));
const asked = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', 'c', ''), { maxLength: 5 }), fc.constantFrom('', '', '/'))
  .map(([words, end]) => `/${words.join('/')}${end}`);

describe('createRouteFinder', () => {
  for (const kind of ['rest', 'http'] as const)
    it(`finds the route that the gateway finds on a ${kind} API`, () => {
      fc.assert(
        fc.property(
          fc.uniqueArray(path, { minLength: 1, maxLength: 8 }),
          fc.boolean(),
          asked,
          (paths, hasDefault, target) => {
            const routes = paths.map((text) => ({ method: 'GET', path: text }));
            if (hasDefault && kind === 'http') routes.push({ method: 'GET', path: '$default' });
            const plans = routes.map((route) =>
              aPlan(route.path === '$default' ? '$default' : `GET ${route.path}`),
            );
            const table = kind === 'rest' ? compileRestRoutes(plans) : compileHttpRoutes(plans);

            const found = createRouteFinder(kind, routes).find('GET', target.slice(1).split('/'));

            const expected = table.find('GET', target)?.plan.resourcePath;
            assert.equal(found && routes[found.index]?.path, expected, JSON.stringify({ paths, target }));
          },
        ),
        { numRuns: 3_000 },
      );
    });

  it('finds nothing for a verb that no route has', () => {
    assert.equal(createRouteFinder('http', [{ method: 'GET', path: '/' }]).find('HEAD', ['']), undefined);
  });

  it('finds every route that the words before a wildcard allow, the most specific first', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { minLength: 1, maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
        (paths, words) => {
          const routes = paths.map((text) => ({ method: 'GET', path: text }));
          const finder = createRouteFinder('rest', routes);
          const possible = finder.templates('GET').filter(({ segments }) =>
            words.every((word, index) => {
              const segment = segments[index] ?? (segments.at(-1) === 'rest' ? 'rest' : undefined);
              return typeof segment === 'object' ? segment.literal === word : segment !== undefined;
            }),
          );

          assert.deepEqual(finder.below('GET', [...words, '*', 'z']), possible);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('examines only the routes below a name, however many there are', () => {
    const routes = Array.from({ length: 300 }, (_, index) => [
      { method: 'GET', path: `/v1/r${index}` },
      { method: 'GET', path: `/v1/r${index}/{id}` },
    ]).flat();
    const { below } = createRouteFinder('http', routes);

    const found = below('GET', ['v1', 'r7', '*']).map(({ index }) => routes[index]?.path);
    assert.deepEqual(found, ['/v1/r7/{id}', '/v1/r7']);
    assert.equal(below('GET', ['v1', '*']).length, 600);
  });
});
