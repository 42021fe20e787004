/** Sign-ins at an authorization server of this test, without sockets except for the page of the browser. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { McpClientError } from '../../../../../packages/gatewright/mcp-client/errors.ts';
import { withSignIn } from '../../../../../packages/gatewright/mcp-client/sign-in/sign-in.ts';
import type { SignInOptions } from '../../../../../packages/gatewright/mcp-client/sign-in/sign-in.ts';

const SERVER = 'http://127.0.0.1:9/v1/mcp';
const ISSUER = 'http://localhost:8';
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  registration_endpoint: `${ISSUER}/register`,
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
};
const RESOURCE = { resource: SERVER, authorization_servers: [ISSUER], scopes_supported: ['read'] };

type Asked = { readonly method: string; readonly url: URL; readonly headers: Headers; readonly body: string };
type Answers = Readonly<Record<string, (asked: Asked) => Response>>;

const json = (body: object, status = 200) => Response.json(body, { status });
const gone = () => new Response(null, { status: 404 });

/** An authorization server that answers without a page, and gives a token with the scopes that were asked for. */
function anAuthorizationServer(): { readonly answers: Answers; readonly tokens: string[] } {
  let asked = new URLSearchParams();
  const tokens: string[] = [];
  return {
    tokens,
    answers: {
      'GET /.well-known/oauth-protected-resource/v1/mcp': () => json(RESOURCE),
      'GET /.well-known/oauth-authorization-server': () => json(METADATA),
      'POST /register': () => json({ client_id: 'c1', token_endpoint_auth_method: 'none' }, 201),
      'GET /authorize': ({ url }) => {
        asked = url.searchParams;
        const answer = new URLSearchParams({ code: 'k', state: asked.get('state') ?? '', iss: ISSUER });
        const location = `${asked.get('redirect_uri') ?? ''}?${answer.toString()}`;
        return new Response(null, { status: 302, headers: { location } });
      },
      'POST /token': ({ body }) => {
        const form = new URLSearchParams(body);
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        const isRight =
          challenge === asked.get('code_challenge') &&
          form.get('resource') === asked.get('resource') &&
          form.get('redirect_uri') === asked.get('redirect_uri') &&
          form.get('code') === 'k';
        tokens.push(
          `${asked.get('client_id') ?? ''}|${form.get('resource') ?? ''}|${asked.get('scope') ?? ''}`,
        );
        return isRight
          ? json({ access_token: `t ${asked.get('scope') ?? ''}`, token_type: 'Bearer' })
          : json({ error: 'invalid_grant' }, 400);
      },
    },
  };
}

type Options = Partial<Omit<SignInOptions, 'fetch' | 'server'>> & {
  readonly server?: (headers: Headers) => Response;
};

/** Sends one request, and returns the status with all that was asked of the authorization server. */
async function send(
  answers: Answers,
  {
    server = (headers) => new Response('', { status: headers.has('authorization') ? 200 : 401 }),
    ...options
  }: Options = {},
): Promise<{ readonly status: number; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const signed = withSignIn(async ({ headers }) => server(new Headers(headers)), {
    server: SERVER,
    openPage: () => assert.fail('a page was opened'),
    waitMs: 1_000,
    ...options,
    fetch: async (address, { method = 'GET', headers = {}, body = '' } = {}) => {
      const url = new URL(address);
      asked.push(`${method} ${url.pathname}`);
      return (answers[`${method} ${url.pathname}`] ?? gone)({
        method,
        url,
        headers: new Headers(headers),
        body,
      });
    },
  });
  const { status } = await signed({ method: 'POST', headers: {}, body: '{}' });
  return { status, asked };
}

describe('withSignIn', () => {
  it('signs in when the server asks for a token: metadata, registration, proof key, resource', async () => {
    const { answers, tokens } = anAuthorizationServer();
    const { status, asked } = await send(answers);
    assert.equal(status, 200);
    assert.deepEqual(asked, Object.keys(answers));
    assert.deepEqual(tokens, [`c1|${SERVER}|read`]);
  });

  it('asks for the scopes of the challenge, at the metadata that it names', async () => {
    const { answers, tokens } = anAuthorizationServer();
    const challenge = 'Bearer scope="write", resource_metadata="http://127.0.0.1:9/meta"';
    await send(
      { ...answers, 'GET /meta': () => json(RESOURCE) },
      {
        server: (headers) =>
          headers.has('authorization')
            ? new Response('ok')
            : new Response('', { status: 401, headers: { 'www-authenticate': challenge } }),
      },
    );
    assert.deepEqual(tokens, [`c1|${SERVER}|write`]);
  });

  it('steps up by the missing scope, keeps those it had, and gives up at the second refusal', async () => {
    const { answers, tokens } = anAuthorizationServer();
    const { status } = await send(answers, {
      server: (headers) =>
        headers.has('authorization')
          ? new Response('', {
              status: 403,
              headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' },
            })
          : new Response('', { status: 401 }),
    });
    assert.equal(status, 403);
    assert.deepEqual(
      tokens.map((token) => token.split('|')[2]),
      ['read', 'read write'],
    );
  });

  it('does not change a refusal without a missing scope', async () => {
    const { answers, tokens } = anAuthorizationServer();
    const { status } = await send(answers, { server: () => new Response('', { status: 403 }) });
    assert.deepEqual([status, tokens], [403, []]);
  });

  it("finds metadata at the root, and an OpenID provider's metadata", async () => {
    const { answers } = anAuthorizationServer();
    const { asked, status } = await send({
      ...answers,
      'GET /.well-known/oauth-protected-resource/v1/mcp': gone,
      'GET /.well-known/oauth-protected-resource': () =>
        json({ ...RESOURCE, resource: 'http://127.0.0.1:9' }),
      'GET /.well-known/oauth-authorization-server': gone,
      'GET /.well-known/openid-configuration': () => json(METADATA),
    });
    assert.equal(status, 200);
    assert.deepEqual(asked.slice(0, 4), [
      'GET /.well-known/oauth-protected-resource/v1/mcp',
      'GET /.well-known/oauth-protected-resource',
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/openid-configuration',
    ]);
  });

  it('shows the page if one is needed, and accepts only the answer with its own state', async () => {
    const { answers } = anAuthorizationServer();
    const opened = Promise.withResolvers<URL>();
    const sent = send(
      {
        ...answers,
        'GET /authorize': ({ url }) => {
          answers['GET /authorize']?.({ method: 'GET', url, headers: new Headers(), body: '' });
          return new Response('<form>');
        },
      },
      { openPage: (url) => opened.resolve(new URL(url)) },
    );
    const query = (await opened.promise).searchParams;
    const back = (state: string): Promise<Response> =>
      fetch(
        `${query.get('redirect_uri') ?? ''}?${new URLSearchParams({ code: 'k', iss: ISSUER, state }).toString()}`,
      );
    assert.equal((await back('forged')).status, 404);
    assert.equal((await back(query.get('state') ?? '')).status, 200);
    assert.equal((await sent).status, 200);
  });

  it('stops waiting for a page', async () => {
    const { answers } = anAuthorizationServer();
    const sent = send(
      { ...answers, 'GET /authorize': () => new Response('<form>') },
      { openPage: () => undefined, waitMs: 1 },
    );
    await assert.rejects(sent, /the sign-in was not finished/);
  });

  const secrets = [
    {
      method: 'client_secret_basic',
      header: `Basic ${Buffer.from('c%3A1:s').toString('base64')}`,
      inForm: null,
    },
    { method: 'client_secret_post', header: null, inForm: 's' },
  ];
  for (const { method, header, inForm } of secrets)
    it(`authenticates a known client with ${method}, and registers none`, async () => {
      const { answers } = anAuthorizationServer();
      let proof: readonly unknown[] = [];
      const { asked } = await send(
        {
          ...answers,
          'GET /.well-known/oauth-authorization-server': () =>
            json({ ...METADATA, token_endpoint_auth_methods_supported: [method] }),
          'POST /token': (one) => {
            proof = [one.headers.get('authorization'), new URLSearchParams(one.body).get('client_secret')];
            return answers['POST /token']?.(one) ?? gone();
          },
        },
        { client: { id: 'c:1', secret: 's' } },
      );
      assert.deepEqual(proof, [header, inForm]);
      assert.equal(asked.includes('POST /register'), false);
    });

  const answer =
    (change: Readonly<Record<string, string | null>>) =>
    ({ url }: Asked) => {
      const query = new URLSearchParams({
        code: 'k',
        state: url.searchParams.get('state') ?? '',
        iss: ISSUER,
      });
      for (const [name, value] of Object.entries(change))
        if (value === null) query.delete(name);
        else query.set(name, value);
      const location = `${url.searchParams.get('redirect_uri') ?? ''}?${query.toString()}`;
      return new Response(null, { status: 302, headers: { location } });
    };
  const metadata = (change: object) => () => json({ ...METADATA, ...change });
  const refused: readonly { name: string; change: Answers; message: RegExp }[] = [
    {
      name: 'metadata for another resource',
      change: {
        'GET /.well-known/oauth-protected-resource/v1/mcp': () =>
          json({ ...RESOURCE, resource: 'https://evil.example/mcp' }),
      },
      message: /is for the resource "https:\/\/evil/,
    },
    {
      name: 'metadata for a sibling whose path only begins alike',
      change: {
        'GET /.well-known/oauth-protected-resource/v1/mcp': () =>
          json({ ...RESOURCE, resource: 'http://127.0.0.1:9/v1/mc' }),
      },
      message: /is for the resource/,
    },
    {
      name: 'metadata without an authorization server',
      change: { 'GET /.well-known/oauth-protected-resource/v1/mcp': () => json({ resource: SERVER }) },
      message: /does not name an authorization server/,
    },
    {
      name: 'an authorization server without metadata',
      change: { 'GET /.well-known/oauth-authorization-server': gone },
      message: /has no metadata document/,
    },
    {
      name: 'metadata of another issuer',
      change: { 'GET /.well-known/oauth-authorization-server': metadata({ issuer: `${ISSUER}/` }) },
      message: /names the issuer/,
    },
    {
      name: 'an authorization server without proof keys',
      change: {
        'GET /.well-known/oauth-authorization-server': metadata({
          code_challenge_methods_supported: ['plain'],
        }),
      },
      message: /does not support PKCE/,
    },
    {
      name: 'a token endpoint without TLS on another machine',
      change: {
        'GET /.well-known/oauth-authorization-server': metadata({
          token_endpoint: 'http://evil.example/token',
        }),
      },
      message: /token_endpoint is "http:\/\/evil.example\/token"; it must be an https address/,
    },
    {
      name: 'an answer of another issuer',
      change: { 'GET /authorize': answer({ iss: 'https://evil' }) },
      message: /from the issuer "https:\/\/evil"/,
    },
    {
      name: 'an issuer with another slash',
      change: { 'GET /authorize': answer({ iss: `${ISSUER}/` }) },
      message: /from the issuer/,
    },
    {
      name: 'an answer without the announced issuer',
      change: { 'GET /authorize': answer({ iss: null }) },
      message: /does not name its issuer/,
    },
    {
      name: 'an answer with another state',
      change: { 'GET /authorize': answer({ state: 'x' }) },
      message: /does not have the state of the request/,
    },
    {
      name: 'a refusal',
      change: { 'GET /authorize': answer({ code: null, error: 'access_denied', error_description: 'No.' }) },
      message: /the sign-in was refused: No\./,
    },
    {
      name: 'an answer without a code',
      change: { 'GET /authorize': answer({ code: null }) },
      message: /has no code/,
    },
    {
      name: 'a refused registration',
      change: { 'POST /register': () => json({ error: 'invalid_redirect_uri' }, 400) },
      message: /refused to register the client: invalid_redirect_uri/,
    },
    {
      name: 'a server that registers nobody',
      change: {
        'GET /.well-known/oauth-authorization-server': metadata({ registration_endpoint: undefined }),
      },
      message: /does not register clients; pass --client-id/,
    },
    {
      name: 'a refused code',
      change: { 'POST /token': () => json({ error: 'invalid_grant', error_description: 'Used.' }, 400) },
      message: /issued no token: Used\./,
    },
  ];
  for (const { name, change, message } of refused)
    it(`ends with a sentence for ${name}`, async () => {
      const { answers } = anAuthorizationServer();
      await assert.rejects(send({ ...answers, ...change }), (thrown) => {
        assert.ok(thrown instanceof McpClientError, String(thrown));
        assert.match(thrown.message, message);
        return true;
      });
    });

  it('says what to do if the server publishes nothing', async () => {
    await assert.rejects(send({}), /publishes no metadata .*; pass --as .* or --token/);
  });
});
