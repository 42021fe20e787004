/**
 * Compiles `result.claims` of a document. It determines which claims are passed to the backend and which claims the
 * backend requires.
 */
import type { ForwardedClaims } from '@gatewright/handlers/access/compiled-document';
import { isKeyIssuer } from './compile-issuer.ts';
import type { AccessDocument } from '../document/document.ts';
import type { Path } from '../document/shape.ts';

type ClaimsText = NonNullable<NonNullable<AccessDocument['result']>['claims']>;

/** Claims that every key has. It may also have `owner`, `plan` and the claims of its metadata. */
const CLAIMS_OF_KEYS = ['sub', 'tenant'];

/**
 * Returns the claims that are passed to the backend. They are required unless they are listed as optional, because a
 * backend that stores data under a missing claim would mix the data of all callers.
 */
export function forwardedClaims({ as, names, optional = [] }: ClaimsText): ForwardedClaims {
  return { as, names, required: names.filter((name) => !optional.includes(name)) };
}

export function checkClaims(
  { result, issuers }: AccessDocument,
  problem: (path: Path, message: string) => void,
  warning: (path: Path, message: string) => void,
): void {
  const claims = result?.claims;
  if (claims === undefined) return;
  for (const [place, name] of (claims.optional ?? []).entries())
    if (!claims.names.includes(name))
      problem(
        ['result', 'claims', 'optional', place],
        `"${name}" is not listed under result.claims.names, so it is never required: remove it here`,
      );
  const { required = [] } = forwardedClaims(claims);
  const ofNoKey = required.filter((name) => !CLAIMS_OF_KEYS.includes(name));
  const keys = issuers.find(isKeyIssuer);
  if (keys !== undefined && ofNoKey.length > 0)
    warning(
      ['result', 'claims', 'names'],
      `API keys of "${keys.id}" have no claim ${ofNoKey.join(', ')}, so their callers are denied: name it under optional, or create the keys with it (--meta ${ofNoKey[0] ?? ''}=…)`,
    );
}
