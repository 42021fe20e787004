/** The grants of the local issuer's token endpoint: a code, a refresh token, or the keys of a local identity. */
import { NO_STORE_OF_TOKENS } from '../no-store.ts';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply, type ControlRequest, jsonReply } from '../../core/api-call.ts';
import { InvalidRequest } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Identities, LocalIdentity } from '../../core/policy/identities.ts';
import type { Issuer, TokenOptions } from '../issuer.ts';
import type { LoginState } from '../login/login-state.ts';
import { OAuthError, describeGrantType } from '../login/oauth-error.ts';
import { provesChallenge } from '../login/proof-key.ts';
import { findResourceFault, splitScopes } from './authorization-request.ts';
import type { IssuerClients } from './clients/issuer-clients.ts';
import type { CodeGrant, RefreshTokens, TokenGrant } from './grants.ts';

type TokenContext = {
  /** The address of the issuer, which is the `iss` of ID tokens: clients compare it with the metadata. */
  readonly issuer: string;
  readonly minter: Issuer;
  readonly identities: Identities;
  readonly clients: IssuerClients;
  readonly state: LoginState<CodeGrant>;
  readonly refreshTokens: RefreshTokens;
  readonly knowsResource: (resource: string) => boolean;
  readonly clock: Clock;
};

const DEFAULT_LIFETIME_SECONDS = 3600;

export function grantToken(request: ControlRequest, at: TokenContext): ControlReply {
  try {
    const form = readForm(request);
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return exchangeCode(request, form, at);
      case 'refresh_token':
        return refresh(request, form, at);
      case 'client_credentials':
        return grantToIdentity(request, form, at);
      default:
        throw new OAuthError('unsupported_grant_type', describeGrantType(form.get('grant_type')));
    }
  } catch (error) {
    if (error instanceof InvalidRequest) return oauthError('invalid_request', error.message);
    if (!(error instanceof OAuthError)) throw error;
    return oauthError(error.error, error.message);
  }
}

function readForm(request: ControlRequest): URLSearchParams {
  const contentType = headerOf(request, 'content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType))
    throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded');
  const form = new URLSearchParams(request.body.toString('utf8'));
  const repeated = [...new Set(form.keys())].find(
    (name) => name !== 'resource' && name !== 'audience' && form.getAll(name).length > 1,
  );
  if (repeated !== undefined)
    throw new OAuthError('invalid_request', `${repeated.slice(0, 100)} is repeated`);
  return form;
}

/**
 * `redirect_uri` is compared if the client sends it. OAuth 2.1 has removed it from this request, because the proof key
 * already binds the code to the client that began the sign-in.
 */
function exchangeCode(request: ControlRequest, form: URLSearchParams, at: TokenContext): ControlReply {
  const clientId = readClientId(request, form, at);
  const taken = at.state.takeCode(need(form, 'code'));
  const grant = taken?.grant;
  if (grant !== undefined && taken?.wasUsed === true) at.refreshTokens.end(grant.signInId);
  if (grant?.clientId !== clientId || taken?.wasUsed !== false)
    throw new OAuthError('invalid_grant', 'The code is invalid, expired or was already used');
  if (form.has('redirect_uri') && form.get('redirect_uri') !== grant.redirectUri)
    throw new OAuthError('invalid_grant', 'redirect_uri differs from the one in the authorization request');
  if (!provesChallenge(grant.challenge, form.get('code_verifier') ?? undefined))
    throw new OAuthError('invalid_grant', 'code_verifier does not match the code_challenge');
  checkResource(form, grant);
  return printTokens(grant, grant.scopes, at, grant.scopes.includes('openid') ? idTokenOf(grant, at) : {});
}

/** Returns an ID token, which tells the client who has signed in (OpenID Connect Core 1.0, section 2). */
function idTokenOf(
  { clientId, identity, nonce }: CodeGrant,
  { minter, issuer, clock }: TokenContext,
): { readonly id_token: string } {
  const iat = Math.floor(clock.nowEpochMs() / 1000);
  const { token } = minter.sign(
    {
      ...identity.claims,
      iss: issuer,
      sub: identity.sub,
      aud: clientId,
      iat,
      exp: iat + DEFAULT_LIFETIME_SECONDS,
      ...(nonce === undefined ? {} : { nonce }),
    },
    'JWT',
  );
  return { id_token: token };
}

function refresh(request: ControlRequest, form: URLSearchParams, at: TokenContext): ControlReply {
  const clientId = readClientId(request, form, at);
  const token = need(form, 'refresh_token');
  const grant = at.refreshTokens.find(token, clientId);
  if (grant === undefined)
    throw new OAuthError('invalid_grant', 'The refresh token is invalid, expired or was already used');
  checkResource(form, grant);
  const scopes = form.has('scope') ? splitScopes(form.get('scope')) : grant.scopes;
  const unknown = scopes.find((scope) => !grant.scopes.includes(scope));
  if (unknown !== undefined)
    throw new OAuthError(
      'invalid_scope',
      'the parameter scope contains a scope that was not granted at the sign-in',
    );
  at.refreshTokens.markUsed(token);
  return printTokens(grant, scopes, at);
}

/** The tokens of a sign-in are for one resource only. A request without `resource` means this resource. */
function checkResource(form: URLSearchParams, { resource }: TokenGrant): void {
  const given = form.getAll('resource');
  if (given.some((one) => one !== resource))
    throw new OAuthError(
      'invalid_target',
      'the parameter resource differs from the one in the authorization request',
    );
}

/** Clients have no secret, so they only send their id, in the form or by Basic authentication. */
function readClientId(request: ControlRequest, form: URLSearchParams, { clients }: TokenContext): string {
  const { id, secret } = readClient(request, form);
  if (id === '' || secret !== '' || !clients.isKnown(id))
    throw new OAuthError(
      'invalid_client',
      'The client is unknown, or has sent a secret although it has none; registrations are lost when the gateway stops',
    );
  return id;
}

/** Reads the client of a request, from Basic authentication or the form. A missing part is an empty string. */
export function readClient(
  request: ControlRequest,
  form: { get(name: string): string | null | undefined },
): { readonly id: string; readonly secret: string } {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  if (basic === undefined)
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':', 2);
  return { id, secret };
}

function printTokens(
  grant: TokenGrant,
  scopes: readonly string[],
  at: TokenContext,
  idToken: { readonly id_token?: string } = {},
): ControlReply {
  const { identity, clientId, resource } = grant;
  const { token } = at.minter.mint({
    sub: identity.sub,
    ...(resource === undefined ? {} : { aud: resource }),
    ...(identity.roles.length === 0 ? {} : { roles: identity.roles }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    claims: { ...identity.claims, client_id: clientId },
  });
  return jsonReply(
    200,
    {
      access_token: token,
      token_type: 'Bearer',
      expires_in: DEFAULT_LIFETIME_SECONDS,
      scope: scopes.join(' '),
      ...idToken,
      ...(grant.refreshes ? { refresh_token: at.refreshTokens.give(grant) } : {}),
    },
    NO_STORE_OF_TOKENS,
  );
}

/** Issues a token for a local identity (RFC 6749 §4.4). */
function grantToIdentity(request: ControlRequest, form: URLSearchParams, at: TokenContext): ControlReply {
  const client = authenticateIdentity(request, form, at.identities);
  const fault = findResourceFault(form.getAll('resource'), at.knowsResource);
  if (fault !== undefined) throw new OAuthError(fault.error, fault.description);
  const tokenOptions = readTokenOptions(form, client);
  const { token } = at.minter.mint(tokenOptions);
  const expiresIn = tokenOptions.expiresInSeconds ?? DEFAULT_LIFETIME_SECONDS;
  const scope = tokenOptions.scope === undefined ? {} : { scope: tokenOptions.scope };
  return jsonReply(
    200,
    { access_token: token, token_type: 'Bearer', expires_in: expiresIn, ...scope },
    NO_STORE_OF_TOKENS,
  );
}

/**
 * Reads the token request. By default, `sub` is the identity's name. The form may set any other `sub`, because this
 * issuer may impersonate any user.
 */
function readTokenOptions(form: URLSearchParams, client: LocalIdentity): TokenOptions {
  const audiences = [...form.getAll('audience'), ...form.getAll('resource')];
  const roles = form.get('roles');
  const scope = form.get('scope');
  const expiresIn = form.get('expires_in');
  return {
    sub: form.get('sub') ?? client.name,
    ...(audiences.length === 0 ? {} : { aud: audiences.length === 1 ? (audiences[0] ?? '') : audiences }),
    ...(roles === null ? {} : { roles: roles.split(' ').filter((role) => role !== '') }),
    ...(scope === null ? {} : { scope }),
    ...(expiresIn === null ? {} : { expiresInSeconds: Number(expiresIn) }),
    claims: { client_id: client.accessKeyId },
  };
}

function authenticateIdentity(
  request: ControlRequest,
  form: URLSearchParams,
  identities: Identities,
): LocalIdentity {
  const { id, secret } = readClient(request, form);
  const identity = identities.find(id);
  // The secret is compared even if the id is unknown, so that the duration does not reveal which ids exist.
  const isRight = equalInConstantTime(identity?.secretAccessKey ?? 'nobody', secret);
  if (identity === undefined || !isRight)
    throw new OAuthError(
      'invalid_client',
      'The client must be a local identity, identified by its access key id and secret access key',
    );
  return identity;
}

function need(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === '') throw new OAuthError('invalid_request', `${name} is missing`);
  return value;
}

function oauthError(error: string, description: string): ControlReply {
  const isUnauthorized = error === 'invalid_client';
  return jsonReply(isUnauthorized ? 401 : 400, { error, error_description: description }, [
    ...NO_STORE_OF_TOKENS,
    ...(isUnauthorized ? ['WWW-Authenticate', 'Basic realm="gatewright"'] : []),
  ]);
}
