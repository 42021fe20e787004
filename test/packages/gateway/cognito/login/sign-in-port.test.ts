import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  authorize,
  CALLBACK,
  CLIENT,
  codeOf,
  header,
  PAGE,
  pool,
  redeem,
  send,
  submit,
  AUTHORIZATION_REQUEST,
} from '../../../../support/a-login.ts';
import { answerOf, aUserPool, claimsOf, POOL_ID } from '../../../../support/a-user-pool.ts';

describe('the hosted login of a user pool', () => {
  it('gives a code for a password, and tokens for the code, once', async () => {
    const at = await aUserPool({}, CLIENT);

    const reply = await submit(at, { username: 'ada', password: 'Correct horse 1!' });
    const target = new URL(header(reply, 'location'));
    const code = target.searchParams.get('code') ?? '';
    const tokens = await redeem(at, code);
    const again = await redeem(at, code);

    assert.deepEqual([reply.status, target.origin + target.pathname], [303, CALLBACK]);
    assert.equal(target.searchParams.get('state'), 's t');
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
    const id = claimsOf(tokens.body['id_token']);
    assert.deepEqual([id['nonce'], id['aud'], id['email']], ['n', 'app', 'ada@example.com']);
    const { scope, version } = claimsOf(tokens.body['access_token']);
    assert.deepEqual([scope, version, tokens.body['token_type']], ['openid', 2, 'Bearer']);
    assert.deepEqual([again.status, again.body['error']], [400, 'invalid_grant']);
  });

  // RFC 6749 §4.1.2: a code used twice SHOULD revoke the tokens that it gave.
  it('ends the sign-in of a code that is used twice', async () => {
    const at = await aUserPool({}, CLIENT);
    const code = await codeOf(at);
    const { body } = await redeem(at, code);
    const info = async (): Promise<number> =>
      (
        await send(at, 'GET', pool('/oauth2/userInfo'), {
          headers: { authorization: `Bearer ${String(body['access_token'])}` },
        })
      ).status;
    assert.equal(await info(), 200);

    await redeem(at, code);
    const refreshed = await at.call('InitiateAuth', {
      ClientId: 'app',
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: body['refresh_token'] },
    });

    assert.deepEqual([await info(), refreshed.status], [401, 400]);
  });

  it('signs in only listed users by a click', async () => {
    const at = await aUserPool({}, CLIENT);
    await at.call('SignUp', { ClientId: 'app', Username: 'carl', Password: 'Correct horse 1!' });

    const ada = await submit(at, { user: 'ada' });
    const carl = await submit(at, { user: 'carl' });

    assert.deepEqual([ada.status, carl.status], [303, 400]);
  });

  it('shows a page that runs nothing and escapes everything from the request', async () => {
    const at = await aUserPool({ UserPoolName: '<b>shop' }, CLIENT);

    const reply = await authorize(at, { login_hint: '"><script>alert(1)</script>' });

    assert.match(
      header(reply, 'content-security-policy'),
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/localhost:5173; base-uri 'none'; frame-ancestors 'none'$/,
    );
    assert.doesNotMatch(String(reply.body), /<script|<b>/);
    assert.equal(header(reply, 'cache-control'), 'no-store');
    assert.match(header(reply, 'set-cookie'), /; HttpOnly; SameSite=Strict$/);
  });

  const noRedirect: [name: string, query: object][] = [
    ['another path below the callback', { redirect_uri: `${CALLBACK}/x` }],
    ['another query', { redirect_uri: `${CALLBACK}?x` }],
    ['another port', { redirect_uri: 'http://localhost:5174/callback' }],
    ['somebody else', { redirect_uri: 'https://evil.example/callback' }],
    ['a name that only begins like it', { redirect_uri: 'http://localhost:5173@evil.example/callback' }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['nowhere', { redirect_uri: '' }],
    ['an unknown client', { client_id: 'other' }],
  ];
  for (const [name, query] of noRedirect)
    it(`sends no browser to ${name}`, async () => {
      const at = await aUserPool({}, CLIENT);

      const shown = await authorize(at, query);
      const posted = await send(at, 'POST', pool('/login'), {
        query: { ...AUTHORIZATION_REQUEST, ...query },
        form: { user: 'ada' },
      });

      assert.deepEqual([shown.status, header(shown, 'location')], [400, '']);
      assert.equal(posted.status, 400);
    });

  const reportedErrors: [query: object, error: string][] = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'openid admin' }, 'invalid_scope'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ prompt: 'none' }, 'login_required'],
  ];
  for (const [query, error] of reportedErrors)
    it(`answers the client with ${error}`, async () => {
      const reply = await authorize(await aUserPool({}, CLIENT), query);
      const { searchParams } = new URL(header(reply, 'location'));

      assert.deepEqual([searchParams.get('error'), searchParams.get('state')], [error, 's t']);
    });

  it('takes a form only from the browser that it was shown to', async () => {
    const at = await aUserPool({}, CLIENT);

    const strange = await submit(at, { user: 'ada' }, {}, 'gatewright_form=other');
    const none = await submit(at, { user: 'ada' }, {}, '');

    assert.deepEqual([strange.status, none.status], [400, 400]);
    assert.match(String(none.body), /The form has expired/);
  });

  const wrongCodes: [name: string, fields: object][] = [
    ['another verifier', { code_verifier: 'w'.repeat(43) }],
    ['no verifier', { code_verifier: '' }],
    ['another address', { redirect_uri: `${PAGE}/other` }],
    ['no code', { code: 'x' }],
  ];
  for (const [name, fields] of wrongCodes)
    it(`gives no tokens for ${name}`, async () => {
      const at = await aUserPool({}, CLIENT);

      assert.deepEqual((await redeem(at, await codeOf(at), fields)).body['error'], 'invalid_grant');
    });

  it('gives no tokens for a verifier if the challenge was removed, and none after five minutes', async () => {
    const at = await aUserPool({}, CLIENT);
    const bare = await codeOf(at, { code_challenge: undefined, code_challenge_method: undefined });
    const late = await codeOf(at);
    at.clock.advance(300_000);

    assert.equal((await redeem(at, late)).body['error'], 'invalid_grant');
    assert.equal((await redeem(at, bare)).body['error'], 'invalid_grant');
  });

  it('has a temporary password changed in the form, and keeps who is not confirmed out', async () => {
    const at = await aUserPool({}, CLIENT);
    const password = 'Correct horse 1!';
    await at.admin('AdminCreateUser', { Username: 'dora', TemporaryPassword: password });
    await at.call('SignUp', { ClientId: 'app', Username: 'carl', Password: password });

    const asked = await submit(at, { username: 'dora', password });
    const weak = await submit(at, { username: 'dora', password, newPassword: 'weak' });
    const done = await submit(at, { username: 'dora', password, newPassword: 'Another horse 2!' });
    const carl = await submit(at, { username: 'carl', password });

    assert.match(String(asked.body), /The password is temporary\. Choose a new one\./);
    assert.match(String(weak.body), /Password does not conform to policy/);
    assert.equal(done.status, 303);
    assert.match(String(carl.body), /The account is not confirmed/);
  });

  // Cognito developer guide, "The token endpoint": an ID token needs the scope openid.
  it('gives no ID token without the scope openid', async () => {
    const at = await aUserPool({}, CLIENT);

    const { body } = await redeem(at, await codeOf(at, { scope: 'email' }));

    assert.deepEqual([typeof body['access_token'], body['id_token']], ['string', undefined]);
  });

  it('keeps a sign-in if the sign-out does not say where to redirect', async () => {
    const at = await aUserPool({}, CLIENT);
    const session = header(await submit(at, { user: 'ada' }), 'set-cookie').split(';')[0] ?? '';

    const out = await send(at, 'GET', pool('/logout'), { headers: { cookie: session } });

    assert.equal(out.status, 400);
    assert.equal((await authorize(at, {}, { cookie: session })).status, 303);
  });

  it('recognizes a browser that is signed in, until it is signed out', async () => {
    const at = await aUserPool({}, CLIENT);
    const first = await submit(at, { user: 'ada' });
    const session = header(first, 'set-cookie').split(';')[0] ?? '';

    const again = await authorize(at, {}, { cookie: session });
    const forced = await authorize(at, { prompt: 'login' }, { cookie: session });
    const elsewhere = await send(at, 'GET', pool('/logout'), {
      query: { client_id: 'app', logout_uri: 'https://evil.example/' },
    });
    const out = await send(at, 'GET', pool('/logout'), {
      query: { client_id: 'app', logout_uri: `${PAGE}/` },
      headers: { cookie: session },
    });
    const after = await authorize(at, {}, { cookie: session });

    assert.deepEqual([again.status, forced.status, after.status], [303, 200, 200]);
    assert.equal(elsewhere.status, 400);
    assert.deepEqual([out.status, header(out, 'location')], [303, `${PAGE}/`]);
  });

  it('says who a token belongs to, until it is revoked', async () => {
    const at = await aUserPool({}, CLIENT);
    const { body } = await redeem(at, await codeOf(at));
    const ask = () =>
      send(at, 'GET', pool('/oauth2/userInfo'), {
        headers: { authorization: `Bearer ${String(body['access_token'])}` },
      });

    const messages = answerOf(await ask());
    await send(at, 'POST', pool('/oauth2/revoke'), {
      form: { client_id: 'app', token: body['refresh_token'] },
    });
    const after = await ask();

    assert.deepEqual(
      [messages.body['username'], messages.body['email'], messages.body['email_verified']],
      ['ada', 'ada@example.com', 'true'],
    );
    assert.equal(after.status, 401);
    assert.match(header(after, 'www-authenticate'), /^Bearer error="invalid_token"/);
  });

  it('gives a machine with a secret its own token, for scopes that it has', async () => {
    const at = await aUserPool({}, { ...CLIENT, GenerateSecret: true, AllowedOAuthScopes: ['shop/read'] });
    const secret = at.pools.find(POOL_ID)?.pool.findClient('app')?.secret ?? '';
    const ask = async (key: string, scope: string) =>
      answerOf(
        await send(at, 'POST', pool('/oauth2/token'), {
          form: { grant_type: 'client_credentials', scope },
          headers: { authorization: `Basic ${Buffer.from(`app:${key}`).toString('base64')}` },
        }),
      );

    const { body } = await ask(secret, '');
    const claims = claimsOf(body['access_token']);

    assert.deepEqual(
      [claims['sub'], claims['scope'], body['id_token'], body['refresh_token']],
      ['app', 'shop/read', undefined, undefined],
    );
    assert.equal((await ask('wrong', '')).body['error'], 'invalid_client');
    assert.equal((await ask(secret, 'shop/write')).body['error'], 'invalid_scope');
  });
});
