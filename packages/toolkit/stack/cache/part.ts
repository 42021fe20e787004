import type { ChosenPart } from '../stack-part.ts';

export const cachePart: ChosenPart = {
  name: 'cache',
  chosenAs: 'cache',
  needs: [],
  summary: 'Cached responses of handlers and of stage caches, and their invalidation by tag or event.',
  functions: ['cache-invalidator'],
  handlers: ['cache'],
  resourceFiles: ['cache/table.yml', 'cache/resources.yml'],
  tables: ['CacheTable'],
  alarms: ['CacheInvalidatorFailuresAlarm', 'CacheInvalidatorErrorsAlarm', 'CacheInvalidatorThrottlesAlarm'],
  outputs: ['CacheInvalidatorArn', 'CacheTableName', 'CacheTableArn'],
  parameters: ['cacheStreams', 'cacheEndpoint', 'cacheApis', 'distributionId'],
  commands: ['cache'],
  guides: ['docs/guides/receive/cache.md'],
};
