/** The login pages: plain HTML without scripts, with a strict content security policy. */
import { createHash } from 'node:crypto';
import type { ControlReply } from '../../core/api-call.ts';
import { targetOf } from './redirects.ts';

type LoginPage = {
  readonly action: string;
  readonly poolName: string;
  readonly clientName: string;
  readonly redirectUri: string;
  readonly formToken: string;
  readonly users: readonly { readonly username: string; readonly detail: string }[];
  readonly username: string;
  readonly fault: string | undefined;
  readonly needsNewPassword: boolean;
};

const STYLE = `:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--text:#1c2430;--faint:#5b6675;--line:#d5dae1;--main:#1f5fd0;--on:#fff;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--back:#12161c;--card:#1b2129;--text:#e7ebf0;--faint:#9aa6b5;--line:#323b47;--main:#7aa7ff;--on:#0d1526;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px 16px;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:400px;padding:32px;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 4px;font-size:22px;line-height:1.3;overflow-wrap:anywhere}h2{margin:28px 0 8px;font-size:14px;font-weight:600;color:var(--faint)}p{margin:0;color:var(--faint);overflow-wrap:anywhere}
label{display:block;margin:16px 0 4px;font-size:14px;font-weight:600}input{width:100%;padding:10px 12px;font:inherit;color:inherit;background:var(--back);border:1px solid var(--line);border-radius:8px}input[type=checkbox]{width:auto;margin:0 8px 0 0}
button{font:inherit;cursor:pointer;border-radius:8px}.main{width:100%;margin-top:24px;padding:10px;font-weight:600;color:var(--on);background:var(--main);border:0}
.user{display:flex;justify-content:space-between;gap:16px;width:100%;margin-top:8px;padding:10px 12px;text-align:left;color:inherit;background:none;border:1px solid var(--line)}.user:hover{border-color:var(--main)}
.user span{min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.user span+span{color:var(--faint)}
:focus-visible{outline:2px solid var(--main);outline-offset:2px}.bad{margin-top:16px;color:var(--bad)}.foot{margin-top:28px;padding-top:16px;border-top:1px solid var(--line);font-size:13px}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export function printLoginPage(page: LoginPage, headers: readonly string[]): ControlReply {
  const { action, clientName, poolName, formToken, users, username, fault, needsNewPassword } = page;
  const hidden = `<input type="hidden" name="form" value="${escape(formToken)}">`;
  const list = users.map(
    (user) =>
      `<button class="user" name="user" value="${escape(user.username)}"><span>${escape(user.username)}</span><span>${escape(user.detail)}</span></button>`,
  );
  const picks =
    list.length === 0
      ? ''
      : `<h2 id="users">Local users</h2><form method="post" action="${escape(action)}" aria-labelledby="users">${hidden}${list.join('')}</form>`;
  const newPassword = needsNewPassword
    ? '<label for="new">New password</label><input id="new" name="newPassword" type="password" autocomplete="new-password" required>'
    : '';
  const body =
    `<h1>Sign in</h1><p>${escape(clientName)} in ${escape(poolName)}</p>` +
    (fault === undefined ? '' : `<p class="bad" role="alert">${escape(fault)}</p>`) +
    `<form method="post" action="${escape(action)}">${hidden}<label for="name">Username</label>` +
    `<input id="name" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${escape(username)}">` +
    '<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>' +
    `${newPassword}<button class="main">Sign in</button></form>${picks}` +
    '<p class="foot">This page is on your own machine. Nothing is sent to Cognito or Auth0.</p>';
  const status = fault === undefined ? 200 : 400;
  return printPage(status, 'Sign in', body, headers, targetOf(page.redirectUri));
}

export function printNotice(
  status: number,
  title: string,
  text: string,
  headers: readonly string[] = [],
): ControlReply {
  return printPage(status, title, `<h1>${escape(title)}</h1><p>${escape(text)}</p>`, headers, undefined);
}

/**
 * @param target the address to which the form's response redirects; browsers also apply the page's policy to this
 * redirect
 */
export function printPage(
  status: number,
  title: string,
  body: string,
  headers: readonly string[],
  target: string | undefined,
): ControlReply {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action 'self'${target === undefined ? '' : ` ${target}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    status,
    headers: [
      'Content-Type',
      'text/html; charset=utf-8',
      'Content-Security-Policy',
      policy,
      'X-Frame-Options',
      'DENY',
      'Referrer-Policy',
      'same-origin',
      'Cache-Control',
      'no-store',
      ...headers,
    ],
    body:
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
      `<title>${escape(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`,
  };
}

export function escape(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
