/**
 * The trusted issuers and required claims of an authorizer (docs/aws §4.5, §4.6). A check that cannot be performed
 * counts as failed.
 */
import { tokenDefect } from './bearer-token.ts';
import type { Claims, RsaAlgorithm, TokenDefect, UncheckedToken } from './bearer-token.ts';

export type TrustedIssuer = {
  /**
   * The exact `iss` of the issuer's tokens, with its trailing slash if it has one. The keys are found through the
   * discovery document below this URL.
   */
  readonly issuer: string;
  /**
   * The accepted values of `aud`. For Cognito it is `any`, because a user pool signs tokens only for its own app
   * clients.
   */
  readonly audience: readonly string[] | 'any';
};

export type TokenTrust = {
  readonly issuers: readonly TrustedIssuer[];
  readonly algorithms: readonly RsaAlgorithm[];
  /** Returns whether an `aud` matches Cognito's pattern for the audience. The pattern must match the whole `aud`. */
  readonly audienceForm: ((text: string) => boolean) | undefined;
  /**
   * The type of token that Cognito authorizers require: ID tokens for a method without scopes, access tokens for a
   * method with scopes.
   */
  readonly tokenUse: 'id' | 'access' | undefined;
  /** Claims that must be present. If `values` are given, the claim must equal or contain one of them. */
  readonly requiredClaims: readonly RequiredClaim[];
};

export type RequiredClaim = { readonly name: string; readonly values: readonly string[] };

export interface VerificationKey {
  /**
   * Whether the signature was created with this key. Returns false if the key does not support the algorithm. Never
   * throws.
   */
  verifies(algorithm: string, signedText: string, signature: Buffer): boolean;
}

/**
 * Chooses the issuer whose key must have signed the token. The token's `iss` matters only if there are several issuers.
 * With a single issuer, a wrong `iss` is detected after the signature check, as on AWS.
 */
export function chooseIssuer(
  token: UncheckedToken,
  { issuers }: Pick<TokenTrust, 'issuers'>,
): TrustedIssuer | TokenDefect {
  const [only, ...others] = issuers;
  if (only !== undefined && others.length === 0) return only;
  return issuers.find(({ issuer }) => issuer === token.claims['iss']) ?? WRONG_ISSUER;
}

/**
 * Returns the first defect of a token in the order of AWS's checks; undefined means that the claims are valid. Scopes
 * are not checked here.
 */
export function findTokenDefect(
  token: UncheckedToken,
  key: VerificationKey,
  issuer: TrustedIssuer,
  trust: TokenTrust,
  nowEpochMs: number,
): TokenDefect | undefined {
  const { algorithm, claims } = token;
  if (!trust.algorithms.includes(algorithm))
    return tokenDefect('algorithm', `signing method ${algorithm} is invalid`);
  if (!key.verifies(algorithm, token.signedText, token.signature))
    return tokenDefect('signature', 'the token has an invalid signature');
  if (claims['iss'] !== issuer.issuer) return WRONG_ISSUER;
  return (
    findAudienceDefect(claims, issuer, trust) ??
    findTimeDefect(claims, nowEpochMs / 1000) ??
    findClaimDefect(claims, trust)
  );
}

const WRONG_ISSUER = tokenDefect('issuer', 'the token does not have a valid issuer');
const WRONG_FORM = tokenDefect(
  'audience-form',
  'the aud of the token does not match IdentityValidationExpression',
);
const WRONG_AUDIENCE = tokenDefect('audience', 'the token does not have a valid audience');

/** Checks the audience. If the token has no `aud`, as in Cognito access tokens, `client_id` is used instead. */
function findAudienceDefect(
  claims: Claims,
  issuer: TrustedIssuer,
  trust: TokenTrust,
): TokenDefect | undefined {
  const { audience } = issuer;
  const named = textsOf(claims['aud'] ?? claims['client_id']);
  if (named === undefined) return WRONG_AUDIENCE;
  if (audience !== 'any' && !named.some((name) => audience.includes(name))) return WRONG_AUDIENCE;
  const form = trust.audienceForm;
  // The expression is for `aud` only, which access tokens of a user pool do not have.
  const own = textsOf(claims['aud']) ?? [];
  return form === undefined || own.some((name) => form(name)) ? undefined : WRONG_FORM;
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((item) => typeof item === 'string');
  return texts.length === list.length ? texts : undefined;
}

/**
 * Checks the times of a token. As on AWS, no clock skew is tolerated. A token without `exp` is refused, because it
 * would never expire.
 */
function findTimeDefect({ exp, nbf, iat }: Claims, nowSeconds: number): TokenDefect | undefined {
  if (typeof exp !== 'number' || exp <= nowSeconds) return tokenDefect('expired', 'the token has expired');
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= nowSeconds))
    return tokenDefect('not-yet-valid', 'the token is not valid yet');
  if (iat !== undefined && !(typeof iat === 'number' && iat <= nowSeconds))
    return tokenDefect('not-yet-valid', 'the token was issued in the future');
  return undefined;
}

function findClaimDefect(claims: Claims, { tokenUse, requiredClaims }: TokenTrust): TokenDefect | undefined {
  if (tokenUse !== undefined && claims['token_use'] !== tokenUse)
    return tokenDefect('token-use', `the token is not an ${tokenUse} token`);
  const missing = requiredClaims.find(({ name, values }) => !hasClaim(claims, name, values));
  return missing && tokenDefect('claim', describeMissing(claims, missing));
}

function describeMissing(claims: Claims, { name, values }: RequiredClaim): string {
  return Object.hasOwn(claims, name) && claims[name] !== null
    ? `the claim ${name} of the token is not one of ${values.join(', ')}`
    : `the token has no claim ${name}`;
}

function hasClaim(claims: Claims, name: string, values: readonly string[]): boolean {
  if (!Object.hasOwn(claims, name) || claims[name] === null) return false;
  if (values.length === 0) return true;
  const texts = textsOf(claims[name]);
  return texts?.some((text) => values.includes(text)) === true;
}

/**
 * Returns all scopes in the token's order. `scope` is a space-separated string, and `scp` is a string of the same form
 * or a list.
 */
export function tokenScopes({ scope, scp }: Claims): readonly string[] {
  return [scope, ...(Array.isArray(scp) ? (scp as readonly unknown[]) : [scp])].flatMap((text) =>
    typeof text === 'string' ? text.split(' ').filter((name) => name !== '') : [],
  );
}
