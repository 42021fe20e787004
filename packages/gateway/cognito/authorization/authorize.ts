/**
 * The authorization endpoint of the local issuer, and its sign-in form: from a request to a code
 * (draft-ietf-oauth-v2-1 §4.1).
 */
import { randomBytes } from 'node:crypto';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import type { Random } from '../../core/ports.ts';
import { findOwnClaims } from '../issuer.ts';
import { FORM_COOKIE, readCookie, redirect, setCookie } from '../login/browser-reply.ts';
import { printNotice } from '../login/login-page.ts';
import type { LoginState } from '../login/login-state.ts';
import { withQuery } from '../login/redirects.ts';
import type { UserDefinition } from '../pools/pool-user.ts';
import { readAuthorizationRequest } from './authorization-request.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { IssuerClients } from './clients/issuer-clients.ts';
import type { CodeGrant, SignedInAs } from './grants.ts';
import { printSignInPage } from './sign-in-page.ts';

export type AuthorizationContext = {
  /** The address of the issuer: `http://127.0.0.1:4000`. */
  readonly issuer: string;
  readonly clients: IssuerClients;
  readonly state: LoginState<CodeGrant>;
  readonly random: Random;
  readonly users: () => readonly UserDefinition[];
  /** Returns whether an API of this gateway has this resource. */
  readonly knowsResource: (resource: string) => boolean;
  /** The user who is signed in without a page; undefined if the page is shown. */
  readonly signInAs: Omit<SignedInAs, 'claims'> | undefined;
};

const MAX_LISTED = 30;
const MAX_ROLES = 100;
const DEFAULT_SUB = 'local-user';

export async function authorize(request: ControlRequest, at: AuthorizationContext): Promise<ControlReply> {
  const read = await readAuthorizationRequest(request.query, at.clients, at.knowsResource);
  if (read.kind === 'refused') return printNotice(400, 'The sign-in cannot begin', read.text);
  if (read.kind === 'error') {
    const { redirectUri, error, description, state } = read;
    return respond(redirectUri, { error, error_description: description, state }, at);
  }
  const authorization = read.request;
  const { signInAs } = at;
  if (signInAs !== undefined && !isFromPage(request))
    return giveCode(authorization, { ...signInAs, claims: {} }, authorization.scopes, at);
  if (authorization.prompt === 'none')
    return respond(authorization.redirectUri, { error: 'login_required', state: authorization.state }, at);
  return showForm(request, authorization, { sub: authorization.hint, roles: '' }, at);
}

/**
 * Returns whether another page has sent the browser to the sign-in page. Attack: a page on the internet registers
 * itself as a client and gets tokens for the APIs of this machine. A click on the sign-in page is then needed even with
 * `--sign-in-as`.
 */
function isFromPage(request: ControlRequest): boolean {
  const site = headerOf(request, 'sec-fetch-site') ?? 'none';
  return site !== 'none' && site !== 'same-origin';
}

/** Handles the form. The authorization request is read again, because data in the page is not trusted. */
export async function answerForm(request: ControlRequest, at: AuthorizationContext): Promise<ControlReply> {
  const read = await readAuthorizationRequest(request.query, at.clients, at.knowsResource);
  if (read.kind !== 'request')
    return printNotice(400, 'The sign-in cannot begin', 'Start the sign-in in the client again.');
  const authorization = read.request;
  const contentType = headerOf(request, 'content-type') ?? '';
  const form = new URLSearchParams(
    contentType.startsWith('application/x-www-form-urlencoded') ? request.body.toString('utf8') : '',
  );
  const sub = form.get('sub') ?? '';
  const roles = form.get('roles') ?? '';
  const again = (fault: string): ControlReply => showForm(request, authorization, { sub, roles, fault }, at);
  // Attack: a page of another site signs the browser in (login CSRF).
  if (!at.state.isOwnForm(readCookie(request, FORM_COOKIE), form.get('form') ?? ''))
    return again('The form has expired. Try again.');
  if (form.has('cancel')) {
    const refusal = {
      error: 'access_denied',
      error_description: 'The sign-in was refused',
      state: authorization.state,
    };
    return respond(authorization.redirectUri, refusal, at);
  }
  const granted = authorization.scopes.filter((scope) => form.getAll('scope').includes(scope));
  const picked = form.get('user');
  if (picked !== null) {
    const user = at.users().find(({ username }) => username === picked);
    if (user === undefined) return again(`The user ${picked.slice(0, 128)} does not exist.`);
    const own = findOwnClaims(user.claims);
    if (own.length > 0)
      return again(
        `users.yml gives ${user.username} the claims ${own.join(', ')}, which this issuer sets itself. Remove them; the roles in a token come from the groups of the user.`,
      );
    const identity = { sub: user.username, roles: user.groups, claims: user.claims };
    return giveCode(authorization, identity, granted, at);
  }
  const names = roles.split(/\s+/).filter((role) => role !== '');
  if (sub === '' || sub.length > 255)
    return again(`The subject has ${sub.length} characters; enter 1 to 255.`);
  if (names.length > MAX_ROLES) return again(`There are ${names.length} roles; enter at most ${MAX_ROLES}.`);
  return giveCode(authorization, { sub, roles: names, claims: {} }, granted, at);
}

function giveCode(
  { client, redirectUri, state, challenge, resource, nonce }: AuthorizationRequest,
  identity: SignedInAs,
  scopes: readonly string[],
  at: AuthorizationContext,
): ControlReply {
  const code = at.state.giveCode({
    signInId: at.random.uuid(),
    clientId: client.clientId,
    redirectUri,
    challenge,
    nonce,
    identity,
    scopes,
    resource,
    refreshes: client.refreshes || scopes.includes('offline_access'),
  });
  return respond(redirectUri, { code, state }, at);
}

/** Sends the browser back to the client. Every response names the issuer (RFC 9207 §2). */
function respond(
  redirectUri: string,
  members: Readonly<Record<string, string | undefined>>,
  { issuer }: AuthorizationContext,
): ControlReply {
  return redirect(withQuery(redirectUri, { ...members, iss: issuer }));
}

function showForm(
  request: ControlRequest,
  authorization: AuthorizationRequest,
  shown: { readonly sub: string; readonly roles: string; readonly fault?: string },
  at: AuthorizationContext,
): ControlReply {
  const cookie = readCookie(request, FORM_COOKIE) ?? randomBytes(32).toString('base64url');
  return printSignInPage(
    {
      action: `${request.path}?${new URLSearchParams(request.query).toString()}`,
      formToken: at.state.formToken(cookie),
      request: authorization,
      users: at.users().slice(0, MAX_LISTED),
      sub: shown.sub === '' ? DEFAULT_SUB : shown.sub,
      roles: shown.roles,
      fault: shown.fault,
    },
    setCookie(FORM_COOKIE, cookie, 'Strict'),
  );
}
