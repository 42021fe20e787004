/** Whose tokens are accepted. */

/** Signature algorithms that aws-jwt-verify knows; symmetric ones and `none` can never be named. */
export const SIGNATURE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

export type TrustedIssuer = {
  /** Exactly the `iss` of its tokens, trailing slash included. */
  readonly issuer: string;
  /** A token must name one of these in `aud`, or in `client_id` where it has no `aud` (Cognito access tokens). */
  readonly audience: readonly string[];
  readonly jwksUri: string;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Path to the claim that holds the roles: `['roles']`, `['cognito:groups']`, `['realm_access', 'roles']`. */
  readonly rolesClaim: readonly string[];
};

/** `iss` of the gateway's own issuer. The `.invalid` domain (RFC 2606) can never serve keys to a deployed stage. */
export const LOCAL_ISSUER = 'https://local.gatewright.invalid/';

/** Where discovery is not configured, the address that most issuers use. */
export function defaultJwksUri(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
}

/**
 * The gateway's own issuer, whose keys are read from `address` (`http://127.0.0.1:4000`).
 * Only for stages that are never deployed; `isLoopbackUrl(address)` must hold.
 */
export function localIssuer(address: string): TrustedIssuer {
  return {
    issuer: LOCAL_ISSUER,
    audience: ['gatewright'],
    jwksUri: defaultJwksUri(address),
    algorithms: ['RS256'],
    rolesClaim: ['roles'],
  };
}

/** Whether a URL leads to this machine itself, the only place where keys may travel over plain HTTP. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  const plain = username === '' && password === '' && (protocol === 'http:' || protocol === 'https:');
  return plain && /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])$/.test(hostname);
}
