import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeAccess } from '../../../packages/authoring/describe-access.ts';
import { aDocument } from '../../support/an-access-document.ts';

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

  it('says which routes are charged to which caller, and what is known of callers by key', () => {
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
      'charged: callers of keys, to the plan of claim plan, as tenant claim tenant; 403 for callers without such a claim',
      'keys: keys shop_live_…, with the roles and scopes of the key',
    ]);
  });
});
