import { DomainError } from '../../errors.ts';
import type { Claims } from '../decide/claims.ts';
import type { TokenTrust } from '../compiled-document.ts';

/**
 * Maximum time until a token expires. No access token is valid for longer; a later `exp` is most likely in
 * milliseconds.
 */
const LIFETIME_LIMIT_SECONDS = 366 * 86_400;

/**
 * Checks that the token is valid now, is not bound to a key, has the wanted `token_use`, and is meant for our audience
 * and clients.
 * @throws DomainError TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, TOKEN_AUDIENCE_MISMATCH, TOKEN_CLAIM_INVALID
 */
export function assertClaims(claims: Claims, trust: TokenTrust, nowEpochSeconds: number): void {
  assertTimes(claims, trust, nowEpochSeconds);
  assertMeantForUs(claims, trust);
}

/**
 * Checks the times of a token. aws-jwt-verify does not check them, because it accepts a token without `exp` and a token
 * from the future, and reads the machine's clock. Tests and `gatewright clock` can set our clock.
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

/** `client_id` counts as audience only if `aud` is missing, as in API Gateway's own JWT authorizer. */
function assertMeantForUs(claims: Claims, { audience, clients, tokenUse }: TokenTrust): void {
  const { client_id: clientId, aud = clientId, azp, cnf, token_use: use } = claims;
  // The token is bound to a key, and its holder must prove possession of that key (RFC 7800). Accepting it as a bearer
  // token would remove this protection.
  if (cnf !== undefined) throw invalidClaim('cnf');
  if (tokenUse !== undefined && use !== tokenUse) throw invalidClaim('token_use');
  if (audience !== undefined && !namesOneOf(aud, audience)) throw otherAudience();
  if (clients === undefined) return;
  // Cognito's ID tokens name their client only in `aud`. If both `client_id` and `azp` are present, both must be
  // allowed.
  const [client = tokenUse === 'id' ? aud : undefined, ...others] = [clientId, azp].filter(
    (name) => name !== undefined,
  );
  if (![client, ...others].every((name) => typeof name === 'string' && clients.includes(name)))
    throw otherAudience();
}

/** Whether a claim contains an allowed name. A list that contains a value of another type is refused as a whole. */
function namesOneOf(claim: unknown, allowed: readonly string[]): boolean {
  const names: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const texts = names.filter((name) => typeof name === 'string');
  return texts.length === names.length && texts.some((name) => allowed.includes(name));
}

function otherAudience(): DomainError {
  return new DomainError('TOKEN_AUDIENCE_MISMATCH', 'the token is meant for another audience');
}

function invalidClaim(claim: string): DomainError {
  return new DomainError('TOKEN_CLAIM_INVALID', `the token's claim "${claim}" is missing or not valid`);
}
