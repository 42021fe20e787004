import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDocumentAddress } from '../../../../../../packages/gateway/cognito/authorization/clients/issuer-clients.ts';
import { anIssuerPort, answerOf, REDEMPTION, REDIRECT } from '../../../../../support/an-issuer-port.ts';

const CLIENT = 'https://app.example/oauth/client.json';
const DOCUMENT = { client_id: CLIENT, client_name: 'An app', redirect_uris: [REDIRECT] };

function anIssuerWith(document: object | string, cacheControl?: string) {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return anIssuerPort({
    signInAs: { sub: 'alice', roles: [] },
    documents: { [CLIENT]: { text, cacheControl } },
  });
}

describe('a client with a metadata document', () => {
  it('signs in without a registration', async () => {
    const at = await anIssuerWith(DOCUMENT);

    const code = answerOf(await at.authorize({ client_id: CLIENT })).get('code') ?? '';
    const { status, body } = await at.token({ ...REDEMPTION, client_id: CLIENT, code });

    assert.equal(status, 200);
    assert.equal(typeof body['access_token'], 'string');
  });

  it('is shown with the name in its document, with a warning if it could be any program on this machine', async () => {
    const at = await anIssuerPort({
      documents: { [CLIENT]: { text: JSON.stringify(DOCUMENT), cacheControl: undefined } },
    });

    const page = String((await at.authorize({ client_id: CLIENT }))?.body);

    for (const text of [
      'An app asks',
      CLIENT,
      'Any program on this machine can receive the result of this sign-in',
    ])
      assert.ok(page.includes(text), text);
  });

  // MCP specification, client registration; draft-ietf-oauth-client-id-metadata-document §4
  for (const { name, document, text } of [
    { name: 'no JSON', document: 'client_id', text: /is not a JSON object/ },
    {
      name: 'the id of another client',
      document: { ...DOCUMENT, client_id: `${CLIENT}?` },
      text: /not the address of the document/,
    },
    {
      name: 'no id',
      document: { ...DOCUMENT, client_id: undefined },
      text: /not the address of the document/,
    },
    { name: 'no name', document: { ...DOCUMENT, client_name: undefined }, text: /no client_name/ },
    {
      name: 'no redirect addresses',
      document: { ...DOCUMENT, redirect_uris: undefined },
      text: /redirect_uris is .*; it must be/,
    },
    {
      name: 'http on the network',
      document: { ...DOCUMENT, redirect_uris: ['http://app.example/cb'] },
      text: /is not supported/,
    },
    { name: 'a shared secret', document: { ...DOCUMENT, client_secret: 'x' }, text: /and a client_secret/ },
    {
      name: 'the method of a shared secret',
      document: { ...DOCUMENT, token_endpoint_auth_method: 'client_secret_post' },
      text: /supports only none/,
    },
    {
      name: 'a proof that is not checked here',
      document: { ...DOCUMENT, token_endpoint_auth_method: 'private_key_jwt' },
      text: /supports only none/,
    },
    {
      name: 'only another redirect address',
      document: { ...DOCUMENT, redirect_uris: ['https://app.example/cb'] },
      text: /only these addresses in its metadata document/,
    },
  ])
    it(`is refused on a page if its document has ${name}`, async () => {
      const at = await anIssuerWith(document);

      const reply = await at.authorize({ client_id: CLIENT });

      assert.equal(reply?.status, 400);
      assert.match(String(reply.body), text);
    });

  it('is read again after its age, which is at most five minutes', async () => {
    for (const { cacheControl, ageSeconds } of [
      { cacheControl: undefined, ageSeconds: 60 },
      { cacheControl: 'public, max-age=120', ageSeconds: 120 },
      { cacheControl: 'max-age=31536000', ageSeconds: 300 },
      { cacheControl: 'no-store', ageSeconds: 0 },
      { cacheControl: 'private, no-cache', ageSeconds: 0 },
    ]) {
      const at = await anIssuerWith(DOCUMENT, cacheControl);
      const open = (): Promise<unknown> => at.authorize({ client_id: CLIENT });

      await open();
      if (ageSeconds > 0) {
        at.clock.advance(ageSeconds * 1000 - 1);
        await open();
        assert.equal(at.fetched.length, 1, cacheControl);
        at.clock.advance(1);
      }
      await open();

      assert.equal(at.fetched.length, 2, cacheControl);
    }
  });

  it('is read once for requests at the same time, and again after a fault', async () => {
    const at = await anIssuerPort();
    const open = (): Promise<unknown> => at.authorize({ client_id: CLIENT });

    await Promise.all([open(), open()]);
    await open();

    assert.equal(at.fetched.length, 2);
  });
});

describe('isDocumentAddress', () => {
  // draft-ietf-oauth-client-id-metadata-document §3
  for (const [id, is] of [
    [CLIENT, true],
    ['https://app.example:8443/client', true],
    ['https://app.example/client?v=1', true],
    ['http://app.example/client', false],
    ['https://app.example', false],
    ['https://app.example/', false],
    ['https://app.example/a/../client', false],
    ['https://app.example/./client', false],
    ['https://app.example/client#a', false],
    ['https://ada@app.example/client', false],
    ['https://:secret@app.example/client', false],
    ['HTTPS://APP.EXAMPLE/client', false],
    ['https://app.example/a b', false],
    [`https://app.example/${'x'.repeat(2_048)}`, false],
    ['local-1', false],
  ] as const)
    it(`is ${is} for ${id.slice(0, 60)}`, () => {
      assert.equal(isDocumentAddress(id), is);
    });
});
