import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  accessClaims,
  aClient,
  anIssuerPort,
  answerOf,
  AUTHORIZATION,
  ISSUER_URL,
  queryOf,
  REDEMPTION,
  REDIRECT,
  RESOURCE,
} from '../../../../support/an-issuer-port.ts';
import type { IssuerPortAt } from '../../../../support/an-issuer-port.ts';
import { header } from '../../../../support/a-login.ts';

const ALICE = { signInAs: { sub: 'alice', roles: ['admin'] } };
const ADA = {
  username: 'ada',
  password: undefined,
  attributes: {},
  groups: ['editors'],
  claims: { plan: 'gold' },
};

type Submission = Readonly<Record<string, string | readonly string[]>>;

/** Opens the page, and submits its form with these fields. */
async function submit(at: IssuerPortAt, fields: Submission, query: object = {}, cookie?: string) {
  const client_id = await aClient(at);
  const asked = { ...AUTHORIZATION, client_id, ...query };
  const shown = await at.authorize(asked);
  const form = /name="form" value="([^"]+)"/.exec(String(shown?.body))?.[1] ?? '';
  const own = shown === undefined ? '' : (header(shown, 'set-cookie').split(';')[0] ?? '');
  const reply = await at.send('POST', '/authorize', {
    query: asked,
    body: queryOf({ form, ...fields }),
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: cookie ?? own },
  });
  const claims = async (): Promise<Readonly<Record<string, unknown>>> =>
    accessClaims(
      (await at.token({ ...REDEMPTION, client_id, code: answerOf(reply).get('code') ?? '' })).body,
    );
  return { reply, shown, claims };
}

describe('an authorization request', () => {
  it('is answered with a code, the unchanged state and the issuer (RFC 6749 §4.1.2, RFC 9207 §2)', async () => {
    const at = await anIssuerPort(ALICE);

    const reply = await at.authorize({ client_id: await aClient(at) });

    assert.equal(reply?.status, 303);
    const answer = answerOf(reply);
    assert.deepEqual([...answer.keys()], ['code', 'state', 'iss']);
    assert.deepEqual([answer.get('state'), answer.get('iss')], [AUTHORIZATION.state, ISSUER_URL]);
    assert.ok(header(reply, 'location').startsWith(`${REDIRECT}?`));
  });

  // A client compares `iss` with the address under which it has found the metadata.
  it('below the name of the issuer is answered with this address as the issuer', async () => {
    const at = await anIssuerPort(ALICE);

    const reply = await at.authorize(
      { client_id: await aClient(at) },
      {},
      '/local.gatewright.invalid/authorize',
    );

    assert.equal(answerOf(reply).get('iss'), `${ISSUER_URL}/local.gatewright.invalid`);
  });

  for (const { name, query, error } of [
    { name: 'another response type', query: { response_type: 'token' }, error: 'unsupported_response_type' },
    { name: 'no response type', query: { response_type: undefined }, error: 'unsupported_response_type' },
    { name: 'another response mode', query: { response_mode: 'fragment' }, error: 'invalid_request' },
    { name: 'no proof key', query: { code_challenge: undefined }, error: 'invalid_request' },
    { name: 'the method plain', query: { code_challenge_method: 'plain' }, error: 'invalid_request' },
    {
      name: 'no method, which means plain',
      query: { code_challenge_method: undefined },
      error: 'invalid_request',
    },
    { name: 'a challenge that is not a hash', query: { code_challenge: 'short' }, error: 'invalid_request' },
    { name: 'a scope that is not printable', query: { scope: 'a"b' }, error: 'invalid_scope' },
    {
      name: 'too many scopes',
      query: { scope: Array.from({ length: 51 }, (_, i) => `s${i}`).join(' ') },
      error: 'invalid_scope',
    },
    { name: 'an unknown resource', query: { resource: 'https://mcp.example/mcp' }, error: 'invalid_target' },
    { name: 'a resource that is not an address', query: { resource: 'mcp' }, error: 'invalid_target' },
    { name: 'a resource with a fragment', query: { resource: `${RESOURCE}#a` }, error: 'invalid_target' },
    { name: 'two resources', query: { resource: [RESOURCE, RESOURCE] }, error: 'invalid_target' },
  ])
    it(`with ${name} is answered with ${error}, the state and the issuer`, async () => {
      const at = await anIssuerPort(ALICE);

      const answer = answerOf(await at.authorize({ client_id: await aClient(at), ...query }));

      assert.deepEqual(
        [answer.get('error'), answer.get('state'), answer.get('iss'), answer.get('code')],
        [error, AUTHORIZATION.state, ISSUER_URL, null],
      );
      assert.notEqual(answer.get('error_description'), null);
    });

  // Open redirects (draft-ietf-oauth-v2-1 §7.12.2): nothing may be sent to an address that is not registered.
  for (const { name, query, text } of [
    { name: 'an unknown client', query: { client_id: 'other' }, text: /does not know the client other/ },
    { name: 'no client', query: { client_id: undefined }, text: /client_id is missing/ },
    { name: 'no redirect address', query: { redirect_uri: undefined }, text: /redirect_uri is missing/ },
    {
      name: 'another redirect address',
      query: { redirect_uri: 'https://evil.example/cb' },
      text: /redirect_uri is https:/,
    },
    { name: 'a longer redirect address', query: { redirect_uri: `${REDIRECT}/x` }, text: /redirect_uri is/ },
    {
      name: 'a redirect address with a query',
      query: { redirect_uri: `${REDIRECT}?next=x` },
      text: /redirect_uri is/,
    },
    {
      name: 'another name of this machine',
      query: { redirect_uri: REDIRECT.replace('127.0.0.1', 'localhost') },
      text: /redirect_uri is/,
    },
    {
      name: 'a host that only begins like this machine',
      query: { redirect_uri: 'http://127.0.0.1.evil.example:6274/callback' },
      text: /redirect_uri is/,
    },
    {
      name: 'a user name in front of the host',
      query: { redirect_uri: 'http://127.0.0.1:6274@evil.example/callback' },
      text: /redirect_uri is/,
    },
    {
      name: 'a port that cannot be',
      query: { redirect_uri: 'http://127.0.0.1:99999/callback' },
      text: /redirect_uri is/,
    },
    { name: 'a repeated parameter', query: { state: ['a', 'b'] }, text: /state is repeated/ },
    { name: 'a very long query', query: { state: 'x'.repeat(8_192) }, text: /too long/ },
  ])
    it(`with ${name} is answered on a page, and does not redirect`, async () => {
      const at = await anIssuerPort(ALICE);

      const reply = await at.authorize({ client_id: await aClient(at), ...query });

      assert.equal(reply?.status, 400);
      assert.equal(header(reply, 'location'), '');
      assert.match(String(reply.body), text);
    });

  it('may have another port at an address of this machine, and gets its code there (RFC 8252 §7.3)', async () => {
    const at = await anIssuerPort(ALICE);
    const client_id = await aClient(at);
    const redirect_uri = 'http://127.0.0.1:50000/callback';

    const reply = await at.authorize({ client_id, redirect_uri });

    assert.ok(reply && header(reply, 'location').startsWith(`${redirect_uri}?code=`));
    const code = answerOf(reply).get('code') ?? '';
    assert.equal((await at.token({ ...REDEMPTION, client_id, code, redirect_uri })).status, 200);
  });

  it('gets no other port at an address of the network', async () => {
    const at = await anIssuerPort(ALICE);
    const client_id = await aClient(at, { redirect_uris: ['https://app.example:8443/cb'] });

    const reply = await at.authorize({ client_id, redirect_uri: 'https://app.example:9443/cb' });

    assert.equal(reply?.status, 400);
  });
});

describe('the page of a sign-in', () => {
  it('says which client requests what, and where the browser is sent', async () => {
    const at = await anIssuerPort({ users: [ADA] });
    const client_id = await aClient(at, { client_name: '<b>Probe</b>' });

    const shown = await at.authorize({ client_id, login_hint: 'eve' });

    const page = String(shown?.body);
    assert.equal(shown?.status, 200);
    for (const text of [
      '&#60;b&#62;Probe',
      RESOURCE,
      '127.0.0.1:6274',
      'value="tools:call" checked',
      'value="ada"',
      'value="eve"',
    ])
      assert.ok(page.includes(text), text);
    assert.match(header(shown, 'content-security-policy'), /form-action 'self' http:\/\/127\.0\.0\.1:6274;/);
    assert.equal(header(shown, 'x-frame-options'), 'DENY');
  });

  it('lets the developer choose subject, roles and scopes', async () => {
    const at = await anIssuerPort();

    const { claims } = await submit(at, { sub: 'eve', roles: ' admin  ops', scope: ['tools:read', 'other'] });

    const { sub, roles, scope } = await claims();
    assert.deepEqual({ sub, roles, scope }, { sub: 'eve', roles: ['admin', 'ops'], scope: 'tools:read' });
  });

  it('signs a local user in by a click, with the groups and claims of users.yml', async () => {
    const at = await anIssuerPort({ users: [ADA] });

    const { claims } = await submit(at, { user: 'ada', sub: 'local-user', scope: ['tools:read'] });

    const { sub, roles, plan } = await claims();
    assert.deepEqual({ sub, roles, plan }, { sub: 'ada', roles: ['editors'], plan: 'gold' });
  });

  it('can refuse', async () => {
    const { reply } = await submit(await anIssuerPort(), { cancel: 'yes' });

    const answer = answerOf(reply);
    assert.deepEqual(
      [answer.get('error'), answer.get('state'), answer.get('iss')],
      ['access_denied', AUTHORIZATION.state, ISSUER_URL],
    );
  });

  for (const { name, fields, cookie } of [
    { name: 'no token of the form', fields: { form: '', sub: 'eve' }, cookie: undefined },
    { name: 'the cookie of another browser', fields: { sub: 'eve' }, cookie: 'gatewright_form=other' },
    { name: 'no cookie', fields: { sub: 'eve' }, cookie: '' },
    { name: 'no subject', fields: { sub: '' }, cookie: undefined },
    { name: 'an unknown user', fields: { user: 'mallory' }, cookie: undefined },
  ])
    it(`is shown again for a form with ${name}`, async () => {
      const { reply } = await submit(await anIssuerPort({ users: [ADA] }), fields, {}, cookie);

      assert.equal(reply?.status, 400);
      assert.match(String(reply.body), /role="alert"/);
    });

  it('is shown again for a user with claims that only the issuer may set', async () => {
    const at = await anIssuerPort({ users: [{ ...ADA, claims: { roles: ['x'], aud: 'y' } }] });

    const { reply } = await submit(at, { user: 'ada', sub: 'local-user' });

    assert.equal(reply?.status, 400);
    assert.match(String(reply.body), /gives ada the claims roles, aud, which this issuer sets itself/);
  });

  it('is not shown to a client that wants no page', async () => {
    const at = await anIssuerPort();

    const answer = answerOf(await at.authorize({ client_id: await aClient(at), prompt: 'none' }));

    assert.deepEqual([answer.get('error'), answer.get('iss')], ['login_required', ISSUER_URL]);
  });

  // Attack: a page on the internet registers itself as a client, and sends the developer's browser here.
  for (const site of ['cross-site', 'same-site'])
    it(`is shown to a browser that a page has sent here (${site}), even with --sign-in-as`, async () => {
      const at = await anIssuerPort(ALICE);

      const reply = await at.authorize({ client_id: await aClient(at) }, { 'sec-fetch-site': site });

      assert.equal(reply?.status, 200);
      assert.match(String(reply.body), /<form method="post"/);
    });

  it('is not shown to a browser that a program has opened, with --sign-in-as', async () => {
    const at = await anIssuerPort(ALICE);

    const reply = await at.authorize({ client_id: await aClient(at) }, { 'sec-fetch-site': 'none' });

    assert.notEqual(answerOf(reply).get('code'), null);
  });
});
