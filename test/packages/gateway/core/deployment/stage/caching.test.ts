import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxyTo } from '../../../../../support/a-stack.ts';
import { cachedApi, ON, settings } from '../../../../../support/cached-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

describe('settings of a stage cache', () => {
  const refusals: readonly { name: string; stage?: JsonObject; method?: JsonObject; message: RegExp }[] = [
    {
      name: 'a cluster size that AWS does not have',
      stage: { ...ON, CacheClusterSize: '2' },
      message: /cache cluster size/,
    },
    { name: 'a TTL over an hour', stage: settings({ CacheTtlInSeconds: 3601 }), message: /0 to 3600/ },
    {
      name: 'an unknown strategy',
      stage: settings({ UnauthorizedCacheControlHeaderStrategy: 'SHRUG' }),
      message: /Invalid UnauthorizedCacheControlHeaderStrategy/,
    },
    {
      name: 'a key parameter that the method does not declare',
      method: {
        Integration: { ...proxyTo('list'), CacheKeyParameters: ['method.request.querystring.page'] },
      },
      message: /Invalid mapping expression parameter specified: method\.request\.querystring\.page/,
    },
    {
      name: 'a key parameter that nothing maps',
      method: { Integration: { ...proxyTo('list'), CacheKeyParameters: ['integration.request.header.X'] } },
      message: /Invalid mapping expression parameter specified/,
    },
  ];
  for (const { name, stage = ON, method = {}, message } of refusals)
    it(`are refused with ${name}`, () => {
      assert.throws(() => cachedApi(stage, method), message);
    });
});

describe('the size of a stage cache', () => {
  // API Gateway API reference, CreateStage, cacheClusterSize.
  for (const size of ['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'])
    it(`may be ${size}`, () => {
      assert.doesNotThrow(() => cachedApi({ ...ON, CacheClusterSize: size }, {}));
    });
  for (const size of ['', '0', '0.50', '1', '13', '13.50', '237.0', '500'])
    it(`may not be "${size}"`, () => {
      assert.throws(() => cachedApi({ ...ON, CacheClusterSize: size }, {}), /cache cluster size/);
    });
});
