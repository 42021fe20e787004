import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDistribution, answered } from './a-distribution.ts';
import type { Bench } from './a-distribution.ts';

describe('what a distribution makes of an answer of its origin', () => {
  // Developer guide, "Serve compressed files".
  for (const [accepts, coding] of [
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, br', 'br'],
    ['identity', undefined],
  ] as const)
    it(`compresses for a viewer that accepts ${accepts}: ${coding ?? 'not at all'}`, async () => {
      const behavior = 'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6\nCompress: true';
      const origin = (...more: string[]) =>
        answered('x'.repeat(2_000), ['Cache-Control', 'max-age=60', 'Content-Type', 'text/html', ...more]);
      const asked = { headers: ['Accept-Encoding', accepts] };
      const codingOf = async (bench: Bench): Promise<string | undefined> =>
        (await bench.ask('/a', asked)).headers['content-encoding'];

      assert.equal(await codingOf(aDistribution({ behavior, origin: () => origin() })), coding);
      const packed = aDistribution({ behavior, origin: () => origin('Content-Encoding', 'zstd') });
      assert.equal(await codingOf(packed), 'zstd');
    });

  // Developer guide, "How CloudFront caches HTTP 4xx and 5xx status codes from your origin".
  for (const [control, least, seconds] of [
    ['s-maxage=60, max-age=20', 10, 60],
    ['max-age=20', 10, 20],
    ['', 10, 10],
    ['', 0, 0],
  ] as const)
    it(`keeps an error of "${control}" and a least time of ${least} s for ${seconds} s`, async () => {
      const bench = aDistribution({
        config: `CustomErrorResponses: [{ ErrorCode: 404, ErrorCachingMinTTL: ${least} }]`,
        origin: (_, serial) =>
          answered(String(serial), control === '' ? [] : ['Cache-Control', control], 404),
      });
      const bodies = [];
      for (const passedMs of [0, Math.max(0, seconds * 1_000 - 500), 1_000]) {
        bench.clock.advance(passedMs);
        bodies.push((await bench.ask('/a')).body);
      }

      assert.deepEqual(bodies, seconds === 0 ? ['1', '2', '3'] : ['1', '1', '2']);
    });
});
