import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  quotaExceededReply,
  rateLimitHeaders,
  reducedCapacityReply,
} from '#shared/http/rate-limit-headers.ts';
import { parseStructuredList } from '../../support/structured-list.ts';

const MONTHLY = {
  id: 'monthly',
  limit: 100_000,
  windowSeconds: 2_592_000,
  remaining: 4321,
  resetSeconds: 86_400,
};
const BURST = { id: 'burst', limit: 50, windowSeconds: 1, remaining: 12, resetSeconds: 1 };

describe('rateLimitHeaders', () => {
  it('prints the lists of the draft', () => {
    // draft-ietf-httpapi-ratelimit-headers-11 §3, §4
    assert.deepEqual(rateLimitHeaders([MONTHLY, BURST]), {
      'ratelimit-policy': '"monthly";q=100000;w=2592000, "burst";q=50;w=1',
      ratelimit: '"monthly";r=4321;t=86400, "burst";r=12;t=1',
    });
  });

  it('names another unit than requests, and no window if nothing is counted over time', () => {
    const calls = {
      id: 'calls',
      limit: 5,
      unit: 'concurrent-requests',
      remaining: 2,
      windowSeconds: undefined,
      resetSeconds: undefined,
    } as const;

    const headers = rateLimitHeaders([calls]);

    // draft-ietf-httpapi-ratelimit-headers-11 §3.1.2
    assert.deepEqual(headers, {
      'ratelimit-policy': '"calls";q=5;qu="concurrent-requests"',
      ratelimit: '"calls";r=2',
    });
    const [policy] = parseStructuredList(headers['ratelimit-policy']);
    assert.equal(policy?.parameters.get('qu'), 'concurrent-requests');
  });

  it('sends no empty list', () => {
    assert.deepEqual(rateLimitHeaders([]), {});
  });

  it('names a policy once, by the state that has less left', () => {
    const other = { ...MONTHLY, remaining: 7, resetSeconds: 5 };

    assert.equal(rateLimitHeaders([MONTHLY, other])['ratelimit'], '"monthly";r=7;t=5');
  });

  it('is what a parser of structured fields reads back', () => {
    const number = fc.integer({ min: -5, max: Number.MAX_SAFE_INTEGER });
    const limit = fc.record({
      id: fc.string({ minLength: 1, unit: 'binary-ascii' }),
      limit: number,
      windowSeconds: number,
      remaining: number,
      resetSeconds: number,
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(limit, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
        (limits) => {
          const headers = rateLimitHeaders(limits);
          const policies = parseStructuredList(headers['ratelimit-policy'] ?? '');
          const states = parseStructuredList(headers['ratelimit'] ?? '');

          assert.equal(policies.length, limits.length);
          assert.equal(states.length, limits.length);
          for (const [index, { id, limit: quota, remaining }] of limits.entries()) {
            const fitting = (value: number): number => Math.min(Math.max(0, value), 999_999_999_999_999);
            assert.equal(policies[index]?.value, id.replace(/[^\x20-\x7e]/g, '?'));
            assert.equal(policies[index].parameters.get('q'), fitting(quota));
            assert.equal(states[index]?.parameters.get('r'), fitting(remaining));
          }
        },
      ),
    );
  });
});

describe('quotaExceededReply', () => {
  it('is a problem document that names the policy, with every field', () => {
    const reply = quotaExceededReply('monthly', 86_415, [MONTHLY]);

    assert.equal(reply.statusCode, 429);
    assert.equal(reply.headers?.['content-type'], 'application/problem+json');
    assert.equal(reply.headers['retry-after'], '86415');
    assert.equal(reply.headers['ratelimit'], '"monthly";r=4321;t=86400');
    assert.deepEqual(JSON.parse(reply.body ?? ''), {
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Request cannot be satisfied as assigned quota has been exceeded',
      status: 429,
      'violated-policies': ['monthly'],
    });
  });
});

describe('reducedCapacityReply', () => {
  it('blames no policy', () => {
    const reply = reducedCapacityReply(2, []);

    assert.equal(reply.statusCode, 503);
    assert.deepEqual(reply.headers, { 'content-type': 'application/problem+json', 'retry-after': '2' });
    assert.deepEqual(JSON.parse(reply.body ?? ''), {
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      title: 'Request cannot be satisfied due to temporary server capacity constraints',
      status: 503,
    });
  });
});
