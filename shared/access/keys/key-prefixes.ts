/**
 * Collects, for each key prefix, what a stage's access documents define for such API keys: the declared roles, the APIs
 * with caches, and the claims that name a customer plan.
 */
import type { ClaimPath, CompiledAccess, CompiledDocument } from '../compiled-document.ts';

export type KeyPrefix = {
  /** Roles that are declared by the documents that accept such keys. Other roles would have no effect. */
  readonly roles: ReadonlySet<string>;
  readonly hasNativePlans: boolean;
  /** The APIs that accept such keys and may cache results. WebSocket APIs never cache. */
  readonly cached: readonly CachedApi[];
  /** Claims in which the documents that accept such keys look for the customer plan. */
  readonly planClaims: readonly ClaimPath[];
  /**
   * Set if a document charges such keys to a name other than the key's tenant. A customer's record then does not apply.
   */
  readonly chargesOthers?: true;
};

export type CachedApi = { readonly kind: 'rest' | 'http'; readonly apiId: string; readonly stage: string };

/** Returns the settings of each key prefix. `deployedStage` is the stage of the authorizers' own stack. */
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
        ...((known?.chargesOthers === true || chargesOthers(document, id)) && { chargesOthers: true }),
      });
    }
  }
  return prefixes;
}

function chargesOthers({ quota }: CompiledDocument, issuerId: string): boolean {
  if (quota === undefined || quota.issuers?.includes(issuerId) === false) return false;
  return 'name' in quota.tenant || quota.tenant.claim.join('.') !== 'tenant';
}

/**
 * Returns the claims that name the plan of such keys. A plan named by `sub` (the key's id) is excluded, because the id
 * is known only after the key is created, and its plan is saved after that.
 */
function planClaimsOf({ quota }: CompiledDocument, issuerId: string): readonly ClaimPath[] {
  if (quota?.issuers?.includes(issuerId) === false) return [];
  if (quota === undefined || 'name' in quota.plan || quota.plan.claim[0] === 'sub') return [];
  return [quota.plan.claim];
}

/**
 * Returns the APIs of the stage whose documents charge callers and let API Gateway cache results. Where the authorizer
 * charges, nothing is cached, so these are the APIs that are charged from access logs.
 */
export function chargedCachesOf({ documents }: CompiledAccess, deployedStage: string): readonly CachedApi[] {
  return documents
    .filter(({ quota, result }) => quota !== undefined && result.cacheTtlSeconds > 0)
    .flatMap((document) => cachedApisOf(document, deployedStage));
}

export function cachedApisOf({ kind, apis }: CompiledDocument, deployedStage: string): readonly CachedApi[] {
  if (kind === 'websocket') return [];
  const own = apis.filter((api) => api.for === deployedStage);
  return own.map(({ apiId, stage }) => ({ kind, apiId, stage }));
}
