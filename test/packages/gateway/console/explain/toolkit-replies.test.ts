/**
 * Each reason for which a function of the toolkit refuses a request itself has a remedy of its own, or says it in its
 * reply.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PORTAL_ANSWERS } from '#shared/portal/portal-problem.ts';
import { adviseToolkitReply } from '../../../../../packages/gateway/console/explain/toolkit-replies.ts';
import { recording, storyOf } from '../../../../support/recorded-apis.ts';
import { aMethod } from '../../../../support/a-method.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import type { RefusalReason } from '#shared/webhooks/scheme.ts';

/** The compiler insists on each reason. */
const OF_WEBHOOKS: Readonly<Record<RefusalReason, RegExp>> = {
  missing_signature: /Send the header with the signature/,
  duplicate_signature: /once/,
  malformed_signature: /in the form that the scheme of the source defines/,
  invalid_signature: /Sign exactly the bytes of the body with a secret of the source/,
  malformed_timestamp: /whole seconds/,
  timestamp_outside_tolerance: /correct the clock of the sender/,
  malformed_id: /id of the delivery/,
  insufficient_coverage: /RFC 9421/,
  invalid_digest: /Content-Digest/,
};

/** The line that a function of the toolkit prints at the end of an invocation (Embedded Metric Format). */
const counted = (metric: string, reason?: string): readonly string[] => [
  'a line of its own',
  JSON.stringify({
    _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: metric, Unit: 'Count' }] }] },
    outcome: 'Done',
    reason,
    [metric]: 1,
  }),
];

describe('the remedy for a refusal by a function of the toolkit', () => {
  for (const [reason, says] of Object.entries(OF_WEBHOOKS))
    it(`is for the sender of a webhook: ${reason}`, () => {
      assert.match(adviseToolkitReply([JSON.stringify({ outcome: 'Unauthorized', reason })]) ?? '', says);
    });

  for (const code of Object.keys(PORTAL_ANSWERS))
    it(`is for whom the portal refuses: ${code}`, () => {
      assert.ok(adviseToolkitReply(counted('Refused', code)) !== undefined);
    });

  it('is for the sender who names an unknown source', () => {
    assert.match(
      adviseToolkitReply(counted('UnknownSource')) ?? '',
      /a source that access\/webhooks\.yml defines/,
    );
  });

  it("is not given for a user's own function, or for something that was not a refusal", () => {
    assert.equal(adviseToolkitReply(['{"reason": "SESSION_ENDED"}', 'SESSION_ENDED']), undefined);
    assert.equal(adviseToolkitReply(counted('Answered', 'SESSION_ENDED')), undefined);
  });
});

describe('a reply that is a problem (RFC 9457)', () => {
  const replying = (problem: object, type = 'application/problem+json') =>
    recording(
      aMethod({
        integration: proxyTo('fn'),
        functions: {
          fn: () => ({ statusCode: 403, headers: { 'Content-Type': type }, body: JSON.stringify(problem) }),
        },
      }),
    );
  const rows: readonly [says: string, problem: object, type: string | undefined, story: RegExp][] = [
    [
      'its text and its code',
      { title: 'Your session has ended. Sign in again.', status: 401, code: 'SESSION_ENDED' },
      undefined,
      /The reply says: Your session has ended\. Sign in again\. Its code is SESSION_ENDED\./,
    ],
    [
      'its detail if the title names the status only',
      { title: 'Forbidden', detail: 'pets of others are closed' },
      undefined,
      /The reply says: pets of others are closed\./,
    ],
  ];
  for (const [says, problem, type, story] of rows)
    it(`is quoted in the story: ${says}`, async () => {
      const api = replying(problem, type);
      await api.send({ target: '/dev/1' });
      assert.match(storyOf(api.last()), story);
    });

  it('is not quoted if it says no more than the status, or is of another type', async () => {
    for (const api of [
      replying({ title: 'Forbidden', status: 403 }),
      replying({ title: 'Pets are closed' }, 'application/json'),
    ]) {
      await api.send({ target: '/dev/1' });
      assert.doesNotMatch(storyOf(api.last()), /The reply says/);
    }
  });
});
