import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuMs } from '../../support/cpu-time.ts';
import { printApiKey } from '#shared/access/keys/api-key.ts';
import { printTicket } from '#shared/access/tickets/ticket.ts';
import { redact } from '#shared/observability/redact.ts';
import { SIGNATURE_HEADERS } from '#shared/webhooks/signature-headers.ts';

/** docs/design/authorizers §6, and what else carries a secret. */
const KEYS = [
  'authorization',
  'authorizationToken',
  'Proxy-Authorization',
  'cookie',
  'cookies',
  'Set-Cookie',
  'x-api-key',
  'Sec-WebSocket-Protocol',
  'identitySource',
  'token',
  'access_token',
  'id_token',
  'refresh_token',
  'client_secret',
  'signature',
  'Stripe-Signature',
  'X-Hub-Signature-256',
  'X-Slack-Signature',
  'clientCertPem',
  'usageIdentifierKey',
  'rawJwt',
  'apiKey',
  'DPoP',
  'password',
  'queryStringParameters',
  'multiValueQueryStringParameters',
  'rawQueryString',
  'body',
  'ticket',
  'accessToken',
  'refreshToken',
  'AUTHORIZATION',
  'x_api_key',
  'X-Hub-Signature',
  ...Object.values(SIGNATURE_HEADERS),
];

describe('redact', () => {
  for (const key of KEYS)
    it(`hides ${key}, with any value`, () => {
      for (const value of ['canary', ['canary'], { inner: 'canary' }, 7])
        assert.equal(
          JSON.stringify({ outer: { [key]: value } }, redact),
          `{"outer":{"${key}":"[redacted]"}}`,
        );
    });

  it('hides what an authorizer said about the caller', () => {
    const requestContext = { authorizer: { lambda: { sub: 'canary' } }, stage: 'dev' };
    assert.equal(
      JSON.stringify({ requestContext }, redact),
      '{"requestContext":{"authorizer":"[redacted]","stage":"dev"}}',
    );
  });

  for (const key of ['path', 'rawPath', 'Referer', 'referrer', 'location', 'url', 'uri', 'origin'])
    it(`keeps the path of ${key} and drops its query`, () => {
      assert.equal(redact(key, '/x?token=canary'), '/x?[redacted]');
      assert.equal(redact(key, '/x#access_token=canary\n&more=canary'), '/x?[redacted]');
      assert.equal(redact(key, '/orders/1'), '/orders/1');
    });

  it('finds credentials in places that no list names', () => {
    for (const text of ['got eyJhbGciOi.eyJzdWIi.c2ln!', 'Bearer abc.def', 'header was: basic dXNlcjpwdw=='])
      assert.match(String(redact('message', text)), /\[redacted\]/);
    for (const text of [
      'got eyJhbGciOi.eyJzdWIi.c2ln!',
      'token-eyJhbGciOi.eyJzdWIi.c2ln',
      'v1.eyJh.eyJz.c2ln',
    ])
      assert.doesNotMatch(String(redact('message', text)), /eyJ|c2ln/);
  });

  // An apiKey issuer's header may have any name, and a ticket may be anywhere in a request.
  const OWN_CREDENTIALS = [
    printApiKey({ prefix: 'shop_live', keyId: 'AbCd0123AbCd0123' }, 'c0ffee'.repeat(11)),
    printApiKey({ prefix: 'shop', keyId: 'AbCd0123AbCd0123' }, 'c0ffee'.repeat(11)),
    printTicket('c0ffee42'.repeat(8)),
  ];
  for (const credential of OWN_CREDENTIALS)
    it(`finds ${credential.slice(0, 5)}…, the toolkit's own, under a name that no list has`, () => {
      const secret = credential.slice(-30);
      assert.ok(!JSON.stringify({ 'x-partner': credential }, redact).includes(secret));
      assert.ok(!JSON.stringify({ message: `got ${credential}, sorry` }, redact).includes(secret));
    });

  it('finds an invitation to the portal under any name', () => {
    assert.equal(redact('message', `no gwinv_${'0a'.repeat(32)}!`), 'no [redacted]!');
  });

  it('finds a secret of webhooks under any name', () => {
    const secret = `whsec_${Buffer.alloc(32, 251).toString('base64')}`;
    assert.equal(redact('message', `no ${secret}!`), 'no [redacted]!');
    assert.equal(redact('secret', secret), '[redacted]');
  });

  it('does not change the rest', () => {
    for (const value of ['GET', 'keyJar.of.names', 7, true, ['a'], { b: 1 }])
      assert.deepEqual(redact('httpMethod', value), value);
    assert.equal(redact('token', null), null);
    assert.equal(redact('token', undefined), undefined);
  });

  it('takes long texts in time that grows no faster than they do', () => {
    // Each begins a credential again and never ends one: 11 s where every beginning is read to the end.
    for (const part of [
      'eyJ',
      '-eyJ',
      '.eyJ',
      'bearer ',
      'bearer -',
      'shop_live_',
      '_abcd0123abcd0123',
      'wst_',
      'gwinv_',
      'whsec_',
    ]) {
      const text = part.repeat(200_000 / part.length);
      const ms = cpuMs(() => assert.equal(typeof redact('message', text), 'string'));
      assert.ok(ms < 2000, `${part}: ${ms} ms`);
    }
  });
});
