import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LOCAL_ISSUER } from '../../../../../packages/gateway/core/issuers/issuer-names.ts';
import { claimsOf } from '../../../../support/a-user-pool.ts';
import { createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import {
  accessClaims,
  aClient,
  aCode,
  anIssuerPort,
  ISSUER_URL,
  jsonOf,
  PROOF,
  REDEMPTION,
  REDIRECT,
  RESOURCE,
} from '../../../../support/an-issuer-port.ts';

const ALICE = { signInAs: { sub: 'alice', roles: ['admin', 'ops'] } };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** An issuer with a client and a code for it. */
async function aSignIn(metadata: object = {}, query: Record<string, string | undefined> = {}) {
  const at = await anIssuerPort(ALICE);
  const client_id = await aClient(at, metadata);
  const code = await aCode(at, client_id, query);
  const redeem = (fields: Record<string, string | undefined> = {}, headers = {}) =>
    at.token({ ...REDEMPTION, client_id, code, ...fields }, headers);
  const refresh = (refresh_token: unknown, fields: Record<string, string> = {}) =>
    at.token({ grant_type: 'refresh_token', client_id, refresh_token: String(refresh_token), ...fields });
  return { at, client_id, code, redeem, refresh };
}

describe('the grant of a code', () => {
  it('gives a token for the resource, the identity and the scopes of the sign-in', async () => {
    const { at, client_id, redeem } = await aSignIn();

    const { status, headers, body } = await redeem();

    assert.equal(status, 200);
    assert.ok(at.issuer.hasSigned(String(body['access_token'])));
    assert.ok(headers.includes('no-store'), 'draft-ietf-oauth-v2-1 §3.2.3');
    const { access_token: token, refresh_token: refreshToken, ...rest } = body;
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'tools:read tools:call' });
    assert.deepEqual([typeof token, typeof refreshToken], ['string', 'string']);
    const { iss, sub, aud, roles, scope, client_id: client } = accessClaims(body);
    // Authorizers trust the fixed name of the local issuer; the resource is the audience (RFC 8707 §2).
    assert.deepEqual(
      { iss, sub, aud, roles, scope, client },
      {
        iss: LOCAL_ISSUER,
        sub: 'alice',
        aud: RESOURCE,
        roles: ['admin', 'ops'],
        scope: 'tools:read tools:call',
        client: client_id,
      },
    );
  });

  // OpenID Connect Core 1.0, sections 2 and 3.1.3.3; Discovery 1.0, section 4.3, compares `iss` with the metadata.
  it('gives an ID token for the client, with the nonce, if the scope has openid', async () => {
    const { at, client_id, redeem } = await aSignIn({}, { scope: 'openid', nonce: 'n-1' });

    const { body } = await redeem();

    assert.ok(at.issuer.hasSigned(String(body['id_token'])));
    const { iss, sub, aud, nonce, roles } = claimsOf(String(body['id_token']));
    assert.deepEqual(
      { iss, sub, aud, nonce },
      { iss: ISSUER_URL, sub: 'alice', aud: client_id, nonce: 'n-1' },
    );
    assert.equal(roles, undefined);
  });

  it('gives the default audience to a client of an earlier version, which names no resource', async () => {
    const { redeem } = await aSignIn({}, { resource: undefined });

    assert.equal(accessClaims((await redeem({ resource: undefined })).body)['aud'], 'gatewright');
  });

  // draft-ietf-oauth-v2-1 §10.2 has removed redirect_uri from this request.
  it('needs no redirect_uri', async () => {
    const { redeem } = await aSignIn();

    assert.equal((await redeem({ redirect_uri: undefined })).status, 200);
  });

  it('takes the id of the client from a Basic header without a secret', async () => {
    const { client_id, redeem } = await aSignIn();
    const authorization = `Basic ${Buffer.from(`${client_id}:`).toString('base64')}`;

    assert.equal((await redeem({ client_id: undefined }, { authorization })).status, 200);
  });

  for (const { name, fields, error, source } of [
    {
      name: 'another verifier',
      fields: { code_verifier: 'q'.repeat(43) },
      error: 'invalid_grant',
      source: 'RFC 7636 §4.6',
    },
    {
      name: 'no verifier',
      fields: { code_verifier: undefined },
      error: 'invalid_grant',
      source: 'RFC 7636 §4.6',
    },
    {
      name: 'a verifier that is too short',
      fields: { code_verifier: PROOF.slice(1) },
      error: 'invalid_grant',
      source: 'RFC 7636 §4.1',
    },
    {
      name: 'another redirect address',
      fields: { redirect_uri: `${REDIRECT}/x` },
      error: 'invalid_grant',
      source: 'RFC 6749 §4.1.3',
    },
    {
      name: 'the redirect address with another port',
      fields: { redirect_uri: REDIRECT.replace('6274', '6275') },
      error: 'invalid_grant',
      source: 'RFC 6749 §4.1.3',
    },
    {
      name: 'another resource',
      fields: { resource: 'http://127.0.0.1:3000/other' },
      error: 'invalid_target',
      source: 'RFC 8707 §2',
    },
    {
      name: 'another code',
      fields: { code: 'x'.repeat(43) },
      error: 'invalid_grant',
      source: 'RFC 6749 §5.2',
    },
    { name: 'no code', fields: { code: undefined }, error: 'invalid_request', source: 'RFC 6749 §5.2' },
    {
      name: 'an unknown client',
      fields: { client_id: 'other' },
      error: 'invalid_client',
      source: 'RFC 6749 §5.2',
    },
    { name: 'no client', fields: { client_id: undefined }, error: 'invalid_client', source: 'RFC 6749 §5.2' },
    {
      name: 'a secret that the client does not have',
      fields: { client_secret: 'x' },
      error: 'invalid_client',
      source: 'RFC 6749 §2.3',
    },
    {
      name: 'another grant',
      fields: { grant_type: 'password' },
      error: 'unsupported_grant_type',
      source: 'RFC 6749 §5.2',
    },
  ])
    it(`refuses ${name} with ${error} (${source})`, async () => {
      const { redeem } = await aSignIn();

      const { status, body } = await redeem(fields);

      assert.deepEqual([status, body['error']], [error === 'invalid_client' ? 401 : 400, error]);
    });

  it('refuses the code of another client', async () => {
    const { at, redeem } = await aSignIn();

    assert.equal((await redeem({ client_id: await aClient(at) })).body['error'], 'invalid_grant');
  });

  it('refuses a second use, and then also the refresh token of the first use (RFC 6749 §4.1.2)', async () => {
    const { redeem, refresh } = await aSignIn();
    const first = await redeem();

    const second = await redeem();

    assert.equal(second.body['error'], 'invalid_grant');
    assert.equal((await refresh(first.body['refresh_token'])).body['error'], 'invalid_grant');
  });

  it('refuses the code after its five minutes', async () => {
    const { at, redeem } = await aSignIn();

    at.clock.advance(5 * MINUTE_MS);

    assert.equal((await redeem()).body['error'], 'invalid_grant');
  });

  it('refuses a form with a repeated member', async () => {
    const { at } = await aSignIn();
    const body = 'grant_type=authorization_code&code=a&code=b';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };

    const reply = jsonOf(await at.send('POST', '/token', { body, headers }));

    assert.deepEqual(
      [reply.body['error'], reply.body['error_description']],
      ['invalid_request', 'code is repeated'],
    );
  });
});

describe('the grant of a refresh token', () => {
  it('gives a new access token and a new refresh token (draft-ietf-oauth-v2-1 §4.3.1)', async () => {
    const { redeem, refresh } = await aSignIn();
    const first = await redeem();

    const second = await refresh(first.body['refresh_token']);
    const third = await refresh(second.body['refresh_token'], { resource: RESOURCE });

    assert.deepEqual([second.status, third.status], [200, 200]);
    const { sub, aud, scope } = accessClaims(third.body);
    assert.deepEqual([sub, aud, scope], ['alice', RESOURCE, 'tools:read tools:call']);
    assert.equal(new Set([first, second, third].map(({ body }) => body['refresh_token'])).size, 3);
  });

  it('ends the sign-in when a token is used twice, because it may be stolen', async () => {
    const { redeem, refresh } = await aSignIn();
    const first = await redeem();
    const second = await refresh(first.body['refresh_token']);

    assert.equal((await refresh(first.body['refresh_token'])).body['error'], 'invalid_grant');
    assert.equal((await refresh(second.body['refresh_token'])).body['error'], 'invalid_grant');
  });

  it('gives fewer scopes on request, and never more', async () => {
    const { redeem, refresh } = await aSignIn();
    const { body } = await redeem();

    const more = await refresh(body['refresh_token'], { scope: 'tools:read admin' });
    const fewer = await refresh(body['refresh_token'], { scope: 'tools:read' });

    assert.equal(more.body['error'], 'invalid_scope');
    assert.equal(accessClaims(fewer.body)['scope'], 'tools:read');
  });

  it('refuses another resource, without using the token up', async () => {
    const { redeem, refresh } = await aSignIn();
    const { body } = await redeem();

    const other = await refresh(body['refresh_token'], { resource: 'http://127.0.0.1:3000/other' });

    assert.equal(other.body['error'], 'invalid_target');
    assert.equal((await refresh(body['refresh_token'])).status, 200);
  });

  it('refuses the token of another client, and a token after 30 days', async () => {
    const { at, redeem, refresh } = await aSignIn();
    const { body } = await redeem();

    const stolen = await refresh(body['refresh_token'], { client_id: await aClient(at) });
    at.clock.advance(30 * DAY_MS);
    const late = await refresh(body['refresh_token']);

    assert.deepEqual([stolen.body['error'], late.body['error']], ['invalid_grant', 'invalid_grant']);
  });

  for (const { name, metadata, query, expected } of [
    {
      name: 'a client without the grant type',
      metadata: { grant_types: ['authorization_code'] },
      query: {},
      expected: 'undefined',
    },
    {
      name: 'a client that names no grant types (RFC 7591 §2)',
      metadata: { grant_types: undefined },
      query: {},
      expected: 'undefined',
    },
    {
      name: 'a client that asks for offline_access',
      metadata: { grant_types: undefined },
      query: { scope: 'offline_access' },
      expected: 'string',
    },
  ])
    it(`gives ${name} ${expected === 'string' ? 'a' : 'no'} refresh token`, async () => {
      const { redeem } = await aSignIn(metadata, query);

      assert.equal(typeof (await redeem()).body['refresh_token'], expected);
    });
});

describe('the grant of a local identity', () => {
  const ci = {
    identities: createIdentities([
      {
        name: 'ci',
        accessKeyId: 'AKIALOCAL0000000CI',
        secretAccessKey: 'ci-secret',
        arn: 'arn:aws:iam::1:user/ci',
        policies: [],
      },
    ]),
  };
  const grant_type = 'client_credentials';
  const keys = { client_id: 'AKIALOCAL0000000CI', client_secret: 'ci-secret' };
  const basic = { authorization: `Basic ${Buffer.from('AKIALOCAL0000000CI:ci-secret').toString('base64')}` };

  it('puts the requested roles and the requested resource into the token', async () => {
    const at = await anIssuerPort(ci);
    const claimsFor = async (more: object) =>
      accessClaims((await at.token({ grant_type, ...keys, ...more })).body);

    const { roles, aud } = await claimsFor({ roles: 'admin  ops', resource: RESOURCE });

    assert.deepEqual([roles, aud], [['admin', 'ops'], RESOURCE]);
    const plain = await claimsFor({});
    assert.deepEqual([plain['roles'], plain['aud'], plain['sub']], [undefined, 'gatewright', 'ci']);
  });

  // Source: RFC 6749 §4.4, §5.2; RFC 8707 §2
  for (const { name, form, headers, status, error } of [
    { name: 'grants a token', form: { grant_type, ...keys }, headers: {}, status: 200, error: undefined },
    {
      name: 'takes the keys from a Basic header',
      form: { grant_type },
      headers: basic,
      status: 200,
      error: undefined,
    },
    {
      name: 'refuses a wrong secret',
      form: { grant_type, ...keys, client_secret: 'x' },
      headers: {},
      status: 401,
      error: 'invalid_client',
    },
    {
      name: 'refuses an unknown identity',
      form: { grant_type, client_id: 'x', client_secret: 'nobody' },
      headers: {},
      status: 401,
      error: 'invalid_client',
    },
    {
      name: 'refuses a lifetime that is not a number',
      form: { grant_type, ...keys, expires_in: 'x' },
      headers: {},
      status: 400,
      error: 'invalid_request',
    },
    {
      name: 'refuses an unknown resource',
      form: { grant_type, ...keys, resource: 'https://other.example' },
      headers: {},
      status: 400,
      error: 'invalid_target',
    },
    {
      name: 'refuses a body that is not a form',
      form: { grant_type, ...keys },
      headers: { 'content-type': 'text/plain' },
      status: 400,
      error: 'invalid_request',
    },
  ])
    it(name, async () => {
      const at = await anIssuerPort(ci);

      const reply = await at.token(form, headers);

      assert.deepEqual([reply.status, reply.body['error']], [status, error]);
      if (status === 401) assert.ok(reply.headers.includes('WWW-Authenticate'), ISSUER_URL);
    });
});
