import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matchRule } from '../../../../../packages/gateway/core/routing/routing-rules.ts';
import type {
  RoutingRule,
  RuleCondition,
} from '../../../../../packages/gateway/core/routing/routing-rules.ts';

const GUIDE = 'developer guide, "Routing rules to connect API stages to a custom domain name"';
const header = (name: string, glob: string): RuleCondition => ({ kind: 'headers', anyOf: [{ name, glob }] });
const below = (...anyOf: string[]): RuleCondition => ({ kind: 'base-paths', anyOf });
const rule = (id: string, priority: number, ...conditions: RuleCondition[]): RoutingRule => ({
  id,
  priority,
  conditions,
  apiId: 'a',
  stage: 'dev',
  stripsBasePath: false,
});

describe('matchRule', () => {
  const rules = [
    rule('beta', 10, header('x-version', 'beta*'), below('users')),
    rule('two', 20, header('Hello', 'World'), header('x-region', 'eu-*')),
    rule('orders', 30, below('orders', 'orders/v2')),
    rule('rest', 1_000),
  ];
  const rows: {
    name: string;
    path: string;
    headers: string[];
    expected: [string, string];
    source: string;
  }[] = [
    {
      name: 'a header and a base path',
      path: '/users/1',
      headers: ['X-Version', 'beta-2'],
      expected: ['beta', 'users'],
      source: GUIDE,
    },
    {
      name: 'not only one of the two',
      path: '/user',
      headers: ['x-version', 'beta'],
      expected: ['rest', ''],
      source: GUIDE,
    },
    {
      name: 'a base path segment by segment',
      path: '/usersx',
      headers: ['x-version', 'beta'],
      expected: ['rest', ''],
      source: GUIDE,
    },
    {
      name: 'both of two headers',
      path: '/',
      headers: ['hello', 'World', 'X-Region', 'eu-west-1'],
      expected: ['two', ''],
      source: GUIDE,
    },
    {
      name: 'no value in another case',
      path: '/',
      headers: ['Hello', 'world', 'x-region', 'eu-1'],
      expected: ['rest', ''],
      source: GUIDE,
    },
    {
      name: 'the longest of the base paths',
      path: '/orders/v2/7',
      headers: [],
      expected: ['orders', 'orders/v2'],
      source: GUIDE,
    },
    {
      name: 'the rule without conditions last',
      path: '/x',
      headers: [],
      expected: ['rest', ''],
      source: GUIDE,
    },
  ];
  for (const { name, path, headers, expected } of rows)
    it(`takes ${name}`, () => {
      const found = matchRule(rules, path, headers);
      assert.deepEqual([found?.rule.id, found?.basePath], expected);
    });

  it('finds none if no rule matches everything', () => {
    assert.equal(matchRule(rules.slice(0, 3), '/x', []), undefined);
  });
});
