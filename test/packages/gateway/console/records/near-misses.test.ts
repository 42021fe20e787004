import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findNearMisses } from '../../../../../packages/gateway/console/records/near-misses.ts';
import type { RoutePlan } from '../../../../../packages/gateway/core/deployment/model.ts';

const plan = (text: string): RoutePlan => {
  const [httpMethod = '', resourcePath = ''] = text.split(' ');
  return { httpMethod, resourcePath } as RoutePlan;
};
const PLANS = ['GET /orders', 'GET /orders/{id}', 'POST /orders', 'ANY /admin/{proxy+}'].map(plan);

describe('findNearMisses', () => {
  const rows: { method: string; path: string; misses: string[] }[] = [
    {
      method: 'PUT',
      path: '/orders',
      misses: [
        'GET /orders: it accepts GET, but the method of the request is PUT',
        'POST /orders: it accepts POST, but the method of the request is PUT',
      ],
    },
    { method: 'GET', path: '/Orders', misses: ['GET /orders: only upper and lower case differ'] },
    {
      method: 'GET',
      path: '/orders/1/items',
      misses: [
        'GET /orders: the request’s path continues with /1/items',
        'GET /orders/{id}: the request’s path continues with /items, and {id} stands for one segment',
      ],
    },
    {
      method: 'GET',
      path: '/admin',
      // GET /orders has nothing in common with the request.
      misses: [
        'ANY /admin/{proxy+}: its variable {proxy+} stands for at least one segment, and the request’s path has no segment at that place',
      ],
    },
    { method: 'GET', path: '/nothing/like/it', misses: [] },
  ];

  for (const { method, path, misses } of rows) {
    it(`of ${method} ${path} are ${misses.length}`, () => {
      const found = findNearMisses(PLANS, method, path, undefined);

      assert.deepEqual(
        found.map(({ route, because }) => `${route}: ${because}`).toSorted(),
        misses.toSorted(),
      );
    });
  }

  it('begin with the route whose spelling is most similar', () => {
    const plans = ['GET /users', 'GET /menus', 'GET /orders', 'GET /orders/{id}/lines'].map(plan);
    const nearest = (path: string) => findNearMisses(plans, 'GET', path, undefined)[0];

    assert.equal(nearest('/oders')?.route, 'GET /orders');
    assert.equal(nearest('/user')?.route, 'GET /users');
    assert.deepEqual(nearest('/menu/s'), {
      route: 'GET /menus',
      because: 'its path differs in 1 character',
    });
    assert.equal(findNearMisses(plans, 'GET', `/${'x'.repeat(10_000)}/y`, undefined).length, 0);
  });

  it('include a route that is less specific than the one that answered', () => {
    const answered = plan('GET /orders/new');

    assert.deepEqual(findNearMisses([...PLANS, answered], 'GET', '/orders/new', answered), [
      { route: 'GET /orders/{id}', because: 'it also matches, but /orders/new is more specific' },
    ]);
  });
});

it('leaves out routes that are much less similar than the most similar one', () => {
  const plans = ['GET /books', 'GET /broken', 'GET /slow', 'GET /boots'].map(plan);
  const routesFor = (path: string): readonly string[] =>
    findNearMisses(plans, 'GET', path, undefined).map(({ route }) => route);

  assert.deepEqual(routesFor('/book'), ['GET /books', 'GET /boots']);
  assert.deepEqual(routesFor('/slo'), ['GET /slow']);
});
