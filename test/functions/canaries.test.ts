/**
 * docs/design/authorizers §7.18: every way in which an authorizer refuses or fails, with words in the request that must
 * appear in nothing that its process prints.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { apiIdOf } from '../support/deployed-documents.ts';
import { printedBy } from '../support/printing-process.ts';
import type { Job, Printed } from '../support/printing-process.ts';
import {
  aKeySet,
  aLoopbackServer,
  aRsaKey,
  signParts,
  signToken,
  someClaims,
} from '../support/signed-tokens.ts';

const CANARY = 'canary';
const key = aRsaKey();
const ACCOUNT = 'arn:aws:execute-api:us-east-1:123456789012';
const REST = `${ACCOUNT}:${apiIdOf('food-delivery-rest')}/dev`;
const HTTP = `${ACCOUNT}:${apiIdOf('food-delivery-http')}/$default`;
const WEBSOCKET = `${ACCOUNT}:${apiIdOf('food-delivery-tracking')}/dev`;

const CLAIMS = {
  iss: 'https://local.gatewright.invalid/',
  aud: 'gatewright',
  sub: `${CANARY}-sub`,
  email: `${CANARY}@example.com`,
  scope: `${CANARY}:read`,
  roles: ['guest', `${CANARY}-role`],
};
const tokenOf = (claims: object = {}, header: object = {}) =>
  signToken(key, someClaims({ ...CLAIMS, ...claims }), { kid: key.keyId, ...header });

/** Credential as the header would have it → how a REST API is answered. */
const REFUSED: readonly { readonly name: string; readonly credential: string; readonly deny?: boolean }[] = [
  { name: 'no header', credential: '' },
  { name: 'wrong scheme', credential: `Basic ${CANARY}` },
  { name: 'garbage', credential: `Bearer ${CANARY}` },
  { name: 'two tokens', credential: `Bearer ${tokenOf()} ${CANARY}` },
  { name: 'garbage of three parts', credential: `Bearer eyJ${CANARY}.eyJ${CANARY}.${CANARY}` },
  { name: 'a payload that is not JSON', credential: `Bearer ${signParts(key, '{}', `{"${CANARY}`)}` },
  { name: 'expired', credential: `Bearer ${tokenOf({ exp: 1 })}` },
  { name: 'not yet valid', credential: `Bearer ${tokenOf({ nbf: 4e9 })}` },
  { name: 'bad signature', credential: `Bearer ${tokenOf().slice(0, -8)}AAAAAAAA` },
  { name: 'no signature', credential: `Bearer ${tokenOf().replace(/[^.]+$/, 'AA')}` },
  { name: 'unknown kid', credential: `Bearer ${tokenOf({}, { kid: `${CANARY}-kid` })}` },
  { name: 'a kid that forges lines', credential: `Bearer ${tokenOf({}, { kid: `x\n{"${CANARY}":1}` })}` },
  { name: 'its own alg', credential: `Bearer ${tokenOf({}, { alg: CANARY })}` },
  { name: 'its own typ', credential: `Bearer ${tokenOf({}, { typ: CANARY })}` },
  { name: 'crit', credential: `Bearer ${tokenOf({}, { crit: [CANARY], [CANARY]: 1 })}` },
  { name: 'another issuer', credential: `Bearer ${tokenOf({ iss: `https://${CANARY}.example/` })}` },
  { name: 'another audience', credential: `Bearer ${tokenOf({ aud: CANARY })}` },
  { name: 'claims of wrong types', credential: `Bearer ${tokenOf({ roles: { [CANARY]: 1 } })}` },
  { name: 'an audience of wrong type', credential: `Bearer ${tokenOf({ aud: [1, CANARY] })}` },
  { name: 'bound to a key', credential: `Bearer ${tokenOf({ cnf: { jkt: CANARY } })}` },
  { name: 'no scope', credential: `Bearer ${tokenOf()}`, deny: true },
  {
    name: 'a subject that is a wildcard',
    credential: `Bearer ${tokenOf({ sub: `*${CANARY}` })}`,
    deny: true,
  },
  {
    name: 'a subject that forges lines',
    credential: `Bearer ${tokenOf({ sub: `x\n${CANARY}` })}`,
    deny: true,
  },
];

type Event = Readonly<Record<string, unknown>>;

/** Other headers of a request, which a function might print while it is debugged. */
const HEADERS = {
  Cookie: `session=${CANARY}`,
  'X-Api-Key': CANARY,
  Referer: `https://x.example/?token=${CANARY}`,
};
const QUERY = { queryStringParameters: { code: CANARY }, rawQueryString: `code=${CANARY}` };

const EVENTS: Readonly<
  Record<string, { readonly name: string; readonly of: (credential: string) => Event }>
> = {
  'rest-token': {
    name: 'token-authorizer',
    of: (authorizationToken) => ({
      type: 'TOKEN',
      authorizationToken,
      methodArn: `${REST}/GET/users/${CANARY}-path`,
    }),
  },
  'rest-request': {
    name: 'request-authorizer',
    of: (Authorization) => ({
      type: 'REQUEST',
      methodArn: `${REST}/GET/users/${CANARY}-path`,
      path: `/users/x?token=${CANARY}`,
      headers: { ...HEADERS, Authorization },
      multiValueHeaders: { Authorization: [Authorization] },
      multiValueQueryStringParameters: { code: [CANARY] },
      requestContext: {
        path: `/dev/users/x?token=${CANARY}`,
        identity: { sourceIp: '203.0.113.1', apiKey: CANARY, clientCert: null },
      },
      ...QUERY,
    }),
  },
  'http-1.0': {
    name: 'request-authorizer',
    of: (Authorization) => ({
      type: 'REQUEST',
      version: '1.0',
      methodArn: `${HTTP}/GET/orders/${CANARY}-path`,
      identitySource: Authorization,
      headers: { ...HEADERS, Authorization },
      requestContext: { path: `/orders/1?token=${CANARY}` },
      ...QUERY,
    }),
  },
  'http-2.0': {
    name: 'request-authorizer',
    of: (authorization) => ({
      type: 'REQUEST',
      version: '2.0',
      routeArn: `${HTTP}/GET/orders/${CANARY}-path`,
      identitySource: [authorization],
      rawPath: `/orders/1?token=${CANARY}`,
      cookies: [`session=${CANARY}`],
      headers: { ...HEADERS, authorization },
      requestContext: { http: { path: `/orders/1?token=${CANARY}`, sourceIp: '203.0.113.1' } },
      ...QUERY,
    }),
  },
  'websocket, subprotocol': {
    name: 'request-authorizer',
    of: (credential) => ({
      type: 'REQUEST',
      methodArn: `${WEBSOCKET}/$connect`,
      headers: { ...HEADERS, 'Sec-WebSocket-Protocol': `bearer, ${credential.replace(/^\w+ /, '')}` },
      requestContext: { eventType: 'CONNECT' },
    }),
  },
  'websocket, query': {
    name: 'request-authorizer',
    of: (credential) => ({
      type: 'REQUEST',
      methodArn: `${WEBSOCKET}/$connect`,
      headers: HEADERS,
      queryStringParameters: { token: credential.replace(/^\w+ /, '') },
      requestContext: { eventType: 'CONNECT' },
    }),
  },
};

const KINDS = Object.entries(EVENTS);
const LOGGED = { GATEWRIGHT_LOG_PRINCIPAL: 'hash', GATEWRIGHT_LOG_SALT: 'a-salt-of-this-deployment' };
const GOOD = `Bearer ${tokenOf({ roles: ['admin'] })}`;

/** Jobs in the order of KINDS: each kind's refusals, then its failures of three causes. */
function jobsFor(url: string, closedUrl: string): readonly Job[] {
  const environment = {
    ...LOGGED,
    GATEWRIGHT_STAGE: 'dev',
    GATEWRIGHT_ACCESS_TABLE: 'access',
    GATEWRIGHT_ISSUER_URL: url,
  };
  return KINDS.flatMap(([, { name, of }]) => [
    { name, environment, events: REFUSED.map(({ credential }) => of(credential)) },
    { name, environment: { ...environment, GATEWRIGHT_ISSUER_URL: closedUrl }, events: [of(GOOD)] },
    {
      name,
      environment: { ...environment, GATEWRIGHT_ISSUER_URL: `http://${CANARY}.example` },
      events: [of(GOOD)],
    },
    {
      name,
      environment,
      events: [
        JSON.parse(JSON.stringify(of(GOOD)).replaceAll(/:[a-z0-9]{10}\//g, ':zzzzzzzzzz/')),
        { ...of(GOOD), type: CANARY },
        { ...of(GOOD), methodArn: CANARY, routeArn: CANARY },
        CANARY,
        null,
      ],
    },
  ]);
}

describe('what the authorizers print', () => {
  let printed: Printed = { ends: [], output: '' };
  before(async () => {
    await using issuer = await aLoopbackServer((_request, response) => response.end(aKeySet(key)));
    const closed = await aLoopbackServer(() => undefined);
    await closed[Symbol.asyncDispose]();
    printed = await printedBy(jobsFor(issuer.url, closed.url));
  });

  for (const [place, [kind]] of KINDS.entries()) {
    it(`comes from refusals and failures of every cause on ${kind}`, () => {
      const [refused = [], ...failed] = printed.ends.slice(4 * place, 4 * place + 4);

      for (const [index, { name, deny = false }] of REFUSED.entries())
        if (deny || kind === 'http-2.0') assert.match(refused[index] ?? '', /"policyDocument"/, name);
        else assert.equal(refused[index], 'Unauthorized', name);
      assert.equal(failed.length, 3);
      for (const message of failed.flat()) assert.doesNotMatch(message, /^Unauthorized$|policyDocument/);
    });
  }

  it('contains no canary, no part of a token and no forged line', () => {
    assert.ok(printed.output.length > 10_000, 'something was printed');
    assert.doesNotMatch(printed.output, /canary/i);
    const parts = [...REFUSED.map(({ credential }) => credential), GOOD].flatMap((text) =>
      text.split(/[ .,]/).filter((part) => part.length > 20),
    );
    assert.deepEqual(
      parts.filter((part) => printed.output.includes(part)),
      [],
    );
  });

  it('identifies callers by hash, and gives the reason as a code', () => {
    for (const word of [
      'invalid_token',
      'token_expired',
      'invalid_signature',
      'invalid_claims',
      'missing_token',
    ])
      assert.ok(printed.output.includes(`"reason":"${word}"`), word);
    for (const word of [
      'insufficient_scope',
      'jwks_unavailable',
      'invalid_config',
      'unknown_api',
      'invalid_event',
    ])
      assert.ok(printed.output.includes(`"reason":"${word}"`), word);
    assert.match(printed.output, /"principal":"[0-9a-f]{16}"/);
    assert.match(printed.output, /"kidHash":"[0-9a-f]{16}"/);
  });
});

describe('what the logger prints of whole events', () => {
  it('is what a function may know of a request, without credentials and queries', async () => {
    const body = {
      body: `client_secret=${CANARY}`,
      requestContext: { authorizer: { lambda: { sub: CANARY } } },
    };
    const events = [...KINDS.map(([, { of }]) => of(GOOD)), body].map(
      (event) => JSON.parse(JSON.stringify(event).replaceAll(`/${CANARY}-path`, '/x')) as unknown,
    );

    const { output } = await printedBy([{ name: undefined, environment: {}, events }]);

    assert.equal(output.trim().split('\n').length, events.length);
    assert.match(output, /"rawPath":"\/orders\/1\?\[redacted\]"/);
    assert.match(output, /"sourceIp":"203\.0\.113\.1"/);
    assert.doesNotMatch(output, /canary|eyJ/i);
  });
});
