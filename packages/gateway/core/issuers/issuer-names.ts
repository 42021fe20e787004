/**
 * The known issuer names (the local issuer, and the issuers of user pools), and the claims that all their tokens have.
 */

/** The `iss` of the local issuer, a constant that no real issuer uses. */
export const LOCAL_ISSUER = 'https://local.gatewright.invalid/';

/** The claims that every token of a local issuer has. */
export const CLAIMS_OF_EVERY_TOKEN: readonly string[] = ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti'];

const POOL_ISSUER =
  /^https:\/\/cognito-idp\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9-]+_[A-Za-z0-9]+)$/;

/** Returns undefined if the issuer is not a user pool. */
export function readPoolIssuer(
  issuer: string,
): { readonly region: string; readonly poolId: string } | undefined {
  const [, region, poolId] = POOL_ISSUER.exec(issuer) ?? [];
  return region === undefined || poolId === undefined ? undefined : { region, poolId };
}
