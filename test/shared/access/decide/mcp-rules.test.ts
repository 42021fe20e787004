import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mcpGrantsOf, printMcpRules, rulesNaming } from '#shared/access/decide/mcp-rules.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { aDocument, aPrincipal } from '../../../support/an-access-document.ts';

const document = aDocument(
  {
    mcp: {
      path: '/mcp',
      rules: [
        { id: 'reads', effect: 'allow', tools: ['get_*'], resources: ['orders://public/**'] },
        { id: 'tasks', effect: 'allow', methods: ['tasks/get'] },
        { id: 'secret', effect: 'deny', tools: ['get_secret'] },
      ],
    },
  },
  ['POST /mcp'],
);

it('finds the rules that name what a message asks for', () => {
  const cases: readonly [method: string, name: string | undefined, ids: readonly string[]][] = [
    ['tools/call', 'get_order', ['reads']],
    ['tools/call', 'get_secret', ['reads', 'secret']],
    ['tools/call', 'refund', []],
    ['tools/call', undefined, []],
    ['resources/read', 'orders://public/1', ['reads']],
    ['tasks/get', undefined, ['tasks']],
    ['tasks/cancel', undefined, []],
  ];
  for (const [method, name, ids] of cases)
    assert.deepEqual(
      rulesNaming(document, { method, name }).map(({ id }) => id),
      ids,
      `${method} ${name ?? ''}`,
    );
});

/** The address of the caller is not known. */
const AT = { isInNetwork: () => undefined, nowEpochSeconds: 0 };

describe('mcpGrantsOf', () => {
  const ALLOW = { id: 'a', effect: 'allow', tools: ['get'] };
  const rulesOf = (when: object, effect = 'allow') => [{ ...ALLOW, effect, when }];
  const scopes = (...all: readonly string[]) => ({ scopes: { all } });
  const admin = { roles: { any: ['admin'] } };
  const office = { sourceIp: { cidr: ['192.0.2.0/24'] } };
  const of = (rules: readonly object[], over: Partial<Principal> = {}, text: object = {}) =>
    mcpGrantsOf(
      aDocument(
        { roles: { admin: {} }, result: { cacheTtlSeconds: 0 }, mcp: { path: '/mcp', rules }, ...text },
        ['POST /mcp'],
      ),
      aPrincipal(over),
      AT,
    );

  it('collects each pattern once, by subject, of the rules that apply', () => {
    const rules = [
      { ...ALLOW, tools: ['get', 'list'], prompts: ['p'] },
      { ...ALLOW, id: 'b', tools: ['list', 'add'], resources: ['a://b'], methods: ['tasks/get'] },
      { ...ALLOW, id: 'c', tools: ['drop'], when: admin },
      { id: 'd', effect: 'deny', tools: ['add'] },
      { id: 'e', effect: 'deny', tools: ['get'], when: admin },
    ];
    assert.deepEqual(of(rules), {
      document: 'orders',
      allow: { tools: ['get', 'list', 'add'], prompts: ['p'], resources: ['a://b'], methods: ['tasks/get'] },
      deny: { tools: ['add'] },
      withScopes: [],
    });
    assert.deepEqual(of(rules, { roles: new Set(['admin']) })?.deny, { tools: ['add', 'get'] });
  });

  // A rule that cannot be decided must not open anything.
  it('applies a deny rule, but not an allow rule, whose condition cannot be decided', () => {
    assert.deepEqual(of(rulesOf(office))?.allow, {});
    assert.deepEqual(of(rulesOf(office, 'deny'))?.deny, { tools: ['get'] });
  });

  const stepUps: readonly (readonly [what: string, when: object, wanted: readonly string[] | undefined])[] = [
    ['a scope', scopes('r'), ['r']],
    ['two scopes', scopes('r', 's'), ['r', 's']],
    ['one that the token has, and one that it lacks', scopes('have', 's'), ['s']],
    ['the shorter way of two', { any: [scopes('r', 's'), scopes('t')] }, ['t']],
    ['the only way of two', { any: [admin, scopes('t')] }, ['t']],
    ['a scope besides what is true', { all: [{ not: admin }, scopes('r')] }, ['r']],
    ['a scope twice', { all: [scopes('r'), scopes('r', 's')] }, ['r', 's']],
    ['nothing if a role is missing, too', { all: [admin, scopes('r')] }, undefined],
    ['nothing if only a role is missing', admin, undefined],
    ['nothing if an address decides', { all: [office, scopes('r')] }, undefined],
    ['nothing for what no scope changes', { not: scopes('have') }, undefined],
  ];
  for (const [what, when, wanted] of stepUps)
    it(`names ${what}`, () => {
      const grants = of(rulesOf(when), { scopes: new Set(['have']) });
      assert.deepEqual(
        grants?.withScopes,
        wanted === undefined ? [] : [{ scopes: wanted, allow: { tools: ['get'] } }],
      );
    });

  it('names no scopes for a deny rule, and for a rule that applies', () => {
    assert.deepEqual(of(rulesOf(scopes('r'), 'deny'))?.withScopes, []);
    assert.deepEqual(of(rulesOf(scopes('have')), { scopes: new Set(['have']) })?.withScopes, []);
  });

  it('grants nothing to a caller without a claim that the document requires', () => {
    const claims = { as: 'cognito', names: ['email'] };
    const text = { result: { cacheTtlSeconds: 0, claims } };
    const nothing = { document: 'orders', allow: {}, deny: {}, withScopes: [] };
    assert.deepEqual(of([ALLOW], {}, text), nothing);
    assert.deepEqual(of([ALLOW], { claims: { email: 'a@b.example' } }, text)?.allow, { tools: ['get'] });
  });

  it('names whom the wrapper charges, if the wrapper charges at all', () => {
    const quota = { tenant: 'acme', plan: 'gold' };
    const charging = (mcp: object) =>
      mcpGrantsOf(
        aDocument({ result: { cacheTtlSeconds: 0 }, quota, mcp: { path: '/mcp', rules: [ALLOW], ...mcp } }, [
          'POST /mcp',
        ]),
        aPrincipal(),
        AT,
      )?.charge;
    assert.deepEqual(charging({ charge: true }), { plan: 'gold', tenant: 'acme', key: 'main|u-1' });
    assert.equal(charging({}), undefined);
  });

  it('is undefined without rules under mcp', () => {
    assert.equal(mcpGrantsOf(aDocument({}, ['POST /mcp']), aPrincipal(), AT), undefined);
    assert.deepEqual(printMcpRules(aDocument({}, ['POST /mcp']), aPrincipal(), AT, 100), {});
  });
});
