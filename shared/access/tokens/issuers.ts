/** Signature algorithms of aws-jwt-verify. Symmetric algorithms and `none` are never allowed. */
export const SIGNATURE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/**
 * `iss` of the gateway's own issuer. A `.invalid` domain (RFC 2606) never serves keys to a deployed stage.
 */
export const LOCAL_ISSUER = 'https://local.gatewright.invalid/';

/** Returns the address at which most issuers publish their keys. It is used if discovery is not configured. */
export function defaultJwksUri(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
}

/** Whether a URL points to this machine. Keys may be sent over plain HTTP only within this machine. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  const plain = username === '' && password === '' && (protocol === 'http:' || protocol === 'https:');
  return plain && /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])$/.test(hostname);
}
