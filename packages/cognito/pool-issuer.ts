/** User pools of Cognito as issuers: tokens in their form. */

/** Scope of every access token that a sign-in by the API gives: the user's own data. */
export const OWN_DATA_SCOPE = 'aws.cognito.signin.user.admin';

/** As much of a `TokenWish` as decides. */
type PoolTokenWish = {
  readonly sub: string;
  readonly aud?: string | readonly string[];
  readonly roles?: readonly string[];
  readonly scope?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
};

/**
 * What a wish comes to in a pool's token beside `iss`, `sub` and times: an access token where it has a scope or
 * `token_use=access`, else an ID token; roles are groups (Cognito developer guide, "Understanding user pool JSON web
 * tokens").
 */
export function cognitoClaims(wish: PoolTokenWish, authTime: number): Readonly<Record<string, unknown>> {
  const { sub, roles = [], scope, claims = {}, aud = 'gatewright' } = wish;
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
