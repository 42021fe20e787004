/**
 * Passes claims to a service in the form in which its previous authorizer (Cognito or JWT) passed them. `result.claims`
 * of the access document names the claims, the authorizer's context contains them as one JSON text, and `claimsOf`
 * reads them. (A REST API allows only flat values, and does not allow names such as `cognito:groups`.)
 */
import { printClaim } from '@gatewright/aws/text/claim-text';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { Claims } from './decide/claims.ts';
import type { ForwardedClaims } from './compiled-document.ts';

/** Values by claim. A value is null if the credential lacks the claim. */
type CarriedClaims = Readonly<Record<string, string | null>>;

export function printCarriedClaims({ as, names }: ForwardedClaims, claims: Claims): string {
  const carried = names.map((name) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return [name, value === undefined || value === null ? null : printClaim(as, name, value)] as const;
  });
  return JSON.stringify(Object.fromEntries(carried));
}

/** Parses carried claims. Returns undefined if the value is not what `printCarriedClaims` prints. */
export function parseCarriedClaims(text: unknown): CarriedClaims | undefined {
  const carried = typeof text === 'string' ? parseJsonObject(text) : undefined;
  const isWhole = Object.values(carried ?? {}).every((value) => value === null || typeof value === 'string');
  return isWhole ? (carried as CarriedClaims | undefined) : undefined;
}
