import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isClose } from '../../../../../packages/toolkit/authoring/document/shape.ts';
import { anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

describe('isClose', () => {
  for (const [name, other, expected] of [
    ['tenant', 'tenant', true],
    ['tenant', 'tenants', true],
    ['tenants', 'tenant', true],
    ['tenant', 'tennant', true],
    ['tenant', 'tebant', true],
    ['tenant', 'tneant', true],
    ['tenant', 'etnant', true],
    ['tenant', 'tebbnt', false],
    ['tenant', 'tenantry', false],
    ['tenant', 'tenatn ', false],
    ['ab', 'ba', true],
    ['ab', 'cd', false],
    ['abc', 'bxc', false],
    ['', 'a', true],
    ['', 'ab', false],
  ] as const)
    it(`treats "${other}" ${expected ? 'as' : 'not as'} a misspelling of "${name}"`, () => {
      assert.equal(isClose(name, other), expected);
    });
});

describe('a rule for a route that does not exist', () => {
  const problemOf = (path: string, routes: readonly string[]): string => {
    const rules = [{ id: 'r', effect: 'allow', methods: ['GET'], paths: [path] }];
    const compilation = compile(documentText({ rules }), anInventory(routes));
    return compilation.kind === 'invalid' ? (compilation.problems[0]?.message ?? '') : '';
  };
  const many = (count: number) => Array.from({ length: count }, (_, index) => `GET /many-${100 + index}`);

  for (const { name, path, routes, says } of [
    {
      name: 'another method',
      path: '/users',
      routes: ['POST /users', 'PUT /users'],
      says: /the API has no GET \/users; at this path it has POST, PUT$/,
    },
    {
      name: 'a slip',
      path: '/user',
      routes: ['GET /users', 'GET /menu'],
      says: /no route \/user; did you mean \/users\?$/,
    },
    { name: 'capital letters', path: '/USERS', routes: ['GET /users'], says: /did you mean \/users\?$/ },
    {
      name: 'a path below a greedy one',
      path: '/files/a/b',
      routes: ['GET /files/{proxy+}', 'GET /menu'],
      says: /\/files\/\{proxy\+\} serves this path: check access in the handler of that route, or add \/[\w/]+ to the API$/,
    },
    { name: 'twelve others', path: '/nothing', routes: many(12), says: /it has \/many-100, .*\/many-111$/ },
    {
      name: 'more than twelve others',
      path: '/nothing',
      routes: many(13),
      says: /it has \/many-100, .*\/many-111 …$/,
    },
  ])
    it(`lists what exists: ${name}`, () => {
      assert.match(problemOf(path, routes), says);
    });
});
