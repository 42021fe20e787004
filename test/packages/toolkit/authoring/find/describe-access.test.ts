import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeAccess } from '../../../../../packages/toolkit/authoring/find/describe-access.ts';
import { aDocument } from '../../../../support/an-access-document.ts';

describe('describeAccess', () => {
  it('says for every route and role who may, who owns, what it depends on, and why', () => {
    const rules = [
      {
        id: 'list',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/users'],
        when: { roles: { any: ['support'] } },
      },
      {
        id: 'own',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/users/{id}'],
        bind: { id: { claim: 'sub' } },
      },
      {
        id: 'gold',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/report'],
        when: { claims: [{ claim: 'plan', op: 'equals', value: 'gold' }] },
      },
      {
        id: 'write',
        effect: 'allow',
        methods: ['POST'],
        paths: ['/orders'],
        when: { scopes: { all: ['orders:write'] } },
      },
      {
        id: 'office',
        effect: 'deny',
        methods: ['POST'],
        paths: ['/orders'],
        when: { not: { sourceIp: { cidr: ['203.0.113.0/24'] } } },
      },
      { id: 'never', effect: 'deny', methods: ['GET'], paths: ['/admin'] },
    ];
    const routes = [
      'GET /users',
      'GET /users/{id}',
      'GET /report',
      'POST /orders',
      'GET /admin',
      'GET /nobody',
    ];

    const { columns, rows } = describeAccess(aDocument({ rules }, routes));

    assert.deepEqual(columns, ['anybody', 'support', 'admin']);
    assert.deepEqual(
      rows.map(({ route, cells, rules: lines }) => [route.path, cells.join(' '), lines.join('; ')]),
      [
        ['/admin', 'deny deny deny', 'never: deny'],
        ['/nobody', 'deny deny deny', ''],
        [
          '/orders',
          'depends depends depends',
          'write: allow if scope orders:write; office: deny if not address in 203.0.113.0/24',
        ],
        ['/report', 'depends depends depends', 'gold: allow if claim plan equals gold'],
        ['/users', 'deny allow allow', 'list: allow if role support'],
        ['/users/{id}', 'own own own', 'own: allow if {id} is claim sub'],
      ],
    );
  });

  it('says which routes are charged to which caller, and what is known about callers by key', () => {
    const issuers = [
      { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] },
      { id: 'keys', type: 'apiKey', prefix: 'shop_live' },
    ];
    const sources = [
      { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: issuers.map(({ id }) => id) },
    ];
    const rules = [{ id: 'all', effect: 'allow', methods: ['GET'], paths: ['/**'] }];
    const quota = {
      plan: { claim: 'plan' },
      tenant: { claim: 'tenant' },
      routes: ['GET /report'],
      when: { issuers: ['keys'] },
    };
    const document = aDocument({ issuers, sources, rules, quota }, ['GET /users', 'GET /report']);

    const { rows, notes } = describeAccess(document);

    assert.deepEqual(
      rows.map(({ route, isCharged }) => [route.path, isCharged]),
      [
        ['/report', true],
        ['/users', false],
      ],
    );
    assert.deepEqual(notes, [
      'charged: callers of keys; tenant: claim tenant; plan: from the customer record, otherwise claim plan; 403 without claim tenant or a plan',
      'keys: keys shop_live_…; each key has its own roles and scopes',
    ]);
  });

  it('describes every kind of condition', () => {
    const conditions: readonly (readonly [when: object, words: string])[] = [
      [{ mfa: true }, 'signed in with more than one factor'],
      [{ issuers: ['main'] }, 'issuer main'],
      [{ clients: ['web', 'app'] }, '(client web or client app)'],
      [{ scopes: { all: ['a', 'b'] } }, '(scope a and scope b)'],
      [{ roles: { any: ['support'] }, mfa: true }, '(role support and signed in with more than one factor)'],
      [
        { not: { any: [{ mfa: true }, { issuers: ['main'] }] } },
        'not (signed in with more than one factor or issuer main)',
      ],
      [{ claims: [{ claim: 'org.id', op: 'in', value: ['x', 'y'] }] }, 'claim org.id in x, y'],
      [{ claims: [{ claim: 'tier', op: 'exists' }] }, 'claim tier exists'],
      [{ authAgeSeconds: 300 }, 'signed in at most 300 s ago'],
      [
        { sourceIp: { cidr: ['198.51.100.7/32', '203.0.113.0/24'] } },
        'address in 198.51.100.7/32, 203.0.113.0/24',
      ],
    ];
    for (const [when, words] of conditions) {
      const rule = { id: 'r', effect: 'allow', methods: ['GET'], paths: ['/users'], when };
      const { rows } = describeAccess(
        aDocument({ rules: [rule], result: { cacheTtlSeconds: 0 } }, ['GET /users']),
      );
      assert.deepEqual(rows[0]?.rules, [`r: allow if ${words}`]);
    }
  });

  it('says what a role decides: all of several, one of several, and what it leaves open', () => {
    const cellsFor = (when: object, effect = 'deny'): string => {
      const every = { id: 'all', effect: 'allow', methods: ['GET'], paths: ['/users'] };
      const rule = { ...every, id: 'r', effect, when };
      const { rows } = describeAccess(
        aDocument({ rules: effect === 'deny' ? [every, rule] : [rule] }, ['GET /users']),
      );
      return rows[0]?.cells.join(' ') ?? '';
    };
    const admin = { roles: { any: ['admin'] } };
    const support = { roles: { any: ['support'] } };

    assert.equal(cellsFor({ all: [admin, support] }), 'allow allow deny');
    assert.equal(cellsFor({ any: [admin, support] }), 'allow deny deny');
    assert.equal(cellsFor({ not: admin }), 'deny deny allow');
    assert.equal(cellsFor({ all: [admin, { mfa: true }] }), 'allow allow depends');
    assert.equal(cellsFor({ any: [admin, { mfa: true }] }), 'depends depends deny');
    assert.equal(cellsFor({ not: { mfa: true } }), 'depends depends depends');
    assert.equal(cellsFor({ scopes: { all: ['orders:read'] } }, 'allow'), 'depends allow allow');
  });

  it('says which segment a caller must own, also if it is one of a list', () => {
    const rule = {
      id: 'own',
      effect: 'allow',
      methods: ['GET'],
      paths: ['/orgs/{org}/users/{id}'],
      bind: { org: { claim: 'org.ids', each: true }, id: { claim: 'sub' } },
      when: { mfa: true },
    };
    const { rows } = describeAccess(aDocument({ rules: [rule] }, ['GET /orgs/{org}/users/{id}', 'GET /a']));

    const row = rows.find(({ route }) => route.path.startsWith('/orgs'));
    assert.deepEqual(row?.rules, [
      'own: allow if signed in with more than one factor and {org} is in claim org.ids and {id} is claim sub',
    ]);
    assert.equal(row.cells[0], 'depends');
  });

  it('shows an open route as open, and a WebSocket API as its connections', () => {
    const rules = [{ id: 'all', effect: 'allow', methods: ['*'], paths: ['/**'] }];
    const quota = { plan: 'partner', tenant: 'acme' };
    const { rows, notes } = describeAccess(aDocument({ rules, quota }, ['GET /users', 'open GET /menu']));
    assert.deepEqual(
      rows.map(({ route, cells, rules: lines, isCharged }) => [route.path, cells[0], lines, isCharged]),
      [
        ['/menu', 'open', [], false],
        ['/users', 'allow', ['all: allow'], true],
      ],
    );
    assert.deepEqual(notes, [
      'charged: all callers; tenant: acme; plan: from the customer record, otherwise partner',
    ]);

    const connect = [{ id: 'ws', effect: 'allow', connect: true }];
    const chat = describeAccess(
      aDocument({ rules: connect, quota }, ['ANY $connect', 'ANY chat'], 'websocket'),
    );
    assert.deepEqual(
      chat.rows.map(({ route, cells, rules: lines, isCharged }) => [
        `${route.method} ${route.path}`,
        cells,
        lines,
        isCharged,
      ]),
      [['WebSocket $connect', ['allow', 'allow', 'allow'], ['ws: allow'], true]],
    );
  });

  // The matrix of a service whose WebSocket API has only $default said that nobody without a role may connect.
  it('says that everyone may connect to a WebSocket API whose handshakes have no authorizer', () => {
    const connect = [{ id: 'ws', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } }];
    const cellsWith = (...routes: string[]) =>
      describeAccess(aDocument({ rules: connect }, routes, 'websocket')).rows.map(({ cells }) => cells);

    assert.deepEqual(cellsWith('open ANY $default'), [['open', 'open', 'open']]);
    assert.deepEqual(cellsWith('JWT ANY $connect'), [['other', 'other', 'other']]);
    assert.deepEqual(cellsWith('ANY $connect'), [['deny', 'allow', 'allow']]);
  });

  it('names the claims that every caller has', () => {
    const result = { claims: { as: 'jwt', names: ['sub', 'org', 'tier'], optional: ['tier'] } };
    const { notes } = describeAccess(aDocument({ result }));

    assert.deepEqual(notes, ['every caller must have the claims sub, org; all others get 403']);
  });
});
