import { OWN_DATA_SCOPE } from '../pool-issuer.ts';
import type { AppClient, PoolDefinition } from './pool-model.ts';
import { isReadable, isTrue } from './pool-user.ts';
import type { PoolUser } from './pool-user.ts';
import type { Claims } from '../../core/policy/bearer-token.ts';

export type TokenFacts = {
  readonly user: PoolUser;
  readonly client: AppClient;
  /** The time of the sign-in, in seconds. */
  readonly authTime: number;
  /**
   * Identifies the session: one sign-in and all tokens that were refreshed from it. When the session ends, this token
   * is revoked.
   */
  readonly originJti: string;
  readonly eventId: string;
  /** `scopes` is undefined for a sign-in through the API, which has no scopes. */
  readonly scopes: readonly string[] | undefined;
  readonly nonce: string | undefined;
  /** The audience that an OpenID Connect client requested. Cognito does not support audiences. */
  readonly audience: string | undefined;
};

export function idClaims(pool: PoolDefinition, facts: TokenFacts): Claims {
  return pool.kind === 'cognito' ? cognitoId(facts) : oidcId(facts);
}

export function accessClaims(pool: PoolDefinition, facts: TokenFacts): Claims {
  return pool.kind === 'cognito' ? cognitoAccess(facts) : oidcAccess(pool, facts);
}

// Returns the claims of an ID token (Cognito developer guide, "Understanding user pool JSON web tokens (JWTs)").
function cognitoId({ user, client, authTime, originJti, eventId, nonce }: TokenFacts): Claims {
  const readable = [...user.attributes].filter(([name]) => isReadable(name, client.readable));
  return {
    sub: user.sub,
    ...Object.fromEntries(readable.map(([name, value]) => [name, typed(name, value)])),
    ...groupsOf(user),
    ...user.claims,
    'cognito:username': user.username,
    origin_jti: originJti,
    aud: client.clientId,
    event_id: eventId,
    token_use: 'id',
    auth_time: authTime,
    ...(nonce === undefined ? {} : { nonce }),
  };
}

function cognitoAccess({ user, client, authTime, originJti, eventId, scopes }: TokenFacts): Claims {
  return {
    ...user.claims,
    sub: user.sub,
    ...groupsOf(user),
    origin_jti: originJti,
    event_id: eventId,
    client_id: client.clientId,
    token_use: 'access',
    scope: scopes?.join(' ') ?? OWN_DATA_SCOPE,
    auth_time: authTime,
    username: user.username,
    ...(scopes === undefined ? {} : { version: 2 }),
  };
}

function groupsOf({ groups }: PoolUser): Claims {
  return groups.size === 0 ? {} : { 'cognito:groups': [...groups] };
}

/** Returns the claims of an ID token of an issuer other than Cognito. */
function oidcId({ user, client, authTime, originJti, nonce, scopes = [] }: TokenFacts): Claims {
  return {
    ...userClaims(user, scopes),
    ...user.claims,
    sub: user.sub,
    aud: client.clientId,
    auth_time: authTime,
    sid: originJti,
    ...(nonce === undefined ? {} : { nonce }),
  };
}

/** Returns the claims of an access token in Auth0's older form of RFC 9068, without the header `typ`. */
function oidcAccess(
  pool: PoolDefinition,
  { user, client, scopes = [], audience, originJti }: TokenFacts,
): Claims {
  const own = `${pool.issuer.replace(/\/$/, '')}/userinfo`;
  return {
    ...user.claims,
    sub: user.sub,
    aud: audience === undefined ? own : [audience, own],
    azp: client.clientId,
    scope: scopes.join(' '),
    sid: originJti,
    ...(user.groups.size === 0 ? {} : { roles: [...user.groups] }),
  };
}

/**
 * Returns the user's claims that the scopes permit (OpenID Connect Core, "Requesting Claims using Scope Values"). A
 * claim that belongs neither to `email`, `phone` nor `address` belongs to the scope `profile`.
 */
export function userClaims(user: PoolUser, scopes: readonly string[]): Claims {
  const own = [...user.attributes].map(([name, value]) => [name, typed(name, value)] as const);
  const named = own.filter(([name]) => {
    const scope = /^(email|phone|address)(?:_|$)/.exec(name)?.[1] ?? 'profile';
    return scopes.includes(scope);
  });
  const usual = { name: user.username, nickname: user.username };
  return { ...(scopes.includes('profile') ? usual : {}), ...Object.fromEntries(named), sub: user.sub };
}

/**
 * Returns an attribute as tokens contain it. Attributes are strings, but the two `…_verified` attributes are booleans
 * in tokens.
 */
function typed(name: string, value: string): unknown {
  return /^(?:email|phone_number)_verified$/.test(name) ? isTrue(value) : value;
}
