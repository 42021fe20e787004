import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HELD_PARTS, holdParts, partsOf, withParts } from '../../../../packages/gateway/control/api-parts.ts';
import { callMadeResource } from '../../../../packages/gateway/control/edits/edit-resources.ts';

const part = (id: string, properties: Readonly<Record<string, string>> = {}) =>
  callMadeResource(id, properties);

test('parts can be stored by id or as a list, and are read in the same way', () => {
  const held = holdParts((name) => [part(`${name}-1`), part(`${name}-2`)]);
  assert.equal(held.validators.get('validators-2')?.id, 'validators-2');
  assert.equal(held.models[1]?.id, 'models-2');
  for (const name of HELD_PARTS)
    assert.deepEqual(
      partsOf(held, name).map(({ id }) => id),
      [`${name}-1`, `${name}-2`],
    );
});

test('with a route go its responses, and nothing else', () => {
  const lists = {
    routes: [part('r1'), part('r2')],
    integrations: [part('i1')],
    routeResponses: [part('a', { RouteId: 'r1' }), part('b', { RouteId: 'r2' })],
    integrationResponses: [part('c', { IntegrationId: 'i1' })],
  };
  const held = holdParts((name) => (name in lists ? lists[name as keyof typeof lists] : []));
  const kept = withParts(held, 'routes', [part('r2')]);
  assert.deepEqual(
    [kept.routes, kept.routeResponses].map((list) => list.map(({ id }) => id)),
    [['r2'], ['b']],
  );
  assert.equal(kept.integrationResponses, held.integrationResponses);
  assert.deepEqual(withParts(kept, 'integrations', []).integrationResponses, []);
});
