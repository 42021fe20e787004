import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAccess, listAccess } from '../../../../../packages/toolkit/authoring/find/find-access.ts';
import type { CallerSpec } from '../../../../../packages/toolkit/authoring/find/caller-spec.ts';
import { aDocument } from '../../../../support/an-access-document.ts';

const NOW = 1_800_000_000;
const ISSUER = 'https://issuer.example/';
const aCaller = (over: Partial<CallerSpec> = {}): CallerSpec => ({ role: [], scope: [], ...over });
const withClaims = (claims: object): CallerSpec => aCaller({ claims: JSON.stringify(claims) });

/** A JWT as far as a question reads it: nothing checks its signature. */
function aToken(claims: object, header: object = { alg: 'RS256', kid: 'k' }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part({ iss: ISSUER, aud: 'api', sub: 'ada', iat: NOW - 10, exp: NOW + 60, ...claims })}.c2ln`;
}

const RULES = [
  { id: 'list', effect: 'allow', methods: ['GET'], paths: ['/users'], when: { roles: { any: ['support'] } } },
  { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'], bind: { id: { claim: 'sub' } } },
  {
    id: 'office',
    effect: 'deny',
    methods: ['GET'],
    paths: ['/users'],
    when: { not: { sourceIp: { cidr: ['203.0.113.0/24'] } } },
  },
];
const SHOP = aDocument({ rules: RULES }, [
  'GET /users',
  'GET /users/{id}',
  'POST /users',
  'open GET /menu',
  'JWT GET /own',
]);

describe('findAccess', () => {
  const support = aCaller({ role: ['support'], ip: '203.0.113.7' });
  for (const { ask, caller, word, reason } of [
    { ask: 'GET /users', caller: support, word: 'ALLOW', reason: 'by rule list' },
    { ask: 'get /users', caller: support, word: 'ALLOW', reason: 'by rule list' },
    {
      ask: 'GET /users',
      caller: { ...support, ip: '198.51.100.1' },
      word: 'DENY',
      reason: 'by rule office',
    },
    { ask: 'GET /users', caller: { ...support, role: [] }, word: 'DENY', reason: 'no rule allows it' },
    { ask: 'GET /users/ada', caller: withClaims({ sub: 'ada' }), word: 'ALLOW', reason: 'by rule own' },
    {
      ask: 'GET /users/eve',
      caller: withClaims({ sub: 'ada' }),
      word: 'DENY',
      reason: 'the rule own allows the request only to the owner of the resource',
    },
    { ask: 'POST /users', caller: support, word: 'DENY', reason: 'no rule allows it' },
    { ask: 'GET /nothing', caller: support, word: 'DENY', reason: 'the API has no such route' },
    {
      ask: 'GET /menu',
      caller: support,
      word: 'OPEN',
      reason: `the route has no authorizer, so rules do not apply`,
    },
    {
      ask: 'GET /own',
      caller: support,
      word: 'OTHER',
      reason: `the route has JWT and no authorizer of Gatewright, so rules do not apply`,
    },
  ])
    it(`answers ${word} to ${ask}: ${reason}`, () => {
      const [method, path] = ask.split(' ');
      const found = findAccess(SHOP, method, path, caller, NOW);

      assert.deepEqual([found.word, found.reason], [word, reason]);
      assert.ok(found.caller !== undefined);
      assert.deepEqual([found.charge, found.quota], [{}, undefined]);
    });

  // An attached authorizer applies the rules, whatever the list of routes says.
  it('adds what the rules decide about an open route only if a rule is about it', () => {
    const rules = [{ id: 'list', effect: 'allow', methods: ['GET'], paths: ['/users'] }];
    const document = aDocument({ rules }, ['open GET /users', 'open GET /health']);
    const reasonOf = (path: string): string => findAccess(document, 'GET', path, support, NOW).reason;

    assert.equal(
      reasonOf('/users'),
      'the route has no authorizer, so rules do not apply; if gatewright attach has added an authorizer since the routes were read, the rules decide: ALLOW, by rule list',
    );
    assert.equal(reasonOf('/health'), 'the route has no authorizer, so rules do not apply');
  });

  it('shows only the rules of the requested route', () => {
    const { rules, target } = findAccess(SHOP, 'GET', '/users', support, NOW);

    assert.equal(target, 'GET/users');
    assert.deepEqual(rules, ['list: allow if role support', 'office: deny if not address in 203.0.113.0/24']);
  });

  it('shows where roles and scopes were looked for, and which claims are missing', () => {
    const trust = {
      id: 'main',
      type: 'oidc',
      issuer: ISSUER,
      audience: ['api'],
      claims: { roles: ['realm.roles'] },
    };
    const rules = [
      {
        id: 'gold',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/users'],
        when: { claims: [{ claim: 'org.tier', op: 'equals', value: 'gold' }] },
      },
    ];
    const document = aDocument({ issuers: [trust], rules }, ['GET /users', 'GET /other']);
    const caller = withClaims({ sub: 'ada', tenant: 'acme', realm: { roles: ['support'] } });

    const found = findAccess(document, 'GET', '/users', caller, NOW);

    assert.equal(
      found.caller,
      'sub=ada  issuer: main  tenant: acme  roles: support (looked in realm.roles)  scopes: orders:read (looked in scope, scp)  missing claims: org.tier',
    );
    const other = findAccess(document, 'GET', '/other', caller, NOW);
    assert.equal(other.caller?.includes('missing claims'), false);
  });

  for (const [name, claims, says] of [
    [
      'that the caller lacks',
      {},
      'by rule no-contractors, because the caller has no claim contractor, and a deny rule also denies callers without a claim that it tests; if it should not, add { claim: contractor, op: exists } next to the test',
    ],
    [
      'that the caller has',
      { contractor: true },
      'by rule no-contractors, because the claim contractor of the caller is true',
    ],
  ] as const)
    it(`says that a deny rule applies because of a claim ${name}`, () => {
      const rules = [
        ...RULES.slice(0, 1),
        {
          id: 'no-contractors',
          effect: 'deny',
          methods: ['GET'],
          paths: ['/users'],
          when: { claims: [{ claim: 'contractor', op: 'equals', value: true }] },
        },
      ];
      const document = aDocument({ rules }, ['GET /users']);
      const caller = { ...withClaims({ sub: 'ada', ...claims }), role: ['support'] };
      const found = findAccess(document, 'GET', '/users', caller, NOW);

      assert.deepEqual([found.word, found.reason], ['DENY', says]);
    });

  const unclear: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['GET', 'users', /must not contain the stage/],
    ['GET', 'https://api.example/users', /must not contain the stage/],
    ['GET', undefined, /^the path is missing after GET, as in: explain orders GET \/orders\/7$/],
    ['/users', undefined, /^the method is missing before the path, as in: explain orders GET \/users$/],
    ['/users', 'get', /^the method must be before the path, as in: explain orders GET \/users$/],
  ];
  for (const [method, path, message] of unclear)
    it(`says what is wrong with the request ${method} ${path ?? ''}`, () => {
      assert.throws(() => findAccess(SHOP, method, path, support, NOW), {
        name: 'AccessQueryError',
        message,
      });
    });

  it('asks a WebSocket API about its connection, whatever path is given', () => {
    const rules = [
      { id: 'ws', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } },
      { id: 'never', effect: 'deny', connect: true, when: { scopes: { any: ['blocked'] } } },
    ];
    const chat = aDocument({ rules }, ['ANY $connect', 'ANY send'], 'websocket');

    const found = findAccess(chat, undefined, undefined, aCaller({ role: ['support'] }), NOW);

    assert.deepEqual([found.target, found.word], ['$connect', 'ALLOW']);
    assert.deepEqual(found.rules, ['ws: allow if role support', 'never: deny if scope blocked']);
  });

  it('says why the authorizer would refuse a token', () => {
    const refusalOf = (token: string): string | undefined => {
      const found = findAccess(SHOP, 'GET', '/users/ada', aCaller({ token }), NOW);
      return found.verdict.refusal;
    };

    assert.equal(refusalOf(aToken({})), undefined);
    assert.equal(refusalOf(`Bearer ${aToken({})}`), undefined);
    for (const wrong of [aToken({ exp: NOW - 400 }), aToken({ aud: 'other' }), aToken({}, { alg: 'none' })])
      assert.equal(typeof refusalOf(wrong), 'string');
    assert.throws(() => refusalOf('no token'), { name: 'AccessQueryError', part: 'token' });
    assert.throws(() => refusalOf(aToken({ iss: 'https://issuer.example' })), {
      name: 'AccessQueryError',
      message:
        'the document does not trust the issuer "https://issuer.example"; it trusts main (https://issuer.example/)\n' +
        'the token has iss "https://issuer.example", but the document has "https://issuer.example/": they must match exactly',
    });
  });

  for (const { name, caller, part, says } of [
    {
      name: 'claims that are not an object',
      caller: { claims: '[1]' },
      part: 'claims',
      says: /is not a JSON object/,
    },
    {
      name: 'an address that is a network',
      caller: { ip: '203.0.113.0/24' },
      part: 'ip',
      says: /is not an IP address/,
    },
    {
      name: 'an invalid address',
      caller: { ip: 'here' },
      part: 'ip',
      says: /"here" is not an IP address/,
    },
    {
      name: 'a role that is not declared',
      caller: { role: ['boss'] },
      part: undefined,
      says: /unknown role "boss"; the document declares support, admin/,
    },
    {
      name: 'an issuer that is not declared',
      caller: { issuer: 'other' },
      part: undefined,
      says: /the document does not trust the issuer "other"; it trusts main \(https:\/\/issuer\.example\/\)$/,
    },
  ] as const)
    it(`cannot answer for ${name}`, () => {
      assert.throws(() => findAccess(SHOP, 'GET', '/users', aCaller(caller), NOW), {
        name: 'AccessQueryError',
        part,
        message: says,
      });
    });
});

describe('findAccess with a quota', () => {
  const keys = { id: 'keys', type: 'apiKey', prefix: 'shop_live' };
  const issuers = [{ id: 'main', type: 'oidc', issuer: ISSUER, audience: ['api'] }, keys];
  const sources = [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main', 'keys'] }];
  const rules = [{ id: 'all', effect: 'allow', methods: ['*'], paths: ['/**'] }];
  const quota = {
    plan: { claim: 'plan' },
    tenant: { claim: 'tenant' },
    routes: ['GET /report'],
    when: { issuers: ['keys'] },
  };
  const document = aDocument({ issuers, sources, rules, quota }, ['GET /report', 'GET /users']);
  const withoutPlan = {
    keyId: 'key_1',
    prefix: 'shop_live',
    tenant: 'acme',
    roles: [],
    scopes: [],
    metadata: {},
    state: 'active',
  };
  const held = { ...withoutPlan, plan: 'partner' };
  const ask = (path: string, caller: CallerSpec) => findAccess(document, 'GET', path, caller, NOW);

  it('says to which plan a key is charged', () => {
    const found = ask('/report', aCaller({ held }));

    assert.equal(found.word, 'ALLOW');
    assert.match(found.quota ?? '', /^charged: plan partner, tenant acme, key \S+$/);
    assert.equal(found.charge.quota?.plan, 'partner');
    assert.equal('isDeniedUncharged' in found.charge, false);
    assert.match(found.caller ?? '', /roles: none \(of the key\)/);
  });

  it('says that a key without plan is refused although the rules allow it', () => {
    const found = ask('/report', aCaller({ held: withoutPlan }));

    assert.equal(found.word, 'DENY');
    assert.match(found.reason, /^the rule all allows the request, but the request cannot be charged: /);
    assert.match(found.quota ?? '', /, so the authorizer returns 403 although the rules allow the request$/);
    assert.equal(found.charge.isDeniedUncharged, true);
  });

  it('charges no other route, and no caller of another issuer', () => {
    assert.deepEqual(
      [ask('/users', aCaller({ held })).quota, ask('/users', aCaller({ held })).charge],
      [undefined, {}],
    );
    const found = ask('/report', withClaims({ sub: 'ada' }));
    assert.deepEqual(
      [found.word, found.quota, found.charge],
      ['ALLOW', 'not charged: main is not in quota.when.issuers', {}],
    );
  });

  it('refuses a key that is not active, and one that the document does not read', () => {
    assert.equal(
      ask('/users', aCaller({ held: { ...held, state: 'revoked' } })).verdict.refusal,
      'the key is revoked',
    );
    assert.throws(() => ask('/users', aCaller({ held: { ...held, prefix: 'other' } })), {
      message:
        'the document does not accept keys other_…; it accepts main (https://issuer.example/), keys (keys shop_live_…)',
    });
  });
});

describe('listAccess', () => {
  it('answers for each route, also for the one that takes the rest', () => {
    const rules = [{ id: 'all', effect: 'allow', methods: ['*'], paths: ['/**'] }];
    const document = aDocument({ rules }, ['GET /users', 'open GET /menu', 'ANY $default'], 'http');

    const found = listAccess(document, aCaller(), NOW).map(({ route, word }) => `${route} ${word}`);

    const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
    assert.deepEqual(
      found.toSorted(),
      [
        ...methods.map((method) => `${method} $default ALLOW`),
        'GET /menu OPEN',
        'GET /users ALLOW',
      ].toSorted(),
    );
  });
});
