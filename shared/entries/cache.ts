/**
 * An answer cache for handlers that you write yourself.
 *
 * @module gatewright/cache
 */
export type { KeyParameters, Scope } from '../cache/cache-key.ts';
export type { DynamoDbCacheOptions } from '../cache/dynamodb-cache.ts';
export type { RefreshRules, ResponseCachePorts, ResponseCacheRules } from '../cache/answer-cache.ts';
export type { DomainErrorCode, ServiceErrorCode } from '../errors.ts';
export type { CachedHandler, ResponseCacheOptions } from '../middleware/response-cache.ts';
export type { CacheTagsOptions } from '../middleware/cache-tags.ts';

export { createDynamoDbCache } from '../cache/dynamodb-cache.ts';
export { DomainError } from '../errors.ts';
export { cacheTags, withCacheTags } from '../middleware/cache-tags.ts';
export { responseCache, withResponseCache } from '../middleware/response-cache.ts';
