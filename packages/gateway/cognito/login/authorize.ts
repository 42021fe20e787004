/** The authorization endpoint and the login form: from a request to a code (RFC 6749 §4.1, RFC 7636). */
import { ServiceRefusal } from '../../core/errors.ts';
import { randomBytes } from 'node:crypto';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import { WRONG_PASSWORD } from '../pools/cognito-error.ts';
import { isPassword } from '../pools/password.ts';
import type { PoolUser } from '../pools/pool-user.ts';
import { NO_METADATA, postAuthentication, preAuthentication } from '../pools/triggers.ts';
import type { LocalPool } from '../pools/user-pools.ts';
import { FORM_COOKIE, readCookie, redirect, setCookie } from './browser-reply.ts';
import { describeForbiddenScope } from './oauth-error.ts';
import { printLoginPage, printNotice } from './login-page.ts';
import { isChallenge } from './proof-key.ts';
import type { LoginState, PoolGrant } from './login-state.ts';
import { isAllowedRedirect, withQuery } from './redirects.ts';
import type { AppClient } from '../pools/pool-model.ts';
import { readAuthorizationFields, refused } from './authorization-read.ts';
import type { AuthorizationRead } from './authorization-read.ts';

export type LoginContext = LocalPool & {
  readonly state: LoginState<PoolGrant>;
  /** Address of the pool, such as `http://127.0.0.1:4000/eu-west-1_Abc`. */
  readonly baseUrl: string;
};

const MAX_LISTED = 30;
export function authorize(request: ControlRequest, place: LoginContext): ControlReply {
  const read = readAuthorizationRequest(request.query, place);
  if (read.kind === 'refused') return printNotice(400, 'The sign-in cannot begin', read.text);
  if (read.kind === 'error') {
    const { redirectUri, error, description, state } = read;
    return redirect(withQuery(redirectUri, { error, error_description: description, state }));
  }
  const authorization = read.request;
  const sub = place.state.findSignedIn(
    readCookie(request, sessionCookie(place.pool.definition.poolId)),
    place.pool.definition.poolId,
  );
  const user = place.pool.users.find((candidate) => candidate.sub === sub && candidate.isEnabled);
  if (user !== undefined && authorization.prompt !== 'login') return giveCode(authorization, user, place, []);
  if (authorization.prompt === 'none')
    return redirect(
      withQuery(authorization.redirectUri, { error: 'login_required', state: authorization.state }),
    );
  return showForm(request, authorization, place, { username: authorization.hint });
}

/**
 * Handles the `POST` of the form. It reads the authorization request again from the URL, because data in the page is
 * not trusted.
 */
export async function signInByForm(request: ControlRequest, place: LoginContext): Promise<ControlReply> {
  const read = readAuthorizationRequest(request.query, place);
  if (read.kind !== 'request')
    return printNotice(400, 'The sign-in cannot begin', 'Go back to the application.');
  const authorization = read.request;
  const contentType = headerOf(request, 'content-type') ?? '';
  const form = new URLSearchParams(
    contentType.startsWith('application/x-www-form-urlencoded') ? request.body.toString('utf8') : '',
  );
  // Attack: a page of another site signs the browser in as a different user (login CSRF).
  if (!place.state.isOwnForm(readCookie(request, FORM_COOKIE), form.get('form') ?? ''))
    return showForm(request, authorization, place, {
      username: form.get('username') ?? '',
      fault: 'The form has expired. Try again.',
    });
  const picked = form.get('user');
  if (picked !== null) {
    const user = listUsers(place).find(({ username }) => username === picked);
    if (user !== undefined) return finish(request, authorization, user, place);
  }
  const username = form.get('username') ?? '';
  const tried = await tryPassword(place, username, form.get('password') ?? '', form.get('newPassword'));
  if (tried.kind === 'user') return finish(request, authorization, tried.user, place);
  return showForm(request, authorization, place, { ...tried, username });
}

type Tried =
  | { readonly kind: 'user'; readonly user: PoolUser }
  | { readonly kind: 'fault'; readonly fault: string; readonly needsNewPassword?: boolean };

async function tryPassword(
  { pool }: LoginContext,
  username: string,
  password: string,
  newPassword: string | null,
): Promise<Tried> {
  const user = pool.find(username);
  const isRight = await isPassword(user?.password, password);
  const fault = pool.judgePassword(username, isRight);
  if (fault !== undefined || user?.isEnabled !== true)
    return { kind: 'fault', fault: fault ?? WRONG_PASSWORD };
  if (user.status === 'UNCONFIRMED')
    return {
      kind: 'fault',
      fault: 'The account is not confirmed. The confirmation code is in the gateway’s log.',
    };
  if (user.status === 'RESET_REQUIRED') return { kind: 'fault', fault: 'The password must be reset first.' };
  if (user.status === 'CONFIRMED') return { kind: 'user', user };
  if (newPassword === null)
    return { kind: 'fault', fault: 'The password is temporary. Choose a new one.', needsNewPassword: true };
  try {
    await pool.setPassword(user, newPassword, 'CONFIRMED');
    return { kind: 'user', user };
  } catch (error) {
    if (error instanceof ServiceRefusal)
      return { kind: 'fault', fault: error.message, needsNewPassword: true };
    throw error;
  }
}

async function finish(
  request: ControlRequest,
  authorization: AuthorizationRequest,
  user: PoolUser,
  place: LoginContext,
): Promise<ControlReply> {
  const { pool } = place;
  const { poolId } = pool.definition;
  const { clientId } = authorization.client;
  try {
    await preAuthentication(pool, user, clientId, NO_METADATA);
    await postAuthentication(pool, user, clientId, NO_METADATA);
  } catch (error) {
    if (!(error instanceof ServiceRefusal)) throw error;
    return showForm(request, authorization, place, { username: user.username, fault: error.message });
  }
  const cookie = setCookie(sessionCookie(poolId), place.state.signIn(poolId, user.sub), 'Lax');
  return giveCode(authorization, user, place, cookie);
}

function giveCode(
  { client, redirectUri, state, scopes, nonce, audience, challenge }: AuthorizationRequest,
  user: PoolUser,
  place: LoginContext,
  headers: readonly string[],
): ControlReply {
  const code = place.state.giveCode({
    poolId: place.pool.definition.poolId,
    clientId: client.clientId,
    redirectUri,
    sub: user.sub,
    scopes,
    nonce,
    audience,
    challenge,
    originJti: place.pool.ports.random.uuid(),
  });
  return redirect(withQuery(redirectUri, { code, state }), headers);
}

function showForm(
  request: ControlRequest,
  { client, redirectUri }: AuthorizationRequest,
  place: LoginContext,
  shown: { readonly username: string; readonly fault?: string; readonly needsNewPassword?: boolean },
): ControlReply {
  const cookie = readCookie(request, FORM_COOKIE) ?? randomBytes(32).toString('base64url');
  return printLoginPage(
    {
      action: `${place.baseUrl}/login?${new URLSearchParams(request.query).toString()}`,
      poolName: place.pool.definition.name,
      clientName: client.name,
      redirectUri,
      formToken: place.state.formToken(cookie),
      users: listUsers(place).map((user) => ({
        username: user.username,
        detail: [...user.groups].join(', ') || (user.attributes.get('email') ?? ''),
      })),
      username: shown.username,
      fault: shown.fault,
      needsNewPassword: shown.needsNewPassword === true,
    },
    setCookie(FORM_COOKIE, cookie, 'Strict'),
  );
}

/**
 * Lists the users who can be selected without a password. This is a development feature that is available on loopback
 * only.
 */
function listUsers({ pool }: LoginContext): readonly PoolUser[] {
  return pool.users
    .filter(({ isEnabled, status }) => isEnabled && status === 'CONFIRMED')

    .toSorted((a, b) => Number(b.isWritten) - Number(a.isWritten))
    .slice(0, MAX_LISTED);
}

export function logOut(request: ControlRequest, place: LoginContext): ControlReply {
  const { pool, state } = place;
  const { kind, poolId } = pool.definition;
  const fields = new URLSearchParams(request.query);
  const client = pool.findClient(fields.get('client_id') ?? '');
  const target = fields.get('logout_uri') ?? fields.get('returnTo') ?? fields.get('post_logout_redirect_uri');
  if (target !== null && (client === undefined || !isAllowedRedirect(target, client.logoutUrls)))
    return printNotice(400, 'Not signed out', 'The client’s LogoutURLs do not contain this address.');
  // Cognito's second form of this endpoint signs out, and then lets the user sign in again.
  const again = kind === 'cognito' && target === null && fields.has('redirect_uri');
  if (kind === 'cognito' && target === null && !again)
    return printNotice(400, 'Not signed out', 'client_id and logout_uri are required.');
  state.signOut(readCookie(request, sessionCookie(poolId)));
  const gone = setCookie(sessionCookie(poolId), undefined, 'Lax');
  if (again) {
    // The request's session cookie is no longer valid, so the form is shown.
    const form = authorize(request, place);
    return { ...form, headers: [...form.headers, ...gone] };
  }
  return target === null
    ? printNotice(200, 'Signed out', 'You can close this page.', gone)
    : redirect(target, gone);
}

function sessionCookie(poolId: string): string {
  return `gatewright_session_${poolId.replace(/[^A-Za-z0-9]/g, '_')}`;
}

/** An authorization request of a browser (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1). */
type AuthorizationRequest = {
  readonly client: AppClient;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly audience: string | undefined;
  /** The PKCE challenge. Only the method `S256` is supported. */
  readonly challenge: string | undefined;
  readonly prompt: string | undefined;
  readonly hint: string;
};

type RequestRead = AuthorizationRead<AuthorizationRequest>;

function readAuthorizationRequest(query: string, { pool }: LocalPool): RequestRead {
  const fields = readAuthorizationFields(query);
  if (!(fields instanceof URLSearchParams)) return fields;
  const text = (name: string): string | undefined => fields.get(name) ?? undefined;
  const client = pool.findClient(text('client_id') ?? '');
  if (client === undefined || client.clientId === '')
    return refused(`No app client of ${pool.definition.poolId} has this client_id.`);
  const redirectUri = text('redirect_uri') ?? '';
  if (!isAllowedRedirect(redirectUri, client.callbackUrls))
    return refused(describeMismatch(redirectUri, client));
  const state = text('state');
  const refuse = (error: string, description: string): RequestRead => ({
    kind: 'error',
    redirectUri,
    state,
    error,
    description,
  });
  if (text('response_type') !== 'code')
    return refuse(
      'unsupported_response_type',
      'This gateway supports only the authorization code flow; send response_type=code',
    );
  if (!client.allowsCode)
    return refuse(
      'unauthorized_client',
      'The client is not allowed to use the authorization code flow; add code to its AllowedOAuthFlows, and set AllowedOAuthFlowsUserPoolClient to true',
    );
  const challenge = text('code_challenge');
  if (challenge !== undefined && !isChallenge(challenge, text('code_challenge_method')))
    return refuse(
      'invalid_request',
      'The code_challenge is malformed, or its code_challenge_method is not S256',
    );
  const asked = (text('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const usual = client.scopes === 'any' ? ['openid'] : client.scopes;
  const scopes = asked.length === 0 ? usual : asked;
  const unknown =
    client.scopes === 'any' ? undefined : scopes.find((scope) => !client.scopes.includes(scope));
  if (unknown !== undefined) return refuse('invalid_scope', describeForbiddenScope(unknown));
  return {
    kind: 'request',
    request: {
      client,
      redirectUri,
      state,
      scopes,
      challenge,
      nonce: text('nonce'),
      audience: text('audience'),
      prompt: text('prompt'),
      hint: text('login_hint') ?? '',
    },
  };
}

function describeMismatch(given: string, { callbackUrls }: AppClient): string {
  const known =
    callbackUrls === 'loopback'
      ? 'an address of this machine, such as http://localhost:5173/callback'
      : callbackUrls.length === 0
        ? 'no address, because it has no CallbackURLs'
        : `exactly ${callbackUrls.join(' or ')}`;
  return `redirect_uri ${given === '' ? 'is missing' : `is ${given.slice(0, 300)}`}; the client accepts ${known}.`;
}
