import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { failureOf, readRetryAfter, repeatCall } from '../../../../packages/base/aws/retry.ts';
import * as RETRIES from '../../../../packages/base/aws/retry-rules.ts';
import type { Judged } from '../../../../packages/base/aws/retry.ts';
import { aVirtualClock } from '../../../support/a-virtual-clock.ts';

const RULE = { attempts: 5, baseMs: 100, capMs: 300, repeats: ['busy'] } as const;

/** Answers one attempt after the other as given; the last answer stays. */
async function repeated(
  answers: readonly Judged[],
  { fraction = 1, withinMs = Infinity }: { fraction?: number; withinMs?: number } = {},
) {
  const { ports, pausesMs } = aVirtualClock(fraction);
  const leftMs: number[] = [];
  const outcome = await repeatCall(
    (left) => {
      leftMs.push(left);
      return Promise.resolve(answers[Math.min(leftMs.length, answers.length) - 1] as Judged);
    },
    (answer) => answer,
    RULE,
    ports,
    withinMs,
  );
  return { outcome, pausesMs, leftMs };
}

describe('repeatCall', () => {
  it('doubles the longest pause up to the cap, and ends with the last attempt', async () => {
    const { pausesMs, leftMs } = await repeated([{ failure: 'busy' }]);

    assert.deepEqual(pausesMs, [100, 200, 300, 300]);
    assert.equal(leftMs.length, RULE.attempts);
  });

  it('draws each pause between nothing and the longest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (fraction) => {
        const { pausesMs } = await repeated([{ failure: 'busy' }], { fraction });
        assert.deepEqual(
          pausesMs,
          [100, 200, 300, 300].map((longest) => fraction * longest),
        );
      }),
    );
  });

  it('waits at least as long as the answer says', async () => {
    const { pausesMs } = await repeated([{ failure: 'busy', retryAfterMs: 700 }, { failure: undefined }]);

    assert.deepEqual(pausesMs, [700]);
  });

  it('passes each attempt the remaining time, and starts no attempt after it has elapsed', async () => {
    const { pausesMs, leftMs } = await repeated([{ failure: 'busy' }], { withinMs: 350 });

    assert.deepEqual(
      [pausesMs, leftMs],
      [
        [100, 200],
        [350, 250, 50],
      ],
    );
  });

  it('does not repeat a success, nor a failure that its rule does not name', async () => {
    for (const failure of [undefined, 'failed'] as const)
      assert.deepEqual((await repeated([{ failure }])).pausesMs, []);
  });
});

describe('failureOf', () => {
  const rows = [
    { status: 200, code: '', expected: undefined },
    // A function's own answer may name anything.
    { status: 200, code: 'ThrottlingException', expected: undefined },
    { status: 400, code: 'ValidationException', expected: undefined },
    { status: 400, code: 'ThrottlingException', expected: 'busy' },
    { status: 400, code: 'ProvisionedThroughputExceededException', expected: 'busy' },
    { status: 400, code: 'TooManyInvalidationsInProgress', expected: 'busy' },
    { status: 429, code: '', expected: 'busy' },
    { status: 503, code: '', expected: 'busy' },
    { status: 500, code: '', expected: 'failed' },
    { status: 0, code: '', expected: 'failed' },
  ];
  for (const { status, code, expected } of rows)
    it(`takes ${status} ${code} for ${expected ?? 'an answer that stays'}`, () => {
      assert.equal(failureOf({ status, code }), expected);
    });
});

describe('readRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const rows = [
    { text: undefined, expected: undefined },
    { text: '3', expected: 3_000 },
    { text: 'Thu, 01 Jan 2026 00:00:05 GMT', expected: 5_000 },
    { text: 'Wed, 31 Dec 2025 00:00:05 GMT', expected: undefined },
    { text: 'soon', expected: undefined },
  ];
  for (const { text, expected } of rows)
    it(`reads ${text ?? 'no header'} as ${expected ?? 'nothing'}`, () => {
      assert.equal(readRetryAfter(text, now), expected);
    });
});

describe('RETRIES', () => {
  it('pause before every repeated call, longer each time up to the cap', () => {
    for (const { attempts, baseMs, capMs } of Object.values(RETRIES))
      assert.ok(attempts >= 2 && baseMs > 0 && capMs >= baseMs);
  });
});
