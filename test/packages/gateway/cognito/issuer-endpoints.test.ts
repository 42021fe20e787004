import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  aClient,
  anIssuerPort,
  ISSUER_HOST,
  ISSUER_URL,
  jsonOf,
  REDIRECT,
} from '../../../support/an-issuer-port.ts';
import { header } from '../../../support/a-login.ts';

const PAGE = 'http://localhost:6274';
const NAME = '/local.gatewright.invalid';

describe('the metadata of the local issuer', () => {
  // MCP specification 2025-11-25 and 2026-07-28, authorization server metadata discovery; RFC 8414 §3.1, §5
  for (const [path, issuer] of [
    ['/.well-known/oauth-authorization-server', ISSUER_URL],
    ['/.well-known/openid-configuration', ISSUER_URL],
    [`/.well-known/oauth-authorization-server${NAME}`, `${ISSUER_URL}${NAME}`],
    [`/.well-known/openid-configuration${NAME}`, `${ISSUER_URL}${NAME}`],
    [`${NAME}/.well-known/openid-configuration`, `${ISSUER_URL}${NAME}`],
  ] as const)
    it(`is at ${path}, with the issuer that the client has asked`, async () => {
      const at = await anIssuerPort();

      const { status, body } = jsonOf(await at.send('GET', path));

      assert.equal(status, 200);
      assert.partialDeepStrictEqual(body, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${issuer}/register`,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: true,
      });
      const keys = jsonOf(await at.send('GET', new URL(String(body['jwks_uri'])).pathname));
      assert.deepEqual(keys.body, JSON.parse(JSON.stringify(at.issuer.keySet())));
    });

  for (const [method, path] of [
    ['GET', '/'],
    ['POST', '/.well-known/openid-configuration'],
    ['GET', '/token'],
    ['GET', `/.well-known/oauth-authorization-server/other`],
    ['GET', '/other/authorize'],
    ['DELETE', '/register'],
  ] as const)
    it(`leaves ${method} ${path} to other services on the port`, async () => {
      assert.equal(await (await anIssuerPort()).send(method, path), undefined);
    });
});

describe('a call to an AWS service', () => {
  for (const { name, method, path, host, headers } of [
    {
      name: 'an object of S3',
      method: 'GET',
      path: '/authorize',
      host: 'files.s3.eu-west-1.amazonaws.com',
      headers: {},
    },
    {
      name: 'an object of S3 in China',
      method: 'GET',
      path: '/authorize',
      host: 'files.s3.cn-north-1.amazonaws.com.cn',
      headers: {},
    },
    {
      name: 'a function URL',
      method: 'POST',
      path: '/token',
      host: 'abc.lambda-url.eu-west-1.on.aws',
      headers: {},
    },
    {
      name: 'a bucket of S3',
      method: 'GET',
      path: '/authorize',
      host: ISSUER_HOST,
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a' },
    },
  ])
    it(`is left to the service: ${name}`, async () => {
      const { port } = await anIssuerPort();
      const rawHeaders = Object.entries(headers).flat();

      assert.equal(
        await port.serve({ method, path, host, rawHeaders, query: '', body: Buffer.alloc(0) }),
        undefined,
      );
      assert.equal(port.admits({ method, path, host, rawHeaders }), false);
    });
});

describe('a registration', () => {
  it('gives a public client an id (RFC 7591 §3.2.1)', async () => {
    const at = await anIssuerPort();

    const { status, body } = await at.register({ application_type: 'native' });

    assert.equal(status, 201);
    const { client_id: id, client_id_issued_at: issuedAt, ...rest } = body;
    assert.deepEqual([typeof id, issuedAt], ['string', Math.floor(at.clock.nowEpochMs() / 1000)]);
    assert.deepEqual(rest, {
      client_name: 'Probe',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
  });

  // RFC 7591 §3.2.1: the issuer may replace values, and the client reads them from the response.
  for (const method of ['client_secret_basic', 'client_secret_post', undefined])
    it(`gives no secret to a client that asks for ${method ?? 'no method'}`, async () => {
      const { body } = await (await anIssuerPort()).register({ token_endpoint_auth_method: method });

      assert.deepEqual([body['token_endpoint_auth_method'], 'client_secret' in body], ['none', false]);
    });

  for (const { name, metadata, error } of [
    {
      name: 'http on the network',
      metadata: { redirect_uris: ['http://app.example/cb'] },
      error: 'invalid_redirect_uri',
    },
    {
      name: 'the scheme of an app',
      metadata: { redirect_uris: ['app.example:/cb'] },
      error: 'invalid_redirect_uri',
    },
    {
      name: 'the scheme javascript',
      metadata: { redirect_uris: ['javascript:alert(1)'] },
      error: 'invalid_redirect_uri',
    },
    {
      name: 'a fragment',
      metadata: { redirect_uris: ['https://app.example/cb#a'] },
      error: 'invalid_redirect_uri',
    },
    {
      name: 'a user name',
      metadata: { redirect_uris: ['https://a:b@app.example/cb'] },
      error: 'invalid_redirect_uri',
    },
    {
      name: 'a good and a bad address',
      metadata: { redirect_uris: [REDIRECT, 'http://app.example/cb'] },
      error: 'invalid_redirect_uri',
    },
    { name: 'no addresses', metadata: { redirect_uris: [] }, error: 'invalid_redirect_uri' },
    {
      name: 'too many addresses',
      metadata: { redirect_uris: Array.from({ length: 21 }, () => REDIRECT) },
      error: 'invalid_redirect_uri',
    },
    {
      name: 'an address of this machine for a web client',
      metadata: { application_type: 'web' },
      error: 'invalid_redirect_uri',
    },
    {
      name: 'another type of application',
      metadata: { application_type: 'desktop' },
      error: 'invalid_client_metadata',
    },
    {
      name: 'a key instead of a secret',
      metadata: { token_endpoint_auth_method: 'private_key_jwt' },
      error: 'invalid_client_metadata',
    },
    { name: 'another grant only', metadata: { grant_types: ['implicit'] }, error: 'invalid_client_metadata' },
    {
      name: 'another response only',
      metadata: { response_types: ['token'] },
      error: 'invalid_client_metadata',
    },
    { name: 'a name that is not a string', metadata: { client_name: 7 }, error: 'invalid_client_metadata' },
  ])
    it(`with ${name} is refused with ${error}`, async () => {
      const { status, body } = await (await anIssuerPort()).register(metadata);

      assert.deepEqual([status, body['error']], [400, error]);
    });

  it('that is not a JSON object is refused', async () => {
    const at = await anIssuerPort();

    for (const body of ['', '[]', 'null', '{"redirect_uris":'])
      assert.equal(
        jsonOf(await at.send('POST', '/register', { body })).body['error'],
        'invalid_client_metadata',
      );
  });

  it('is dropped when 200 newer ones have followed', async () => {
    const at = await anIssuerPort();
    const first = await aClient(at);
    const second = await aClient(at);

    for (let count = 0; count < 199; count += 1) await aClient(at);

    assert.match(String((await at.authorize({ client_id: first }))?.body), /does not know the client/);
    assert.equal((await at.authorize({ client_id: second }))?.status, 200);
  });
});

describe('the guard of the local issuer', () => {
  const rows: [
    name: string,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    admitted: boolean,
  ][] = [
    [
      'metadata for a page of this machine',
      'GET',
      '/.well-known/oauth-authorization-server',
      { origin: PAGE },
      true,
    ],
    [
      'metadata for a page out there',
      'GET',
      '/.well-known/oauth-authorization-server',
      { origin: 'https://evil.example' },
      false,
    ],
    ['a registration by a page of this machine', 'POST', '/register', { origin: PAGE }, true],
    ['a registration by a page out there', 'POST', '/register', { origin: 'https://evil.example' }, false],
    ['a registration by a form without origin', 'POST', '/register', {}, false],
    ['a token for a page of this machine', 'POST', '/token', { origin: PAGE }, true],
    ['a token for a page out there', 'POST', '/token', { origin: 'https://evil.example' }, false],
    ['a token for a page that hides its origin', 'POST', '/token', { origin: 'null' }, false],
    ['a link to the sign-in', 'GET', '/authorize', { 'sec-fetch-site': 'cross-site' }, true],
    ['the form of another page', 'POST', '/authorize', { origin: PAGE }, false],
    ['a request for another part of the port', 'GET', '/_gatewright/status', { origin: PAGE }, false],
  ];
  for (const [name, method, path, headers, admitted] of rows)
    it(`${admitted ? 'admits' : 'does not admit'} ${name}`, async () => {
      const { port } = await anIssuerPort();

      assert.equal(
        port.admits({ method, path, host: ISSUER_HOST, rawHeaders: Object.entries(headers).flat() }),
        admitted,
      );
    });

  it('admits the pages of a client by the origin of its redirect addresses', async () => {
    const at = await anIssuerPort();
    const head = {
      method: 'POST',
      path: '/token',
      host: ISSUER_HOST,
      rawHeaders: ['Origin', 'https://app.example'],
    };

    assert.equal(at.port.admits(head), false);
    await at.register({ redirect_uris: ['https://app.example/cb'] });
    assert.equal(at.port.admits(head), true);
  });

  it('answers a preflight with the headers that MCP clients send', async () => {
    const at = await anIssuerPort();

    const reply = await at.send('OPTIONS', '/.well-known/oauth-authorization-server', {
      headers: { origin: PAGE },
    });

    assert.equal(reply?.status, 204);
    assert.equal(header(reply, 'access-control-allow-origin'), PAGE);
    assert.match(header(reply, 'access-control-allow-headers'), /mcp-protocol-version/);
  });

  it('lets pages read errors, too', async () => {
    const at = await anIssuerPort();

    const reply = await at.send('POST', '/token', { headers: { origin: PAGE } });

    assert.deepEqual([reply?.status, reply && header(reply, 'access-control-allow-origin')], [400, PAGE]);
  });
});
