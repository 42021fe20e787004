import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LruAuthorizerCache } from '../../../gateway/control/authorizer-cache.ts';
import type { AuthorizerGrant } from '../../../gateway/exchange.ts';

const DAY_MS = 86_400_000;
const grantAt = (givenAtEpochMs: number): AuthorizerGrant => ({
  ...{ principalId: 'user', context: {}, usageIdentifierKey: undefined, givenAtEpochMs },
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
});
