/** The token endpoint, the revocation endpoint and `userInfo` (RFC 6749 §3.2, RFC 7009, OpenID Connect Core §5.3). */
import { NO_STORE_OF_TOKENS } from '../no-store.ts';
import { ServiceRefusal } from '../../core/errors.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { headerOf } from '@gatewright/aws/raw-headers';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { readClient } from '../authorization/token-grants.ts';
import { type ControlReply, type ControlRequest, jsonReply } from '../../core/api-call.ts';
import type { AppClient } from '../pools/pool-model.ts';
import { listAttributes } from '../pools/pool-user.ts';
import { userClaims } from '../pools/pool-tokens.ts';
import type { Tokens } from '../pools/sessions.ts';
import type { LoginContext } from './authorize.ts';
import { OAuthError, describeForbiddenScope, describeGrantType } from './oauth-error.ts';
import { provesChallenge } from './proof-key.ts';

export function grantTokens(request: ControlRequest, place: LoginContext): Promise<ControlReply> {
  return answering(async () => {
    const form = readForm(request);
    const client = authenticate(request, form, place);
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return printTokens(await exchangeCode(form, client, place), place);
      case 'refresh_token':
        return printTokens(await refresh(form, client, place), place);
      case 'client_credentials':
        return grantToClient(form, client, place);
      default:
        throw new OAuthError('unsupported_grant_type', describeGrantType(form.get('grant_type')));
    }
  }, place);
}

export function revokeToken(request: ControlRequest, place: LoginContext): Promise<ControlReply> {
  return answering(() => {
    const form = readForm(request);
    const client = authenticate(request, form, place);
    if (!client.revokesTokens)
      throw new OAuthError('unsupported_token_type', 'The client is not allowed to revoke tokens');
    // RFC 7009 §2.2: an invalid token counts as revoked, so there is no error.
    place.sessions.revoke(need(form, 'token'), client.clientId);
    return jsonReply(200, {}, NO_STORE_OF_TOKENS);
  }, place);
}

export function sendUserInfo(request: ControlRequest, { pool, sessions }: LoginContext): ControlReply {
  const token = /^Bearer\s+(\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1] ?? '';
  try {
    const { user, scopes, clientId } = sessions.readAccess(token);
    if (!scopes.includes('openid'))
      return bearerError('invalid_token', 'The token does not have the scope openid');
    if (pool.definition.kind === 'oidc') return jsonReply(200, userClaims(user, scopes), NO_STORE_OF_TOKENS);
    const attributes = listAttributes(user, pool.findClient(clientId)?.readable);
    const claims = Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));
    return jsonReply(200, { ...claims, username: user.username }, NO_STORE_OF_TOKENS);
  } catch (error) {
    if (error instanceof ServiceRefusal) return bearerError('invalid_token', error.message);
    throw error;
  }
}

function bearerError(error: string, description: string): ControlReply {
  const challenge = `Bearer error="${error}", error_description="${description}"`;
  return jsonReply(401, { error, error_description: description }, [
    'WWW-Authenticate',
    challenge,
    ...NO_STORE_OF_TOKENS,
  ]);
}

async function answering(
  run: () => ControlReply | Promise<ControlReply>,
  { pool }: LoginContext,
): Promise<ControlReply> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ServiceRefusal)
      return jsonReply(400, { error: 'invalid_grant', error_description: error.message }, NO_STORE_OF_TOKENS);
    if (!(error instanceof OAuthError)) throw error;
    // Cognito responds to all errors with 400, including `invalid_client`.
    const status = error.error === 'invalid_client' && pool.definition.kind === 'oidc' ? 401 : 400;
    return jsonReply(status, { error: error.error, error_description: error.message }, NO_STORE_OF_TOKENS);
  }
}

/** Reads the form of a request. The standard requires a form, but Auth0's libraries may send JSON. */
function readForm(request: ControlRequest): ReadonlyMap<string, string> {
  const text = request.body.toString('utf8');
  if ((headerOf(request, 'content-type') ?? '').startsWith('application/json')) {
    const fields = Object.entries(parseJsonObject(text) ?? {});
    return new Map(fields.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
  }
  const form = new URLSearchParams(text);
  for (const name of form.keys())
    if (form.getAll(name).length > 1) throw new OAuthError('invalid_request', `${name} is repeated`);
  return new Map(form);
}

function need(form: ReadonlyMap<string, string>, name: string): string {
  const value = form.get(name);
  if (value === undefined || value === '') throw new OAuthError('invalid_request', `${name} is missing`);
  return value;
}

/** Authenticates the client by Basic authentication or by the form. A client without a secret only sends its id. */
function authenticate(
  request: ControlRequest,
  form: ReadonlyMap<string, string>,
  { pool }: LoginContext,
): AppClient {
  const { id, secret } = readClient(request, form);
  const client = pool.findClient(id);
  const isRight = client?.secret === undefined || equalInConstantTime(client.secret, secret);
  if (client === undefined || client.clientId === '' || !isRight)
    throw new OAuthError('invalid_client', 'The client is unknown, or its secret is wrong');
  return client;
}

async function exchangeCode(
  form: ReadonlyMap<string, string>,
  client: AppClient,
  { pool, sessions, state }: LoginContext,
): Promise<Tokens> {
  const taken = state.takeCode(need(form, 'code'));
  const grant = taken?.grant;
  const isOfClient = grant?.clientId === client.clientId && grant.poolId === pool.definition.poolId;
  // Attack: a stolen code is exchanged before or after its owner exchanges it. Therefore, the tokens of the first use
  // are revoked as well (RFC 6749 §4.1.2).
  if (isOfClient && taken?.wasUsed === true) sessions.endSignIn(grant.originJti);
  if (grant === undefined || !isOfClient || taken?.wasUsed === true)
    throw new OAuthError('invalid_grant', 'The code is invalid, or was already used');
  if (grant.redirectUri !== form.get('redirect_uri'))
    throw new OAuthError('invalid_grant', 'redirect_uri differs from the one in the authorization request');
  if (!provesChallenge(grant.challenge, form.get('code_verifier')))
    throw new OAuthError('invalid_grant', 'code_verifier does not match the challenge');
  const user = pool.users.find(({ sub, isEnabled }) => sub === grant.sub && isEnabled);
  if (user === undefined) throw new OAuthError('invalid_grant', 'The user no longer exists');
  const { scopes, nonce, audience, originJti } = grant;
  const withRefresh = pool.definition.kind === 'cognito' || scopes.includes('offline_access');
  const source = 'TokenGeneration_HostedAuth';
  return sessions.begin({ user, client, scopes, nonce, audience, source, originJti }, withRefresh);
}

function refresh(
  form: ReadonlyMap<string, string>,
  client: AppClient,
  { sessions }: LoginContext,
): Promise<Tokens> {
  return sessions.refresh(need(form, 'refresh_token'), client);
}

/**
 * Issues a token for the client itself, without a user and without an ID token (Cognito: custom scopes of a client with
 * a secret).
 */
function grantToClient(
  form: ReadonlyMap<string, string>,
  client: AppClient,
  { pool, sessions }: LoginContext,
): ControlReply {
  const { kind, isOpen } = pool.definition;
  if (client.secret === undefined && !isOpen)
    throw new OAuthError(
      'invalid_client',
      'The grant client_credentials requires a client with a secret; use a client with GenerateSecret: true',
    );
  const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const known = client.scopes === 'any' ? asked : client.scopes;
  const unknown = asked.find((scope) => !known.includes(scope));
  if (unknown !== undefined) throw new OAuthError('invalid_scope', describeForbiddenScope(unknown));
  const scopes = asked.length === 0 ? known : asked;
  const access = sessions.signForClient(client, scopes, form.get('audience'));
  const body = { access_token: access, expires_in: client.seconds.access, token_type: 'Bearer' };
  return jsonReply(200, kind === 'oidc' ? { ...body, scope: scopes.join(' ') } : body, NO_STORE_OF_TOKENS);
}

function printTokens(
  { id, access, refresh: next, expiresInSeconds, scopes }: Tokens,
  { pool }: LoginContext,
): ControlReply {
  return jsonReply(
    200,
    {
      ...(scopes?.includes('openid') === false ? {} : { id_token: id }),
      access_token: access,
      ...(next === undefined ? {} : { refresh_token: next }),
      expires_in: expiresInSeconds,
      token_type: 'Bearer',
      ...(pool.definition.kind === 'oidc' ? { scope: scopes?.join(' ') } : {}),
    },
    NO_STORE_OF_TOKENS,
  );
}
