import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CALLBACK,
  CLIENT,
  CONTROL,
  header,
  PAGE,
  PKCE,
  pool,
  send,
  VERIFIER,
  AUTHORIZATION_REQUEST,
} from '../../../../support/a-login.ts';
import type { Headers } from '../../../../support/a-login.ts';
import { answerOf, AUTH0, aUserPool, claimsOf } from '../../../../support/a-user-pool.ts';

describe('an Auth0 tenant for which the local issuer stands in', () => {
  const tenant = (path: string): string => `/example.eu.auth0.com${path}`;

  it('has its own paths and claims, takes any client of this machine, and rotates refresh tokens', async () => {
    const at = await aUserPool();
    const query = {
      ...AUTHORIZATION_REQUEST,
      ...PKCE,
      client_id: 'spa',
      scope: 'openid profile email offline_access',
      audience: 'https://api.example',
    };
    const shown = await send(at, 'GET', tenant('/authorize'), { query });
    const form = /name="form" value="([^"]+)"/.exec(String(shown.body))?.[1] ?? '';
    const cookie = header(shown, 'set-cookie').split(';')[0] ?? '';
    const reply = await send(at, 'POST', tenant('/login'), {
      query,
      form: { form, user: 'ada' },
      headers: { cookie },
    });
    const code = new URL(header(reply, 'location')).searchParams.get('code');
    const token = async (fields: object) =>
      answerOf(await send(at, 'POST', tenant('/oauth/token'), { form: { client_id: 'spa', ...fields } }));

    const first = await token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
    });
    const second = await token({ grant_type: 'refresh_token', refresh_token: first.body['refresh_token'] });

    const id = claimsOf(first.body['id_token']);
    const access = claimsOf(second.body['access_token']);
    assert.deepEqual(
      [id['iss'], id['aud'], id['email'], id['nickname']],
      [AUTH0, 'spa', 'ada@example.com', 'ada'],
    );
    assert.match(String(id['sub']), /^auth0\|[0-9a-f]{24}$/);
    assert.deepEqual(
      [access['aud'], access['azp'], access['sub']],
      [['https://api.example', `${AUTH0}userinfo`], 'spa', id['sub']],
    );
    assert.notEqual(second.body['refresh_token'], first.body['refresh_token']);
  });

  it('uses openid as the scope of a request that names none', async () => {
    const at = await aUserPool();
    const query = { ...AUTHORIZATION_REQUEST, ...PKCE, client_id: 'spa', scope: undefined };
    const shown = await send(at, 'GET', tenant('/authorize'), { query });
    const form = /name="form" value="([^"]+)"/.exec(String(shown.body))?.[1] ?? '';
    const cookie = header(shown, 'set-cookie').split(';')[0] ?? '';
    const login = { query, form: { form, user: 'ada' }, headers: { cookie } };
    const code = new URL(header(await send(at, 'POST', tenant('/login'), login), 'location')).searchParams;

    const fields = { client_id: 'spa', redirect_uri: CALLBACK, code_verifier: VERIFIER };
    const { body } = answerOf(
      await send(at, 'POST', tenant('/oauth/token'), {
        form: { grant_type: 'authorization_code', code: code.get('code'), ...fields },
      }),
    );

    assert.deepEqual([body['scope'], typeof body['id_token']], ['openid', 'string']);
  });

  it('redirects after a sign-out as Auth0 does, to an address of this machine', async () => {
    const at = await aUserPool();
    const to = (returnTo: string) =>
      send(at, 'GET', tenant('/v2/logout'), { query: { client_id: 'spa', returnTo } });

    assert.equal(header(await to(`${PAGE}/`), 'location'), `${PAGE}/`);
    assert.equal((await to('https://evil.example/')).status, 400);
    assert.match(String((await send(at, 'GET', tenant('/v2/logout'))).body), /Signed out/);
  });

  it('does not reveal whose token it is if the token has no scope', async () => {
    const at = await aUserPool();
    const sub = at.pools.ofIssuer(AUTH0)?.pool.find('ada')?.sub ?? '';
    const { token } = at.issuer.mint({ sub, issuer: AUTH0, claims: { azp: 'spa' } });

    const headers = { authorization: `Bearer ${token}` };
    const reply = await send(at, 'GET', tenant('/userinfo'), { headers });

    assert.match(header(reply, 'www-authenticate'), /does not have the scope openid/);
  });

  it('describes itself by this port for local callers, and by its own name for functions', async () => {
    const at = await aUserPool();
    const path = '/.well-known/openid-configuration';

    const here = answerOf(await send(at, 'GET', tenant(path))).body;
    const own = answerOf(await send(at, 'GET', path, { host: 'example.eu.auth0.com' })).body;

    assert.deepEqual([here['issuer'], own['issuer']], [AUTH0, AUTH0]);
    assert.equal(here['token_endpoint'], `http://${CONTROL}${tenant('/oauth/token')}`);
    assert.equal(own['jwks_uri'], `${AUTH0}.well-known/jwks.json`);
    const keys = answerOf(
      await send(at, 'GET', '/.well-known/jwks.json', { host: 'example.eu.auth0.com' }),
    ).body;
    assert.deepEqual(keys, JSON.parse(JSON.stringify(at.issuer.keySet())));
  });
});

describe('the guard of these addresses', () => {
  const target = { 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' };
  const rows: [name: string, method: string, path: string, headers: Headers, admitted: boolean][] = [
    ['a token request of a page of this machine', 'POST', pool('/oauth2/token'), { origin: PAGE }, true],
    ['one of a page out there', 'POST', pool('/oauth2/token'), { origin: 'https://evil.example' }, false],
    ['a link to the login page', 'GET', pool('/oauth2/authorize'), { 'sec-fetch-site': 'cross-site' }, true],
    ["a link to a pool's metadata", 'GET', pool('/.well-known/openid-configuration'), {}, true],
    ['a form of another page', 'POST', pool('/login'), { origin: PAGE }, false],
    ['a form without origin', 'POST', pool('/login'), {}, false],
    ['a call of Cognito by a page of this machine', 'POST', '/', { origin: PAGE, ...target }, true],
    ['one by a page out there', 'POST', '/', { origin: 'https://evil.example', ...target }, false],
    [
      'the preflight before it',
      'OPTIONS',
      '/',
      { origin: PAGE, 'access-control-request-headers': 'x-amz-target' },
      true,
    ],
    [
      'a call of an administrator by a page',
      'POST',
      '/',
      { origin: PAGE, 'x-amz-target': 'AWSCognitoIdentityProviderService.ListUsers' },
      false,
    ],
    [
      'another service by a page',
      'POST',
      '/',
      { origin: PAGE, 'x-amz-target': 'DynamoDB_20120810.Scan' },
      false,
    ],
  ];
  for (const [name, method, path, headers, admitted] of rows)
    it(`${admitted ? 'lets in' : 'keeps out'} ${name}`, async () => {
      const { port } = await aUserPool({}, CLIENT);

      assert.equal(
        port.admits({ method, path, host: CONTROL, rawHeaders: Object.entries(headers).flat() }),
        admitted,
      );
    });

  it('serves a page whose address is a callback of the client, and no other page', async () => {
    const at = await aUserPool({}, { ...CLIENT, CallbackURLs: ['https://shop.example/callback'] });
    const allowed = async (origin: string) => {
      const reply = await send(at, 'OPTIONS', pool('/oauth2/token'), { headers: { origin } });
      return reply.headers.includes('Access-Control-Allow-Origin');
    };

    assert.deepEqual(
      [await allowed('https://shop.example'), await allowed('https://evil.example')],
      [true, false],
    );
    const rawHeaders = ['origin', 'https://shop.example'];
    assert.ok(at.port.admits({ method: 'POST', path: pool('/oauth2/token'), host: CONTROL, rawHeaders }));
  });

  it('serves the page only to its own origin', async () => {
    const at = await aUserPool({}, CLIENT);
    const preflight = await send(at, 'OPTIONS', pool('/oauth2/token'), { headers: { origin: PAGE } });
    const other = await send(at, 'GET', pool('/.well-known/jwks.json'), {
      headers: { origin: 'https://evil.example' },
    });

    assert.deepEqual([preflight.status, header(preflight, 'access-control-allow-origin')], [204, PAGE]);
    assert.ok(!other.headers.includes('Access-Control-Allow-Origin'));
  });
});
