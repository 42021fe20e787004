import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deployCanary } from '../../../../packages/conformance/play/deploy-canary.ts';
import type { ApiSetup, JsonObject } from '../../../../packages/conformance/schema/parity-case.ts';

async function callsOf(setup: ApiSetup): Promise<readonly unknown[]> {
  const calls: unknown[] = [];
  const item = [
    { path: '/', id: 'root' },
    { path: '/pets', id: 'pets' },
  ];
  await deployCanary(setup, (method, path, body) => {
    calls.push(body === undefined ? [method, path] : [method, path, body]);
    return Promise.resolve<JsonObject>({ item });
  });
  return calls;
}

/** API reference: PutIntegration, PutIntegrationResponse, CreateDeployment. */
describe('deployCanary', () => {
  it('calls nothing for a stage without one', async () => {
    assert.deepEqual(await callsOf({ stage: 'dev', stageProps: { CanarySetting: {} } }), []);
  });

  it('edits the methods, and deploys them to the canary of the stage', async () => {
    const responses = [
      { StatusCode: '200', ResponseTemplates: { 'Content-Type': 'x' } },
      { StatusCode: '404' },
    ];
    const calls = await callsOf({
      stage: 'dev',
      stageProps: { CanarySetting: { PercentTraffic: 10, DeploymentId: 'd' } },
      canaryDeployment: {
        methods: [
          {
            path: '/pets',
            HttpMethod: 'GET',
            Integration: { Type: 'MOCK', IntegrationResponses: responses },
          },
          { path: '/', HttpMethod: 'ANY', Integration: { Type: 'HTTP', Uri: 'http://example.test' } },
        ],
      },
    });

    const pets = '/resources/pets/methods/GET/integration';
    assert.deepEqual(calls, [
      ['GET', '/resources?limit=500'],
      ['PUT', pets, { type: 'MOCK' }],
      ['PUT', `${pets}/responses/200`, { responseTemplates: { 'Content-Type': 'x' } }],
      ['PUT', `${pets}/responses/404`, {}],
      ['PUT', '/resources/root/methods/ANY/integration', { type: 'HTTP', uri: 'http://example.test' }],
      ['POST', '/deployments', { stageName: 'dev', canarySettings: { percentTraffic: 10 } }],
    ]);
  });
});
