/** The scope of access tokens after a sign-in through the API. It permits access to the user's own data. */
export const OWN_DATA_SCOPE = 'aws.cognito.signin.user.admin';

type PoolTokenOptions = {
  readonly sub: string;
  readonly aud?: string | readonly string[];
  readonly roles?: readonly string[];
  readonly scope?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
};

/**
 * Returns the claims that only tokens of Cognito have. The token is an access token if it has a scope or
 * `token_use=access`, otherwise an ID token. Roles become groups (Cognito developer guide, "Understanding user pool
 * JSON web tokens").
 */
export function cognitoClaims(
  options: PoolTokenOptions,
  authTime: number,
): Readonly<Record<string, unknown>> {
  const { sub, roles = [], scope, claims = {}, aud = 'gatewright' } = options;
  const use = claims['token_use'] ?? (scope === undefined ? 'id' : 'access');
  const client = typeof aud === 'string' ? aud : aud[0];
  const name = claims['cognito:username'] ?? claims['username'] ?? sub;
  return {
    ...(roles.length === 0 ? {} : { 'cognito:groups': roles }),
    token_use: use,
    auth_time: authTime,
    ...(use === 'access'
      ? { client_id: client, scope: scope ?? OWN_DATA_SCOPE, username: name }
      : { aud: client, 'cognito:username': name }),
  };
}
