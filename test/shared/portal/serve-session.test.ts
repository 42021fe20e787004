/** Sign-in, invitations and sessions of the portal, with what attackers try at them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTokenVerifier } from '#shared/access/tokens/verify-token.ts';
import { KeySets } from '#shared/access/tokens/key-sets.ts';
import { OidcClient } from '#shared/portal/oidc.ts';
import type { OidcSettings } from '#shared/portal/oidc.ts';
import { accountOf } from '#shared/portal/portal-items.ts';
import { Browser, NOON_MS, ORIGIN, Portal } from '../../support/a-portal.ts';
import type { Answer } from '../../support/a-portal.ts';
import { REAL_RANDOM } from '../../support/real-quota-ports.ts';
import { aFetcher, aKeySet, aRsaKey, signToken } from '../../support/signed-tokens.ts';

const ISSUER = 'https://issuer.example';
const KEY = aRsaKey('portal-1');
/** The library that verifies signatures also compares times with the clock of the machine. */
const SECONDS = Math.floor(Date.now() / 1000);

async function aPortal(): Promise<Portal> {
  const portal = new Portal();
  await portal.addCustomer('acme', 'free', 'Acme');
  return portal;
}

function redeem(browser: Browser, invitation: string, headers = {}): Promise<Answer> {
  return browser.post('/session/invitation', { body: { invitation, name: 'Ann' }, headers });
}

describe('a session', () => {
  it('has a cookie that no page can read, no other site can send and no neighbour can set', async () => {
    const portal = await aPortal();
    const invitation = await portal.invite({ tenant: 'acme', role: 'owner' });
    const { cookies } = await redeem(new Browser(portal), invitation);
    assert.match(
      cookies[0] ?? '',
      /^__Host-gw-portal-session=[0-9a-f]{64}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  it('gets a new id at each sign-in, and the former one ends (session fixation)', async () => {
    const portal = await aPortal();
    const browser = new Browser(portal);
    const planted = 'a'.repeat(64);
    browser.cookies.set('__Host-gw-portal-session', planted);
    await redeem(browser, await portal.invite({ tenant: 'acme', role: 'owner' }));
    const first = browser.cookies.get('__Host-gw-portal-session') ?? '';
    assert.notEqual(first, planted);
    await redeem(browser, await portal.invite({ tenant: 'acme', role: 'owner' }));
    const attacker = new Browser(portal);
    attacker.cookies.set('__Host-gw-portal-session', first);
    assert.equal((await attacker.get('/session')).status, 401);
    assert.equal((await browser.get('/session')).status, 200);
  });

  it('is not used if the browser sends two (cookie tossing)', async () => {
    const portal = await aPortal();
    const owner = await portal.join('acme', 'owner');
    const own = owner.cookies.get('__Host-gw-portal-session') ?? '';
    const answer = await portal.send('GET', '/session', {
      headers: { cookie: `__Host-gw-portal-session=${'a'.repeat(64)}; __Host-gw-portal-session=${own}` },
    });
    assert.equal(answer.status, 401);
  });

  it('ends after its time, and is stored as a hash', async () => {
    const portal = await aPortal();
    const owner = await portal.join('acme', 'owner');
    const secret = owner.cookies.get('__Host-gw-portal-session') ?? '-';
    assert.ok(!JSON.stringify([...portal.tables.portal.items]).includes(secret));
    portal.nowMs += 14 * 86_400_000 - 1;
    assert.equal((await owner.get('/session')).status, 200);
    portal.nowMs += 1;
    assert.equal((await owner.get('/session')).status, 401);
  });

  it('makes no change without the token of the page, and does not accept the token of another session', async () => {
    const portal = await aPortal();
    const [owner, other] = [await portal.join('acme', 'owner'), await portal.join('acme', 'owner')];
    const { csrf } = owner;
    for (const token of [undefined, '', 'x', other.csrf]) {
      owner.csrf = token;
      const answer = await owner.post('/api/keys', { body: { name: 'x' } });
      assert.deepEqual([answer.status, answer.body['code']], [403, 'ORIGIN_REFUSED']);
    }
    owner.csrf = csrf;
    for (const origin of [undefined, 'null', 'https://evil.example', 'http://portal.example.com']) {
      const answer = await owner.post('/api/keys', { body: { name: 'x' }, headers: { origin } });
      assert.equal(answer.body['code'], 'ORIGIN_REFUSED');
    }
  });

  // Parsers differ in which of two equal members they use (the routes of the API for members refuse them as well).
  it('is not started by a body that names a member twice', async () => {
    const portal = await aPortal();
    const invitation = await portal.invite({ tenant: 'acme', role: 'owner' });
    const body = `{"invitation":"x","invitation":"${invitation}","name":"Ann"}`;
    const answer = await new Browser(portal).post('/session/invitation', { body });
    assert.deepEqual([answer.status, answer.body['code']], [400, 'REQUEST_INVALID']);
  });

  it('is never kept by a cache, framed or sniffed', async () => {
    const portal = await aPortal();
    const owner = await portal.join('acme', 'owner');
    for (const { headers } of [
      await owner.get('/session'),
      await owner.get('/api/usage'),
      await owner.get('/api/x'),
    ]) {
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/);
    }
  });
});

type Issuer = {
  readonly portal: Portal;
  /** The claims of the ID token that the token endpoint issues. */
  claims: Record<string, unknown>;
  readonly requests: { readonly url: string; readonly body: string; readonly headers: Headers }[];
};

async function aPortalWithIssuer(over: Partial<OidcSettings> = {}): Promise<Issuer> {
  const requests: Issuer['requests'] = [];
  const issuer: { claims: Record<string, unknown> } = { claims: {} };
  const metadata = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/keys`,
  };
  const clock = { nowEpochMs: () => portal.nowMs };
  const verify = createTokenVerifier(
    new KeySets(aFetcher(new Map([[`${ISSUER}/keys`, aKeySet(KEY)]])), clock),
    clock,
  );
  const oidc = new OidcClient(
    {
      issuer: ISSUER,
      clientId: 'portal.client',
      clientSecret: undefined,
      scopes: ['openid', 'email'],
      ...over,
    },
    {
      fetch: (url, init) => {
        requests.push({
          url,
          body: typeof init.body === 'string' ? init.body : '',
          headers: new Headers(init.headers),
        });
        if (url === `${ISSUER}/.well-known/openid-configuration`)
          return Promise.resolve(Response.json(metadata));
        return Promise.resolve(Response.json({ id_token: signToken(KEY, issuer.claims) }));
      },
      randomHex: (digits) => REAL_RANDOM.hex(digits),
      verify: async (token, trusted) => (await verify(token, [trusted])).claims,
      nowEpochMs: clock.nowEpochMs,
    },
  );
  const portal = new Portal({ oidc });
  portal.nowMs = SECONDS * 1000;
  await portal.addCustomer('acme', 'free', 'Acme');
  return Object.assign(issuer, { portal, requests });
}

const claimsFor = (nonce: string, over = {}): Record<string, unknown> => ({
  iss: ISSUER,
  aud: 'portal.client',
  sub: 'ann',
  name: 'Ann',
  nonce,
  iat: SECONDS,
  exp: SECONDS + 300,
  ...over,
});

async function start(browser: Browser, invitation?: string): Promise<URLSearchParams> {
  const { status, body } = await browser.post('/session/sign-in', {
    body: invitation === undefined ? {} : { invitation },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return new URL(String(body['location'])).searchParams;
}

async function signIn(issuer: Issuer, browser: Browser, over = {}, invitation?: string): Promise<Answer> {
  const asked = await start(browser, invitation);
  issuer.claims = claimsFor(asked.get('nonce') ?? '', over);
  return browser.get('/session/callback', { code: 'c0de', state: asked.get('state') ?? '' });
}

describe('sign-in with an issuer', () => {
  it('asks for a code with PKCE, state and nonce, and exchanges it with the verifier', async () => {
    const issuer = await aPortalWithIssuer();
    const browser = new Browser(issuer.portal);
    const invitation = await issuer.portal.invite({ tenant: 'acme', role: 'owner' });
    const answer = await signIn(issuer, browser, {}, invitation);
    assert.deepEqual([answer.status, answer.headers['location']], [303, `${ORIGIN}/#/`]);
    const { body } = await browser.get('/session');
    assert.deepEqual(body['organisation'], { id: 'acme', name: 'Acme', state: 'active' });
    const exchange = new URLSearchParams(issuer.requests.at(-1)?.body);
    assert.deepEqual(
      [exchange.get('grant_type'), exchange.get('redirect_uri'), exchange.get('client_id')],
      ['authorization_code', `${ORIGIN}/session/callback`, 'portal.client'],
    );
    assert.match(exchange.get('code_verifier') ?? '', /^[0-9a-f]{64}$/);
  });

  // A browser sends the cookie of a session, which is Strict, to the portal's own page only.
  it("ends the browser's previous session, whose cookie is not sent with the issuer's answer", async () => {
    const issuer = await aPortalWithIssuer();
    const browser = new Browser(issuer.portal);
    await signIn(issuer, browser, {}, await issuer.portal.invite({ tenant: 'acme', role: 'owner' }));
    const former = new Browser(issuer.portal);
    for (const [name, value] of browser.cookies) former.cookies.set(name, value);
    assert.equal((await former.get('/session')).status, 200);

    const asked = await start(browser);
    assert.equal((await former.get('/session')).status, 200, 'it ended before the sign-in was finished');
    const ofIssuer = new Browser(issuer.portal);
    for (const [name, value] of browser.cookies)
      if (name.endsWith('sign-in')) ofIssuer.cookies.set(name, value);
    const secret = String(former.cookies.get('__Host-gw-portal-session'));
    assert.ok(![...ofIssuer.cookies.values()].join().includes(secret), 'it could be used');
    issuer.claims = claimsFor(asked.get('nonce') ?? '');
    const query = { code: 'c0de', state: asked.get('state') ?? '' };
    assert.equal((await ofIssuer.get('/session/callback', query)).headers['location'], `${ORIGIN}/#/`);

    assert.equal((await ofIssuer.get('/session')).status, 200);
    assert.equal((await former.get('/session')).status, 401);
  });

  it('sends a secret by Basic, and not in the form', async () => {
    const issuer = await aPortalWithIssuer({ clientSecret: () => Promise.resolve('s:e cret') });
    const browser = new Browser(issuer.portal);
    await signIn(issuer, browser, {}, await issuer.portal.invite({ tenant: 'acme', role: 'owner' }));
    const { headers, body } = issuer.requests.at(-1) ?? { headers: new Headers(), body: '' };
    assert.equal(
      headers.get('authorization'),
      `Basic ${Buffer.from('portal.client:s%3Ae%20cret').toString('base64')}`,
    );
    assert.ok(!body.includes('client_id') && !body.includes('cret'));
  });

  it('identifies an account by issuer and subject, whatever its address is (e-mail take-over)', async () => {
    const issuer = await aPortalWithIssuer();
    const invitation = await issuer.portal.invite({ tenant: 'acme', role: 'owner' });
    const email = { email: 'ann@example.com', email_verified: true };
    await signIn(issuer, new Browser(issuer.portal), email, invitation);
    const thief = new Browser(issuer.portal);
    const refused = await signIn(issuer, thief, { ...email, sub: 'mallory' });
    assert.equal(refused.headers['location'], `${ORIGIN}/#/sign-in/ORGANISATION_MISSING`);
    assert.equal((await thief.get('/session')).status, 401);
    assert.ok(!JSON.stringify([...issuer.portal.tables.portal.items]).includes(accountOf(ISSUER, 'mallory')));
  });

  it('keeps an address only if the issuer has verified it', async () => {
    for (const [over, kept] of [
      [{ email: 'ann@example.com', email_verified: true }, 'ann@example.com'],
      [{ email: 'ann@example.com', email_verified: false }, undefined],
      [{ email: 'ann@example.com', email_verified: 'true' }, undefined],
      [{ email: 'ann@example.com' }, undefined],
      [{ email: 'ann@example.com\r\nBcc: all@example.com', email_verified: true }, undefined],
      [{ email: 'Ann <ann@example.com>', email_verified: true }, undefined],
      [{ email: 'ann\u0000@example.com', email_verified: true }, undefined],
      [{ email: 'ann\u001b[2J@example.com', email_verified: true }, undefined],
      [{ email: 'ann\u202e@example.com', email_verified: true }, undefined],
      [{ email: 'ann\u200b@example.com', email_verified: true }, undefined],
    ] as const) {
      const issuer = await aPortalWithIssuer();
      const browser = new Browser(issuer.portal);
      await signIn(issuer, browser, over, await issuer.portal.invite({ tenant: 'acme', role: 'owner' }));
      const { body } = await browser.get('/session');
      assert.equal((body['member'] as { readonly email?: string }).email, kept, JSON.stringify(over));
    }
  });

  it('refuses an ID token of another sign-in, client, issuer or time, and one without a signature', async () => {
    const now = SECONDS;
    for (const over of [
      { nonce: 'other' },
      { nonce: undefined },
      { aud: 'other' },
      { aud: ['portal.client', 'other'] },
      { azp: 'other' },
      { iss: 'https://other.example' },
      { exp: now - 3600 },
      { iat: now + 3600 },
      { sub: '' },
      { sub: 7 },
    ]) {
      const issuer = await aPortalWithIssuer();
      const invitation = await issuer.portal.invite({ tenant: 'acme', role: 'owner' });
      const browser = new Browser(issuer.portal);
      const answer = await signIn(issuer, browser, over, invitation);
      assert.equal(answer.headers['location'], `${ORIGIN}/#/sign-in/SIGN_IN_FAILED`, JSON.stringify(over));
      assert.equal((await browser.get('/session')).status, 401);
    }
  });

  it('refuses an answer in another browser, an older answer, and an answer of another issuer', async () => {
    const issuer = await aPortalWithIssuer();
    const browser = new Browser(issuer.portal);
    const asked = await start(browser, await issuer.portal.invite({ tenant: 'acme', role: 'owner' }));
    issuer.claims = claimsFor(asked.get('nonce') ?? '');
    const query = { code: 'c0de', state: asked.get('state') ?? '' };
    const failed = `${ORIGIN}/#/sign-in/SIGN_IN_FAILED`;
    // Login CSRF: the attacker's answer in the browser of the victim.
    assert.equal(
      (await new Browser(issuer.portal).get('/session/callback', query)).headers['location'],
      failed,
    );
    const copy = new Browser(issuer.portal);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    assert.equal(
      (await copy.get('/session/callback', { ...query, iss: 'https://evil.example' })).headers['location'],
      failed,
    );
    assert.equal((await browser.get('/session/callback', query)).headers['location'], `${ORIGIN}/#/`);
    assert.equal((await browser.get('/session/callback', query)).headers['location'], failed);
  });

  it('sends the browser nowhere but to the page of the portal (open redirect)', async () => {
    const issuer = await aPortalWithIssuer();
    const browser = new Browser(issuer.portal);
    for (const query of [
      { redirect: 'https://evil.example', state: 'https://evil.example', code: 'x' },
      { error: 'https://evil.example', error_description: '<script>', state: 'x' },
      { code: '../../x', state: '//evil.example' },
    ]) {
      const { headers } = await browser.get('/session/callback', query);
      assert.ok(headers['location']?.startsWith(`${ORIGIN}/#/sign-in/`), headers['location']);
    }
  });

  it('makes nothing for an account that nobody has invited (mass sign-up)', async () => {
    const issuer = await aPortalWithIssuer();
    const before = issuer.portal.tables.portal.items.size;
    for (let at = 0; at < 20; at += 1) await signIn(issuer, new Browser(issuer.portal), { sub: `bot-${at}` });
    assert.equal(issuer.portal.tables.portal.items.size, before);
  });

  it('renews the sign-in of the invited member only: another account does not become him, here or elsewhere', async () => {
    const issuer = await aPortalWithIssuer();
    await issuer.portal.addCustomer('globex');
    const victim = new Browser(issuer.portal);
    for (const tenant of ['acme', 'globex'])
      await signIn(issuer, victim, {}, await issuer.portal.invite({ tenant, role: 'owner' }));
    const thief = new Browser(issuer.portal);
    await signIn(
      issuer,
      thief,
      { sub: 'mallory' },
      await issuer.portal.invite({ tenant: 'acme', role: 'owner' }),
    );
    thief.csrf = String((await thief.get('/session')).body['csrf']);
    const renewal = await thief.post('/api/invitations', { body: { member: accountOf(ISSUER, 'ann') } });
    const secret = String(renewal.body['invitation']);

    const refused = await signIn(issuer, thief, { sub: 'mallory' }, secret);
    assert.equal(refused.headers['location'], `${ORIGIN}/#/sign-in/INVITATION_INVALID`);
    const own = await thief.get('/session');
    assert.deepEqual(own.body['organisations'], [{ id: 'acme', name: 'Acme' }]);
    assert.equal((await signIn(issuer, victim, {}, secret)).headers['location'], `${ORIGIN}/#/`);
  });

  it('is the only way in if there is an issuer: an invitation alone makes nobody a member', async () => {
    const issuer = await aPortalWithIssuer();
    const invitation = await issuer.portal.invite({ tenant: 'acme', role: 'owner' });
    assert.equal((await redeem(new Browser(issuer.portal), invitation)).body['code'], 'SIGN_IN_UNKNOWN');
  });

  it('finds the organisations of an account, and switches between them with a new session', async () => {
    const issuer = await aPortalWithIssuer();
    await issuer.portal.addCustomer('globex', 'pro', 'Globex');
    const browser = new Browser(issuer.portal);
    for (const tenant of ['acme', 'globex'])
      await signIn(issuer, browser, {}, await issuer.portal.invite({ tenant, role: 'owner' }));
    const { body } = await browser.get('/session');
    assert.deepEqual(body['organisations'], [
      { id: 'acme', name: 'Acme' },
      { id: 'globex', name: 'Globex' },
    ]);
    browser.csrf = String(body['csrf']);
    const former = browser.cookies.get('__Host-gw-portal-session');
    const switched = await browser.post('/session/switch', { body: { organisation: 'acme' } });
    assert.equal((switched.body['organisation'] as { readonly id: string }).id, 'acme');
    assert.notEqual(browser.cookies.get('__Host-gw-portal-session'), former);
  });

  it('cannot start if the metadata are of another issuer, or the issuer is silent', async () => {
    for (const reply of [
      () => Promise.resolve(Response.json({ issuer: 'https://other.example' })),
      () => Promise.resolve(Response.json({ issuer: ISSUER, authorization_endpoint: 'http://x.example/a' })),
      () => Promise.resolve(new Response('x'.repeat(200_000))),
      () => Promise.reject(new TypeError('fetch failed')),
    ]) {
      const oidc = new OidcClient(
        { issuer: ISSUER, clientId: 'c', clientSecret: undefined, scopes: ['openid'] },
        {
          fetch: reply,
          randomHex: (digits) => REAL_RANDOM.hex(digits),
          verify: () => Promise.reject(new Error('not reached')),
          nowEpochMs: () => NOON_MS,
        },
      );
      const { status, body } = await new Browser(new Portal({ oidc })).post('/session/sign-in');
      assert.deepEqual([status, body['code']], [503, 'KEY_SET_UNAVAILABLE']);
    }
  });
});
