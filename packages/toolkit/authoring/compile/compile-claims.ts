/**
 * Compiles `result.claims` of a document. It determines which claims are passed to the backend and which claims the
 * backend requires.
 */
import type { ForwardedClaims } from '@gatewright/handlers/access/compiled-document';
import { METADATA_NAME } from '@gatewright/handlers/access/keys/api-key-principal';
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
        `"${name}" is not listed under result.claims.names, so the claim is never required: remove the entry`,
      );
  const { required = [] } = forwardedClaims(claims);
  const ofNoKey = required.filter((name) => !CLAIMS_OF_KEYS.includes(name));
  const keys = issuers.find(isKeyIssuer);
  if (keys !== undefined && ofNoKey.length > 0)
    warning(
      ['result', 'claims', 'names'],
      `API keys of "${keys.id}" ${describeLack(ofNoKey)}, and callers with such a key are denied: ${remedyFor(ofNoKey)}`,
    );
}

function describeLack(names: readonly string[]): string {
  return `may lack the ${names.length === 1 ? 'claim' : 'claims'} ${names.join(', ')}`;
}

/** Returns what to do about claims that keys lack, with the options that create keys with these claims. */
function remedyFor(names: readonly string[]): string {
  const optional = `list ${names.join(', ')} under optional`;
  const options = names.map(optionFor);
  return options.includes(undefined) ? optional : `${optional}, or create the keys with ${options.join(' ')}`;
}

/** Returns the option of `keys create` for a claim; undefined if keys can never have this claim. */
function optionFor(name: string): string | undefined {
  if (name === 'owner' || name === 'plan') return `--${name} …`;
  return METADATA_NAME.test(name) ? `--meta ${name}=…` : undefined;
}
