/** An error in the form of RFC 6749 §5.2. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

/** Describes the error `invalid_scope` for a scope that is not in AllowedOAuthScopes of the client. */
export function describeForbiddenScope(scope: string): string {
  return `The client is not allowed to request the scope ${scope.slice(0, 100)}`;
}

/** The grants that the token endpoints of pools and of the local issuer answer. */
export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'];
/** The ways in which a client can name itself at these endpoints. */
export const CLIENT_AUTHENTICATIONS = ['none', 'client_secret_basic', 'client_secret_post'];

/** Describes the error `unsupported_grant_type`. */
export function describeGrantType(given: string | null | undefined): string {
  const found = given === null || given === undefined ? 'is missing' : `is ${given.slice(0, 100)}`;
  return `grant_type ${found}; it must be authorization_code, refresh_token or client_credentials`;
}
