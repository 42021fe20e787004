import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy, exactPolicy } from '#shared/access/decide/compile-policy.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { pickFrom } from '../../../support/pick.ts';
import { aDocument, aPrincipal, ARN, PREFIX } from '../../../support/an-access-document.ts';

/** Denied next to every wildcard. */
const DOTS = [
  '*#*',
  '*%%*',
  '*%252*',
  '*%2E*',
  '*%2F.*',
  '*%2e*',
  '*%2f.*',
  '*%5C*',
  '*%5c*',
  '*%?%*',
  '*%C0*',
  '*%C1*',
  '*%E0%8*',
  '*%F0%8*',
  '*%U*',
  '*%c0*',
  '*%c1*',
  '*%e0%8*',
  '*%f0%8*',
  '*%u*',
  '*/.',
  '*/.%*',
  '*/..',
  '*/..%*',
  '*/../*',
  '*/..;*',
  '*/./*',
  '*/.;*',
  '*\\*',
].map((text) => `Deny ${text}`);
const AT = { nowEpochSeconds: 1_900_000_000 };
const allow = (paths: readonly string[], over: object = {}) => ({
  id: `a${paths.join('-').length}`,
  effect: 'allow',
  methods: ['GET'],
  paths,
  ...over,
});

function policyOf(document: CompiledDocument, over: Partial<Principal> = {}, target = 'GET/users') {
  const outcome = compilePolicy(document, aPrincipal(over), { ...ARN, target }, AT);
  return outcome.kind === 'policy' ? outcome : assert.fail();
}

/** `Allow GET/users`, without the part that all have in common. */
function linesOf(document: CompiledDocument, over: Partial<Principal> = {}): readonly string[] {
  return policyOf(document, over).policy.Statement.flatMap(({ Effect, Resource, Condition }) =>
    Resource.map((resource) => {
      assert.ok(resource.startsWith(`${PREFIX}/prod/`), resource);
      const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
      return `${Effect} ${resource.slice(PREFIX.length + 6)}${condition}`;
    }),
  );
}

describe('compilePolicy', () => {
  const ROUTES = [
    'GET /users',
    'GET /users/{id}',
    'GET /users/{id}/orders',
    'GET /users/search',
    'GET /admin',
  ];
  const rows = [
    {
      name: 'names what is allowed and nothing else',
      rules: [allow(['/users'])],
      expected: ['Allow GET/users'],
    },
    {
      name: 'covers everything with one wildcard',
      rules: [allow(['/users/**'])],
      expected: ['Allow GET/users', 'Allow GET/users/*', ...DOTS],
    },
    {
      name: 'takes back what a wildcard grants across slashes, and what another spelling would reach',
      rules: [allow(['/users/{id}'])],
      expected: [
        'Allow GET/users/*',
        ...[
          '*#*',
          '*%%*',
          '*%0*',
          '*%1*',
          '*%20',
          '*%20/*',
          '*%23*',
          '*%25*',
          '*%2E*',
          '*%2F*',
          '*%2e*',
          '*%2f*',
          '*%3?$*',
          '*%3?%24*',
          '*%3B*',
          '*%3F*',
          '*%3b*',
          '*%3f*',
          '*%5C*',
          '*%5c*',
          '*%6*',
          '*%72*',
          '*%73*',
          '*%?%*',
          '*%?2%?0',
          '*%?2%?0/*',
          '*%C0*',
          '*%C1*',
          '*%E0%8*',
          '*%F0%8*',
          '*%U*',
          '*%c0*',
          '*%c1*',
          '*%e0%8*',
          '*%f0%8*',
          '*%u*',
          '*.',
          '*./*',
          '*/%20*',
          '*/%C2%?0*',
          '*/%c2%?0*',
          '*/.%*',
          '*/..%*',
          '*//*',
          '*:$*',
          '*:%24*',
          '*;*',
          '*\\*',
        ].map((text) => `Deny ${text}`),
        'Deny GET/users/',
        'Deny GET/users/*/orders',
        'Deny GET/users/*/orders/',
        'Deny GET/users/search',
        'Deny GET/users/search/',
      ],
    },
    {
      name: 'denies nothing that is granted by name',
      rules: [allow(['/users/search', '/admin'])],
      expected: ['Allow GET/admin', 'Allow GET/users/search'],
    },
    {
      name: 'writes the value of an owner instead of a wildcard',
      rules: [allow(['/users/{id}'], { bind: { id: { claim: 'sub' } } })],
      expected: ['Allow GET/users/u-1'],
    },
    {
      name: 'denies everything if nothing is allowed',
      rules: [allow(['/users'], { when: { mfa: true } })],
      expected: ['Deny *'],
    },
    {
      name: 'keeps a condition on the address for the gateway to check on every request',
      rules: [allow(['/users']), allow(['/admin'], { when: { sourceIp: { cidr: ['203.0.113.0/24'] } } })],
      expected: ['Allow GET/users', 'Allow GET/admin if {"IpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}'],
    },
  ];
  for (const { name, rules, expected } of rows)
    it(name, () => {
      const whole = rules.map((rule, index) => ({ ...rule, id: `r${index}` }));
      assert.deepEqual(linesOf(aDocument({ rules: whole }, ROUTES)), expected);
    });

  it('denies no route without an authorizer, since nothing would check it', () => {
    const routes = ['GET /users/{id}', 'open GET /users/help'];
    const document = aDocument({ rules: [{ ...allow(['/users/{id}']), id: 'r' }] }, routes);

    assert.deepEqual(linesOf(document), ['Allow GET/users/*', ...DOTS]);
  });

  it('denies other spellings of a closed route from the first wildcard on that may match it', () => {
    const rules = [{ ...allow(['/{kind}/help', '/users/{id}']), id: 'r' }];
    const document = aDocument({ rules }, ['GET /{kind}/help', 'GET /users/{id}', 'GET /users/{id}/bid']);

    // `b`, `i` and `d` are all %6…; `u`, `r` and `s` are what `/*/help` runs across.
    const lines = linesOf(document).filter((line) => line.includes('%7'));
    assert.deepEqual(lines, ['Deny *%72*', 'Deny *%73*', 'Deny *%75*']);
  });

  it('is the same for every request of the caller, so that a kept answer fits the next one', () => {
    const document = aDocument({}, ROUTES);

    assert.deepEqual(policyOf(document, {}, 'GET/users'), policyOf(document, {}, 'GET/admin'));
  });

  it('names only the API, stage, account, region and partition of the event', () => {
    const document = aDocument({ rules: [allow(['/users'])] }, ROUTES);
    const arn = { ...ARN, partition: 'aws-cn', region: 'cn-north-1', stage: '$default', target: 'GET/users' };
    const outcome = compilePolicy(document, aPrincipal(), arn, AT);

    assert.match(
      JSON.stringify(outcome),
      /"arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5\/\$default\/GET\/users"/,
    );
  });

  it('names the connect route of a WebSocket API, whose ARN has no verb', () => {
    const document = aDocument(
      { rules: [{ id: 'ws', effect: 'allow', connect: true }] },
      ['ANY $connect'],
      'websocket',
    );

    assert.deepEqual(linesOf(document), ['Allow $connect']);
  });

  it('ends a grant with the token if the document wants it', () => {
    const document = aDocument({ rules: [allow(['/users'])], result: { expiryCondition: true } }, ROUTES);

    assert.deepEqual(linesOf(document), [
      'Allow GET/users if {"DateLessThan":{"aws:CurrentTime":"2033-05-18T03:33:20Z"}}',
    ]);
  });

  it('says which two routes cannot be distinguished', () => {
    const rules = [{ ...allow(['/a/{x}', '/a/{x}/{y}/{z}']), id: 'r' }];
    const document = aDocument({ rules, result: { onOversize: 'exact', cacheTtlSeconds: 0 } }, [
      'GET /a/{x}',
      'GET /a/{x}/{y}',
      'GET /a/{x}/{y}/{z}',
    ]);
    const outcome = compilePolicy(document, aPrincipal(), { ...ARN, target: 'GET/a/1' }, AT);

    const { allowed, denied } = outcome.kind === 'unrepresentable' ? outcome.conflict : assert.fail();
    assert.deepEqual(
      [document.routes[allowed]?.path, document.routes[denied]?.path],
      ['/a/{x}/{y}/{z}', '/a/{x}/{y}'],
    );
  });

  // Two lists of a hundred are ten thousand resources, and comparing them all took a minute.
  it('gives up before it writes more values than any answer could contain', () => {
    const bind = { a: { claim: 'a', each: true, max: 100 }, b: { claim: 'b', each: true, max: 100 } };
    const rules = [
      { ...allow(['/x/{a}/{b}']), id: 'own', bind },
      { ...allow(['/x/{a}/{b}']), id: 'all', when: { roles: { any: ['admin'] } } },
    ];
    const document = aDocument({ rules, result: { onOversize: 'exact', cacheTtlSeconds: 0 } }, [
      'GET /x/{a}/{b}',
    ]);
    const list = (length: number) => Array.from({ length }, (_, index) => `v${index}`);
    const claims = { a: list(100), b: list(100) };

    assert.equal(
      compilePolicy(document, aPrincipal({ claims }), { ...ARN, target: 'GET/x' }, AT).kind,
      'too-many',
    );
    assert.deepEqual(linesOf(document, { claims, roles: new Set(['admin']) }), ['Allow GET/x/*/*', ...DOTS]);
    assert.equal(linesOf(document, { claims: { a: list(10), b: list(10) } }).length, 100);
  });

  // docs/design/authorizers §7.11: hostile values of a claim that would be part of a resource.
  const hostile: readonly unknown[] = [
    '*',
    '?',
    'a*',
    '${aws:username}',
    'a/b',
    'a\\b',
    '%2A',
    '%',
    '',
    '.',
    '..',
    'a\u0000b',
    'a\nb',
    '\ud800',
    'x'.repeat(129),
    'x'.repeat(300),
    ['u-1'],
    7,
    { a: 1 },
    null,
    true,
  ];
  for (const value of hostile)
    it(`grants nothing to an owner called ${JSON.stringify(value).slice(0, 30)}, and says which rule it was`, () => {
      const document = aDocument(
        { rules: [{ ...allow(['/users/{id}']), id: 'own', bind: { id: { claim: 'name' } } }] },
        ROUTES,
      );
      const outcome = policyOf(document, { claims: { name: value } });

      assert.deepEqual(
        outcome.policy.Statement.map(({ Effect }) => Effect),
        ['Deny'],
      );
      assert.deepEqual(outcome.rejectedBindings, ['own']);
    });

  it('drops the hostile values among several, and all if there are too many', () => {
    const rules = [
      { ...allow(['/users/{id}']), id: 'own', bind: { id: { claim: 'teams', each: true, max: 2 } } },
    ];
    const document = aDocument({ rules }, ROUTES);
    const teams = (...list: readonly unknown[]) => linesOf(document, { claims: { teams: list } });

    assert.deepEqual(teams('t-2', 't-1'), ['Allow GET/users/t-1', 'Allow GET/users/t-2']);
    assert.deepEqual(teams('t-1', '*'), ['Allow GET/users/t-1']);
    assert.deepEqual(teams('t-1', 't-2', 't-3'), ['Deny *']);
    assert.deepEqual(linesOf(document, { claims: { teams: 't-1' } }), ['Deny *']);
  });

  // docs/design/authorizers §3.2, 4: a value that removes a grant is counted, even if other values stay.
  it('says which rule lost one of several values', () => {
    const bind = { id: { claim: 'teams', each: true } };
    const document = aDocument({ rules: [{ ...allow(['/users/{id}']), id: 'own', bind }] }, ROUTES);
    const rejectedOf = (...teams: readonly unknown[]) =>
      policyOf(document, { claims: { teams } }).rejectedBindings;

    assert.deepEqual(rejectedOf('a', 'b', 'a'), []);
    assert.deepEqual(rejectedOf('a', '*'), ['own']);
    assert.deepEqual(rejectedOf('a', 7), ['own']);
  });

  it('writes an id in both of its spellings, and grants none that is the name of a route', () => {
    const document = aDocument(
      { rules: [{ ...allow(['/users/{id}']), id: 'own', bind: { id: { claim: 'sub' } } }] },
      ROUTES,
    );

    assert.deepEqual(linesOf(document, { subject: 'auth0|7' }), [
      'Allow GET/users/auth0%7C7',
      'Allow GET/users/auth0|7',
    ]);
    assert.deepEqual(linesOf(document, { subject: 'search' }), ['Deny *']);
  });

  it('admits from the intersection of two networks what either of them admits', () => {
    const from = (...cidr: string[]) => ({ when: { sourceIp: { cidr } } });
    const rules = [
      { ...allow(['/users'], from('192.0.2.0/24', '203.0.113.0/24')), id: 'r1' },
      { ...allow(['/admin'], from('203.0.113.0/24', '198.51.100.0/24')), id: 'r2' },
    ];
    const common = '{"IpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}';

    const lines = linesOf(aDocument({ rules }, ROUTES));
    for (const route of ['users', 'admin'])
      assert.ok(lines.includes(`Allow GET/${route} if ${common}`), lines.join('\n'));
  });

  // docs/design/authorizers §7.12: deny wins, and neither rules nor routes have an order.
  it('has the same bytes for any order of rules, routes, roles and scopes', () => {
    const rules = [
      { ...allow(['/users/**']), id: 'r1' },
      { ...allow(['/admin']), id: 'r2', when: { sourceIp: { cidr: ['203.0.113.0/24', '2001:db8::/32'] } } },
      { ...allow(['/users/search']), id: 'r3', effect: 'deny' },
      { ...allow(['/users/{id}']), id: 'r4', bind: { id: { claim: 'sub' } } },
    ];
    const bytes = (seed: number): string => {
      const { upTo } = pickFrom(seed);
      const shuffled = <T>(items: readonly T[]): T[] =>
        items
          .map((item) => ({ item, rank: upTo(1e9) }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ item }) => item);
      return JSON.stringify(policyOf(aDocument({ rules: shuffled(rules) }, shuffled(ROUTES))).policy);
    };

    const first = bytes(0);
    for (let seed = 1; seed < 40; seed += 1) assert.equal(bytes(seed), first);
    assert.match(first, /"Effect":"Deny"/);
  });
});

describe('exactPolicy', () => {
  it('answers for the one request, and for no path that would mean more', () => {
    const resourceOf = (target: string) => JSON.stringify(exactPolicy(true, { ...ARN, target }).Statement);

    assert.match(resourceOf('GET/users/1'), /"Allow".*\/prod\/GET\/users\/1"/);
    assert.match(resourceOf('$connect'), /"Allow".*\/prod\/\$connect"/);
    for (const target of ['GET/users/*', 'GET/users/?', 'GET/users/${aws:username}'])
      assert.match(resourceOf(target), /"Deny".*\/prod\/\*"/);
    assert.match(JSON.stringify(exactPolicy(false, { ...ARN, target: 'GET/users/1' })), /"Deny"/);
  });
});
