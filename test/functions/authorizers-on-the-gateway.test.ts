/** The authorizers behind the gateway, which caches, evaluates and words as API Gateway does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDocument, PREFIX } from '../support/an-access-document.ts';
import {
  anAuthorizer,
  aProtectedApi,
  documentFor,
  ISSUER_KEY,
  JWKS_URI,
  KINDS,
  toAuthorizeRequest,
} from '../support/a-protected-api.ts';
import type { Kind } from '../support/a-protected-api.ts';
import { aKeySet, anEcKey, aRsaKey, signToken, someClaims } from '../support/signed-tokens.ts';
import { anApi as aWebSocketApi, AUTHORIZED, OK } from '../packages/gateway/core/websocket/fixture.ts';
import { shakeHands, startApi } from '../packages/gateway/core/websocket/server.ts';

const RULES = [
  {
    id: 'users',
    effect: 'allow',
    methods: ['GET'],
    paths: ['/users'],
    when: { roles: { any: ['support'] } },
  },
  { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'], bind: { id: { claim: 'sub' } } },
];
/** Owners' answers may not be kept in the simple form, so there the rule goes by scope. */
const SIMPLE_RULES = [
  RULES[0],
  {
    id: 'one',
    effect: 'allow',
    methods: ['GET'],
    paths: ['/users/{id}'],
    when: { scopes: { all: ['orders:read'] } },
  },
];
const rulesFor = (kind: Kind) => ({ rules: kind === 'http-2.0-simple' ? SIMPLE_RULES : RULES });
const tokenOf = (claims: object = {}) => signToken(ISSUER_KEY, someClaims({ roles: ['support'], ...claims }));
const nowSeconds = Math.floor(Date.now() / 1000);

describe('an authorizer of ours on the gateway', () => {
  for (const kind of KINDS) {
    const api = (ttlSeconds?: number) => aProtectedApi(kind, [documentFor(kind, rulesFor(kind))], ttlSeconds);

    // docs/design/authorizers §7.3: the classic bug: two routes, one token, a kept answer.
    it(`admits one token to two routes with one cached answer on ${kind}`, async () => {
      const { get, asked } = api(300);
      const token = tokenOf();

      const statuses = [];
      for (const path of ['/users', '/users/alice', '/users', '/admin', '/users/bob'])
        statuses.push(await get(path, token));

      const isSimple = kind === 'http-2.0-simple';
      assert.deepEqual(statuses, [200, 200, 200, 403, isSimple ? 200 : 403]);
      assert.equal(asked.length, isSimple ? 3 : 1);
    });

    // docs/design/authorizers §7.3: two stages: the answer of one opens nothing in the other.
    it(`answers 500 in a stage without a document, despite the cache of another stage, on ${kind}`, async () => {
      const { get, counts } = api(300);
      const token = tokenOf();

      assert.equal(await get('/users', token), 200);
      assert.equal(await get('/users', token, 'dev'), 500);
      assert.deepEqual(counts, ['Allow', 'UnknownApi']);
    });

    // docs/design/authorizers §7.4: 401, 403 and 500 by cause.
    const unauthorized = kind.startsWith('http-2.0') ? 403 : 401;
    const rows = [
      { name: 'no header', token: undefined, expected: 401 },
      { name: 'another scheme', token: 'Basic YTpi', expected: unauthorized },
      { name: 'garbage', token: 'garbage', expected: unauthorized },
      { name: 'an expired token', token: tokenOf({ exp: nowSeconds - 60 }), expected: unauthorized },
      { name: 'a foreign signature', token: signToken(aRsaKey()), expected: unauthorized },
      { name: 'an unknown key', token: signToken(aRsaKey('unknown')), expected: unauthorized },
      { name: 'another audience', token: tokenOf({ aud: 'x' }), expected: unauthorized },
      { name: 'no right', token: tokenOf({ roles: [] }), expected: 403 },
      { name: 'a right', token: tokenOf(), expected: 200 },
    ];
    for (const { name, token, expected } of rows)
      it(`answers ${expected} to ${name} on ${kind}`, async () => {
        assert.equal(await api().get('/users', token), expected);
      });

    it(`answers 500 while the issuer is out of reach, and keeps nothing of it, on ${kind}`, async () => {
      const { get, keySets, counts } = api(300);
      const token = tokenOf();
      keySets.clear();

      assert.equal(await get('/users', token), 500);
      assert.deepEqual(counts, ['JwksUnavailable']);
    });

    it(`answers 500 when an answer would be too large on ${kind}`, async () => {
      const claims = { note: 'x'.repeat(900) };
      const document = documentFor(kind, rulesFor(kind));
      const small = {
        ...document,
        context: [{ name: 'note', claim: ['note'] }],
        result: { ...document.result, maxBytes: 512 },
      };
      const { get, counts } = aProtectedApi(kind, [small]);

      assert.equal(await get('/users', tokenOf(claims)), 500);
      assert.deepEqual(counts, ['PolicyTooLarge']);
    });
  }

  it('answers 500 and not 401 if the document is for an API of another kind', async () => {
    const { get, counts } = aProtectedApi('rest-token', [documentFor('http-2.0', rulesFor('http-2.0'))]);

    assert.equal(await get('/users', tokenOf()), 500);
    assert.deepEqual(counts, ['UnknownApi']);
  });

  // docs/design/authorizers §2D (4): the kept policy ends by itself.
  it('ends a kept answer with its token if the document wants it', async () => {
    for (const [expiryCondition, expected] of [
      [true, 403],
      [false, 200],
    ] as const) {
      const result = { cacheTtlSeconds: 300, expiryCondition };
      const document = documentFor('rest-token', { ...rulesFor('rest-token'), result });
      const { get, asked, ports } = aProtectedApi('rest-token', [document]);
      ports.clock.advance(Date.now() - ports.clock.nowEpochMs());
      const token = tokenOf({ exp: Math.floor(Date.now() / 1000) + 100 });

      assert.equal(await get('/users', token), 200);
      ports.clock.advance(101_000);
      assert.equal(await get('/users', token), expected);
      assert.equal(asked.length, 1, 'the second answer is the kept one');
    }
  });

  it('fetches the keys once for a hundred simultaneous callers', async () => {
    const { get, fetched } = aProtectedApi(
      'rest-request',
      [documentFor('rest-request', rulesFor('rest-request'))],
      0,
    );
    const tokens = Array.from({ length: 100 }, (_, index) => tokenOf({ jti: String(index) }));

    const statuses = await Promise.all(tokens.map((token) => get('/users', token)));

    assert.deepEqual([...new Set(statuses)], [200]);
    assert.deepEqual(fetched, [JWKS_URI]);
  });

  it('accepts a token of an EC key if the document allows its algorithm', async () => {
    const issuers = [
      {
        id: 'main',
        type: 'oidc',
        issuer: 'https://issuer.example/',
        audience: ['api'],
        algorithms: ['ES256'],
      },
    ];
    const { get, keySets } = aProtectedApi('rest-token', [
      documentFor('rest-token', { ...rulesFor('rest-token'), issuers }),
    ]);
    const key = anEcKey();
    keySets.set(JWKS_URI, aKeySet(key, ISSUER_KEY));

    assert.equal(await get('/users', signToken(key, someClaims({ roles: ['support'] }))), 200);
    assert.equal(await get('/users', tokenOf()), 401);
  });
});

// docs/design/authorizers §7.4: the same on a WebSocket's handshake.
describe('an authorizer of ours on a WebSocket', () => {
  const document = {
    ...aDocument(
      {
        sources: [{ in: 'query', name: 'token', issuers: ['main'] }],
        rules: [{ id: 'staff', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } }],
      },
      ['ANY $connect'],
      'websocket',
    ),
    apis: [{ for: 'prod', apiId: 'abc123defg', stage: 'dev' }],
  };
  const rows = [
    { name: 'no token', token: '', expected: 401 },
    { name: 'garbage', token: 'garbage', expected: 401 },
    { name: 'an expired token', token: tokenOf({ exp: nowSeconds - 60 }), expected: 401 },
    { name: 'no right', token: tokenOf({ roles: [] }), expected: 403 },
    { name: 'an issuer out of reach', token: tokenOf(), expected: 500, keys: new Map<string, string>() },
    { name: 'a right', token: tokenOf(), expected: 101 },
  ];
  for (const { name, token, expected, keys } of rows)
    it(`answers ${expected} to ${name}`, async () => {
      const { authorize } = anAuthorizer([document], keys ?? new Map([[JWKS_URI, aKeySet(ISSUER_KEY)]]));
      const auth = (event: unknown) => authorize(toAuthorizeRequest('websocket', event));
      const running = await startApi(aWebSocketApi(AUTHORIZED), { auth, connect: OK });
      try {
        const shaken = await shakeHands(`ws://${running.host}/dev?token=${token}`);
        assert.equal(shaken.kind === 'open' ? 101 : shaken.status, expected);
      } finally {
        await running.close();
      }
    });
});

// docs/design/authorizers §7.2: what each kind of event is answered, byte for byte; the gateway above is the evaluator.
describe('the answer to each kind of event', () => {
  const token = tokenOf({ exp: nowSeconds + 3600, scope: 'a', client_id: 'web' });
  const context = {
    sub: 'alice',
    iss: 'https://issuer.example/',
    scope: 'a orders:read',
    clientId: 'web',
    exp: nowSeconds + 3600,
    accessDecision: 'document=orders&outcome=allow&issuer=main&rules=users&roles=support',
  };
  const ofConnect = { ...context, accessDecision: context.accessDecision.replace('users', 'ws') };
  const policyOf = (...resources: readonly string[]) => ({
    principalId: 'main|alice',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resources }],
    },
    context,
  });
  const API = PREFIX.replace('a1b2c3d4e5', 'abcdefghij');
  const whole = policyOf(`${API}/prod/GET/users`, `${API}/prod/GET/users/alice`);
  const request = (over: object) => ({
    type: 'REQUEST',
    headers: { authorization: `Bearer ${token}` },
    requestContext: {},
    ...over,
  });
  const rows = [
    {
      kind: 'rest-token',
      event: { type: 'TOKEN', authorizationToken: `Bearer ${token}`, methodArn: `${API}/prod/GET/users` },
      expected: whole,
    },
    { kind: 'rest-request', event: request({ methodArn: `${API}/prod/GET/users` }), expected: whole },
    {
      kind: 'http-1.0',
      event: request({ version: '1.0', methodArn: `${API}/prod/GET/users` }),
      expected: whole,
    },
    {
      kind: 'http-2.0',
      event: request({ version: '2.0', routeArn: `${API}/prod/GET/users` }),
      expected: whole,
    },
    {
      kind: 'http-2.0-simple',
      event: request({ version: '2.0', routeArn: `${API}/prod/GET/users` }),
      expected: { isAuthorized: true, context },
    },
    {
      kind: 'websocket',
      event: request({ methodArn: `${API}/prod/$connect`, requestContext: { eventType: 'CONNECT' } }),
      expected: { ...policyOf(`${API}/prod/$connect`), context: ofConnect },
    },
  ] as const;
  for (const { kind, event, expected } of rows)
    it(`is right for ${kind}`, async () => {
      const rules =
        kind === 'websocket' ? { rules: [{ id: 'ws', effect: 'allow', connect: true }] } : rulesFor(kind);
      const { authorize } = anAuthorizer(
        [documentFor(kind, rules)],
        new Map([[JWKS_URI, aKeySet(ISSUER_KEY)]]),
      );

      const result = await authorize(toAuthorizeRequest(kind, event));

      assert.deepEqual(result, expected);
      if ('isAuthorized' in result) assert.equal(typeof result.isAuthorized, 'boolean');
    });
});
