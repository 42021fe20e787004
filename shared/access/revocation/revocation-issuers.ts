/**
 * Revocation settings in a stage's access documents: issuers whose tokens are checked, and APIs with cached results.
 */
import type { CompiledAccess } from '../compiled-document.ts';
import { cachedApisOf } from '../keys/key-prefixes.ts';
import type { CachedApi } from '../keys/key-prefixes.ts';

export type RevocableIssuer = {
  readonly issuer: string;
  readonly ids: ReadonlySet<string>;
  /** Maximum age of a token. No document accepts an older token. */
  readonly longestTokenAgeSeconds: number;
  /** The APIs that accept such tokens and may cache results. WebSocket APIs never cache. */
  readonly cached: readonly CachedApi[];
};

/**
 * Returns the issuers whose tokens can be revoked. They are grouped by `iss`, because one issuer may have two ids.
 * `deployedStage` is the stage of the authorizers' own stack.
 */
export function revocableIssuersOf(
  { documents }: CompiledAccess,
  deployedStage: string,
): readonly RevocableIssuer[] {
  const issuers = new Map<string, RevocableIssuer>();
  for (const document of documents) {
    if (!document.apis.some((api) => api.for === deployedStage)) continue;
    for (const { id, only, trust, revocation } of document.issuers) {
      if (revocation === undefined || only?.includes(deployedStage) === false) continue;
      const { issuer, maxTokenAgeSeconds = 0, clockSkewSeconds } = trust;
      const known = issuers.get(issuer);
      issuers.set(issuer, {
        issuer,
        ids: new Set([...(known?.ids ?? []), id]),
        longestTokenAgeSeconds: Math.max(
          known?.longestTokenAgeSeconds ?? 0,
          maxTokenAgeSeconds + clockSkewSeconds,
        ),
        cached: [...(known?.cached ?? []), ...cachedApisOf(document, deployedStage)],
      });
    }
  }
  return [...issuers.values()];
}

export function cachedApisByDocument(
  { documents }: CompiledAccess,
  deployedStage: string,
): ReadonlyMap<string, readonly CachedApi[]> {
  return new Map(
    documents
      .filter(({ kind, apis }) => kind !== 'websocket' && apis.some((api) => api.for === deployedStage))
      .map((document) => [document.name, cachedApisOf(document, deployedStage)]),
  );
}
