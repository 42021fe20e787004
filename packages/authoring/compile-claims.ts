/** `result.claims` of a document: what the backend is told of the caller, and what it cannot do without. */
import type { ClaimsToCarry } from '@gatewright/handlers/access/compiled-document';
import { isKeyIssuer } from './compile-issuer.ts';
import type { AccessDocument } from './document.ts';
import type { Path } from './shape.ts';

type ClaimsText = NonNullable<NonNullable<AccessDocument['result']>['claims']>;

/** What is on record of every key; anything else is of its metadata. */
const CLAIMS_OF_KEYS = ['sub', 'tenant'];

/** Whoever keeps records by a claim keeps them all under one name where it is missing, so none is unless that is said. */
export function claimsToCarry({ as, names, optional = [] }: ClaimsText): ClaimsToCarry {
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
        `"${name}" is not among names, so nobody is asked for it`,
      );
  const { required = [] } = claimsToCarry(claims);
  const ofNoKey = required.filter((name) => !CLAIMS_OF_KEYS.includes(name));
  const keys = issuers.find(isKeyIssuer);
  if (keys !== undefined && ofNoKey.length > 0)
    warning(
      ['result', 'claims', 'names'],
      `API keys of "${keys.id}" have no claim ${ofNoKey.join(', ')}, so their callers are denied: name it under optional, or create the keys with it (--meta ${ofNoKey[0] ?? ''}=…)`,
    );
}
