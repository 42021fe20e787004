/** Verifies a bearer token. The result is its claims, or the reason for its refusal. */
import {
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtNotBeforeError,
  JwtParseError,
} from 'aws-jwt-verify/error';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { DomainError } from '../../errors.ts';
import type { Clock, Observer } from '../../ports.ts';
import { UNOBSERVED } from '../../unobserved.ts';
import type { Claims } from '../decide/claims.ts';
import type { CompiledIssuer, TokenTrust } from '../compiled-document.ts';
import { SIGNATURE_ALGORITHMS } from './issuers.ts';
import type { VerificationKey } from './key-set.ts';
import type { KeySets } from './key-sets.ts';
import { assertClaims } from './token-claims.ts';
import { assertHeader, parseToken } from './token-shape.ts';

type VerifiedToken = { readonly issuer: CompiledIssuer; readonly claims: Claims };

/** Verifies a token. `issuers` are the issuers whose tokens are accepted in the source that contained the token. */
type TokenVerifier = (
  token: string,
  issuers: readonly CompiledIssuer[],
  remainingMs?: () => number,
) => Promise<VerifiedToken>;

/**
 * Creates a verifier that checks form, issuer, header, key, signature, times, audience and client, in this order. It
 * throws only DomainError: TOKEN_* for a token that must not be accepted, KEY_SET_UNAVAILABLE if this could not be
 * decided.
 */
export function createTokenVerifier(
  keySets: KeySets,
  clock: Clock,
  observer: Observer = UNOBSERVED,
): TokenVerifier {
  return async (token, issuers, remainingMs) => {
    const unverified = parseToken(token);
    const issuer = issuers.find(({ trust }) => trust.issuer === unverified.issuer);
    if (issuer === undefined)
      throw new DomainError('TOKEN_ISSUER_UNKNOWN', 'the issuer of the token is not trusted');
    const { trust } = issuer;
    observer.note({
      issuerId: issuer.id,
      keyId: unverified.keyId,
      algorithm: SIGNATURE_ALGORITHMS.find((known) => known === unverified.algorithm) ?? 'other',
    });
    assertHeader(unverified, trust);
    const key = await keySets.keyFor(trust.jwksUri, unverified.keyId, trust.keys, remainingMs);
    // A key set may omit `alg`, so the key's type is also checked. For example, an EC key must not be tried on a token
    // with RS256.
    if (!key.algorithms.some((possible) => possible === unverified.algorithm)) throw badSignature();
    const claims = verifySignature(token, key, trust, observer);
    assertClaims(claims, trust, clock.nowEpochMs() / 1000);
    return { issuer, claims };
  };
}

function verifySignature(token: string, key: VerificationKey, trust: TokenTrust, observer: Observer): Claims {
  const wanted = { issuer: trust.issuer, audience: null, graceSeconds: trust.clockSkewSeconds };
  try {
    return observer.time('VerifyMs', () => verifyJwtSync(token, key.jwk, wanted, () => key.keyObject));
  } catch (error) {
    throw toDomainError(error);
  }
}

/**
 * Turns an error of the library into a DomainError without cause, because the library's errors quote claims. Any
 * unknown error counts as an invalid signature: for a malformed ES256 signature the library throws a plain `Error`,
 * which must not become a 500.
 */
function toDomainError(error: unknown): DomainError {
  if (error instanceof JwtExpiredError) return new DomainError('TOKEN_EXPIRED', 'the token has expired');
  if (error instanceof JwtNotBeforeError)
    return new DomainError('TOKEN_NOT_YET_VALID', 'the token is not valid yet');
  if (error instanceof JwtInvalidIssuerError)
    return new DomainError('TOKEN_ISSUER_UNKNOWN', 'the issuer of the token is not trusted');
  if (error instanceof JwtParseError)
    return new DomainError('TOKEN_MALFORMED', 'a registered claim of the token has a wrong type');
  return badSignature();
}

function badSignature(): DomainError {
  return new DomainError('TOKEN_SIGNATURE_INVALID', 'the signature of the token does not match its key');
}
