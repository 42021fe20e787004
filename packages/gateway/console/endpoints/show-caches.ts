/** Lists the cache entries of all stages, and flushes entries of one stage. */
import { createHash } from 'node:crypto';
import type {
  AuthorizerGrant,
  CacheEntry,
  CachedReply,
  ServedApi,
  ServedStage,
} from '../../core/exchange.ts';
import type { Redactor } from '../records/redact.ts';
import type { ShownCacheEntry } from './inspect-model.ts';

const MAX_ENTRIES = 500;

export function showCaches(
  apis: readonly ServedApi[],
  nowEpochMs: number,
  redactor: Redactor,
  nameOf: (apiId: string) => string | undefined = () => undefined,
): readonly ShownCacheEntry[] {
  return apis
    .flatMap((api) =>
      [...api.stages.values()].flatMap((stage) =>
        showStage(
          { apiId: api.apiId, apiName: nameOf(api.apiId) ?? api.name, stage: stage.name },
          stage,
          nowEpochMs,
          redactor,
        ),
      ),
    )
    .slice(0, MAX_ENTRIES);
}

function showStage(
  place: Pick<ShownCacheEntry, 'apiId' | 'apiName' | 'stage'>,
  stage: ServedStage,
  nowEpochMs: number,
  redactor: Redactor,
): ShownCacheEntry[] {
  const grants = grantsOf(stage).map(({ id, key, value, expiresAtEpochMs, isOfCanary }): ShownCacheEntry => {
    const given = value.givenAtEpochMs;
    const says = value.verdict.kind === 'simple' ? `isAuthorized: ${value.verdict.isAuthorized}` : 'a policy';
    const where = isOfCanary ? ', on the canary' : '';
    return {
      kind: 'authorizer',
      ...place,
      id,
      holds: `${value.principalId ?? 'no principal'}, ${says}${where}`,
      // The text before the line break is the authorizer's id, so it is removed.
      key: redactor.value('authorization', key.slice(key.indexOf('\n') + 1)),
      ageMs: given === undefined ? undefined : nowEpochMs - given,
      endsInMs: expiresAtEpochMs - nowEpochMs,
    };
  });
  const replies = (repliesOf(stage) ?? []).map(({ id, key, value, expiresAtEpochMs }): ShownCacheEntry => ({
    kind: 'response',
    ...place,
    id,
    key: describeKey(key, stage, redactor),
    holds: `${value.status}, ${value.body.length} bytes`,
    ageMs: value.storedAtEpochMs === undefined ? undefined : nowEpochMs - value.storedAtEpochMs,
    endsInMs: expiresAtEpochMs - nowEpochMs,
  }));
  return [...grants, ...replies].filter(({ endsInMs }) => endsInMs > 0);
}

/** Describes a key as `GET /pets page=2`, because ids of deployments and resources mean nothing to the user. */
function describeKey(key: string, { deployment }: ServedStage, redactor: Redactor): string {
  const [, method, namespace, values] = JSON.parse(key) as readonly [
    deploymentId: string,
    method: string,
    namespace: string,
    values: readonly unknown[],
  ];
  const route = deployment.routes.plans.find(({ routeKey, cacheKey }) => {
    const [verb] = routeKey.split(' ');
    return cacheKey?.namespace === namespace && (verb === method || verb === 'ANY');
  });
  // The entry belongs to a canary, or to a previous deployment.
  if (route === undefined) return redactor.text(key);
  const parameters = (route.cacheKey?.sources ?? []).map((source, index) => {
    const name = 'name' in source ? source.name : source.kind;
    return `${name}=${redactor.value(name, [values[index] ?? ''].flat().map(String).join(','))}`;
  });
  return [method, route.routeKey.split(' ')[1], ...parameters].join(' ');
}

type Entry<Value> = CacheEntry<Value> & { readonly id: string; readonly drop: () => void };

/** Lists the cached results of the stage's authorizers. A canary has its own cache, which is included. */
function grantsOf(
  stage: ServedStage,
): readonly (Entry<AuthorizerGrant> & { readonly isOfCanary: boolean })[] {
  return [stage, ...(stage.canary === undefined ? [] : [stage.canary.stage])].flatMap(({ authorizerCache }) =>
    authorizerCache.list().map((entry) => {
      const isOfCanary = authorizerCache !== stage.authorizerCache;
      return {
        ...entry,
        isOfCanary,
        id: idOf(isOfCanary ? `canary\n${entry.key}` : entry.key),
        drop: () => authorizerCache.drop(entry.key),
      };
    }),
  );
}

/** Lists the cached responses; undefined if the stage has no cache. Entries of a canary are in the same cache. */
function repliesOf(stage: ServedStage): readonly Entry<CachedReply>[] | undefined {
  const cache = (stage.cache ?? stage.canary?.stage.cache)?.cache;
  return (
    cache &&
    cache.list().map((entry) => ({
      ...entry,
      id: idOf(entry.key),
      drop: () => cache.drop(entry.key),
    }))
  );
}

/** Makes an id for an entry. Keys of an authorizer's cache are credentials, so the id must not be usable for a call. */
function idOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

type Flush = {
  readonly apiId: string;
  readonly stage: string;
  readonly kind: ShownCacheEntry['kind'];
  /** Undefined means all entries. */
  readonly id?: string | undefined;
};

/** Returns the number of removed entries; undefined if there is no such cache. */
export function flushCache(
  api: ServedApi | undefined,
  { stage: stageName, kind, id }: Flush,
): number | undefined {
  const stage = api?.stages.get(stageName);
  if (stage === undefined) return undefined;
  const entries = kind === 'authorizer' ? grantsOf(stage) : repliesOf(stage);
  const meant = entries?.filter((entry) => id === undefined || entry.id === id);
  for (const entry of meant ?? []) entry.drop();
  return meant?.length;
}
