/** Bearer token → the claims of a trusted issuer, or the reason why not. */
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import {
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtNotBeforeError,
  JwtParseError,
} from 'aws-jwt-verify/error';
import { DomainError } from '../errors.ts';
import type { Clock, Observer } from '../ports.ts';
import { UNOBSERVED } from '../unobserved.ts';
import type { Claims } from './claims.ts';
import type { CompiledIssuer, TokenTrust } from './compiled-document.ts';
import { SIGNATURE_ALGORITHMS } from './issuers.ts';
import type { VerificationKey } from './key-set.ts';
import type { KeySets } from './key-sets.ts';
import { assertHeader, parseToken } from './token-shape.ts';

/** No access token lives this long: an `exp` beyond it is most likely in milliseconds. */
const LIFETIME_LIMIT_SECONDS = 366 * 86_400;

export type VerifiedToken = { readonly issuer: CompiledIssuer; readonly claims: Claims };

/** `issuers` are those whose tokens may stand where this one was found. */
export type TokenVerifier = (token: string, issuers: readonly CompiledIssuer[]) => Promise<VerifiedToken>;

/**
 * Checks form, issuer, header, key, signature, times, audience and client, in this order, and throws
 * nothing but DomainError: TOKEN_* for a token that must not be accepted, KEY_SET_UNAVAILABLE when that
 * could not be found out.
 */
export function createTokenVerifier(
  keySets: KeySets,
  clock: Clock,
  observer: Observer = UNOBSERVED,
): TokenVerifier {
  return async (token, issuers) => {
    const unverified = parseToken(token);
    const issuer = issuers.find(({ trust }) => trust.issuer === unverified.issuer);
    if (issuer === undefined)
      throw new DomainError('TOKEN_ISSUER_UNKNOWN', 'the token is of an issuer that is not trusted');
    const { trust } = issuer;
    observer.note({
      issuerId: issuer.id,
      keyId: unverified.keyId,
      algorithm: SIGNATURE_ALGORITHMS.find((known) => known === unverified.algorithm) ?? 'other',
    });
    assertHeader(unverified, trust);
    const key = await keySets.keyFor(trust.jwksUri, unverified.keyId, trust.keys);
    // A key set may leave `alg` out; then an EC key must not be tried on a token that says RS256.
    if (!key.algorithms.includes(unverified.algorithm)) throw badSignature();
    const claims = observer.time('VerifyMs', () => verifySignature(token, key, trust));
    assertTimes(claims, trust, clock.nowEpochMs() / 1000);
    assertMeantForUs(claims, trust);
    return { issuer, claims };
  };
}

function verifySignature(token: string, key: VerificationKey, trust: TokenTrust): Claims {
  try {
    return verifyJwtSync(
      token,
      key.jwk,
      { issuer: trust.issuer, audience: null, graceSeconds: trust.clockSkewSeconds },
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

/**
 * aws-jwt-verify takes a token without `exp` and one from the future, and reads the machine's clock; ours
 * is the one that tests and `gatewright clock` set.
 */
function assertTimes(claims: Claims, trust: TokenTrust, nowEpochSeconds: number): void {
  const { clockSkewSeconds: skew, maxTokenAgeSeconds } = trust;
  const { exp, nbf, iat } = claims;
  if (typeof exp !== 'number' || exp > nowEpochSeconds + LIFETIME_LIMIT_SECONDS) throw invalidClaim('exp');
  if (exp + skew < nowEpochSeconds) throw new DomainError('TOKEN_EXPIRED', 'the token has expired');
  if (nbf !== undefined && typeof nbf !== 'number') throw invalidClaim('nbf');
  if (nbf !== undefined && nbf - skew > nowEpochSeconds)
    throw new DomainError('TOKEN_NOT_YET_VALID', 'the token is not valid yet');
  if (iat !== undefined && typeof iat !== 'number') throw invalidClaim('iat');
  if (iat !== undefined && iat - skew > nowEpochSeconds)
    throw new DomainError('TOKEN_NOT_YET_VALID', 'the token was issued in the future');
  if (maxTokenAgeSeconds === undefined) return;
  if (iat === undefined) throw invalidClaim('iat');
  if (iat + maxTokenAgeSeconds + skew < nowEpochSeconds)
    throw new DomainError('TOKEN_EXPIRED', 'the token was issued too long ago');
}

/** `client_id` counts as audience only where `aud` is absent, as in API Gateway's own JWT authorizer. */
function assertMeantForUs(claims: Claims, { audience, clients, tokenUse }: TokenTrust): void {
  const { client_id: clientId, aud = clientId, azp, cnf, token_use: use } = claims;
  // RFC 7800: bound to a key that its holder must prove. Taking it as a bearer token would undo that.
  if (cnf !== undefined) throw invalidClaim('cnf');
  if (tokenUse !== undefined && use !== tokenUse) throw invalidClaim('token_use');
  if (audience !== undefined && !namesOneOf(aud, audience)) throw otherAudience();
  // Cognito's ID tokens name their client in aud only.
  const client = clientId ?? azp ?? (tokenUse === 'id' ? aud : undefined);
  if (clients !== undefined && (typeof client !== 'string' || !clients.includes(client)))
    throw otherAudience();
}

/** One name of another type spoils the claim: nobody knows what else its issuer got wrong. */
function namesOneOf(claim: unknown, allowed: readonly string[]): boolean {
  const names: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const texts = names.filter((name) => typeof name === 'string');
  return texts.length === names.length && texts.some((name) => allowed.includes(name));
}

function otherAudience(): DomainError {
  return new DomainError('TOKEN_AUDIENCE_MISMATCH', 'the token is meant for another audience');
}

function invalidClaim(claim: string): DomainError {
  return new DomainError('TOKEN_CLAIM_INVALID', `the token's claim "${claim}" is missing or not acceptable`);
}

function badSignature(): DomainError {
  return new DomainError('TOKEN_SIGNATURE_INVALID', 'the signature of the token is not of the key it names');
}
