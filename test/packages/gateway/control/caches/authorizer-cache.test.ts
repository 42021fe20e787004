import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LruAuthorizerCache } from '../../../../../packages/gateway/control/caches/authorizer-cache.ts';
import { countWalks } from '../../../../support/counted-walks.ts';
import type { AuthorizerGrant } from '../../../../../packages/gateway/core/exchange.ts';

const DAY_MS = 86_400_000;
const grantAt = (givenAtEpochMs: number): AuthorizerGrant => ({
  principalId: 'user',
  context: {},
  usageIdentifierKey: undefined,
  givenAtEpochMs,
  verdict: { kind: 'simple', isAuthorized: true },
});

describe('LruAuthorizerCache', () => {
  it('does not serve today what was given while the clock was at tomorrow', () => {
    const cache = new LruAuthorizerCache();
    cache.put('a', 'token', grantAt(DAY_MS), DAY_MS + 300_000);

    assert.notEqual(cache.get('a', 'token', DAY_MS), undefined);
    assert.equal(cache.get('a', 'token', 0), undefined);
  });

  it('serves a request that came while the function was still asked', () => {
    const cache = new LruAuthorizerCache();
    cache.put('a', 'token', grantAt(10_000), 310_000);

    assert.notEqual(cache.get('a', 'token', 9_000), undefined);
  });

  it('looks only at the entries that are evicted and added, however full it is', () => {
    const cache = new LruAuthorizerCache();
    const put = (from: number, to: number): void => {
      for (let n = from; n < to; n += 1) cache.put('a', `token ${n}`, grantAt(0), 300_000);
    };
    put(0, 10_000);

    const walks = countWalks(() => put(10_000, 10_100));

    assert.deepEqual([walks, cache.list().length], [0, 10_000]);
    assert.equal(cache.get('a', 'token 99', 0), undefined);
    assert.notEqual(cache.get('a', 'token 100', 0), undefined);
  });
});
