/** What clients read before they sign in: the document of the issuer, its keys, and what a page may send. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, CONTROL, header, PAGE, pool, send } from '../../../../support/a-login.ts';
import { answerOf, AUTH0, aUserPool, POOL_ID } from '../../../../support/a-user-pool.ts';

/** One for all, as its keys take time. */
const at = await aUserPool(
  {},
  { ...CLIENT, CallbackURLs: ['no url', `${PAGE}/callback`, 'https://shop.example/cb'] },
);
const DISCOVERY = '/.well-known/openid-configuration';

// OpenID Connect Discovery 1.0, section 3; the paths of Cognito's and Auth0's own documents.
describe('the discovery document', () => {
  const common = {
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
  for (const [what, path, base, issuer, scopes, paths] of [
    [
      'a user pool',
      pool(DISCOVERY),
      `http://${CONTROL}/${POOL_ID}`,
      `https://cognito-idp.us-east-1.amazonaws.com/${POOL_ID}`,
      ['openid', 'email', 'phone', 'profile'],
      ['/oauth2/authorize', '/oauth2/token', '/oauth2/userInfo', '/oauth2/revoke', '/logout'],
    ],
    [
      'another issuer',
      `/example.eu.auth0.com${DISCOVERY}`,
      `http://${CONTROL}/example.eu.auth0.com`,
      AUTH0,
      ['openid', 'email', 'phone', 'profile', 'offline_access'],
      ['/authorize', '/oauth/token', '/userinfo', '/oauth/revoke', '/v2/logout'],
    ],
  ] as const)
    it(`of ${what} names its endpoints`, async () => {
      const reply = await send(at, 'GET', path);
      const [authorize, token, userInfo, revoke, logout] = paths.map((each) => `${base}${each}`);

      assert.deepEqual(answerOf(reply), {
        status: 200,
        body: {
          issuer,
          authorization_endpoint: authorize,
          token_endpoint: token,
          userinfo_endpoint: userInfo,
          revocation_endpoint: revoke,
          end_session_endpoint: logout,
          jwks_uri: `${base}/.well-known/jwks.json`,
          scopes_supported: scopes,
          ...common,
        },
      });
      assert.equal(header(reply, 'cache-control'), 'no-store');
    });

  it('has the addresses of the issuer if the request goes to the issuer itself', async () => {
    const reply = await send(at, 'GET', DISCOVERY, { host: 'example.eu.auth0.com' });

    assert.equal(answerOf(reply).body['token_endpoint'], `${AUTH0}oauth/token`);
  });
});

describe('the key set of an issuer', () => {
  for (const path of [
    '/.well-known/jwks.json',
    '/v1/keys',
    '/discovery/v2.0/keys',
    '/protocol/openid-connect/certs',
  ])
    it(`is at ${path} of another issuer, and is not cached`, async () => {
      const reply = await send(at, 'GET', `/example.eu.auth0.com${path}`);

      assert.ok(Array.isArray(answerOf(reply).body['keys']));
      assert.equal(header(reply, 'cache-control'), 'no-store');
    });
});

describe('an endpoint that a pool does not have', () => {
  for (const [method, path] of [
    ['GET', pool('/v1/keys')],
    ['GET', pool('/oauth2/token')],
    ['DELETE', pool('/login')],
    ['POST', pool('/toString')],
  ] as const)
    it(`answers ${method} ${path} with 404 and its name`, async () => {
      const { status, body } = answerOf(await send(at, method, path));

      assert.equal(status, 404);
      assert.equal(
        body['message'],
        `This gateway does not support ${method} ${path.slice(POOL_ID.length + 1)} of https://cognito-idp.us-east-1.amazonaws.com/${POOL_ID}`,
      );
    });
});

// Fetch standard, "CORS protocol".
describe('what a page may send', () => {
  const ask = (origin: string) => send(at, 'OPTIONS', pool('/oauth2/token'), { headers: { origin } });

  it('is answered with methods, headers and how long that counts', async () => {
    const reply = await ask(PAGE);

    assert.equal(reply.status, 204);
    assert.equal(header(reply, 'access-control-allow-origin'), PAGE);
    assert.equal(header(reply, 'access-control-allow-methods'), 'GET, POST, OPTIONS');
    assert.equal(header(reply, 'access-control-max-age'), '600');
    assert.equal(header(reply, 'vary'), 'Origin');
    for (const name of ['authorization', 'content-type', 'x-amz-target', 'amz-sdk-request'])
      assert.ok(header(reply, 'access-control-allow-headers').split(', ').includes(name), name);
    assert.equal(
      header(reply, 'access-control-expose-headers'),
      'x-amzn-ErrorType, x-amzn-ErrorMessage, x-amzn-RequestId',
    );
  });

  for (const [origin, isKnown] of [
    ['https://shop.example', true],
    ['https://shop.example:444', false],
    ['http://shop.example', false],
    ['https://evil.example', false],
    ['http://localhost:9', true],
  ] as const)
    it(`${isKnown ? 'is revealed' : 'is not revealed'} to ${origin}`, async () => {
      assert.equal(header(await ask(origin), 'access-control-allow-origin'), isKnown ? origin : '');
    });
});
