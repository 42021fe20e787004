import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printProblem } from '../../../../../packages/toolkit/authoring/document/read-document.ts';
import { aDocument, anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const ROUTES = ['GET /orders', 'POST /orders', 'GET /orders/{id}', 'ANY /files/{proxy+}', 'open GET /menu'];
const PARTNERS = { id: 'partners', type: 'clientCert', match: [{ issuerDN: 'CN=Partner CA' }] };
const rule = (over: object) => ({ id: 'r', effect: 'allow', methods: ['GET'], paths: ['/orders'], ...over });

function problemsOf(over: object, routes = ROUTES, kind: 'rest' | 'http' | 'websocket' = 'rest') {
  const compilation = compile(documentText(over), anInventory(routes, kind));
  return compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message) : [];
}

function warningsOf(over: object, routes = ROUTES, kind: 'rest' | 'http' | 'websocket' = 'rest') {
  const compilation = compile(documentText(over), anInventory(routes, kind));
  return compilation.kind === 'compiled'
    ? compilation.warnings.map(({ message }) => message)
    : assert.fail(JSON.stringify(compilation.problems));
}

describe('compileDocument', () => {
  it('turns names into routes, one for each verb', () => {
    const document = aDocument(
      { rules: [rule({ id: 'a', methods: ['*'], paths: ['/orders/**', '/files/**'] })] },
      ROUTES,
    );
    const named = document.rules[0]?.routes.map((index) => document.routes[index]);

    assert.deepEqual(
      named?.map((route) => `${route?.method} ${route?.path}`),
      [
        ...['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'].map(
          (verb) => `${verb} /files/{proxy+}`,
        ),
        'GET /orders',
        'POST /orders',
        'GET /orders/{id}',
      ],
    );
  });

  it('refuses a route of more segments than could be walked', () => {
    const compilation = compile(documentText(), anInventory([`GET ${'/{a}'.repeat(10_000)}`]));

    assert.match(
      compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message).join() : '',
      /routes: a route has more than 200 segments/,
    );
  });

  it('binds a parameter by its name in the rule, whatever its place', () => {
    const routes = ['GET /users/{id}', 'GET /a/b/{id}', 'GET /users/{id}/orders'];
    const rules = [rule({ paths: ['/users/{id}/**', '/a/b/{id}'], bind: { id: { claim: 'sub' } } })];
    const document = aDocument({ rules }, routes);

    assert.deepEqual(document.rules[0]?.bind, [{ segments: [2, 1, 1], claim: ['sub'] }]);
  });

  const oidc = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };
  const header = { in: 'header', name: 'authorization', issuers: ['main'] };
  const rows: readonly {
    name: string;
    over: object;
    kind?: 'http' | 'websocket';
    routes?: string[];
    expected: RegExp;
  }[] = [
    {
      name: 'a path that no route has',
      over: { rules: [rule({ paths: ['/orderz'] })] },
      expected: /^rules\[0\]\.paths\[0\]: the API has no route \/orderz; did you mean \/orders\?$/,
    },
    {
      name: 'a path in the wrong case',
      over: { rules: [rule({ paths: ['/Orders'] })] },
      expected: /did you mean \/orders\?/,
    },
    {
      name: 'a verb that the route lacks',
      over: { rules: [rule({ methods: ['PUT'] })] },
      expected: /the API has no PUT \/orders; at this path it has GET, POST/,
    },
    {
      name: 'a path below a greedy route',
      over: { rules: [rule({ paths: ['/files/secret'] })] },
      expected: /\/files\/\{proxy\+\} serves this path: check access in the handler of that route/,
    },
    {
      name: 'a role that is not declared',
      over: { rules: [rule({ when: { not: { roles: { any: ['root'] } } } })] },
      expected:
        /when\.not\.roles\.any\[0\]: "root" is not declared under roles; expected one of support, admin/,
    },
    {
      name: 'an issuer that is not declared',
      over: { rules: [rule({ when: { issuers: ['other'] } })] },
      expected: /"other" is not declared under issuers/,
    },
    {
      name: 'a source for an issuer that is not declared',
      over: { sources: [{ ...header, issuers: ['main', 'x'] }] },
      expected: /sources\[0\]\.issuers\[1\]: "x" is not declared/,
    },
    {
      name: 'an issuer that no source names',
      over: { issuers: [oidc, { ...oidc, id: 'b', issuer: 'https://b.example/' }] },
      expected: /no source names "b"/,
    },
    {
      name: 'two issuers of one iss',
      over: { issuers: [oidc, { ...oidc, id: 'b' }], sources: [{ ...header, issuers: ['main', 'b'] }] },
      expected: /which another issuer also uses/,
    },
    {
      name: 'an issuer for a stage without API',
      over: { issuers: [{ ...oidc, only: ['dev'] }] },
      expected: /"dev" is not a stage under api/,
    },
    {
      name: 'two rules of one id',
      over: { rules: [rule({}), rule({ methods: ['POST'] })] },
      expected: /is used by two rules/,
    },
    {
      name: 'roles in a ring',
      over: { roles: { a: { inherits: ['b'] }, b: { inherits: ['a'] } }, rules: [rule({})] },
      expected: /must not inherit itself through "[ab]"/,
    },
    {
      name: 'a role that inherits itself',
      over: { roles: { a: { inherits: ['a'] } }, rules: [rule({})] },
      expected: /"a" must not inherit itself$/,
    },
    {
      name: 'more roles than the limit',
      over: {
        roles: Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`r${index}`, {}])),
        rules: [rule({})],
      },
      expected: /roles: has 501 entries; the limit is 500/,
    },
    {
      name: 'the id of an API that YAML has taken for a number',
      over: { api: { prod: { apiId: 5970695249, stage: 'prod' } }, rules: [rule({})] },
      expected: /api\.prod\.apiId: must be in quotes, because YAML reads it as a number/,
    },
    {
      name: 'a path of ten thousand parameters',
      over: { rules: [rule({ paths: ['/{a}'.repeat(10_000)] })] },
      expected: /paths\[0\]: must be a path such as/,
    },
    {
      name: 'an inherited role that is not declared',
      over: { roles: { a: { inherits: ['b'] } }, rules: [rule({})] },
      expected: /roles\.a\.inherits\[0\]: "b" is not declared/,
    },
    {
      name: 'a parameter that the path lacks',
      over: { rules: [rule({ bind: { id: { claim: 'sub' } } })] },
      expected: /binds \{id\}, which is not a single segment in every path of the rule/,
    },
    {
      name: 'a greedy parameter that is bound',
      over: { rules: [rule({ paths: ['/files/{proxy+}'], bind: { proxy: { claim: 'sub' } } })] },
      expected: /binds \{proxy\}/,
    },
    {
      name: 'certificates out of a header',
      over: { issuers: [oidc, PARTNERS], sources: [{ ...header, issuers: ['main', 'partners'] }] },
      expected:
        /"partners" is an issuer of certificates, which are read from clientCert: change "in" to clientCert/,
    },
    {
      name: 'tokens out of a certificate',
      over: { sources: [header, { in: 'clientCert', issuers: ['main'] }] },
      expected: /"main" is not an issuer of certificates/,
    },
    {
      name: 'a role of certificates that is not declared',
      over: {
        issuers: [oidc, { ...PARTNERS, roles: ['root'] }],
        sources: [header, { in: 'clientCert', issuers: ['partners'] }],
      },
      expected: /issuers\[1\]\.roles\[0\]: "root" is not declared under roles/,
    },
    {
      name: 'a query source outside WebSockets',
      over: { sources: [{ in: 'query', name: 'token', issuers: ['main'] }] },
      expected: /is for WebSocket APIs only/,
    },
    {
      name: 'connect outside WebSockets',
      over: { rules: [{ id: 'a', effect: 'allow', connect: true }] },
      expected: /connect is for WebSocket APIs only/,
    },
    {
      name: 'routes on a WebSocket',
      over: { rules: [rule({})] },
      kind: 'websocket',
      expected: /write connect: true/,
    },
    {
      name: 'simple answers of a REST API',
      over: { result: { format: 'simple' } },
      expected: /simple results are for HTTP APIs only/,
    },
    // B15: the verdict for one id would answer for the next.
    {
      name: 'an owner in a simple answer that is kept',
      over: {
        rules: [rule({ paths: ['/orders/{id}'], bind: { id: { claim: 'sub' } } })],
        result: { format: 'simple' },
      },
      kind: 'http',
      expected: /rules\[0\]\.bind: cannot be cached as a simple result/,
    },
    {
      name: 'an address in a simple answer that is kept',
      over: { rules: [rule({ when: { sourceIp: { cidr: ['10.0.0.0/8'] } } })], result: { format: 'simple' } },
      kind: 'http',
      expected: /would also apply to callers from other addresses/,
    },
    {
      name: 'exact answers that are kept',
      over: { result: { onOversize: 'exact' } },
      expected: /needs cacheTtlSeconds: 0/,
    },
    {
      name: 'a route with a wildcard of IAM in it',
      over: {},
      routes: ['GET /a*b'],
      kind: 'http',
      expected: /contains \*, \? or \$\{, which have a special meaning in IAM policies/,
    },
  ];
  for (const { name, over, kind, routes, expected } of rows)
    it(`refuses ${name}`, () => {
      const problems = problemsOf(over, routes, kind);
      assert.ok(
        problems.some((message) => expected.test(message)),
        JSON.stringify(problems),
      );
    });

  it('finds the line of what it refuses', () => {
    const text = `version: 1
api: { prod: { apiId: a1b2c3d4e5, stage: prod } }
routes: ..
issuers:
  - { id: main, type: oidc, issuer: https://issuer.example/, audience: [api] }
sources:
  - { in: header, name: authorization, issuers: [main] }
rules:
  - id: read
    effect: allow
    methods: [GET]
    paths:
      - /orders
      - /order/{id}
`;
    const compilation = compile(text, anInventory(ROUTES));

    assert.deepEqual(compilation.kind === 'invalid' && compilation.problems.map(printProblem), [
      'access/orders.yml:14:9: rules[0].paths[1]: the API has no route /order/{id}; did you mean /orders/{id}?',
    ]);
  });

  it('warns of routes without allowed callers, and of unenforced rules', () => {
    const warnings = warningsOf({ rules: [rule({ methods: ['GET'], paths: ['/orders', '/menu'] })] });

    assert.match(
      warnings.join('\n'),
      /GET \/menu does not use an authorizer of Gatewright, so this rule is not enforced on this route/,
    );
    assert.match(
      warnings.join('\n'),
      /no rule allows DELETE \/files\/\{proxy\+\}, .*, so every call is denied/,
    );
  });

  it('warns of a WebSocket API whose handshakes have no authorizer of Gatewright', () => {
    const connect = { rules: [{ id: 'ws', effect: 'allow', connect: true }] };
    const warned = (routes: string[]) => warningsOf(connect, routes, 'websocket').join('\n');

    const expected =
      /WebSocket \$connect does not use an authorizer of Gatewright, so this rule is not enforced/;
    assert.match(warned(['open ANY $connect']), expected);
    assert.match(warned(['open ANY $default']), expected, 'an API without the route $connect');
    assert.doesNotMatch(warned(['ANY $connect', 'open ANY $default']), expected);
  });

  it('warns of no preflight, unless a rule asks for OPTIONS by name', () => {
    const routes = ['GET /orders', 'open OPTIONS /orders'];
    const warned = (methods: readonly string[]) =>
      warningsOf({ rules: [rule({ methods, paths: ['/**'] })] }, routes).join('\n');

    assert.doesNotMatch(warned(['*']), /nothing enforces/);
    assert.match(
      warned(['GET', 'OPTIONS']),
      /OPTIONS \/orders does not use an authorizer of Gatewright, so this rule is not enforced on this route/,
    );
  });

  it('warns of routes if an unconditional rule denies every allowed caller', () => {
    const shut = { id: 'shut', effect: 'deny', methods: ['*'], paths: ['/orders/**'] };
    const sometimes = { ...shut, id: 'sometimes', when: { roles: { any: ['support'] } } };
    const all = rule({ methods: ['*'], paths: ['/**'] });

    assert.match(
      warningsOf({ rules: [all, shut] }).join('\n'),
      /a deny rule without "when" denies GET \/orders, .* to every caller, despite allow rules/,
    );
    assert.doesNotMatch(warningsOf({ rules: [all, sometimes] }).join('\n'), /to everybody/);
  });

  it('warns of "not" over a claim that may be missing', () => {
    const when = { not: { claims: [{ claim: 'suspended', op: 'equals', value: true }] } };

    assert.match(
      warningsOf({ rules: [rule({ when })] }).join(),
      /inside "not" is undecided for a caller without the claim/,
    );
  });

  // docs/design/authorizers §2D (1): 60 s, and 300 s at most unless set on purpose.
  // What an authorizer can answer: docs/aws/authorizers.md.
  const quota = { plan: 'free', tenant: { claim: 'tenant' } };
  const result = { cacheTtlSeconds: 0 };
  for (const { name, kind, over, expected } of [
    { name: 'an HTTP API', kind: 'http', over: quota, expected: /charge in the handler with quota\(\)/ },
    {
      name: 'a REST API without admissionKey',
      kind: 'rest',
      over: quota,
      expected: /set quota\.admissionKey/,
    },
  ] as const)
    it(`warns that ${name} answers 403 over quota`, () => {
      assert.match(warningsOf({ quota: over, result }, ROUTES, kind).join('\n'), expected);
    });

  it('does not warn of 403 if over quota is 429, or nothing is refused', () => {
    for (const over of [
      { ...quota, admissionKey: 'acme-admitted-requests' },
      { ...quota, count: 'access-log' },
    ])
      assert.doesNotMatch(warningsOf({ quota: over, result }).join('\n'), /403/);
  });

  it('warns of results that are cached for more than five minutes', () => {
    const warned = (cacheTtlSeconds: number) =>
      warningsOf({ result: { cacheTtlSeconds } }).filter((text) => text.includes('cacheTtlSeconds'));

    assert.deepEqual(warned(300), []);
    assert.match(warned(301).join(), /a revoked right, or an expired token, stays valid for 301 s/);
  });

  it('finds the API by its id in the document, and by the ids in the inventory', () => {
    const inventory = { ...anInventory(ROUTES), apiIds: { prod: ['localid000', 'a1b2c3d4e5'] } };
    const compilation = compile(documentText(), inventory);

    assert.deepEqual(compilation.kind === 'compiled' && compilation.document.apis, [
      { for: 'prod', apiId: 'a1b2c3d4e5', stage: 'prod' },
      { for: 'prod', apiId: 'localid000', stage: 'prod' },
    ]);
  });
});

describe('warnings of a document', () => {
  const warned = (over: object, routes: readonly string[], kind: 'rest' | 'http' = 'rest') => {
    const compilation = compile(documentText(over), anInventory(routes, kind));
    assert.ok(compilation.kind === 'compiled', JSON.stringify(compilation));
    return compilation.warnings.map(({ message }) => message);
  };
  const rule = (over: object) => ({ id: 'r', effect: 'allow', methods: ['GET'], paths: ['/users'], ...over });

  it('are of open routes that a rule names, but of a preflight only if the rule names OPTIONS', () => {
    const routes = ['GET /users', 'open OPTIONS /users'];
    const open = (methods: readonly string[], more = routes) =>
      warned({ rules: [rule({}), rule({ id: 'o', methods })] }, more).filter((text) =>
        text.includes('an authorizer of Gatewright'),
      );

    assert.deepEqual(open(['*']), []);
    assert.match(
      open(['OPTIONS']).join(),
      /^rules\[1\]: OPTIONS \/users does not use an authorizer of Gatewright/,
    );
    assert.match(
      open(['*'], [...routes, 'open POST /users']).join(),
      /^rules\[1\]: POST \/users does not use/,
    );
  });

  it('are of an allow rule that does not allow callers without a claim', () => {
    const not = { not: { claims: [{ claim: 'tier', op: 'equals', value: 'free' }] } };
    const ofMissing = (over: object) =>
      warned({ rules: [rule({}), rule({ id: 'n', ...over })] }, ['GET /users']).filter((text) =>
        text.includes('inside "not" is undecided'),
      );

    assert.equal(ofMissing({ when: not }).length, 1);
    assert.deepEqual(ofMissing({ when: { not: { mfa: true } } }), []);
    assert.deepEqual(ofMissing({ when: { claims: not.not.claims } }), []);
    assert.deepEqual(ofMissing({ when: not, effect: 'deny' }), []);
  });

  it('name the quota if over quota is 403', () => {
    const quota = { plan: 'partner', tenant: 'acme' };
    const result = { cacheTtlSeconds: 0 };

    for (const kind of ['rest', 'http'] as const)
      assert.match(
        warned({ quota, result }, ['GET /users'], kind).join('\n'),
        /^quota: .* 403 .*when the quota is exceeded/m,
      );
    // The wrapper of an MCP server responds with 429 itself.
    const mcp = { path: '/mcp', rules: [{ id: 'all', effect: 'allow', tools: ['*'] }], charge: true };
    const ofQuota = (routes: readonly string[]) =>
      warned({ quota, result, mcp }, routes, 'http').filter((text) => text.startsWith('quota: '));
    assert.deepEqual(ofQuota(['POST /mcp']), []);
    assert.equal(ofQuota(['POST /mcp', 'GET /users']).length, 1);
  });
});
