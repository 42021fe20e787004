import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { aKeySet, aLoopbackServer, aRsaKey, signToken, someClaims } from '../support/signed-tokens.ts';

const key = aRsaKey();
const PREFIX = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3';
const tokenOf = (roles: readonly string[]) =>
  signToken(key, someClaims({ iss: 'https://local.gatewright.invalid/', aud: 'gatewright', roles }));

type Event = Readonly<Record<string, unknown>>;
const EVENTS: Readonly<Record<string, (token: string) => Event>> = {
  rest: (token) => ({
    type: 'REQUEST',
    methodArn: `${PREFIX}/dev/GET/users`,
    headers: { Authorization: `Bearer ${token}` },
    requestContext: {},
  }),
  'http-1.0': (token) => ({
    type: 'REQUEST',
    version: '1.0',
    methodArn: `${PREFIX}/$default/GET/users`,
    headers: { Authorization: `Bearer ${token}` },
    requestContext: {},
  }),
  'http-2.0': (token) => ({
    type: 'REQUEST',
    version: '2.0',
    routeArn: `${PREFIX}/$default/GET/users`,
    headers: { authorization: `Bearer ${token}` },
    requestContext: {},
  }),
  websocket: (token) => ({
    type: 'REQUEST',
    methodArn: `${PREFIX}/dev/$connect`,
    headers: { 'Sec-WebSocket-Protocol': `bearer, ${token}` },
    requestContext: { eventType: 'CONNECT' },
  }),
};

async function run(format: 'policy' | 'simple', ...events: readonly Event[]) {
  await using issuer = await aLoopbackServer((_request, response) => response.end(aKeySet(key)));
  const environment = {
    GATEWRIGHT_ISSUER_URL: issuer.url,
    GATEWRIGHT_ALLOWED_ROLES: 'admin',
    GATEWRIGHT_HTTP_RESPONSE: format,
  };
  return await runInstance('request-authorizer', environment, ...events);
}

describe('request-authorizer', () => {
  for (const [kind, anEvent] of Object.entries(EVENTS)) {
    it(`allows and denies by policy on a ${kind} API`, async () => {
      const [allowed, denied] = await run('policy', anEvent(tokenOf(['admin'])), anEvent(tokenOf(['guest'])));

      assert.match(JSON.stringify(resultOf(allowed)), /"Effect":"Allow"/);
      assert.match(JSON.stringify(resultOf(denied)), /"Effect":"Deny"/);
    });

    it(`refuses a bad token on a ${kind} API`, async () => {
      const [ran] = await run('policy', anEvent('bad'));

      if (kind === 'http-2.0') assert.match(JSON.stringify(resultOf(ran)), /"Effect":"Deny"/);
      else assert.equal(errorOf(ran), 'Unauthorized');
    });
  }

  it('answers simply where it is set to', async () => {
    const { 'http-2.0': anEvent } = EVENTS;
    const [allowed, denied, unknown] = await run(
      'simple',
      ...[tokenOf(['admin']), tokenOf(['guest']), 'bad'].map((token) => anEvent?.(token) ?? {}),
    );

    assert.equal((resultOf(allowed) as { isAuthorized: unknown }).isAuthorized, true);
    assert.equal((resultOf(denied) as { isAuthorized: unknown }).isAuthorized, false);
    assert.deepEqual(resultOf(unknown), { isAuthorized: false, context: {} });
  });

  it('answers 401 to a WebSocket without any token', async () => {
    const event = { ...EVENTS['websocket']?.(''), headers: {} };

    const [ran] = await run('policy', event);

    assert.equal(errorOf(ran), 'Unauthorized');
  });
});
