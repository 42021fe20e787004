/** What the access documents of a stage say of revocation: whose tokens are looked up, whose caches keep answers. */
import type { CompiledAccess } from '../compiled-document.ts';
import { cachedApisOf } from '../keys/key-prefixes.ts';
import type { CachedApi } from '../keys/key-prefixes.ts';

export type RevocableIssuer = {
  /** `iss` of its tokens. */
  readonly issuer: string;
  /** What documents call it. */
  readonly ids: ReadonlySet<string>;
  /** No document takes a token that was issued longer ago. */
  readonly longestTokenAgeSeconds: number;
  /** The APIs that take such tokens and may keep answers; those of WebSockets are never kept. */
  readonly cached: readonly CachedApi[];
};

/** `deployedStage` is the stage of the authorizers' own stack. By `iss`, since one issuer may have two names. */
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

/** Of each document of the stage, the APIs whose caches may keep answers. */
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
