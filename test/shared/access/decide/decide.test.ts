import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '#shared/access/decide/decide.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { aDocument, aPrincipal } from '../../../support/an-access-document.ts';

const ROUTES = [
  'GET /users',
  'GET /users/{id}',
  'PUT /users/{id}',
  'GET /users/search',
  'GET /orders/{id}',
  'GET /orders/export',
  'GET /files/{proxy+}',
];
const RULES = [
  { id: 'list', effect: 'allow', methods: ['GET'], paths: ['/users'], when: { roles: { any: ['support'] } } },
  {
    id: 'own',
    effect: 'allow',
    methods: ['GET', 'PUT'],
    paths: ['/users/{id}'],
    bind: { id: { claim: 'sub' } },
  },
  { id: 'orders', effect: 'allow', methods: ['*'], paths: ['/orders/**'] },
  {
    id: 'no-export',
    effect: 'deny',
    methods: ['GET'],
    paths: ['/orders/export'],
    when: { not: { roles: { any: ['admin'] } } },
  },
  {
    id: 'office',
    effect: 'deny',
    methods: ['*'],
    paths: ['/files/**'],
    when: { not: { sourceIp: { cidr: ['203.0.113.0/24'] } } },
  },
  { id: 'files', effect: 'allow', methods: ['GET'], paths: ['/files/{proxy+}'] },
];
const rest = aDocument({ rules: RULES }, ROUTES);
const http = aDocument({ rules: RULES }, ROUTES, 'http');

function ask(target: string, over: Partial<Principal> = {}, document = rest, sourceIp?: string): string {
  const decision = decide(document, aPrincipal(over), { target, sourceIp, nowEpochSeconds: 0 });
  const word = decision.kind === 'allow' ? 'allow' : decision.reason;
  return `${word} ${decision.rules.join()}`.trim();
}

describe('decide', () => {
  const support = { roles: new Set(['support']) };
  const rows = [
    { name: 'allows what a rule allows', target: 'GET/users', over: support, expected: 'allow list' },
    { name: 'denies what no rule allows', target: 'GET/users', expected: 'no-rule' },
    { name: 'denies what no rule names', target: 'GET/users/search', over: support, expected: 'no-rule' },
    { name: 'denies a route that the API does not have', target: 'GET/nothing', expected: 'no-route' },
    {
      name: 'takes HEAD for another verb than GET',
      target: 'HEAD/users',
      over: support,
      expected: 'no-route',
    },
    { name: 'distinguishes /Users from /users', target: 'GET/Users', over: support, expected: 'no-route' },
    { name: 'allows the owner', target: 'GET/users/u-1', expected: 'allow own' },
    { name: 'keeps others out', target: 'GET/users/u-2', expected: 'not-owner own' },
    {
      name: 'takes a matrix parameter for a part of the id',
      target: 'GET/users/u-1;admin=1',
      expected: 'not-owner own',
    },
    {
      name: 'allows an owner whose id is encoded',
      target: 'GET/users/auth0%7C7',
      over: { subject: 'auth0|7' },
      expected: 'allow own',
    },
    { name: 'prefers deny over allow', target: 'GET/orders/export', expected: 'deny-rule no-export' },
    {
      name: 'applies a deny rule only to its own callers',
      target: 'GET/orders/export',
      over: { roles: new Set(['admin']) },
      expected: 'allow orders',
    },
    { name: 'judges by the most specific route alone', target: 'GET/orders/7', expected: 'allow orders' },
  ];
  for (const { name, target, over, expected } of rows)
    it(name, () => {
      assert.equal(ask(target, over), expected);
    });

  it('asks for the address of the caller, and rejects an unknown one', () => {
    assert.equal(ask('GET/files/a/b', {}, rest, '203.0.113.7'), 'allow files');
    assert.equal(ask('GET/files/a/b', {}, rest, '::ffff:203.0.113.7'), 'allow files');
    assert.equal(ask('GET/files/a/b', {}, rest, '192.0.2.1'), 'deny-rule office');
    assert.equal(ask('GET/files/a/b'), 'deny-rule office');
  });

  // docs/design/authorizers §3.2, 6: TOKEN events contain no address, so nobody can say that it is not one of those.
  it('denies an unknown address at a rule that excludes addresses', () => {
    const blocked = { sourceIp: { cidr: ['192.0.2.0/24'] } };
    const rules = [
      { id: 'all', effect: 'allow', methods: ['GET'], paths: ['/**'] },
      { id: 'blocked', effect: 'deny', methods: ['GET'], paths: ['/users'], when: blocked },
      { id: 'not', effect: 'deny', methods: ['GET'], paths: ['/users/search'], when: { not: blocked } },
    ];
    const document = aDocument({ rules }, ROUTES);

    assert.equal(ask('GET/users', {}, document, '203.0.113.7'), 'allow all');
    assert.equal(ask('GET/users', {}, document, '192.0.2.1'), 'deny-rule blocked');
    assert.equal(ask('GET/users', {}, document), 'deny-rule blocked');
    assert.equal(ask('GET/users/search', {}, document), 'deny-rule not');
  });

  it('denies a path that reads as a denied route when it is decoded', () => {
    for (const document of [rest, http]) {
      assert.equal(ask('GET/orders/%65xport', {}, document), 'deny-rule no-export');
      assert.equal(ask('GET/orders/%2565xport', {}, document), 'deny-rule no-export');
      assert.equal(ask('GET/orders/a%40b', {}, document), 'allow orders');
    }
  });

  // What a server makes of a path that API Gateway passes on: RFC 3986 5.2.4, Tomcat's path parameters, merged slashes.
  for (const [target, expected] of [
    ['GET/orders/export;x', 'deny-rule no-export'],
    ['GET/orders/export%3Bx', 'deny-rule no-export'],
    ['GET/orders/a%2Fb', 'allow orders'],
    ['GET/orders/v1.2', 'allow orders'],
    ['GET/orders/a..b', 'allow orders'],
    ['GET/orders/...', 'allow orders'],
    ['GET/orders/..', 'dot-segment'],
    ['GET/orders/%2e%2E', 'dot-segment'],
    ['GET/orders/%252e%252e', 'dot-segment'],
    ['GET/orders/..;x', 'dot-segment'],
    ['GET/orders/..%2fusers', 'dot-segment'],
    ['GET/orders/x%2F..', 'dot-segment'],
    ['GET/orders/..\\users', 'dot-segment'],
    ['GET/orders/..%5cusers', 'dot-segment'],
  ] as const)
    it(`reads ${target} as servers may`, () => {
      const over = { roles: new Set<string>() };
      assert.equal(ask(target, over, rest), expected);
    });

  it('decides only one thing for a WebSocket: whether the caller may connect', () => {
    const rules = [{ id: 'ws', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } }];
    const document = aDocument({ rules }, ['ANY $connect'], 'websocket');

    assert.equal(ask('$connect', support, document), 'allow ws');
    assert.equal(ask('$connect', {}, document), 'no-rule');
    assert.equal(ask('GET/users', support, document), 'no-route');
  });

  it('applies a deny rule if the caller lacks the claim, unless it tests whether the claim exists', () => {
    const deny = (...claims: readonly object[]) => [
      { id: 'all', effect: 'allow', methods: ['GET'], paths: ['/orders/{id}'] },
      { id: 'no', effect: 'deny', methods: ['GET'], paths: ['/orders/{id}'], when: { claims } },
    ];
    const low = { claim: 'tier', op: 'lte', value: 3 };
    const strict = aDocument({ rules: deny(low) }, ROUTES);
    const lenient = aDocument({ rules: deny({ claim: 'tier', op: 'exists' }, low) }, ROUTES);
    const answers = (document: typeof rest) =>
      [{}, { tier: null }, { tier: 3 }, { tier: 4 }, { tier: '4' }].map((claims) =>
        ask('GET/orders/1', { claims }, document),
      );

    const [denied, allowed] = ['deny-rule no', 'allow all'];
    assert.deepEqual(answers(strict), [denied, denied, denied, allowed, denied]);
    assert.deepEqual(answers(lenient), [allowed, allowed, denied, allowed, denied]);
  });

  it('opens nothing and closes everything if a claim is of a wrong type', () => {
    const test = { claims: [{ claim: 'level', op: 'gte', value: 2 }] };
    const rules = [
      { id: 'yes', effect: 'allow', methods: ['GET'], paths: ['/users'], when: test },
      { id: 'all', effect: 'allow', methods: ['GET'], paths: ['/orders/{id}'] },
      { id: 'no', effect: 'deny', methods: ['GET'], paths: ['/orders/{id}'], when: { not: test } },
    ];
    const document = aDocument({ rules }, ROUTES);
    const level = (value: unknown) => ({ claims: { level: value } });

    assert.equal(ask('GET/users', level(2), document), 'allow yes');
    assert.equal(ask('GET/users', level('2'), document), 'no-rule');
    assert.equal(ask('GET/orders/1', level(2), document), 'allow all');
    assert.equal(ask('GET/orders/1', level('2'), document), 'deny-rule no');
    assert.equal(ask('GET/orders/1', {}, document), 'deny-rule no');
  });
});
