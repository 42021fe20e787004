/** Finds claim values that may be written into a policy's resource. A `*` in such a value would grant everything. */
import { claimAt } from './claims.ts';
import type { Claims } from './claims.ts';
import type { CompiledBinding } from '../compiled-document.ts';
import { readingsByServers } from './path-disguises.ts';

/**
 * Characters that must not occur in a policy's resource: `*` and `?` are IAM's wildcards, `${` begins a variable, `/`
 * separates segments, and `%` could encode any of these. Servlet containers read `u-2;x` as `u-2`, and other servers
 * read `u-2#x` as `u-2`. The second part of the expression excludes control characters; `\p{Cc}` is not used, because
 * it adds 0.1 ms to a cold start.
 */
const UNSAFE = /[*?#$/\\%;]|[^ -~\u00a0-\uffff]/;
const LIMIT_CHARACTERS = 128;

/**
 * Returns the values of the claim that a path parameter may have. Unsafe values of a list are dropped. If none is left,
 * or the claim is missing or of the wrong type, the list is empty and nothing is granted.
 */
export function ownerValues(claims: Claims, { claim, max }: CompiledBinding): readonly string[] {
  const value = claimAt(claims, claim);
  if (max === undefined) return isSafe(value) ? [value] : [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  // If there are more than `max` values, none is used, because a choice would depend on the order of the issuer's list.
  return values.length > max ? [] : [...new Set(values.filter(isSafe))].sort();
}

/** Whether the claim is a list with a value that may not appear in a policy. */
export function hasDroppedValue(claims: Claims, { claim, max }: CompiledBinding): boolean {
  const value = claimAt(claims, claim);
  return max !== undefined && Array.isArray(value) && !value.every(isSafe);
}

/**
 * Whether a claim value may be written into a policy. `..` and `bob.` would be safe for IAM, but servers behind the
 * gateway resolve `..`, and Windows reads `bob.` as `bob`.
 */
function isSafe(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= LIMIT_CHARACTERS &&
    !UNSAFE.test(value) &&
    readingsByServers(`/${value}`, String).size === 1 &&
    value.isWellFormed()
  );
}

/** Returns the spellings of the value in a path: unchanged and percent-encoded, such as `auth0|1` and `auth0%7C1`. */
export function encodingsOf(value: string): readonly string[] {
  const encoded = encodeURIComponent(value);
  return encoded === value ? [value] : [value, encoded];
}
