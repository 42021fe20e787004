import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mcpGrantsOf } from '#shared/access/decide/mcp-rules.ts';
import {
  aDocument,
  anInventory,
  aPrincipal,
  compile,
  documentText,
} from '../../../../support/an-access-document.ts';

const RULE = { id: 'read', effect: 'allow', tools: ['get_*'] };
const ROUTES = ['POST /mcp', 'GET /orders'];
const AT = { nowEpochSeconds: 1_700_000_000, isInNetwork: () => true };

function problemsOf(over: object, kind: 'rest' | 'http' | 'websocket' = 'rest'): readonly string[] {
  const routes = kind === 'websocket' ? [] : ROUTES;
  const rules = kind === 'websocket' ? { rules: [{ id: 'all', effect: 'allow', connect: true }] } : {};
  const compilation = compile(documentText({ ...rules, ...over }), anInventory(routes, kind));
  return compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message) : [];
}

function warningsOf(routes: readonly string[], kind: 'rest' | 'http' = 'http'): readonly string[] {
  const text = documentText({ mcp: { path: '/mcp', rules: [RULE] } });
  const compilation = compile(text, anInventory(routes, kind));
  assert.ok(compilation.kind === 'compiled');
  return compilation.warnings.map(({ message }) => message).filter((message) => message.includes('/mcp'));
}

describe('the section mcp of an access document', () => {
  // MCP 2025-11-25, Transports, Listening for Messages from the Server: 405 if the server has no stream of its own.
  it('warns if API Gateway answers GET in place of the server', () => {
    assert.match(
      warningsOf(['POST /mcp']).join(),
      /has no route GET \/mcp, so API Gateway responds to GET with 404/,
    );
    assert.match(warningsOf(['POST /mcp'], 'rest').join(), /responds to GET with 403/);
    assert.deepEqual(warningsOf(['POST /mcp', 'GET /mcp']), []);
    assert.deepEqual(warningsOf(['ANY /mcp']), []);
  });

  const wrong: readonly [what: string, mcp: object, message: RegExp, over?: object][] = [
    [
      'a path that is not a route',
      { path: '/other', rules: [RULE] },
      /is not a route of the API: clients send POST/,
    ],
    ['a path that only answers GET', { path: '/orders', rules: [RULE] }, /is not a route of the API/],
    ['two rules with one id', { path: '/mcp', rules: [RULE, { ...RULE, tools: ['x'] }] }, /already the id/],
    ['a rule that names nothing', { path: '/mcp', rules: [{ id: 'x', effect: 'allow' }] }, /names nothing/],
    [
      'a method that tools decide',
      { path: '/mcp', rules: [{ ...RULE, methods: ['tools/call'] }] },
      /a method to which tools, prompts and resources do not apply/,
    ],
    ['a wildcard for methods', { path: '/mcp', rules: [{ ...RULE, methods: ['*'] }] }, /must not contain \*/],
    [
      'a wildcard within a URI',
      { path: '/mcp', rules: [{ ...RULE, resources: ['a://**/b'] }] },
      /a URI such as/,
    ],
    ['an unknown role', { path: '/mcp', rules: [{ ...RULE, when: { roles: { any: ['x'] } } }] }, /x/],
    [
      'header rules with a cache',
      { path: '/mcp', rules: [RULE], refuseByHeaders: true },
      /needs result.cacheTtlSeconds: 0/,
    ],
    [
      'an address with a cache',
      { path: '/mcp', rules: [{ ...RULE, when: { sourceIp: { cidr: ['10.0.0.0/8'] } } }] },
      /reads sourceIp, which needs result.cacheTtlSeconds: 0/,
    ],
    ['charging without a quota', { path: '/mcp', rules: [RULE], charge: true }, /needs quota/],
    [
      'charging in two places',
      { path: '/mcp', rules: [RULE], charge: true },
      /names a route of \/mcp, but mcp.charge charges the calls to this path/,
      { quota: { plan: 'gold', tenant: 'acme', routes: ['POST /mcp'] } },
    ],
    [
      'charging from access logs as well',
      { path: '/mcp', rules: [RULE], charge: true },
      /count: access-log/,
      { quota: { plan: 'gold', tenant: 'acme', count: 'access-log' } },
    ],
    [
      'more patterns than a context can carry',
      {
        path: '/mcp',
        rules: [{ ...RULE, tools: Array.from({ length: 60 }, (_, n) => `tool_${n}_${'x'.repeat(40)}`) }],
      },
      /use wildcards/,
    ],
  ];
  for (const [what, mcp, message, over = {}] of wrong)
    it(`refuses ${what}`, () => {
      const problems = problemsOf({ mcp, ...over });
      assert.ok(
        problems.some((text) => message.test(text)),
        JSON.stringify(problems),
      );
    });

  it('is not for WebSocket APIs', () =>
    assert.match(
      problemsOf({ mcp: { path: '/mcp', rules: [RULE] } }, 'websocket').join(),
      /is for REST and HTTP/,
    ));

  it('leaves the route of the server to the wrapper, and charges the others in the authorizer', () => {
    const { quota, mcp } = aDocument(
      {
        mcp: { path: '/mcp', rules: [RULE], charge: true },
        quota: { plan: 'gold', tenant: 'acme' },
        result: { cacheTtlSeconds: 0 },
      },
      ROUTES,
    );
    assert.deepEqual([quota?.routes, mcp?.charge], [[1], true]);
  });

  describe('gives each caller', () => {
    const document = aDocument(
      {
        roles: { reader: {}, support: { inherits: ['reader'] } },
        mcp: {
          path: '/mcp',
          rules: [
            { ...RULE, when: { roles: { any: ['reader'] } } },
            {
              id: 'no',
              effect: 'deny',
              tools: ['get_secret'],
              when: { claims: [{ claim: 'guest', op: 'equals', value: true }] },
            },
            {
              id: 'refund',
              effect: 'allow',
              tools: ['refund'],
              when: { all: [{ roles: { any: ['support'] } }, { scopes: { all: ['orders:refund'] } }] },
            },
          ],
        },
      },
      ROUTES,
    );
    const grantsOf = (over: Parameters<typeof aPrincipal>[0]) => mcpGrantsOf(document, aPrincipal(over), AT);

    it('what the rules in force allow', () =>
      assert.deepEqual(grantsOf({ roles: new Set(['reader']), claims: { guest: false } }), {
        document: 'orders',
        allow: { tools: ['get_*'] },
        deny: {},
        withScopes: [],
      }));

    it('a denial whose condition cannot be decided', () =>
      assert.deepEqual(grantsOf({ roles: new Set(['reader']) })?.deny, { tools: ['get_secret'] }));

    it('the scopes that are all that is missing', () =>
      assert.deepEqual(
        grantsOf({ roles: new Set(['reader', 'support']), claims: { guest: false } })?.withScopes,
        [{ scopes: ['orders:refund'], allow: { tools: ['refund'] } }],
      ));
  });
});
