import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  checkResourceTree,
  compileRestRoutes,
} from '../../../../../packages/gateway/core/routing/rest-routes.ts';
import { aPlan } from './a-plan.ts';

type Row = {
  name: string;
  routes: string[];
  ask: string;
  /** Route key and path parameters; undefined = no route. */
  expected: [routeKey: string, pathParameters: Record<string, string> | null] | undefined;
  source: string;
};

const LITERAL_AND_GREEDY = ['POST /test', 'ANY /test/any', 'OPTIONS /{proxy+}'];
const SIBLINGS = ['GET /{param+}', 'GET /part1', 'GET /part1/hardcoded-value'];

const ROWS: Row[] = [
  {
    name: 'gives a method that the literal resource lacks to the greedy one',
    routes: LITERAL_AND_GREEDY,
    ask: 'OPTIONS /test',
    expected: ['OPTIONS /{proxy+}', { proxy: 'test' }],
    source: 'docs/aws §2.1 [obs]',
  },
  {
    name: 'prefers ANY of the literal resource to the exact method of the greedy one',
    routes: LITERAL_AND_GREEDY,
    ask: 'OPTIONS /test/any',
    expected: ['ANY /test/any', null],
    source: 'parity routing-literal-vs-greedy-3',
  },
  {
    name: 'prefers the literal in any order of definition',
    routes: SIBLINGS,
    ask: 'GET /part1',
    expected: ['GET /part1', null],
    source: 'parity routing-sibling-order-1',
  },
  {
    name: 'finds the child of a literal',
    routes: SIBLINGS,
    ask: 'GET /part1/hardcoded-value',
    expected: ['GET /part1/hardcoded-value', null],
    source: 'parity routing-sibling-order-2',
  },
  {
    name: 'returns to the greedy resource of the root if a literal leads to no route',
    routes: SIBLINGS,
    ask: 'GET /part1/random-value',
    expected: ['GET /{param+}', { param: 'part1/random-value' }],
    source: 'parity routing-sibling-order-3',
  },
  {
    name: 'prefers the explicit method to ANY',
    routes: ['ANY /pets', 'GET /pets'],
    ask: 'GET /pets',
    expected: ['GET /pets', null],
    source: 'docs/aws §2.1 [obs]',
  },
  {
    name: 'prefers a variable deep down a literal to a greedy one above',
    routes: ['GET /{proxy+}', 'GET /a/{id}'],
    ask: 'GET /a/1',
    expected: ['GET /a/{id}', { id: '1' }],
    source: 'docs/aws §2.1 [doc]',
  },
  {
    name: 'does not answer HEAD with GET',
    routes: ['GET /pets'],
    ask: 'HEAD /pets',
    expected: undefined,
    source: 'docs/aws §2.1 [obs]',
  },
  {
    name: 'covers HEAD by ANY',
    routes: ['ANY /pets'],
    ask: 'HEAD /pets',
    expected: ['ANY /pets', null],
    source: 'docs/aws §2.1 [obs]',
  },
  {
    name: 'does not cover TRACE by ANY',
    routes: ['ANY /pets'],
    ask: 'TRACE /pets',
    expected: undefined,
    source: 'docs/aws §2.1 [obs]',
  },
  {
    name: 'ignores a trailing slash and keeps it out of the greedy value',
    routes: ['GET /{proxy+}'],
    ask: 'GET /a/b/',
    expected: ['GET /{proxy+}', { proxy: 'a/b' }],
    source: 'parity proxy-event-trailing-slash',
  },
  {
    name: 'keeps a doubled slash inside a greedy value',
    routes: ['GET /{proxy+}'],
    ask: 'GET /a//b',
    expected: ['GET /{proxy+}', { proxy: 'a//b' }],
    source: 'docs/aws §2.1 [obs]',
  },
  {
    name: 'does not match an empty segment with a variable',
    routes: ['GET /a/{id}/b'],
    ask: 'GET /a//b',
    expected: undefined,
    source: 'inferred',
  },
  {
    name: 'passes parameters on still encoded',
    routes: ['GET /pets/{id}'],
    ask: 'GET /pets/a%20b%2Fc',
    expected: ['GET /pets/{id}', { id: 'a%20b%2Fc' }],
    source: 'docs/aws §2.3 [obs]',
  },
  {
    name: 'needs at least one segment for a greedy value',
    routes: ['GET /{proxy+}'],
    ask: 'GET /',
    expected: undefined,
    source: 'docs/aws §2.1',
  },
  {
    name: 'finds the root resource',
    routes: ['GET /', 'GET /{proxy+}'],
    ask: 'GET /',
    expected: ['GET /', null],
    source: 'docs/aws §2.1',
  },
  {
    name: 'is case-sensitive about literals',
    routes: ['GET /pets'],
    ask: 'GET /Pets',
    expected: undefined,
    source: 'docs/aws §2.1 (inferred)',
  },
  {
    name: 'names every variable of a path in its order',
    routes: ['GET /a/{first}/b/{second}/{rest+}'],
    ask: 'GET /a/1/b/2/3/4',
    expected: ['GET /a/{first}/b/{second}/{rest+}', { first: '1', second: '2', rest: '3/4' }],
    source: 'docs/aws §2.1',
  },
];

describe('compileRestRoutes', () => {
  for (const { name, routes, ask, expected, source } of ROWS)
    it(name, () => {
      const [method = '', path = ''] = ask.split(' ');

      const match = compileRestRoutes(routes.map((key) => aPlan(key))).find(method, path);

      assert.deepEqual(match && [match.plan.routeKey, match.pathParameters], expected, source);
    });

  it('keeps a parameter named like the prototype', () => {
    const table = compileRestRoutes([aPlan('GET /{__proto__}')]);

    const parameters = table.find('GET', '/evil')?.pathParameters;

    assert.equal(JSON.stringify(parameters), '{"__proto__":"evil"}');
  });

  it('lists its plans in template order', () => {
    const plans = [aPlan('GET /{proxy+}'), aPlan('GET /a')];

    assert.deepEqual(compileRestRoutes(plans).plans, plans);
  });

  it('agrees with a naive linear matcher', () => {
    fc.assert(
      fc.property(legalRoutes, fc.constantFrom('GET', 'POST', 'TRACE'), askedPath, (keys, method, path) => {
        const match = compileRestRoutes(keys.map((key) => aPlan(key))).find(method, path);

        assert.equal(match?.plan.routeKey, findNaively(keys, method, path));
      }),
      { numRuns: 2000 },
    );
  });
});

const segment = fc.constantFrom('a', 'b', '{x}', '{y}', '{p+}');
const template = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const routeKey = fc.tuple(fc.constantFrom('GET', 'POST', 'ANY'), template).map((parts) => parts.join(' '));
/** Route keys of a tree that AWS would take. */
const legalRoutes = fc.uniqueArray(routeKey, { maxLength: 8 }).map((keys) => {
  const kept: string[] = [];
  for (const key of keys) {
    const paths = [...kept, key].map((other) => other.slice(other.indexOf(' ') + 1));
    if (checkResourceTree(paths).length === 0) kept.push(key);
  }
  return kept;
});
const askedPath = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 5 })
  .map((parts) => `/${parts.join('/')}`);

/** Tries every route by regular expression and sorts those that match by the kinds of their segments. */
function findNaively(keys: readonly string[], method: string, path: string): string | undefined {
  const trimmed = path.replace(/\/+$/, '') || '/';
  const matches = keys.filter((key) => {
    const [verb = '', form = ''] = key.split(' ');
    const pattern = form.replace(/\{p\+\}/, '(?:.+)').replace(/\{[xy]\}/g, '[^/]+');
    const isCovered = verb === method || (verb === 'ANY' && method !== 'TRACE');
    return isCovered && new RegExp(`^${pattern}$`).test(trimmed);
  });
  const kinds = (key: string): string =>
    (key.split(' ')[1] ?? '')
      .replace(/\{p\+\}/g, '2')
      .replace(/\{[xy]\}/g, '1')
      .replace(/[ab]/g, '0');
  const rank = (key: string): string => `${kinds(key)} ${key.startsWith('ANY') ? 1 : 0}`;
  return matches.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))[0];
}

describe('checkResourceTree', () => {
  const SIBLING =
    'A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed';
  const CHILD = 'Cannot create a child of a resource with a greedy path variable: {proxy+}';
  const PART = /^Resource's path part only allow a-zA-Z0-9/;

  const rows: {
    name: string;
    paths: string[];
    wrong: [path: string, message: string | RegExp][];
    source: string;
  }[] = [
    {
      name: 'refuses a variable together with a greedy one',
      paths: ['/{proxy+}', '/{dynamic}'],
      wrong: [['/{dynamic}', SIBLING]],
      source: 'parity deploy-error-sibling-variable-of-greedy',
    },
    {
      name: 'refuses a literal below a greedy one',
      paths: ['/{proxy+}', '/{proxy+}/child'],
      wrong: [['/{proxy+}/child', CHILD]],
      source: 'parity deploy-error-static-child-of-greedy',
    },
    {
      name: 'refuses a variable below a greedy one',
      paths: ['/{proxy+}', '/{proxy+}/{child}'],
      wrong: [['/{proxy+}/{child}', CHILD]],
      source: 'parity deploy-error-dynamic-child-of-greedy',
    },
    {
      name: 'refuses two names for one variable, also deep down',
      paths: ['/pets/{id}', '/pets/{petId}/toys'],
      wrong: [
        [
          '/pets/{petId}/toys',
          'A sibling ({id}) of this resource already has a variable path part -- only one is allowed',
        ],
      ],
      source: 'docs/aws §2.1 [obs]',
    },
    {
      name: 'refuses braces inside a part and characters outside the set',
      paths: ['/pre{x}', '/a b', '/{}', '/{+}', '//a'],
      wrong: [
        ['/pre{x}', PART],
        ['/a b', PART],
        ['/{}', PART],
        ['/{+}', PART],
        ['//a', PART],
      ],
      source: 'docs/aws §2.1 [doc]',
    },
    {
      name: 'takes a legal tree',
      paths: ['/', '/a', '/a/{id}', '/a/{id}/b', '/b/{other}', '/c/{proxy+}', '/x-y_z.json:run'],
      wrong: [],
      source: 'docs/aws §2.1',
    },
  ];

  for (const { name, paths, wrong, source } of rows)
    it(name, () => {
      const errors = checkResourceTree(paths);

      assert.deepEqual(
        errors.map((error) => error.path),
        wrong.map(([path]) => path),
        source,
      );
      for (const [index, [, message]] of wrong.entries()) {
        const actual = errors[index]?.message ?? '';
        if (typeof message === 'string') assert.equal(actual, message, source);
        else assert.match(actual, message, source);
      }
    });
});
