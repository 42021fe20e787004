/**
 * An answer cache in front of a user's own handler: `responseCache()` is for middy, `withResponseCache()` for a plain
 * handler. Supports REST APIs, HTTP APIs with payload 1.0 and 2.0, and function URLs.
 */
import type { MiddlewareObj } from '@middy/core';
import { remainingTimeOf } from '../aws/remaining-time.ts';
import { AnswerCache } from '../cache/answer-cache.ts';
import type { CacheLookup, ResponseCachePorts, ResponseCacheRules } from '../cache/answer-cache.ts';
import { DomainError } from '../errors.ts';

export type ResponseCacheOptions<Event> = ResponseCacheRules<Event> & {
  readonly cache: ResponseCachePorts;
};

export type CachedHandler<Event> = (event: Event, ...rest: readonly unknown[]) => unknown;

const MAX_SECONDS = 86_400;
const MOST_FILLS = 1_000_000;

/**
 * Caches the handler's responses in a middy middleware: `.use(responseCache({ cache, ttlSeconds: 60 }))`. Put it after
 * middlewares that refuse callers, because a cached response skips all later middlewares.
 *
 * @example
 * ```ts
 * import middy from '@middy/core';
 * import { createDynamoDbCache, responseCache } from 'gatewright/cache';
 *
 * const cache = createDynamoDbCache({ tableName: 'gatewright-dev-cache', namespace: 'shop' });
 * export const handler = middy(async () => ({ statusCode: 200, body: 'menu' })).use(
 *   responseCache({ cache, ttlSeconds: 60, scope: 'public', key: { query: ['page'] } }),
 * );
 * ```
 */
export function responseCache<Event extends object>(
  options: ResponseCacheOptions<Event>,
): MiddlewareObj<Event, unknown> {
  const cache = createCache(options);
  const underWay = new WeakMap<object, Extract<CacheLookup, { kind: 'ask' }>>();
  const settle = async (event: object, response: unknown): Promise<unknown> => {
    const looked = underWay.get(event);
    underWay.delete(event);
    return looked === undefined ? response : await looked.settle(response);
  };
  return {
    before: async ({ event, context }) => {
      const looked = await cache.look(event, remainingTimeOf(context));
      if (looked.kind === 'answered') return looked.reply;
      underWay.set(event, looked);
      return undefined;
    },
    after: async (request) => {
      request.response = await settle(request.event, request.response);
    },
    onError: async ({ event }) => {
      await settle(event, undefined);
    },
  };
}

/**
 * Caches responses as `responseCache()` does, for a handler without middy. In the example, the options are refused,
 * because `ttlSeconds` may be at most 86,400.
 *
 * @example
 * ```ts
 * import { createDynamoDbCache, DomainError, withResponseCache } from 'gatewright/cache';
 *
 * const cache = createDynamoDbCache({ tableName: 'gatewright-dev-cache', namespace: 'shop' });
 * let code = '';
 * try {
 *   withResponseCache(async () => ({ statusCode: 200, body: 'menu' }), { cache, ttlSeconds: 1_000_000 });
 * } catch (error) {
 *   if (error instanceof DomainError) code = error.code;
 * }
 * code // → 'CONFIG_INVALID'
 * ```
 */
export function withResponseCache<Event extends object>(
  handler: CachedHandler<Event>,
  options: ResponseCacheOptions<Event>,
): (event: Event, ...rest: readonly unknown[]) => Promise<unknown> {
  const cache = createCache(options);
  return async (event, ...rest) => {
    const looked = await cache.look(event, remainingTimeOf(rest[0]));
    if (looked.kind === 'answered') return looked.reply;
    let response: unknown;
    try {
      response = await handler(event, ...rest);
    } catch (error) {
      await looked.settle(undefined);
      throw error;
    }
    return await looked.settle(response);
  };
}

/**
 * Creates the cache.
 * @throws DomainError CONFIG_INVALID if an option is invalid. It is thrown at once, not at the first request.
 */
function createCache<Event>({ cache, ...rules }: ResponseCacheOptions<Event>): AnswerCache<Event> {
  const seconds = {
    ttlSeconds: rules.ttlSeconds,
    negativeTtlSeconds: rules.negativeTtlSeconds ?? 0,
    staleWhileRevalidateSeconds: rules.staleWhileRevalidateSeconds ?? 0,
  };
  for (const [name, value] of Object.entries(seconds))
    if (!Number.isInteger(value) || value < 0 || value > MAX_SECONDS)
      throw new DomainError(
        'CONFIG_INVALID',
        `${name} of an answer cache must be a whole number from 0 to ${MAX_SECONDS}, not ${value}`,
      );
  const { fillsPerMinute = 1 } = rules;
  if (!Number.isInteger(fillsPerMinute) || fillsPerMinute < 1 || fillsPerMinute > MOST_FILLS)
    throw new DomainError(
      'CONFIG_INVALID',
      `fillsPerMinute of an answer cache must be a whole number from 1 to ${MOST_FILLS}, not ${fillsPerMinute}`,
    );
  return new AnswerCache(cache, rules);
}
