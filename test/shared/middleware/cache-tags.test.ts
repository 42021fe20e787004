import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markLabel } from '#shared/cache/labels.ts';
import { cacheTags, withCacheTags } from '#shared/middleware/cache-tags.ts';
import type { CacheTagsOptions } from '#shared/middleware/cache-tags.ts';
import { aRestEvent, CacheDesk } from '../../support/a-response-cache.ts';

const endsOf = (desk: CacheDesk) => [...new Set([...desk.items.values()].map((item) => item['expiresAt']))];

type Options = CacheTagsOptions<object>;

describe('cacheTags', () => {
  it("records an answer for five minutes, API Gateway's default, if no other time is given", async () => {
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

  it('records the same as middleware, even if an earlier middleware has skipped its beginning', async () => {
    const desk = new CacheDesk();
    const problems: string[] = [];
    const middleware = cacheTags({
      cache: desk.ports,
      key: {},
      onProblem: (problem) => problems.push(problem),
    });
    for (const isStarted of [true, false]) {
      desk.items.clear();
      const request = {
        event: aRestEvent({}),
        response: {},
        context: {},
        error: null,
        internal: {},
      } as never;
      if (isStarted) await middleware.before?.(request);
      await middleware.after?.(request);
      assert.deepEqual(endsOf(desk), [desk.nowMs / 1000 + 300]);
    }
    assert.deepEqual(problems, []);
  });

  it('takes what was invalidated within the margin of clocks for meanwhile, though its beginning was skipped', async () => {
    for (const [secondsAgo, expected] of [
      [1, ['invalidated-meanwhile']],
      [2, []],
    ] as const) {
      const desk = new CacheDesk();
      const problems: string[] = [];
      await markLabel(desk.ports.store, 'orders', 'tag:t', desk.nowMs);
      desk.pass(secondsAgo);
      const middleware = cacheTags({
        cache: desk.ports,
        key: {},
        tags: () => ['t'],
        onProblem: (problem) => problems.push(problem),
      });
      await middleware.after?.({ event: aRestEvent({}), response: {} } as never);
      assert.deepEqual(problems, expected);
    }
  });

  it('says that an answer was invalidated while its handler ran, also as middleware', async () => {
    const run = {
      middleware: async (desk: CacheDesk, options: Options) => {
        const middleware = cacheTags(options);
        const request = { event: aRestEvent({}), response: {}, context: {}, error: null, internal: {} };
        await middleware.before?.(request as never);
        await invalidate(desk);
        await middleware.after?.(request as never);
      },
      handler: async (desk: CacheDesk, options: Options) => {
        await withCacheTags(() => invalidate(desk), options)(aRestEvent({}));
      },
    };
    for (const [how, answer] of Object.entries(run)) {
      const desk = new CacheDesk();
      const problems: string[] = [];
      const onProblem = (problem: string) => void problems.push(problem);
      await answer(desk, { cache: desk.ports, key: {}, tags: () => ['t'], onProblem });
      assert.deepEqual(problems, ['invalidated-meanwhile'], how);
    }

    // Long after it began, and long before it ends.
    async function invalidate(desk: CacheDesk): Promise<void> {
      desk.pass(10);
      await markLabel(desk.ports.store, 'orders', 'tag:t', desk.nowMs);
      desk.pass(10);
    }
  });
});
