import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rejectionReply } from '#shared/quota/rejection-reply.ts';
import type { Rejection } from '#shared/quota/quotas.ts';

// RFC 6585 §4 (429), RFC 9110 §15.6.4 (503) and §15.5.4 (403), §10.2.3 (Retry-After); RFC 9457, problem details.
describe('rejectionReply', () => {
  const replyOf = (reason: string, more: object = {}) =>
    rejectionReply({ reason, limit: 'monthly', limits: [], ...more } as unknown as Rejection);
  const headerOf = ({ headers = {} }: ReturnType<typeof replyOf>, name: string): unknown =>
    Object.entries(headers).find(([header]) => header.toLowerCase() === name)?.[1];

  for (const [reason, status] of [
    ['quota-exceeded', 429],
    ['rate-limited', 429],
    ['concurrency', 429],
    ['unavailable', 503],
    ['suspended', 403],
  ] as const)
    it(`is ${status} for ${reason}, as a problem`, () => {
      const reply = replyOf(reason, { retryAfterSeconds: 7 });
      const problem = JSON.parse(reply.body ?? '') as { readonly status: number; readonly title: string };

      assert.deepEqual([reply.statusCode, problem.status], [status, status]);
      assert.notEqual(problem.title, '');
      assert.match(String(headerOf(reply, 'content-type')), /^application\/problem\+json/);
      assert.equal(headerOf(reply, 'retry-after') === undefined, status === 403);
    });

  it('says when to ask again, and after one second if the time is not known', () => {
    assert.equal(String(headerOf(replyOf('quota-exceeded', { retryAfterSeconds: 7 }), 'retry-after')), '7');
    assert.equal(String(headerOf(replyOf('unavailable'), 'retry-after')), '1');
  });

  it('says who may help if access is suspended', () => {
    assert.partialDeepStrictEqual(JSON.parse(replyOf('suspended').body ?? ''), {
      title: 'Forbidden',
      detail: 'access is suspended by the owner of the API',
    });
  });
});
