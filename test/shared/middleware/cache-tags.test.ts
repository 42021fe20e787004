import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cacheTags, withCacheTags } from '#shared/middleware/cache-tags.ts';
import { aRestEvent, CacheDesk } from '../../support/a-response-cache.ts';

const endsOf = (desk: CacheDesk) => [...new Set([...desk.items.values()].map((item) => item['expiresAt']))];

describe('cacheTags', () => {
  it("records an answer for five minutes, API Gateway's own time, where no other is given", async () => {
    for (const [options, seconds] of [
      [{}, 300],
      [{ ttlSeconds: 60 }, 60],
    ] as const) {
      const desk = new CacheDesk();
      await withCacheTags(() => ({ statusCode: 200 }), { cache: desk.ports, key: {}, ...options })(
        aRestEvent({}),
      );
      assert.deepEqual(endsOf(desk), [desk.nowMs / 1000 + seconds]);
    }
  });

  it('as middleware records alike, also where what stands before it has skipped its beginning', async () => {
    const desk = new CacheDesk();
    const problems: string[] = [];
    const middleware = cacheTags({
      ...{ cache: desk.ports, key: {}, onProblem: (problem) => problems.push(problem) },
    });
    for (const isBegun of [true, false]) {
      desk.items.clear();
      const request = {
        event: aRestEvent({}),
        response: {},
        context: {},
        error: null,
        internal: {},
      } as never;
      if (isBegun) await middleware.before?.(request);
      await middleware.after?.(request);
      assert.deepEqual(endsOf(desk), [desk.nowMs / 1000 + 300]);
    }
    assert.deepEqual(problems, []);
  });
});
