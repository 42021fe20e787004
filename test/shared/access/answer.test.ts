import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, createAccessRules } from '#shared/access/answer.ts';
import { aFetcher, aKeySet, anIssuer, aRsaKey, signToken } from '../../support/signed-tokens.ts';

const result = { isAuthorized: false, context: {} };

function counted() {
  const counts: string[] = [];
  return { counts, count: (outcome: string, reason = '') => counts.push(`${outcome} ${reason}`.trim()) };
}

describe('answer', () => {
  it('returns and counts what was decided', () => {
    const { counts, count } = counted();

    assert.equal(answer({ kind: 'known', decision: 'allow', result }, count), result);
    answer({ kind: 'known', decision: 'deny', result }, count);

    assert.deepEqual(counts, ['Allow', 'Deny']);
  });

  it('fails with the message for 401 and counts it', () => {
    const { counts, count } = counted();

    assert.throws(() => answer({ kind: 'unknown', reason: 'TOKEN_EXPIRED', result: undefined }, count), {
      message: 'Unauthorized',
    });
    assert.deepEqual(counts, ['Unauthorized TOKEN_EXPIRED']);
  });

  it('counts a denial that stands for 401 as a denial, because the function did not fail', () => {
    const { counts, count } = counted();

    assert.equal(answer({ kind: 'unknown', reason: 'TOKEN_EXPIRED', result }, count), result);
    assert.deepEqual(counts, ['Deny TOKEN_EXPIRED']);
  });
});

describe('createAccessRules', () => {
  it('verifies with the configured issuers', async () => {
    const key = aRsaKey();
    const fetcher = aFetcher(new Map([[anIssuer().jwksUri, aKeySet(key)]]));
    const config = { issuers: [anIssuer()], allowedRoles: ['admin'], httpResponseFormat: 'policy' } as const;

    const rules = createAccessRules(config, fetcher, { nowEpochMs: () => Date.now() });

    assert.equal((await rules.verifyToken(signToken(key))).subject, 'alice');
  });
});
