/** What the caches of all stages hold, and how one or all of it is forgotten. */
import { createHash } from 'node:crypto';
import type { ServedApi, ServedStage } from '../exchange.ts';
import type { Redactor } from '../records/redact.ts';
import type { ShownCacheEntry } from './inspect-model.ts';

const MAX_ENTRIES = 500;

export function showCaches(
  apis: readonly ServedApi[],
  nowEpochMs: number,
  redactor: Redactor,
): readonly ShownCacheEntry[] {
  return apis
    .flatMap((api) =>
      [...api.stages.values()].flatMap((stage) => showStage(api, stage, nowEpochMs, redactor)),
    )
    .slice(0, MAX_ENTRIES);
}

function showStage(
  api: ServedApi,
  stage: ServedStage,
  nowEpochMs: number,
  redactor: Redactor,
): ShownCacheEntry[] {
  const place = { apiId: api.apiId, apiName: api.name, stage: stage.name };
  const grants = (stage.authorizerCache.list?.() ?? []).map(
    ({ key, value, expiresAtEpochMs }): ShownCacheEntry => {
      const given = value.givenAtEpochMs;
      const says =
        value.verdict.kind === 'simple' ? `isAuthorized: ${value.verdict.isAuthorized}` : 'a policy';
      return {
        ...{
          kind: 'authorizer',
          ...place,
          id: idOf(key),
          holds: `${value.principalId ?? 'no principal'}, ${says}`,
        },
        // What stands in front of the line break is the authorizer's id.
        key: redactor.value('authorization', key.slice(key.indexOf('\n') + 1)),
        ageMs: given === undefined ? undefined : nowEpochMs - given,
        endsInMs: expiresAtEpochMs - nowEpochMs,
      };
    },
  );
  const replies = (stage.cache?.cache.list?.() ?? []).map(
    ({ key, value, expiresAtEpochMs }): ShownCacheEntry => ({
      ...{ kind: 'response', ...place, id: idOf(key), key: redactor.text(key) },
      holds: `${value.status}, ${value.body.length} bytes`,
      ageMs: value.storedAtEpochMs === undefined ? undefined : nowEpochMs - value.storedAtEpochMs,
      endsInMs: expiresAtEpochMs - nowEpochMs,
    }),
  );
  return [...grants, ...replies].filter(({ endsInMs }) => endsInMs > 0);
}

/** Keys of an authorizer's cache are credentials: an entry is named by what cannot be called with. */
function idOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

type Flush = {
  readonly apiId: string;
  readonly stage: string;
  readonly kind: ShownCacheEntry['kind'];
  /** Undefined = all. */
  readonly id?: string | undefined;
};

/** How many entries are gone; undefined where there is no such cache. */
export function flushCache(
  api: ServedApi | undefined,
  { stage: stageName, kind, id }: Flush,
): number | undefined {
  const stage = api?.stages.get(stageName);
  const cache = kind === 'authorizer' ? stage?.authorizerCache : stage?.cache?.cache;
  if (cache === undefined) return undefined;
  const all = cache.list?.() ?? [];
  if (id === undefined) {
    cache.flush();
    return all.length;
  }
  const meant = all.filter(({ key }) => idOf(key) === id);
  for (const { key } of meant) cache.drop?.(key);
  return meant.length;
}
