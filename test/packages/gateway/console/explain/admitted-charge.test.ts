/** A request that the quota of an authorizer admitted: the explanation names the customer plan and what is left. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printAccessDecision } from '@gatewright/aws/access-decision';
import { rateLimitHeaders } from '#shared/http/rate-limit-headers.ts';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { ok, policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import type { AccessBook } from '../../../../../packages/gateway/engine/index.ts';

const LIMITS = [
  { id: 'monthly', limit: 1000, remaining: 987, windowSeconds: 2_592_000, resetSeconds: 86_400 },
  { id: 'minute, per key', limit: 60, remaining: 59, windowSeconds: 60, resetSeconds: 12 },
];

async function explained(plan: string | undefined, limits: typeof LIMITS): Promise<string> {
  const record = printAccessDecision({
    document: 'shop',
    outcome: 'allow',
    key: 'k1',
    customer: 'acme',
    plan,
  });
  const { ratelimit, 'ratelimit-policy': rateLimitPolicy } = rateLimitHeaders(limits);
  const context = { accessDecision: record, rateLimit: ratelimit, rateLimitPolicy };
  const api = aRecordedApi(withAuthorizer(TOKEN), {
    list: ok,
    auth: () => ({ ...policy('Allow', '*'), principalId: 'k1', context }),
  });
  await api.send({ target: '/dev/pets', headers: ['Authorization', 'Bearer x'] });
  return storyOf(api.last());
}

describe('the explanation of a request that a quota admitted', () => {
  // The walk of a user: only the usage plan of API Gateway was named, which admits all customers alike.
  it('names the customer plan, and what was left of each limit', async () => {
    assert.match(
      await explained('pro', LIMITS),
      /^The plan pro of the customer acme was charged; units left: monthly 987 of 1000, minute, per key 59 of 60\.$/m,
    );
  });

  it('names what is left if the quota is in the handler', async () => {
    const api = aRecordedApi(withAuthorizer(TOKEN), {
      list: () => ({ statusCode: 200, headers: rateLimitHeaders(LIMITS), body: '[]' }),
      auth: () => ({ ...policy('Allow', '*'), principalId: 'k1' }),
    });
    await api.send({ target: '/dev/pets', headers: ['Authorization', 'Bearer x'] });

    assert.match(
      storyOf(api.last()),
      /^The RateLimit header of the reply says how many units are left: monthly 987 of 1000, minute, per key 59 of 60\.$/m,
    );
  });

  it('says nothing of plans if the authorizer charged nothing', async () => {
    assert.doesNotMatch(await explained(undefined, []), /plan/);
  });
});

describe('the explanation of a request that a limit of the customer plan refused', () => {
  it('names the line of the limit in the access document', async () => {
    const asked: unknown[] = [];
    const { ratelimit, 'ratelimit-policy': rateLimitPolicy } = rateLimitHeaders(
      LIMITS.map((limit) => ({ ...limit, remaining: 0 })),
    );
    const accessDecision = printAccessDecision({
      document: 'shop',
      outcome: 'over-quota',
      customer: 'acme',
      plan: 'pro',
      limit: 'monthly',
    });
    const context = { accessDecision, rateLimit: ratelimit, rateLimitPolicy };
    const api = aRecordedApi(withAuthorizer(TOKEN), {
      list: ok,
      auth: () => ({ ...policy('Deny', '*'), principalId: 'k1', context }),
    });
    api.records.access = {
      ...NO_BOOK,
      placeOfLimit: (limit) => {
        asked.push(limit);
        return 'access/shop.yml:20';
      },
    };

    await api.send({ target: '/dev/pets', headers: ['Authorization', 'Bearer x'] });

    assert.match(storyOf(api.last()), /Defined at: .*limit monthly of the plan pro access\/shop\.yml:20/);
    assert.deepEqual(asked[0], { document: 'shop', plan: 'pro', limit: 'monthly', of: 1000 });
  });
});

const NO_BOOK: AccessBook = {
  documents: () => [],
  ask: async () => await Promise.resolve({ kind: 'problem', problem: '' }),
  decide: () => undefined,
  localToken: () => undefined,
  newKey: () => undefined,
};
