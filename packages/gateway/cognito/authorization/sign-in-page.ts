/** The page on which a developer chooses who signs in to a client of the local issuer, with which roles and scopes. */
import type { ControlReply } from '../../core/api-call.ts';
import { escape, printPage } from '../login/login-page.ts';
import { isLoopbackOrigin, targetOf } from '../login/redirects.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

type SignInPage = {
  readonly action: string;
  readonly formToken: string;
  readonly request: AuthorizationRequest;
  /** Local users, who can be selected by a click. */
  readonly users: readonly { readonly username: string; readonly groups: readonly string[] }[];
  readonly sub: string;
  readonly roles: string;
  readonly fault: string | undefined;
};

export function printSignInPage(page: SignInPage, headers: readonly string[]): ControlReply {
  const { action, formToken, request, users, sub, roles, fault } = page;
  const { client, redirectUri, resource, scopes } = request;
  const facts = [
    `${client.name} asks for access${resource === undefined ? '' : ` to ${resource}`}.`,
    client.kind === 'document'
      ? `Client: ${client.clientId}.`
      : 'The client registered itself, and nobody has checked its name.',
    `After the sign-in, you are sent to ${new URL(redirectUri).host}.`,
    // MCP specification, localhost redirect URI risks: any program can claim the id of such a client.
    ...(client.kind === 'document' && client.redirectUris.every(isLoopbackOrigin)
      ? [
          'Any program on this machine can receive the result of this sign-in. Continue only if you have just started the client.',
        ]
      : []),
  ];
  const boxes = scopes.map(
    (scope) =>
      `<label><input type="checkbox" name="scope" value="${escape(scope)}" checked> ${escape(scope)}</label>`,
  );
  const picks = users.map(
    ({ username, groups }) =>
      `<button class="user" name="user" value="${escape(username)}" formnovalidate><span>${escape(username)}</span><span>${escape(groups.join(', '))}</span></button>`,
  );
  const body =
    `<h1>Sign in</h1>${facts.map((fact) => `<p>${escape(fact)}</p>`).join('')}` +
    (fault === undefined ? '' : `<p class="bad" role="alert">${escape(fault)}</p>`) +
    `<form method="post" action="${escape(action)}"><input type="hidden" name="form" value="${escape(formToken)}">` +
    `<label for="sub">Subject</label><input id="sub" name="sub" autocapitalize="none" spellcheck="false" required maxlength="255" value="${escape(sub)}">` +
    `<label for="roles">Roles, separated by spaces</label><input id="roles" name="roles" autocapitalize="none" spellcheck="false" value="${escape(roles)}">` +
    (boxes.length === 0 ? '' : `<h2>Scopes</h2>${boxes.join('')}`) +
    '<button class="main" name="as" value="subject">Sign in</button>' +
    '<button class="user" name="cancel" value="yes" formnovalidate><span>Refuse</span></button>' +
    `${picks.length === 0 ? '' : `<h2>Local users</h2>${picks.join('')}`}</form>` +
    '<p class="foot">This page is on your own machine. The tokens are valid for this gateway only.</p>';
  return printPage(fault === undefined ? 200 : 400, 'Sign in', body, headers, targetOf(redirectUri));
}
