import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkLaterRoutes } from '../../../../../packages/toolkit/authoring/check/check-later-routes.ts';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import { aDocument, anInventory, aPrincipal, ARN, PREFIX } from '../../../../support/an-access-document.ts';
import { evaluateAsDocumented } from '../../../../support/iam-by-documentation.ts';

const own = { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'] };
const NOW_EPOCH_SECONDS = 1_800_000_000;

describe('checkLaterRoutes', () => {
  const rows: readonly {
    name: string;
    rule?: object;
    /** A second rule. */
    also?: object;
    /** When the document's routes were read, and now. */
    before: readonly string[];
    after: readonly string[];
    kind?: 'http';
    expected: RegExp | undefined;
  }[] = [
    {
      name: 'refuses a route that was open, under a wildcard that runs across it',
      before: ['GET /users/{id}', 'open GET /users/{id}/orders'],
      after: ['GET /users/{id}', 'GET /users/{id}/orders'],
      expected:
        /^callers who may call GET \/users\/\{id\} can also call GET \/users\/\{id\}\/orders, because GET \/users\/\{id\}\/orders had no authorizer .*; run gatewright access sync$/,
    },
    {
      name: 'refuses one that did not exist',
      before: ['GET /users/{id}'],
      after: ['GET /users/{id}', 'GET /users/{id}/orders'],
      expected: /did not exist/,
    },
    {
      name: 'refuses a static route that takes requests from under a parameter',
      before: ['GET /users/{id}'],
      after: ['GET /users/{id}', 'GET /users/export'],
      expected: / because GET \/users\/export did not exist/,
    },
    {
      name: 'refuses the verb that a wildcard verb has brought',
      kind: 'http',
      before: ['GET /users/{id}'],
      after: ['GET /users/{id}', 'ANY /users/{id}/orders'],
      expected: / because (?:GET|ANY) \/users\/\{id\}\/orders /,
    },
    {
      name: 'refuses one under the wildcard of an open route, which policies grant if a rule names it',
      before: ['open GET /users/{id}', 'GET /menu'],
      after: ['open GET /users/{id}', 'GET /menu', 'GET /users/{id}/orders'],
      expected: / because GET \/users\/\{id\}\/orders did not exist/,
    },
    {
      name: 'takes an open route that has an authorizer now, if it is the one that the rule names',
      before: ['open GET /users/{id}', 'GET /menu'],
      after: ['GET /users/{id}', 'GET /menu'],
      expected: undefined,
    },
    {
      name: 'takes routes that were open, if one rule allows all of them to the same callers',
      rule: { ...own, methods: ['*'], paths: ['/**'] },
      before: ['open GET /users', 'open GET /users/{id}', 'open POST /users'],
      after: ['GET /users', 'GET /users/{id}', 'POST /users'],
      expected: undefined,
    },
    {
      name: 'refuses such a route, if a deny rule names it',
      rule: { ...own, paths: ['/**'] },
      also: { id: 'no-export', effect: 'deny', methods: ['GET'], paths: ['/users/export'] },
      before: ['open GET /users/{id}', 'open GET /users/export'],
      after: ['GET /users/{id}', 'GET /users/export'],
      expected: / because GET \/users\/export had no authorizer/,
    },
    {
      name: 'refuses such a route, if it is allowed by another rule',
      also: { ...own, id: 'all', paths: ['/users/{id}/orders'] },
      before: ['open GET /users/{id}', 'open GET /users/{id}/orders'],
      after: ['GET /users/{id}', 'GET /users/{id}/orders'],
      expected: / because GET \/users\/\{id\}\/orders had no authorizer/,
    },
    {
      name: 'refuses such a route, if the rule binds it to its owner',
      rule: { ...own, paths: ['/users/{id}/**'], bind: { id: { claim: 'sub' } } },
      before: ['open GET /users/{id}/{kind}', 'open GET /users/{id}/{kind}/all'],
      after: ['GET /users/{id}/{kind}', 'GET /users/{id}/{kind}/all'],
      expected: / because GET \/users\/\{id\}\/\{kind\}\/all had no authorizer/,
    },
    {
      name: 'takes one that is open still',
      before: ['GET /users/{id}', 'open GET /users/{id}/orders'],
      after: ['GET /users/{id}', 'open GET /users/{id}/orders'],
      expected: undefined,
    },
    {
      name: 'takes one that no wildcard reaches, which is denied',
      before: ['GET /users/{id}', 'open GET /orders'],
      after: ['GET /users/{id}', 'GET /orders', 'POST /users/{id}/orders'],
      expected: undefined,
    },
    {
      name: "takes one below an owner's value, which is not a wildcard",
      rule: { ...own, bind: { id: { claim: 'sub' } } },
      before: ['GET /users/{id}'],
      after: ['GET /users/{id}', 'GET /users/{id}/orders', 'GET /users/export'],
      expected: undefined,
    },
    {
      name: 'takes a route that went, or is open now',
      before: ['GET /users/{id}', 'GET /users/{id}/orders'],
      after: ['GET /users/{id}', 'open GET /users/{id}/orders'],
      expected: undefined,
    },
  ];
  for (const { name, rule = own, also, before, after, kind, expected } of rows)
    it(name, () => {
      const complaints = checkLaterRoutes(
        aDocument({ rules: also === undefined ? [rule] : [rule, also] }, before, kind),
        anInventory(after, kind).routes,
      );

      if (expected === undefined) assert.deepEqual(complaints, []);
      else {
        assert.equal(complaints.length, 1, complaints.join('\n'));
        assert.match(complaints[0] ?? '', expected);
      }
    });

  it('refuses exactly if a policy made from older routes would admit callers', () => {
    const document = aDocument({ rules: [own] }, ['GET /users/{id}', 'open GET /users/{id}/orders']);
    const outcome = compilePolicy(
      document,
      aPrincipal(),
      { ...ARN, target: 'GET/users/7' },
      { nowEpochSeconds: NOW_EPOCH_SECONDS },
    );

    assert.ok(outcome.kind === 'policy');
    // IAM's `*` runs across slashes, so it is /users/7/orders as well, and nothing denies that.
    const asked = { action: 'execute-api:Invoke', resource: `${PREFIX}/prod/GET/users/7/orders` };
    assert.equal(evaluateAsDocumented(outcome.policy, { ...asked, context: new Map() }), true);
  });
});
