import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMcpGrants, printMcpGrants } from '#shared/mcp/grants.ts';
import type { McpGrants } from '#shared/mcp/grants.ts';

const GRANTS: McpGrants = {
  document: 'orders',
  allow: { tools: ['get_*'], resources: ['orders://**'] },
  deny: { tools: ['get_secret'] },
  charge: { plan: 'gold', tenant: 'acme', key: 'main|ann' },
  withScopes: [{ scopes: ['a', 'b'], allow: { prompts: ['summary'] } }],
};

describe('printMcpGrants and parseMcpGrants', () => {
  it('give back what an authorizer has decided', () => {
    assert.deepEqual(parseMcpGrants(printMcpGrants(GRANTS, 10_000)), GRANTS);
  });

  it('leave out the scopes to ask for if the text is too long', () => {
    const { length } = printMcpGrants(GRANTS, 10_000);
    assert.equal(printMcpGrants(GRANTS, length).length, length);
    assert.deepEqual(parseMcpGrants(printMcpGrants(GRANTS, length - 1)), { ...GRANTS, withScopes: [] });
  });

  it('take an empty name in a charge for a missing one', () => {
    const charge = { plan: 'gold', tenant: '', key: 7 };
    assert.deepEqual(parseMcpGrants(JSON.stringify({ ...GRANTS, charge }))?.charge, {
      plan: 'gold',
      tenant: undefined,
      key: undefined,
    });
  });

  it('treat a charge without a plan as one whose plan is unknown', () => {
    const charge = { plan: 7, tenant: 'acme', key: 'main|ann' };
    assert.deepEqual(parseMcpGrants(JSON.stringify({ ...GRANTS, charge }))?.charge, {
      plan: undefined,
      tenant: 'acme',
      key: 'main|ann',
    });
  });

  it('pass over a step-up that cannot be read, because it grants nothing', () => {
    const withScopes = [
      { scopes: 'a', allow: {} },
      { scopes: ['a'], allow: { tools: [7] } },
      { scopes: ['a', 7], allow: { tools: ['x'] } },
      'a',
    ];
    assert.deepEqual(parseMcpGrants(JSON.stringify({ ...GRANTS, withScopes }))?.withScopes, [
      { scopes: ['a'], allow: { tools: ['x'] } },
    ]);
    assert.deepEqual(parseMcpGrants(JSON.stringify({ ...GRANTS, withScopes: 'a' }))?.withScopes, []);
  });

  const damaged: Readonly<Record<string, unknown>> = {
    'another type': GRANTS,
    'text that is not JSON': '{',
    'a list': '[]',
    'no document': { document: undefined },
    'a document that is not text': { document: 7 },
    'no allow rules': { allow: undefined },
    'no deny rules': { deny: undefined },
    'rules that are a list': { allow: [] },
    'patterns that are no list': { deny: { tools: 'get_secret' } },
    'a pattern that is not text': { deny: { tools: ['a', 7] } },
    'a pattern that no rule can have': { deny: { resources: ['*secret*'] } },
    'a charge that is not an object': { charge: 'gold' },
  };
  for (const [what, change] of Object.entries(damaged))
    it(`grant nothing for ${what}`, () => {
      const isChange = typeof change === 'object' && change !== GRANTS;
      const value = isChange ? JSON.stringify({ ...GRANTS, ...change }) : change;
      assert.equal(parseMcpGrants(value), undefined);
    });
});
