/** What the access documents of a stage say of API keys, by prefix: which roles there are, whose caches keep answers. */
import type { ClaimPath, CompiledAccess, CompiledDocument } from '../compiled-document.ts';

export type KeyPrefix = {
  /** Declared by a document that takes such keys; others would have no effect. */
  readonly roles: ReadonlySet<string>;
  readonly hasNativePlans: boolean;
  /** The APIs that take such keys and may keep answers; those of WebSockets are never kept. */
  readonly cached: readonly CachedApi[];
  /** Claims by which documents that take such keys find the usage plan that a caller is charged to. */
  readonly planClaims: readonly ClaimPath[];
};

export type CachedApi = { readonly kind: 'rest' | 'http'; readonly apiId: string; readonly stage: string };

/** `deployedStage` is the stage of the authorizers' own stack. */
export function keyPrefixesOf(
  { documents }: CompiledAccess,
  deployedStage: string,
): ReadonlyMap<string, KeyPrefix> {
  const prefixes = new Map<string, KeyPrefix>();
  for (const document of documents) {
    if (!document.apis.some((api) => api.for === deployedStage)) continue;
    const roles = Object.keys(document.roles);
    for (const { id, prefix, only, nativeUsagePlan } of document.apiKeys) {
      if (only?.includes(deployedStage) === false) continue;
      const known = prefixes.get(prefix);
      prefixes.set(prefix, {
        roles: new Set([...(known?.roles ?? []), ...roles]),
        hasNativePlans: nativeUsagePlan === true || known?.hasNativePlans === true,
        cached: [...(known?.cached ?? []), ...cachedApisOf(document, deployedStage)],
        planClaims: [...(known?.planClaims ?? []), ...planClaimsOf(document, id)],
      });
    }
  }
  return prefixes;
}

/** Ids of the usage plans that documents bring along: of all, since the authorizer saves those of all. */
export function broughtPlansOf({ documents }: CompiledAccess): readonly string[] {
  return documents.flatMap(({ quota }) => quota?.plans.map(({ id }) => id) ?? []);
}

/** Not `sub`: nobody knows the id of a key before it is made, and saves its plan afterwards. */
function planClaimsOf({ quota }: CompiledDocument, issuerId: string): readonly ClaimPath[] {
  if (quota?.issuers?.includes(issuerId) === false) return [];
  if (quota === undefined || 'name' in quota.plan || quota.plan.claim[0] === 'sub') return [];
  return [quota.plan.claim];
}

/** Of a document, the APIs of the stage that may keep what authorizers answer. */
export function cachedApisOf({ kind, apis }: CompiledDocument, deployedStage: string): readonly CachedApi[] {
  if (kind === 'websocket') return [];
  const own = apis.filter((api) => api.for === deployedStage);
  return own.map(({ apiId, stage }) => ({ kind, apiId, stage }));
}
