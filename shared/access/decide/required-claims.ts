/**
 * Finds the claims that a document requires and a caller lacks. Such a caller is denied, because without the claims a
 * handler would write data that belongs to nobody.
 */
import type { CompiledDocument } from '../compiled-document.ts';
import type { Claims } from './claims.ts';

/** Returns the names of required claims (`result.claims`) that are missing or empty in the caller's credential. */
export function findMissingClaims(
  { result }: Pick<CompiledDocument, 'result'>,
  { claims }: { readonly claims: Claims },
): readonly string[] {
  return (result.claims?.required ?? []).filter(
    (name) => !Object.hasOwn(claims, name) || isEmpty(claims[name]),
  );
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Returns a message for the log, because a policy cannot contain the reason for a denial. */
export function describeMissingClaims(names: readonly string[]): string {
  return `the credential has no claim ${names.join(', ')}, which result.claims requires`;
}
