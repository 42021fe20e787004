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
