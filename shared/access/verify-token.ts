/** Bearer token → Principal, or the reason why not. */
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import {
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtNotBeforeError,
  JwtParseError,
} from 'aws-jwt-verify/error';
import { DomainError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { TrustedIssuer } from './issuers.ts';
import type { VerificationKey } from './key-set.ts';
import type { KeySets } from './key-sets.ts';
import { toPrincipal } from './principal.ts';
import type { Claims, Principal } from './principal.ts';
import { assertAlgorithm, parseToken } from './token-shape.ts';

/** Difference between our clock and the issuer's that is forgiven for `exp`, `nbf` and `iat`. */
const CLOCK_SKEW_SECONDS = 30;

export type TokenVerifier = (token: string) => Promise<Principal>;

/**
 * Makes the verifier for these issuers. It checks form, issuer, algorithm, key, signature, times and
 * audience, in this order, and throws nothing but DomainError: TOKEN_* for a token that must not be
 * accepted, KEY_SET_UNAVAILABLE when that could not be found out.
 */
export function createTokenVerifier(
  issuers: readonly TrustedIssuer[],
  keySets: KeySets,
  clock: Clock,
): TokenVerifier {
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
  return async (token) => {
    const unverified = parseToken(token);
    const issuer = byName.get(unverified.issuer);
    if (issuer === undefined)
      throw new DomainError('TOKEN_ISSUER_UNKNOWN', 'the token is of an issuer that is not trusted');
    assertAlgorithm(unverified, issuer);
    const key = await keySets.keyFor(issuer.jwksUri, unverified.keyId);
    // A key set may leave `alg` out; then an EC key must not be tried on a token that says RS256.
    if (!key.algorithms.includes(unverified.algorithm)) throw badSignature();
    const claims = verifySignature(token, key, issuer);
    assertIssuedBefore(claims, clock);
    assertAudience(claims, issuer);
    return toPrincipal(claims, issuer);
  };
}

function verifySignature(token: string, key: VerificationKey, issuer: TrustedIssuer): Claims {
  try {
    return verifyJwtSync(
      token,
      key.jwk,
      { issuer: issuer.issuer, audience: null, graceSeconds: CLOCK_SKEW_SECONDS },
      () => key.keyObject,
    );
  } catch (error) {
    throw toDomainError(error);
  }
}

/**
 * The library's errors quote claims, so they are not kept as cause. Everything that is not named here is
 * a signature that does not fit: a malformed ES256 signature is a plain `Error` there, and must not become a 500.
 */
function toDomainError(error: unknown): DomainError {
  if (error instanceof JwtExpiredError) return new DomainError('TOKEN_EXPIRED', 'the token has expired');
  if (error instanceof JwtNotBeforeError)
    return new DomainError('TOKEN_NOT_YET_VALID', 'the token is not valid yet');
  if (error instanceof JwtInvalidIssuerError)
    return new DomainError('TOKEN_ISSUER_UNKNOWN', 'the token is of an issuer that is not trusted');
  if (error instanceof JwtParseError)
    return new DomainError('TOKEN_MALFORMED', 'a registered claim of the token is of a wrong type');
  return badSignature();
}

/** aws-jwt-verify does not look at `iat`; a token from the future is a sign of a forged or broken issuer. */
function assertIssuedBefore(claims: Claims, clock: Clock): void {
  const { iat } = claims;
  if (iat === undefined) return;
  if (typeof iat !== 'number')
    throw new DomainError('TOKEN_CLAIM_INVALID', `the token's claim "iat" is no number`);
  if (iat > clock.nowEpochMs() / 1000 + CLOCK_SKEW_SECONDS)
    throw new DomainError('TOKEN_NOT_YET_VALID', 'the token was issued in the future');
}

/** `client_id` counts only where `aud` is absent, as in API Gateway's own JWT authorizer. */
function assertAudience(claims: Claims, issuer: TrustedIssuer): void {
  const { aud = claims['client_id'] } = claims;
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const texts = named.filter((name) => typeof name === 'string');
  if (texts.length !== named.length || !texts.some((name) => issuer.audience.includes(name)))
    throw new DomainError('TOKEN_AUDIENCE_MISMATCH', 'the token is meant for another audience');
}

function badSignature(): DomainError {
  return new DomainError('TOKEN_SIGNATURE_INVALID', 'the signature of the token is not of the key it names');
}
