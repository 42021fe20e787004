import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  checkHttpRoutes,
  compileHttpRoutes,
} from '../../../../../packages/gateway/core/routing/http-routes.ts';
import { aPlan } from './a-plan.ts';

type Row = {
  name: string;
  routes: string[];
  ask: string;
  expected: [routeKey: string, pathParameters: Record<string, string> | null] | undefined;
  source: string;
};

const PRIORITIES = [
  'GET /pets/dog/1',
  'GET /pets/dog/{id}',
  'GET /pets/{proxy+}',
  'ANY /{proxy+}',
  '$default',
];

const ROWS: Row[] = [
  {
    name: 'takes the full match first',
    routes: PRIORITIES,
    ask: 'GET /pets/dog/1',
    expected: ['GET /pets/dog/1', null],
    source: 'AWS guide, HTTP API routes',
  },
  {
    name: 'takes a variable before a greedy one',
    routes: PRIORITIES,
    ask: 'GET /pets/dog/2',
    expected: ['GET /pets/dog/{id}', { id: '2' }],
    source: 'AWS guide, HTTP API routes',
  },
  {
    name: 'takes the longer greedy route',
    routes: PRIORITIES,
    ask: 'GET /pets/cat/1',
    expected: ['GET /pets/{proxy+}', { proxy: 'cat/1' }],
    source: 'AWS guide, HTTP API routes',
  },
  {
    name: 'takes the greedy ANY for a method without a route',
    routes: PRIORITIES,
    ask: 'POST /test/5',
    expected: ['ANY /{proxy+}', { proxy: 'test/5' }],
    source: 'AWS guide, HTTP API routes',
  },
  {
    name: 'gives the rest to $default, which has no parameters',
    routes: ['GET /a', '$default'],
    ask: 'OPTIONS /b/c',
    expected: ['$default', null],
    source: 'docs/aws §2.2 [doc]',
  },
  {
    name: 'answers nothing without $default',
    routes: ['GET /some/path'],
    ask: 'GET /another/endpoint',
    expected: undefined,
    source: 'parity http-api-route-3',
  },
  {
    name: 'prefers the route with more literal segments',
    routes: ['GET /a/{x}/{y}', 'GET /{x}/b/c'],
    ask: 'GET /a/b/c',
    expected: ['GET /{x}/b/c', { x: 'a' }],
    source: 'docs/aws §2.2',
  },
  {
    name: 'prefers the more literal path with ANY to the exact method of another path',
    routes: ['GET /pets/{id}', 'ANY /pets/cat'],
    ask: 'GET /pets/cat',
    expected: ['ANY /pets/cat', null],
    source: 'docs/aws §2.2',
  },
  {
    name: 'prefers the exact method to ANY on the same path',
    routes: ['ANY /pets', 'GET /pets'],
    ask: 'GET /pets',
    expected: ['GET /pets', null],
    source: 'docs/aws §2.2',
  },
  {
    name: 'does not let a full match of only the path hide another route with the method',
    routes: ['GET /pets/cat', 'POST /pets/{id}'],
    ask: 'POST /pets/cat',
    expected: ['POST /pets/{id}', { id: 'cat' }],
    source: 'docs/aws §2.2',
  },
  {
    name: 'matches any method with ANY',
    routes: ['ANY /pets'],
    ask: 'PROPFIND /pets',
    expected: ['ANY /pets', null],
    source: 'docs/aws §2.2',
  },
  {
    name: 'distinguishes /pets/ from /pets',
    routes: ['GET /pets'],
    ask: 'GET /pets/',
    expected: undefined,
    source: 'docs/aws §2.2 (widely reported)',
  },
  {
    name: 'does not fill a variable with nothing',
    routes: ['GET /pets/{id}'],
    ask: 'GET /pets/',
    expected: undefined,
    source: 'inferred',
  },
  {
    name: 'decodes parameters',
    routes: ['GET /pets/{id}'],
    ask: 'GET /pets/a%20b+c',
    expected: ['GET /pets/{id}', { id: 'a b+c' }],
    source: 'docs/aws §2.3 [obs]',
  },
  {
    name: 'splits a segment at %2F, since it decodes before it routes',
    routes: ['GET /pets/{id}', 'GET /pets/{id}/{toy}'],
    ask: 'GET /pets/a%2Fb',
    expected: ['GET /pets/{id}/{toy}', { id: 'a', toy: 'b' }],
    source: 'docs/aws §2.2',
  },
  {
    name: 'takes a malformed escape literally',
    routes: ['GET /{path}/1'],
    ask: 'GET /pa2%Fth/1',
    expected: ['GET /{path}/1', { path: 'pa2%Fth' }],
    source: 'parity http-api-v2-event-lower-case-headers-and-query',
  },
  {
    name: 'matches the bare root with a lone greedy segment',
    routes: ['ANY /{proxy+}'],
    ask: 'GET /',
    expected: ['ANY /{proxy+}', { proxy: '' }],
    source: 'docs/aws §2.2 item 5',
  },
  {
    name: 'prefers the root route to a greedy one',
    routes: ['ANY /{proxy+}', 'GET /'],
    ask: 'GET /',
    expected: ['GET /', null],
    source: 'docs/aws §2.2',
  },
  {
    name: 'keeps two names of one variable side by side',
    routes: ['GET /a/{x}', 'POST /a/{y}'],
    ask: 'POST /a/1',
    expected: ['POST /a/{y}', { y: '1' }],
    source: 'inferred: HTTP API routes are independent of each other',
  },
];

describe('compileHttpRoutes', () => {
  for (const { name, routes, ask, expected, source } of ROWS)
    it(name, () => {
      const [method = '', path = ''] = ask.split(' ');

      const match = compileHttpRoutes(routes.map((key) => aPlan(key))).find(method, path);

      assert.deepEqual(match && [match.plan.routeKey, match.pathParameters], expected, source);
    });

  it('agrees with a naive linear matcher', () => {
    fc.assert(
      fc.property(routeKeys, fc.constantFrom('GET', 'POST', 'TRACE'), askedPath, (keys, method, path) => {
        const match = compileHttpRoutes(keys.map((key) => aPlan(key))).find(method, path);

        assert.equal(match?.plan.routeKey, findNaively(keys, method, path));
      }),
      { numRuns: 2000 },
    );
  });
});

const template = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', '{x}'), { maxLength: 3 }), fc.boolean())
  .map(([parts, isGreedy]) => `/${[...parts, ...(isGreedy ? ['{p+}'] : [])].join('/')}`);
const routeKeys = fc.uniqueArray(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.tuple(fc.constantFrom('GET', 'POST', 'ANY'), template).map((parts) => parts.join(' ')),
    },
    { weight: 1, arbitrary: fc.constant('$default') },
  ),
  { maxLength: 8 },
);
const askedPath = fc
  .array(fc.constantFrom('a', 'b', 'c', 'a%2Fb', ''), { maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);

/** Sorts every route that a regular expression says matches, as docs/aws §2.2 words the priority. */
function findNaively(keys: readonly string[], method: string, path: string): string | undefined {
  const decoded = decodeURIComponent(path);
  const matches = keys.filter((key) => {
    const [verb = '', form] = key.split(' ');
    if (form === undefined) return true;
    const pattern = form.replace('{p+}', form === '/{p+}' ? '.*' : '.+').replaceAll('{x}', '[^/]+');
    return (verb === method || verb === 'ANY') && new RegExp(`^${pattern}$`).test(decoded);
  });
  return matches.toSorted((one, other) => (scoreOf(one) < scoreOf(other) ? -1 : 1))[0];
}

/** Smaller is better; every part is one digit, so texts compare as the numbers would. */
function scoreOf(key: string): string {
  const [verb = '', form] = key.split(' ');
  if (form === undefined) return '3';
  const segments = form.slice(1).split('/');
  const literals = segments.filter((part) => part === 'a' || part === 'b').length;
  const order = segments.map((part) => (part.startsWith('{') ? '1' : '0')).join('');
  const isGreedy = form.endsWith('{p+}');
  return [isGreedy ? 2 : 1, 9 - literals, 9 - segments.length, order, verb === 'ANY' ? 1 : 0].join(' ');
}

describe('checkHttpRoutes', () => {
  it('refuses a second route with the same key', () => {
    assert.deepEqual(checkHttpRoutes(['GET /a', 'GET /a']), [
      { index: 1, message: 'Route with key GET /a already exists for this API.' },
    ]);
  });

  // plutomi/plutomi#271; that other methods and other kinds of variables do not conflict is inferred
  it('refuses a key that differs from an earlier one only in the names of variables', () => {
    assert.deepEqual(
      checkHttpRoutes([
        'GET /orgs/{orgId}/stages/{stage_id}/questions',
        'GET /orgs/{orgId}/stages/{stageId}/questions',
        'POST /orgs/{id}/stages/{stageId}/questions',
        'GET /orgs/{orgId}/stages/{stage}',
        'GET /{proxy+}',
        'GET /{id}',
        'GET /{rest+}',
      ]),
      [
        {
          index: 1,
          message:
            'The provided route key "GET /orgs/{orgId}/stages/{stageId}/questions" has a conflicting variable on the same hierarchical level as "GET /orgs/{orgId}/stages/{stage_id}/questions"',
        },
        {
          index: 6,
          message:
            'The provided route key "GET /{rest+}" has a conflicting variable on the same hierarchical level as "GET /{proxy+}"',
        },
      ],
    );
  });

  const wrong = [
    'POST/a',
    'FETCH /a',
    'GET a',
    'GET /a/',
    'GET /a//b',
    'GET /{p+}/b',
    'GET /pre{x}',
    'GET /a b',
    '',
  ];
  for (const routeKey of wrong)
    it(`refuses the key "${routeKey}"`, () => {
      const [error] = checkHttpRoutes([routeKey]);

      assert.match(
        error?.message ?? '',
        /^The provided route key is not formatted properly for HTTP protocol\./,
      );
    });

  it('takes well-formed keys', () => {
    assert.deepEqual(checkHttpRoutes(['$default', 'GET /', 'ANY /a/{x}/{p+}', 'PATCH /a.b-c_~']), []);
  });
});
