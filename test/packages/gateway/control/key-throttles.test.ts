import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi } from '../../../support/an-api.ts';
import { aKey, aPlan, aPlanKey, API_ID, statuses, withKey } from '../../../support/metered-apis.ts';
import { ok } from '../../../support/rest-apis.ts';
import { restRoutes } from '../../../support/routed-apis.ts';

// Source: API Gateway developer guide, "Usage plans and API keys for REST APIs", method throttling.
describe('a usage plan', () => {
  const key = { ApiKeyRequired: true };
  const throttled = async (plan: object, target: string): Promise<readonly number[]> => {
    const more = { Key: aKey(), Plan: aPlan({ ...plan }), PlanKey: aPlanKey('Plan', 'Key') };
    const api = anApi(restRoutes({ 'GET /pets': key, 'GET /cats': key }, { more }), { echo: ok });
    return statuses(api, 3, target, withKey);
  };
  const two = { Throttle: { RateLimit: 1, BurstLimit: 2 } };
  const ofPets = {
    ApiStages: [{ ApiId: API_ID, Stage: 'dev', Throttle: { '/pets/GET': { RateLimit: 1, BurstLimit: 1 } } }],
  };

  it('throttles a method by its own limit, and the others by the limit of the plan', async () => {
    assert.deepEqual(await throttled({ ...two, ...ofPets }, '/dev/pets'), [200, 429, 429]);
    assert.deepEqual(await throttled({ ...two, ...ofPets }, '/dev/cats'), [200, 200, 429]);
  });

  it('throttles no other method if it has no limit of its own', async () => {
    assert.deepEqual(await throttled(ofPets, '/dev/pets'), [200, 429, 429]);
    assert.deepEqual(await throttled(ofPets, '/dev/cats'), [200, 200, 200]);
  });
});
