import type { ClaimPath } from '../compiled-document.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Returns the value at the end of the path. Returns undefined if a step is missing. `null` counts as missing. */
export function claimAt(claims: Claims, path: ClaimPath): unknown {
  const value = path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Claims)[name]
        : undefined,
    claims,
  );
  return value ?? undefined;
}
