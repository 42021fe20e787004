import type { StackPart } from '../stack-part.ts';

export const cachePart: StackPart = {
  name: 'cache',
  summary: 'Kept answers of handlers and of stage caches, and their invalidation by tag or event.',
  functions: ['cache-invalidator'],
  handlers: ['cache'],
  resourceFiles: ['cache/resources.yml'],
  tables: ['CacheTable'],
  alarms: ['CacheInvalidatorFailuresAlarm', 'CacheInvalidatorErrorsAlarm', 'CacheInvalidatorThrottlesAlarm'],
  parameters: ['cacheStreams', 'cacheEndpoint', 'cacheApis', 'distributionId'],
  commands: ['cache'],
  guides: ['docs/guides/receive/cache.md'],
};
