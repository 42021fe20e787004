import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildAccess } from '../../../../../packages/toolkit/authoring/compile/build-access.ts';
import { checkPlan } from '../../../../../packages/toolkit/authoring/check/check-plan.ts';
import { printProblem } from '../../../../../packages/toolkit/authoring/document/read-document.ts';
import { printInventory } from '../../../../../packages/toolkit/authoring/inventory/route-inventory.ts';
import { aDocument, anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const LIMITS = [{ id: 'daily', level: 'key', quota: 100, period: 'DAY' }];
const PLAN = { id: 'partner', version: 1, limits: LIMITS };
const BURST = { id: 'burst', level: 'key', rate: 10, burst: 50 };
const AT_ONCE = { id: 'at-once', level: 'key', concurrency: 4 };
const QUOTA = { plan: 'partner', tenant: 'acme' };
const WEBSOCKET = { rules: [{ id: 'all', effect: 'allow', connect: true }] };

function problemsOf(over: object, kind: 'rest' | 'http' | 'websocket' = 'rest'): readonly string[] {
  const routes =
    kind === 'websocket' ? ['ANY $connect'] : ['GET /users', 'open GET /menu', 'ANY /files/{proxy+}'];
  const compilation = compile(documentText(over), anInventory(routes, kind));
  return compilation.kind === 'invalid' ? compilation.problems.map(printProblem) : [];
}

describe('the quota of a document', () => {
  it('compiles to what the authorizer charges by', () => {
    const quota = {
      plan: { claim: 'plan' },
      tenant: { claim: 'org.id' },
      key: { claim: 'sub' },
      routes: ['GET /users', 'POST /files/{proxy+}'],
      plans: [PLAN],
      admissionKey: 'acme-admitted-requests-${stage}',
    };
    const document = aDocument({ quota }, ['GET /users', 'ANY /files/{proxy+}']);

    assert.deepEqual(document.quota, {
      plan: { claim: ['plan'] },
      tenant: { claim: ['org', 'id'] },
      key: ['sub'],
      routes: ['GET /users', 'POST /files/{proxy+}'].map((name) =>
        document.routes.findIndex(({ method, path }) => `${method} ${path}` === name),
      ),
      plans: [PLAN],
      admissionKey: 'acme-admitted-requests-${stage}',
    });
    assert.deepEqual(aDocument({ quota: QUOTA }).quota, {
      plan: { name: 'partner' },
      tenant: { name: 'acme' },
      plans: [],
    });
    assert.equal('quota' in aDocument(), false);
  });

  const rows: readonly { name: string; over: object; kind?: 'http' | 'websocket'; expected: RegExp }[] = [
    { name: 'no plan', over: { quota: { tenant: 'acme' } }, expected: /quota: "plan" is missing/ },
    {
      name: 'a plan of an odd name',
      over: { quota: { ...QUOTA, plan: '-x' } },
      expected: /quota\.plan: must be a name/,
    },
    {
      name: 'an unknown field',
      over: { quota: { ...QUOTA, tenants: 1 } },
      expected: /did you mean "tenant"/,
    },
    {
      name: 'a plan that could not be kept, by its field',
      over: { quota: { ...QUOTA, plans: [{ ...PLAN, limits: [{ ...LIMITS[0], period: 'DAYS' }] }] } },
      expected: /quota\.plans\[0\]\.limits\[0\]\.period: must be/,
    },
    {
      name: 'a rate if requests are counted when they are over',
      over: { quota: { ...QUOTA, count: 'access-log', plans: [{ ...PLAN, limits: [...LIMITS, BURST] }] } },
      expected: /quota\.plans\[0\]\.limits\[1\]\.rate: cannot be enforced with count: access-log/,
    },
    {
      name: 'what runs at once if requests are counted when they are over',
      over: { quota: { ...QUOTA, count: 'access-log', plans: [{ ...PLAN, limits: [AT_ONCE] }] } },
      expected: /quota\.plans\[0\]\.limits\[0\]\.concurrency: needs quota\(\) or withQuota\(\).*access-log/,
    },
    {
      name: 'concurrent requests if the authorizer never learns of their end',
      over: { quota: { ...QUOTA, plans: [{ ...PLAN, limits: [AT_ONCE] }] } },
      expected: /quota\.plans\[0\]\.limits\[0\]\.concurrency: needs quota\(\) or withQuota\(\)/,
    },
    {
      name: 'a plan that is not a map',
      over: { quota: { ...QUOTA, plans: [7] } },
      expected: /quota\.plans\[0\]: "id" is missing/,
    },
    {
      name: 'one plan twice',
      over: { quota: { ...QUOTA, plans: [PLAN, { ...PLAN, version: 2 }] } },
      expected: /quota\.plans\[1\]\.id: is already used by an earlier plan/,
    },
    {
      name: 'a route that is not there',
      over: { quota: { ...QUOTA, routes: ['GET /user'] } },
      expected: /quota\.routes\[0\]: the API has no route GET \/user; it has /,
    },
    {
      name: 'a route that has no authorizer',
      over: { quota: { ...QUOTA, routes: ['GET /menu'] } },
      expected: /quota\.routes\[0\]: has no authorizer to charge the route/,
    },
    {
      name: 'routes of a WebSocket',
      over: { ...WEBSOCKET, quota: { ...QUOTA, routes: ['GET /users'] } },
      kind: 'websocket',
      expected: /quota\.routes: is for REST and HTTP APIs/,
    },
    {
      name: 'an admission key if nothing can ask for it',
      over: { quota: { ...QUOTA, admissionKey: 'acme-admitted-requests' } },
      kind: 'http',
      expected: /quota\.admissionKey: is for REST APIs/,
    },
    {
      name: 'an admission key that API Gateway would not take',
      over: { quota: { ...QUOTA, admissionKey: 'short' } },
      expected: /quota\.admissionKey: must be the value of an API key/,
    },
    {
      name: 'callers of an issuer that is not declared',
      over: { quota: { ...QUOTA, when: { issuers: ['main', 'partners'] } } },
      expected: /quota\.when\.issuers\[1\]: "partners" is not declared under issuers; expected one of main/,
    },
    {
      name: 'a choice of callers if each logged one is charged',
      over: { quota: { ...QUOTA, count: 'access-log', when: { issuers: ['main'] } } },
      expected: /quota\.when: has no effect with count: access-log/,
    },
    {
      name: 'kept answers if every request is charged',
      over: { quota: QUOTA, result: { cacheTtlSeconds: 5 } },
      expected:
        /result\.cacheTtlSeconds: would cache results, and requests that get a cached result are not charged/,
    },
    {
      name: 'a claim with the name of a quota value',
      over: { quota: QUOTA, context: { retryAfter: { claim: 'x' } } },
      expected: /context\.retryAfter: is a name that the quota itself/,
    },
  ];
  for (const { name, over, kind, expected } of rows)
    it(`refuses ${name}, with its place`, () => {
      const problems = problemsOf(over, kind);

      assert.match(problems.join('\n'), expected);
      assert.match(problems[0] ?? '', /^access\/orders\.yml:\d+:\d+: /);
    });

  it('may have a rate if the authorizer charges, and keep answers if it only looks', () => {
    const quota = { ...QUOTA, plans: [{ ...PLAN, limits: [...LIMITS, BURST] }] };
    const tracked = { ...QUOTA, count: 'access-log', plans: [PLAN] };

    assert.deepEqual(problemsOf({ quota }), []);
    assert.deepEqual(problemsOf({ quota: tracked, result: { cacheTtlSeconds: 60 } }), []);
  });

  it('may keep answers to routes that it does not charge', () => {
    assert.deepEqual(
      problemsOf({ quota: { ...QUOTA, routes: ['GET /users'] }, result: { cacheTtlSeconds: 5 } }),
      [],
    );
  });
});

const planFile = (name: string, apiId: string, plan: object | undefined, over: object = {}) => ({
  name,
  file: `access/${name}.yml`,
  text: JSON.stringify(
    documentText({
      api: { prod: { apiId, stage: 'prod' } },
      quota: { ...QUOTA, ...(plan !== undefined && { plans: [plan] }), ...over },
    }),
  ),
  inventory: printInventory(anInventory(['GET /users'])),
});

describe('customer plans of several documents', () => {
  it('may be the same, and may not differ under one id', () => {
    const build = buildAccess(
      [
        planFile('a', 'aaaaaaaaaa', PLAN),
        planFile('b', 'bbbbbbbbbb', PLAN),
        planFile('c', 'cccccccccc', { ...PLAN, version: 2 }),
      ],
      checkPlan,
    );

    assert.equal(build.problems.length, 1);
    assert.match(
      build.problems.map(printProblem).join(),
      /access\/c\.yml:\d+:\d+: quota\.plans: another document defines the customer plan partner differently/,
    );
  });
});

describe('a plan that is defined in one document and named in another', () => {
  it('may have no rate if the other document is counted from access logs', () => {
    const count = { count: 'access-log' };
    const limited = { ...PLAN, limits: [...LIMITS, BURST] };
    const build = (plan: object, over: object) =>
      buildAccess(
        [planFile('a', 'aaaaaaaaaa', undefined, over), planFile('b', 'bbbbbbbbbb', plan)],
        checkPlan,
      ).problems.map(printProblem);

    assert.match(
      build(limited, count).join(),
      /^access\/a\.yml:\d+:\d+: quota\.plan: names the plan partner, but its limits\[1\]\.rate cannot be enforced/,
    );
    assert.deepEqual(build(PLAN, count), []);
    assert.deepEqual(build(limited, {}), []);
    assert.deepEqual(build(limited, { ...count, plan: { claim: 'plan' } }), []);
  });
});

describe('documents with customer plans', () => {
  it('are refused by an authorizer that cannot read plans', () => {
    const text = JSON.stringify(documentText({ quota: { ...QUOTA, plans: [PLAN] } }));
    const inventory = printInventory(anInventory(['GET /users']));

    const { problems } = buildAccess([{ name: 'a', file: 'access/a.yml', text, inventory }]);

    assert.match(
      problems.map(printProblem).join(),
      /quota\.plans\[0\]: is a plan that this compiler cannot check/,
    );
  });
});
