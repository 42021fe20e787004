import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ok } from '../../../../support/rest-apis.ts';
import { restRoutes } from '../../../../support/routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

/** Statuses of GET and POST of /pets, whose GET says this, and what was tolerated. */
async function statuses(method: JsonObject, faults: Faults): Promise<readonly unknown[]> {
  const { send } = anApi(
    restRoutes({ 'GET /pets': method, 'POST /pets': {} }),
    { echo: ok },
    { tolerance: faults },
  );
  const replies = [];
  for (const verb of ['GET', 'POST'])
    replies.push((await send({ method: verb, target: '/dev/pets' })).status);
  return [...replies, faults.all.flatMap(({ consequences }) => [...consequences])];
}

describe('a method of a REST API that is at fault', () => {
  it('returns 500 if its integration cannot be compiled, while the others are served', async () => {
    assert.deepEqual(await statuses({ Integration: { Type: 'SOAP' } }, new Faults(false)), [
      500,
      200,
      ['GET /pets returns 500'],
    ]);
  });

  const guarded = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Missing' };

  it('is closed if its authorizer cannot be compiled', async () => {
    assert.deepEqual(await statuses(guarded, new Faults(false)), [500, 200, ['GET /pets returns 500']]);
  });

  it('is open in that case only with --allow-unguarded', async () => {
    assert.deepEqual(await statuses(guarded, new Faults(true)), [200, 200, ['GET is open to all callers']]);
  });

  it('does not take the place of an earlier one with its path and verb', async () => {
    const faults = new Faults(false);
    const resources = restRoutes({ 'GET /pets': {} });
    const { Method0: first } = resources;
    assert.ok(first);
    const second = { ...first, properties: { ...first.properties, Integration: { Type: 'MOCK' } } };
    const { send } = anApi({ ...resources, Second: second }, { echo: ok }, { tolerance: faults });

    assert.equal((await send({ target: '/dev/pets' })).body, 'ok');
    assert.deepEqual(
      faults.all.map(({ error, consequences }) => [error.message, ...consequences]),
      [['Method already exists for this resource: GET /pets', 'the first method is used']],
    );
  });
});
