/**
 * Tags entries of API Gateway's own stage cache: `cacheTags()` is for middy, `withCacheTags()` for a plain handler
 * behind a REST API. The handler runs only on a cache miss, so each run produces an entry that is about to be stored.
 */
import type { MiddlewareObj } from '@middy/core';
import type { KeyParameters } from '../cache/cache-key.ts';
import type { ResponseCachePorts } from '../cache/answer-cache.ts';
import { keepRecord } from '../cache/stage-record.ts';
import type { CachedHandler } from './response-cache.ts';

export type CacheTagsOptions<Event> = {
  readonly cache: Pick<ResponseCachePorts, 'store' | 'random' | 'clock' | 'namespace'>;
  /** The method's `cacheKeyParameters`. When an entry is refreshed, the request contains only these parameters. */
  readonly key: KeyParameters;
  /** The time to live of the stage or method. Default: 300, as in API Gateway. */
  readonly ttlSeconds?: number;
  readonly tags?: (event: Event, response: unknown) => readonly string[];
  /** Called if an entry could not be recorded, or was invalidated while it was being produced. */
  readonly onProblem?: (problem: 'not-recorded' | 'invalidated-meanwhile') => void;
};

const TTL_SECONDS = 300;

/**
 * Tags the handler's cache entries in a middy middleware: `.use(cacheTags({ cache, key, tags }))`.
 *
 * @example
 * ```ts
 * import middy from '@middy/core';
 * import { cacheTags, createDynamoDbCache } from 'gatewright/cache';
 *
 * const cache = createDynamoDbCache({ tableName: 'gatewright-dev-cache', namespace: 'shop' });
 * export const handler = middy(async () => ({ statusCode: 200, body: '{"id":"o-1"}' })).use(
 *   cacheTags({ cache, key: { query: ['page'] }, tags: () => ['orders'] }),
 * );
 * ```
 */
export function cacheTags<Event extends object>(
  options: CacheTagsOptions<Event>,
): MiddlewareObj<Event, unknown> {
  const started = new WeakMap<object, number>();
  return {
    before: ({ event }) => {
      started.set(event, options.cache.clock.nowEpochMs());
    },
    after: async ({ event, response }) => {
      await record(event, response, started.get(event) ?? options.cache.clock.nowEpochMs(), options);
    },
  };
}

/**
 * Tags cache entries as `cacheTags()` does, for a handler without middy.
 *
 * @example
 * ```ts
 * import { createDynamoDbCache, withCacheTags } from 'gatewright/cache';
 *
 * const cache = createDynamoDbCache({ tableName: 'gatewright-dev-cache', namespace: 'shop' });
 * export const handler = withCacheTags(async () => ({ statusCode: 200, body: '{"id":"o-1"}' }), {
 *   ...{ cache, key: { query: ['page'] }, tags: () => ['orders'] },
 * });
 * ```
 */
export function withCacheTags<Event extends object>(
  handler: CachedHandler<Event>,
  options: CacheTagsOptions<Event>,
): (event: Event, ...rest: readonly unknown[]) => Promise<unknown> {
  return async (event, ...rest) => {
    const startedAtEpochMs = options.cache.clock.nowEpochMs();
    const response = await handler(event, ...rest);
    await record(event, response, startedAtEpochMs, options);
    return response;
  };
}

/** Records the entry. If that fails, the response is not affected, and the entry expires with its time to live. */
async function record<Event>(
  event: Event,
  response: unknown,
  startedAtEpochMs: number,
  { cache, key, ttlSeconds = TTL_SECONDS, tags, onProblem }: CacheTagsOptions<Event>,
): Promise<void> {
  const kept = { parameters: key, tags: tags?.(event, response) ?? [], startedAtEpochMs, ttlSeconds };
  const { isKept, overtaken } = await keepRecord(cache, event, kept);
  if (!isKept) onProblem?.('not-recorded');
  else if (overtaken.length > 0) onProblem?.('invalidated-meanwhile');
}
