import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer } from '#shared/access/answer.ts';
import type { Authorized, Authorizer } from '#shared/access/authorize.ts';
import { DomainError, UnauthorizedAnswer } from '#shared/errors.ts';
import type { DomainErrorCode } from '#shared/errors.ts';
import { ARN } from '../../support/an-access-document.ts';

const ROUTE = { method: 'GET', path: '/users' };
const RESULT = { isAuthorized: true, context: {} };
const ALLOW = { kind: 'allow', route: ROUTE, rules: ['r'] } as const;
const DENY = { kind: 'deny', reason: 'not-owner', route: ROUTE, rules: ['r'] } as const;

/** Returns what is counted and measured, in order. */
async function countsOf(authorizer: Authorizer) {
  const counts: string[] = [];
  const asked = {
    kind: 'rest' as const,
    arn: { ...ARN, target: 'GET/users' },
    sourceIp: undefined,
    readCredential: () => assert.fail('nobody reads it here'),
  };
  const outcome = await answer(authorizer, asked, {
    count: (metric, reason) => counts.push(reason === undefined ? metric : `${metric} ${reason}`),
    measure: (metric, value) => counts.push(`${metric} ${value}`),
  }).catch((error: unknown) => error);
  return { counts, outcome };
}

const known = (over: Partial<Authorized & { kind: 'known' }> = {}): Authorizer => {
  const authorized = {
    kind: 'known',
    decision: ALLOW,
    result: RESULT,
    rejectedBindings: [],
    ...over,
  } as const;
  return () => Promise.resolve(authorized);
};

// docs/design/authorizers §6: the metrics by name.
describe('answer', () => {
  it('counts what was decided, and how large the answer is', async () => {
    const size = `PolicyBytes ${JSON.stringify(RESULT).length}`;

    assert.deepEqual((await countsOf(known())).counts, ['Allow', size]);
    assert.deepEqual((await countsOf(known({ decision: DENY }))).counts, ['Deny forbidden', size]);
    assert.deepEqual((await countsOf(known({ refusal: 'over-quota' }))).counts, [
      'Deny quota_exceeded',
      size,
    ]);
  });

  it('counts answers that a hostile claim made smaller', async () => {
    assert.deepEqual((await countsOf(known({ rejectedBindings: ['own'] }))).counts.slice(0, 2), [
      'BindRejected',
      'Allow',
    ]);
  });

  it('counts answers that omit something for its length', async () => {
    const result = { ...RESULT, context: { contextCut: 'scope' } };

    assert.equal((await countsOf(known({ result }))).counts[0], 'ContextCut');
  });

  it('counts a 401 separately from a denial that represents one', async () => {
    const unknown = (result: typeof RESULT | undefined): Authorizer => {
      const authorized = { kind: 'unknown', reason: 'TOKEN_EXPIRED', result } as const;
      return () => Promise.resolve(authorized);
    };

    const refused = await countsOf(unknown(undefined));
    assert.deepEqual(refused.counts, ['Unauthorized token_expired']);
    assert.ok(refused.outcome instanceof UnauthorizedAnswer);
    assert.deepEqual(await countsOf(unknown(RESULT)), { counts: ['Deny token_expired'], outcome: RESULT });
  });

  const failures: readonly (readonly [DomainErrorCode, string | undefined])[] = [
    ['API_UNKNOWN', 'UnknownApi'],
    ['KEY_SET_UNAVAILABLE', 'JwksUnavailable'],
    ['PLAN_UNKNOWN', 'PlanUnknown'],
    ['POLICY_UNREPRESENTABLE', 'PolicyUnrepresentable'],
    ['RESULT_TOO_LARGE', 'PolicyTooLarge'],
    ['STORE_UNAVAILABLE', 'StoreUnavailable'],
    ['CONFIG_INVALID', undefined],
  ];
  for (const [code, metric] of failures)
    it(`counts ${metric ?? 'nothing'} for ${code}, and passes it on`, async () => {
      const error = new DomainError(code, 'x');

      assert.deepEqual(await countsOf(() => Promise.reject(error)), {
        counts: metric === undefined ? [] : [metric],
        outcome: error,
      });
    });
});
