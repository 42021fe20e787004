import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showKeys } from '../../../../../packages/gateway/console/endpoints/show-keys.ts';
import type { KeysAndPlans } from '../../../../../packages/gateway/control/metering/key-ring.ts';

describe('a usage plan', () => {
  const plan = {
    id: 'plan1',
    name: 'partners',
    apiStages: ['api1', 'api2', 'gone'].map((apiId) => ({ apiId, stage: 'dev' })),
  };
  const at = { keys: { all: [] }, plans: { all: [plan], keysOf: () => [] } } as unknown as KeysAndPlans;
  const apiOf = (apiKeySource: string) =>
    ({
      label: `the shop ${apiKeySource}`,
      stages: new Map([['dev', { deployment: { apiKeySource } }]]),
    }) as unknown as ReturnType<Parameters<typeof showKeys>[2]>;

  it('says of which APIs the authorizers choose the key, because such a key stands for many callers', () => {
    const apis = new Map([
      ['api1', apiOf('AUTHORIZER')],
      ['api2', apiOf('HEADER')],
    ]);
    const [shown] = showKeys(at, 0, (apiId) => apis.get(apiId)).plans;
    assert.deepEqual(
      shown?.stages.map(({ apiName, isKeyFromAuthorizer }) => [apiName, isKeyFromAuthorizer]),
      [
        ['the shop AUTHORIZER', true],
        ['the shop HEADER', false],
        ['gone', false],
      ],
    );
  });
});
