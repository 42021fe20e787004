import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TokenBucket, TokenBuckets } from '../../../../../packages/gateway/core/metering/token-bucket.ts';

const START = Date.UTC(2026, 0, 1);

/** How many of `count` requests at one moment get through. */
function admit(bucket: TokenBucket, count: number, nowEpochMs: number): number {
  let admitted = 0;
  for (let index = 0; index < count; index += 1) {
    if (bucket.isEmpty(nowEpochMs)) continue;
    bucket.take();
    admitted += 1;
  }
  return admitted;
}

describe('TokenBucket', () => {
  it('reports how many tokens there are, and never more than the burst', () => {
    const bucket = new TokenBucket({ rateLimit: 2, burstLimit: 5 }, START);
    admit(bucket, 4, START);

    assert.deepEqual(
      [0, 1000, 9000].map((ms) => bucket.level(START + ms)),
      [1, 3, 5],
    );
  });

  it('starts full and allows no more than the burst at once (docs/aws §5.1)', () => {
    const bucket = new TokenBucket({ rateLimit: 2, burstLimit: 5 }, START);

    assert.equal(admit(bucket, 9, START), 5);
  });

  it('refills at the rate, by the given clock', () => {
    const bucket = new TokenBucket({ rateLimit: 2, burstLimit: 1 }, START);
    admit(bucket, 1, START);

    assert.equal(bucket.isEmpty(START + 499), true);
    assert.equal(bucket.isEmpty(START + 500), false);
  });

  it('accumulates a fractional rate without losing a token', () => {
    const bucket = new TokenBucket({ rateLimit: 0.1, burstLimit: 1 }, START);
    admit(bucket, 1, START);

    for (let passedMs = 1; passedMs < 10_000; passedMs += 1) bucket.isEmpty(START + passedMs);

    assert.equal(bucket.isEmpty(START + 10_000), false);
  });

  it('keeps no more than the burst, however long it waits', () => {
    const bucket = new TokenBucket({ rateLimit: 100, burstLimit: 3 }, START);

    assert.equal(admit(bucket, 9, START + 86_400_000), 3);
  });

  for (const limit of [
    { rateLimit: 0, burstLimit: 0 },
    { rateLimit: 5, burstLimit: 0 },
  ])
    it(`rejects everything at a rate of ${limit.rateLimit} and a burst of 0`, () => {
      const bucket = new TokenBucket(limit, START);

      assert.equal(admit(bucket, 3, START + 60_000), 0);
    });

  it('continues to refill at its rate after the clock was moved back', () => {
    const bucket = new TokenBucket({ rateLimit: 1, burstLimit: 1 }, START);
    admit(bucket, 1, START);

    assert.equal(bucket.isEmpty(START - 86_400_000), true);
    assert.equal(bucket.isEmpty(START - 86_400_000 + 1000), false);
  });

  it('remembers what was used when its limit changes', () => {
    const bucket = new TokenBucket({ rateLimit: 1, burstLimit: 5 }, START);
    admit(bucket, 4, START);

    bucket.resize({ rateLimit: 1, burstLimit: 6 }, START);

    assert.equal(admit(bucket, 9, START), 2);
  });

  it('never admits more than burst + rate × time, in any sequence', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 50, noNaN: true }),
        fc.integer({ min: 0, max: 20 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 30 })), {
          maxLength: 30,
        }),
        (rateLimit, burstLimit, waves) => {
          const bucket = new TokenBucket({ rateLimit, burstLimit }, START);
          let now = START;
          let admitted = 0;
          for (const [waitMs, count] of waves) {
            now += waitMs;
            admitted += admit(bucket, count, now);
          }
          assert.ok(admitted <= burstLimit + ((now - START) * rateLimit) / 1000 + 1e-6);
        },
      ),
    );
  });
});

describe('TokenBuckets', () => {
  const limit = { rateLimit: 1, burstLimit: 1 };

  it('gives the same bucket for the same name, and another one for another', () => {
    const buckets = new TokenBuckets();
    buckets.get('GET /pets', limit, START).take();

    assert.equal(buckets.get('GET /pets', limit, START).isEmpty(START), true);
    assert.equal(buckets.get('GET /cats', limit, START).isEmpty(START), false);
  });

  it('fits a bucket to a limit that changed', () => {
    const buckets = new TokenBuckets();
    buckets.get('GET /pets', limit, START).take();

    assert.equal(buckets.get('GET /pets', { ...limit, burstLimit: 2 }, START).isEmpty(START), false);
  });
});
