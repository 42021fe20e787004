import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flushCache, showCaches } from '../../../../../packages/gateway/console/endpoints/show-caches.ts';
import { createRedactor, SHOWING } from '../../../../../packages/gateway/console/records/redact.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { cachedApi, ON } from '../../../../support/cached-apis.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { withAuthorizer, policy, TOKEN } from '../../../../support/rest-apis.ts';
import type { ShownCacheEntry } from '../../../../../packages/gateway/console/endpoints/inspect-model.ts';

/** A stage whose canary takes half of its requests; each of the two keeps grants of its own. */
function aStageWithCanary() {
  let asked = 0;
  const { api, ports, send } = stagedApi(
    { CanarySetting: { DeploymentId: 'Second', PercentTraffic: 50 } },
    {
      auth: () => {
        asked += 1;
        return policy('Allow', '*');
      },
      list: () => ({ statusCode: 200 }),
    },
    {
      ...withAuthorizer(TOKEN),
      Second: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: 'abcdefghij' } },
    },
  );
  return {
    served: api.served,
    shown: (): readonly ShownCacheEntry[] => showCaches([api.served], ports.clock.nowEpochMs(), SHOWING),
    askedBy: async (token: string): Promise<number> => {
      const before = asked;
      for (let count = 0; count < 40; count += 1)
        await send({ target: '/dev/pets', headers: ['Authorization', token] });
      return asked - before;
    },
  };
}
const GRANTS = { apiId: 'abcdefghij', stage: 'dev', kind: 'authorizer' } as const;

describe('the caches of a stage with a canary', () => {
  it('show the cached results of both, and flush both', async () => {
    const { served, shown, askedBy } = aStageWithCanary();
    assert.equal(await askedBy('Bearer one'), 2);
    assert.deepEqual(
      shown().map(({ key, holds }) => [key, holds]),
      [
        ['Bearer one', 'alice, a policy'],
        ['Bearer one', 'alice, a policy, on the canary'],
      ],
    );

    assert.equal(flushCache(served, GRANTS), 2);
    assert.deepEqual(shown(), []);
    assert.equal(await askedBy('Bearer one'), 2);
  });

  it('flush one entry, and nothing else', async () => {
    const { served, shown, askedBy } = aStageWithCanary();
    await askedBy('Bearer one');
    await askedBy('Bearer two');
    for (const { id } of shown().filter(({ key }) => key === 'Bearer one'))
      assert.equal(flushCache(served, { ...GRANTS, id }), 1);

    assert.deepEqual([await askedBy('Bearer one'), await askedBy('Bearer two')], [2, 0]);
  });
});

describe('an answer in a cache of a stage', () => {
  it('is described by its route and the parameters of its key, without secrets', async () => {
    const names = ['method.request.querystring.page', 'method.request.header.x-api-key'];
    const { api, ports, send } = cachedApi(ON, {
      RequestParameters: Object.fromEntries(names.map((name) => [name, false])),
      Integration: { ...proxyTo('list'), CacheKeyParameters: names },
    });
    await send({ target: '/dev/pets?page=2', headers: ['x-api-key', 'abcdefgh'] });
    await send({ target: '/dev/pets' });

    const entries = showCaches([api.served], ports.clock.nowEpochMs(), createRedactor('key of a test'));

    const keys = entries.map(({ key }) => key.replace(/\[\w+\]/, '[…]'));
    assert.deepEqual(keys, ['GET /pets page=2 x-api-key=[…]', 'GET /pets page= x-api-key=']);
  });
});
