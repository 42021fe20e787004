import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { apiIdOf } from '../support/deployed-documents.ts';
import { aKeySet, aLoopbackServer, aRsaKey, signToken, someClaims } from '../support/signed-tokens.ts';

const key = aRsaKey();
const ACCOUNT = 'arn:aws:execute-api:us-east-1:123456789012';
/** The deployed documents; their answers are tested in authorizers-on-the-gateway.test.ts. */
const HTTP_API = apiIdOf('food-delivery-http');
const WEBSOCKET_API = apiIdOf('food-delivery-tracking');
const tokenOf = (roles: readonly string[]) =>
  signToken(key, someClaims({ iss: 'https://local.gatewright.invalid/', aud: 'gatewright', roles }));

type Event = Readonly<Record<string, unknown>>;
const EVENTS: Readonly<Record<string, (token: string) => Event>> = {
  'http-1.0': (token) => ({
    type: 'REQUEST',
    version: '1.0',
    methodArn: `${ACCOUNT}:${HTTP_API}/$default/GET/orders/1`,
    headers: { Authorization: `Bearer ${token}` },
    requestContext: {},
  }),
  'http-2.0': (token) => ({
    type: 'REQUEST',
    version: '2.0',
    routeArn: `${ACCOUNT}:${HTTP_API}/$default/GET/orders/1`,
    headers: { authorization: `Bearer ${token}` },
    requestContext: {},
  }),
  websocket: (token) => ({
    type: 'REQUEST',
    methodArn: `${ACCOUNT}:${WEBSOCKET_API}/dev/$connect`,
    headers: { 'Sec-WebSocket-Protocol': `bearer, ${token}` },
    requestContext: { eventType: 'CONNECT' },
  }),
};

async function run(...events: readonly Event[]) {
  await using issuer = await aLoopbackServer((_request, response) => response.end(aKeySet(key)));
  const environment = {
    GATEWRIGHT_ISSUER_URL: issuer.url,
    GATEWRIGHT_STAGE: 'dev',
    GATEWRIGHT_ACCESS_TABLE: 'access',
  };
  return await runInstance('request-authorizer', environment, ...events);
}

describe('request-authorizer', () => {
  for (const [kind, anEvent] of Object.entries(EVENTS)) {
    it(`allows and denies by policy on a ${kind} API`, async () => {
      const [allowed, denied] = await run(anEvent(tokenOf(['admin'])), anEvent(tokenOf(['guest'])));

      assert.match(JSON.stringify(resultOf(allowed)), /"Effect":"Allow"/);
      assert.match(JSON.stringify(resultOf(denied)), /"Effect":"Deny"/);
      assert.match(denied?.output ?? '', /"service":"request-authorizer"/);
    });

    it(`refuses a bad token on a ${kind} API`, async () => {
      const [ran] = await run(anEvent('bad'));

      if (kind === 'http-2.0') assert.match(JSON.stringify(resultOf(ran)), /"Effect":"Deny"/);
      else assert.equal(errorOf(ran), 'Unauthorized');
    });
  }

  it('fails, and counts it, for an API that no document protects', async () => {
    const event = {
      ...EVENTS['http-2.0']?.(tokenOf(['admin'])),
      routeArn: `${ACCOUNT}:other/$default/GET/orders`,
    };

    const [ran] = await run(event);

    assert.notEqual(errorOf(ran), 'Unauthorized');
    assert.deepEqual([...(ran?.metrics.keys() ?? [])].sort(), ['Failed', 'UnknownApi']);
  });

  it('answers 401 to a WebSocket without any token', async () => {
    const event = { ...EVENTS['websocket']?.(''), headers: {} };

    const [ran] = await run(event);

    assert.equal(errorOf(ran), 'Unauthorized');
  });
});
