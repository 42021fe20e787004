/**
 * Routes whose names a client, API Gateway and a server may spell otherwise: policy and `decide` agree on each, and no
 * route is opened under the name of another. Found by drawing names of routes (docs/design/authorizers §7.10).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import { decide } from '#shared/access/decide/decide.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { compilePolicy as compileForGateway } from '../../../../packages/gateway/core/policy/evaluate.ts';
import {
  aDocument,
  anInventory,
  aPrincipal,
  ARN,
  compile,
  documentText,
  PREFIX,
} from '../../../support/an-access-document.ts';

const NOW = 1_900_000_000;

function allow(...paths: readonly string[]): object {
  return { id: 'open', effect: 'allow', methods: ['GET'], paths };
}

/** `allow` or `deny` by both deciders; `policy alone` or `decide alone` if one of them allows. */
function ask(document: CompiledDocument, path: string): string {
  const target = `GET${path}`;
  const outcome = compilePolicy(document, aPrincipal(), { ...ARN, target }, { nowEpochSeconds: NOW });
  assert.ok(outcome.kind === 'policy');
  const evaluated = compileForGateway(outcome.policy);
  assert.ok(evaluated.kind !== 'invalid');
  const byPolicy =
    evaluated.policy.decide({
      action: 'execute-api:Invoke',
      resource: `${PREFIX}/prod/${target}`,
      conditions: new Map(),
    }) === 'allow';
  const asked = { target, sourceIp: undefined, nowEpochSeconds: NOW };
  const byDecide = decide(document, aPrincipal(), asked).kind === 'allow';
  if (byPolicy !== byDecide) return byPolicy ? 'policy alone' : 'decide alone';
  return byPolicy ? 'allow' : 'deny';
}

describe('a route with an unusual name', () => {
  const rows = [
    {
      name: 'is open to who may call it, as clients send its letters beyond ASCII',
      kind: 'http',
      routes: ['GET /é', 'GET /{id}'],
      rule: allow('/é'),
      answers: { '/%C3%A9': 'allow', '/x': 'deny', '/e': 'deny' },
    },
    {
      name: 'stays closed in every spelling if its neighbour is open',
      kind: 'http',
      routes: ['GET /é', 'GET /{id}'],
      rule: allow('/{id}'),
      answers: { '/%C3%A9': 'deny', '/%c3%a9': 'deny', '/x': 'allow' },
    },
    {
      name: 'of a closed route is not reached by an unescaped # either',
      kind: 'http',
      routes: ['GET /admin', 'GET /{path+}'],
      rule: allow('/{path+}'),
      answers: { '/admin%23x': 'deny', '/admin#x': 'deny', '/admin#': 'deny', '/x': 'allow' },
    },
    {
      name: 'that servers read as a closed route is closed itself',
      kind: 'rest',
      routes: ['GET /admin', 'GET /admin::$x'],
      rule: allow('/admin::$x'),
      answers: { '/admin::$x': 'deny', '/admin': 'deny' },
    },
    {
      name: 'that a blank and a question mark disguise together stays closed',
      kind: 'http',
      routes: ['GET /admin/{id}/users/export', 'GET /admin/{id}/users/{user}'],
      rule: allow('/admin/{id}/users/{user}'),
      answers: { '/admin/a%09/users/export%3f': 'deny', '/admin/a/users/7': 'allow' },
    },
  ] as const;
  for (const { name, kind, routes, rule, answers } of rows)
    it(name, () => {
      const document = aDocument({ rules: [rule] }, routes, kind);

      assert.deepEqual(
        Object.fromEntries(Object.keys(answers).map((path) => [path, ask(document, path)])),
        answers,
      );
    });
});

describe('a route that no request reaches by its own name', () => {
  const rows = [
    ['http', '/a%20b', /decodes the request to \/a b/],
    ['http', '/o%2Fp', /decodes the request to \/o\/p/],
    ['http', '/%61dmin', /name the route \/admin/],
    ['http', '/a#b', /read its name as another path/],
    ['http', '/a\\b', /read its name as another path/],
    ['rest', '/..', /read its name as another path/],
    ['http', '/a/./b', /read its name as another path/],
    ['http', '/\ud83d', /half of a surrogate pair/],
  ] as const;
  for (const [kind, path, message] of rows)
    it(`is a problem at build: ${JSON.stringify(path)} of a ${kind} API`, () => {
      const compilation = compile(documentText(), anInventory([`GET ${path}`, 'GET /users'], kind));

      assert.ok(compilation.kind === 'invalid');
      assert.match(compilation.problems.map((problem) => problem.message).join('\n'), message);
    });

  // A document that an earlier version has compiled is read by this one.
  it('opens nothing in a document that is compiled already', () => {
    const reachable = aDocument({ rules: [allow('/a')] }, ['GET /a', 'ANY $default'], 'http');
    const document: CompiledDocument = {
      ...reachable,
      routes: reachable.routes.map((route) => (route.path === '/a' ? { ...route, path: '/a%20b' } : route)),
    };

    assert.deepEqual(
      ['/a%20b', '/a%2520b', '/a', '/other'].map((path) => ask(document, path)),
      ['deny', 'deny', 'deny', 'deny'],
    );
  });
});

describe('a policy that would deny what it allows', () => {
  it('is not written: the document is refused, or each request is decided separately', () => {
    const routes = ['GET /a;b', 'GET /admin', 'GET /{id}'];
    const rules = [allow('/a;b', '/{id}')];

    assert.equal(compile(documentText({ rules }), anInventory(routes, 'http')).kind, 'invalid');
    const document = aDocument(
      { rules, result: { onOversize: 'exact', cacheTtlSeconds: 0 } },
      routes,
      'http',
    );
    const asked = { target: 'GET/a;b', sourceIp: undefined, nowEpochSeconds: NOW };
    assert.equal(decide(document, aPrincipal(), asked).kind, 'allow');
  });
});
