import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redact } from '#shared/observability/redact.ts';

/** authorizers.md §6, and what else carries a secret. */
const KEYS = [
  ...['authorization', 'authorizationToken', 'Proxy-Authorization', 'cookie', 'cookies', 'Set-Cookie'],
  ...['x-api-key', 'Sec-WebSocket-Protocol', 'identitySource', 'token', 'access_token', 'id_token'],
  ...['refresh_token', 'client_secret', 'signature', 'Stripe-Signature', 'X-Hub-Signature-256'],
  ...['X-Slack-Signature', 'clientCertPem', 'usageIdentifierKey', 'rawJwt', 'apiKey', 'DPoP', 'password'],
  ...['queryStringParameters', 'multiValueQueryStringParameters', 'rawQueryString', 'body', 'ticket'],
  ...['accessToken', 'refreshToken', 'AUTHORIZATION', 'x_api_key'],
];

describe('redact', () => {
  for (const key of KEYS)
    it(`hides ${key}, whatever it holds`, () => {
      for (const value of ['canary', ['canary'], { inner: 'canary' }, 7])
        assert.equal(
          JSON.stringify({ outer: { [key]: value } }, redact),
          `{"outer":{"${key}":"[redacted]"}}`,
        );
    });

  it('hides what an authorizer said of the caller', () => {
    const requestContext = { authorizer: { lambda: { sub: 'canary' } }, stage: 'dev' };
    assert.equal(
      JSON.stringify({ requestContext }, redact),
      '{"requestContext":{"authorizer":"[redacted]","stage":"dev"}}',
    );
  });

  for (const key of ['path', 'rawPath', 'Referer', 'location', 'url'])
    it(`keeps the path of ${key} and drops its query`, () => {
      assert.equal(redact(key, '/x?token=canary'), '/x?[redacted]');
      assert.equal(redact(key, '/x#access_token=canary\n&more=canary'), '/x?[redacted]');
      assert.equal(redact(key, '/orders/1'), '/orders/1');
    });

  it('finds credentials in places that no list names', () => {
    for (const text of ['got eyJhbGciOi.eyJzdWIi.c2ln!', 'Bearer abc.def', 'header was: basic dXNlcjpwdw=='])
      assert.match(String(redact('message', text)), /\[redacted\]/);
    assert.doesNotMatch(String(redact('message', 'got eyJhbGciOi.eyJzdWIi.c2ln!')), /eyJ|c2ln/);
  });

  it('leaves the rest as it is', () => {
    for (const value of ['GET', 7, true, ['a'], { b: 1 }])
      assert.deepEqual(redact('httpMethod', value), value);
    assert.equal(redact('token', null), null);
    assert.equal(redact('token', undefined), undefined);
  });

  it('takes long texts in time that grows no faster than they do', () => {
    const text = `${'eyJ'.repeat(50_000)}${'bearer '.repeat(50_000)}`;
    assert.equal(typeof redact('message', text), 'string');
  });
});
