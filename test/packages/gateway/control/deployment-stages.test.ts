import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi } from '../../../support/an-api.ts';
import { API_ID, statuses } from '../../../support/metered-apis.ts';
import { ok } from '../../../support/rest-apis.ts';
import { restRoutes } from '../../../support/routed-apis.ts';

const ONE = { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 1 };

// Source: CloudFormation, AWS::ApiGateway::Deployment StageDescription.
describe('a stage described by its deployment', () => {
  const allowed = async (StageDescription: object, target: string): Promise<readonly number[]> => {
    const resources = restRoutes({ 'GET /pets': {}, 'GET /cats': {} });
    delete resources['Stage'];
    const Deployment = {
      type: 'AWS::ApiGateway::Deployment',
      properties: { RestApiId: API_ID, StageName: 'dev', StageDescription: { ...StageDescription } },
    };
    return statuses(anApi({ ...resources, Deployment }, { echo: ok }), 2, target, []);
  };

  it('throttles all of its methods by its own limits', async () => {
    assert.deepEqual(await allowed(ONE, '/dev/pets'), [200, 429]);
    assert.deepEqual(await allowed({}, '/dev/pets'), [200, 200]);
  });

  it('throttles one method by the settings of that', async () => {
    const settings = { MethodSettings: [{ ResourcePath: '/pets', HttpMethod: 'GET', ...ONE }] };

    assert.deepEqual(await allowed(settings, '/dev/pets'), [200, 429]);
    assert.deepEqual(await allowed(settings, '/dev/cats'), [200, 200]);
  });

  it('throttles one method by its own settings, and the others by those of the stage', async () => {
    const MethodSettings = [
      { ResourcePath: '/pets', HttpMethod: 'GET', ThrottlingBurstLimit: 100, ThrottlingRateLimit: 100 },
    ];

    assert.deepEqual(await allowed({ ...ONE, MethodSettings }, '/dev/pets'), [200, 200]);
    assert.deepEqual(await allowed({ ...ONE, MethodSettings }, '/dev/cats'), [200, 429]);
  });
});
