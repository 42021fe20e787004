/** A page that signs its users in with Cognito's hosted login, without Cognito: code with PKCE, refresh, log-out. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { serve } from './page.ts';
import type { BrowserCase, Page } from './page.ts';

const USERS = `
- username: ada
  password: 'correct horse 1'
  attributes: { email: ada@example.com }
  groups: [admins]
- { username: bob, attributes: { email: bob@example.com } }
`;

/** The page of an application, and its configuration. */
type App = {
  readonly page: Page;
  readonly origin: string;
  /** The address of the user pool, such as `http://127.0.0.1:4000/us-east-1_…` */
  readonly base: string;
  readonly client: string;
  readonly api: string;
};

type Tokens = {
  readonly status: number;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly error?: string;
};

export const browserCase: BrowserCase = {
  name: 'a page signs its user in by code and PKCE, refreshes its tokens, and logs out',
  async run({ page }) {
    const origin = new URL(page.url()).origin;
    const options = ['--param', `Page=${origin}`];
    await using stacks = await serve(['test/prove/browser/sign-in/template.json'], options, {
      'users.yml': USERS,
    });
    const api = stacks.urlOf('sign-in', 'http').replace(/\/$/, '');
    const config = await fetch(`${api}/config`);
    const { pool, client } = (await config.json()) as { readonly pool: string; readonly client: string };
    const app: App = { page, origin, client, api, base: `${stacks.control}/${pool}` };

    const verifier = await begin(app, 'state-1');
    const refusal = await signIn(page, 'ada', 'wrong');
    await signIn(page, 'ada', 'correct horse 1');
    const tokens = await redeem(app, verifier, 'state-1');
    const first = await callApi(app, tokens.access_token);
    await stacks.run('clock', '+2h');
    const late = await callApi(app, tokens.access_token);
    const renewed = await refresh(app, tokens.refresh_token);
    const second = await callApi(app, renewed.access_token);
    await logOut(app, renewed.refresh_token);
    const without = await callApi(app, undefined);
    const ended = await refresh(app, renewed.refresh_token);

    assert.match(refusal, /Incorrect username or password/);
    assert.deepEqual([tokens.status, first], [200, '200 ada']);
    assert.equal(late, '401');
    assert.deepEqual([renewed.status, second], [200, '200 ada']);
    assert.notEqual(renewed.refresh_token, tokens.refresh_token);
    assert.equal(without, '401');
    assert.deepEqual([ended.status, ended.error], [400, 'invalid_grant']);

    // The browser is signed out as well, so the login page appears again, and another user is picked from the list.
    const again = await begin(app, 'state-2');
    await page.click('button[value=bob]');
    const other = await redeem(app, again, 'state-2');
    assert.equal(await callApi(app, other.access_token), '200 bob');
  },
};

/**
 * Redirects the browser to the login page.
 * @returns the code verifier of PKCE
 */
async function begin({ page, origin, base, client }: App, state: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client,
    redirect_uri: `${origin}/callback`,
    state,
    scope: 'openid email',
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  });
  await page.goto(`${base}/oauth2/authorize?${query.toString()}`);
  assert.match((await page.textContent('h1')) ?? '', /Sign in/);
  return verifier;
}

/** @returns the text of the login page, or an empty string if the browser has left the page */
async function signIn(page: Page, name: string, password: string): Promise<string> {
  await page.fill('#name', name);
  await page.fill('#password', password);
  await page.click('.main');
  return page.url().includes('/login?') ? ((await page.textContent('[role=alert]')) ?? '') : '';
}

/** Redeems the code as the page does, from its own origin. */
async function redeem({ page, origin, base, client }: App, verifier: string, state: string): Promise<Tokens> {
  await page.waitForURL(/\/callback\?/);
  const back = new URL(page.url());
  assert.deepEqual([back.origin, back.searchParams.get('state')], [origin, state]);
  return askToken(page, `${base}/oauth2/token`, {
    grant_type: 'authorization_code',
    client_id: client,
    code: back.searchParams.get('code') ?? '',
    redirect_uri: `${origin}/callback`,
    code_verifier: verifier,
  });
}

function refresh({ page, base, client }: App, token = ''): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', client_id: client, refresh_token: token };
  return askToken(page, `${base}/oauth2/token`, form);
}

async function logOut({ page, origin, base, client }: App, token = ''): Promise<void> {
  await askToken(page, `${base}/oauth2/revoke`, { client_id: client, token });
  const query = new URLSearchParams({ client_id: client, logout_uri: `${origin}/` });
  await page.goto(`${base}/logout?${query.toString()}`);
  assert.equal(page.url(), `${origin}/`);
}

function askToken(page: Page, url: string, form: Readonly<Record<string, string>>): Promise<Tokens> {
  return page.evaluate(
    async (options) => {
      const response = await fetch(options.url, { method: 'POST', body: new URLSearchParams(options.form) });
      const answer = (await response.json()) as Omit<Tokens, 'status'>;
      return { ...answer, status: response.status };
    },
    { url, form },
  );
}

/** @returns the status and the user name */
function callApi({ page, api }: App, token: string | undefined): Promise<string> {
  return page.evaluate(
    async (options) => {
      const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
      const response = await fetch(`${options.api}/me`, { headers });
      const { username } = (await response.json()) as { readonly username?: string };
      return `${response.status} ${username ?? ''}`.trim();
    },
    { api, token },
  );
}
