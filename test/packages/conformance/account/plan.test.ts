import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRun, printPlan } from '../../../../packages/conformance/account/plan.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { ControlCase } from '../../../../packages/conformance/schema/control-case.ts';
import type { ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

const CONTROL: ControlCase = {
  id: 'control',
  source: { kind: 'documented', page: 'p' },
  area: 'control-apis',
  api: 'rest',
  setup: { calls: [{ call: 'CreateRestApi', input: {} }] },
  request: { mode: 'control', call: 'GetRestApi', input: {} },
  expect: { status: 200, body: {} },
};
const REST = { CreateRestApi: 1, DeleteRestApi: 1, CreateDeployment: 1, CreateStage: 1 };
const request = { method: 'GET', path: '/' };

describe('planRun', () => {
  const rows: readonly (readonly [name: string, part: Partial<ParityCase>, calls: object])[] = [
    ['a REST API', {}, REST],
    [
      'its methods, and each resource of their paths once',
      { setup: { stage: 'dev', methods: [{ path: '/a/b' }, { path: '/a/c/' }, { path: '/' }] } },
      { ...REST, CreateResource: 3, PutMethod: 3, PutIntegration: 3 },
    ],
    [
      'functions',
      { setup: { stage: 'dev', functions: { a: '', b: '' } } },
      { ...REST, CreateFunction: 2, DeleteFunction: 2, AddPermission: 2 },
    ],
    [
      'keys and plans, which are deleted by separate calls',
      { setup: { stage: 'dev', apiKeys: { a: {} }, usagePlans: { b: {}, c: {} } } },
      { ...REST, CreateApiKey: 1, DeleteApiKey: 1, CreateUsagePlan: 2, DeleteUsagePlan: 2 },
    ],
    [
      'authorizers and models, which go with the API',
      { setup: { stage: 'dev', authorizers: { a: {} }, models: { a: {}, b: {} } } },
      { ...REST, CreateAuthorizer: 1, CreateModel: 2 },
    ],
    [
      'an HTTP API, which deploys by itself',
      { api: 'http', setup: { stage: '$default', routes: [{}, {}] } },
      { CreateApi: 1, DeleteApi: 1, CreateRoute: 2, CreateIntegration: 2, CreateStage: 1 },
    ],
    [
      'a WebSocket API',
      { api: 'websocket', setup: { stage: 'live' } },
      { CreateApi: 1, DeleteApi: 1, CreateDeployment: 1, CreateStage: 1 },
    ],
  ];
  for (const [name, part, calls] of rows)
    it(`counts the calls of ${name}`, () => {
      assert.deepEqual(Object.fromEntries(planRun([aParityCase(part)]).calls), calls);
    });

  it('counts the calls of a case of the control plane, which sends no requests', () => {
    const { calls, requests, dollars } = planRun([CONTROL]);

    assert.deepEqual(Object.fromEntries(calls), { CreateRestApi: 1, DeleteRestApi: 1, GetRestApi: 1 });
    assert.deepEqual([requests, dollars], [0, 0]);
  });

  // aws.amazon.com/api-gateway/pricing, us-east-1: 3.50, 1.00 and 1.00 $ a million; Lambda: 0.20 $ a million.
  for (const [api, dollars] of [
    ['rest', 3.9],
    ['http', 1.4],
    ['websocket', 1.4],
  ] as const)
    it(`contains the cost of a million requests to a ${api} API, each with two invocations`, () => {
      const sent = aParityCase({ api, then: [{ request, expect: {}, times: 9 }] });

      const plan = planRun([sent]);

      assert.equal(plan.requests, 10);
      assert.equal((plan.dollars * 1e5).toFixed(6), dollars.toFixed(6));
    });

  it('counts a frame as a request', () => {
    const frames = [{ send: 'a' }, { send: 'b' }];

    assert.equal(planRun([aParityCase({ request: { ...request, frames } })]).requests, 3);
  });
});

describe('printPlan', () => {
  it('says what is created, under which names, at what cost and for how long', () => {
    const text = printPlan(planRun([aParityCase(), aParityCase({ api: 'websocket' }), CONTROL]), 'r1');

    assert.deepEqual(text.split('\n'), [
      '     2 CreateDeployment',
      '     2 CreateRestApi',
      '     2 CreateStage',
      '     2 DeleteRestApi',
      '     1 CreateApi',
      '     1 DeleteApi',
      '     1 GetRestApi',
      '',
      'cases: 3, requests to deployed APIs: 2',
      'the names of all resources begin with gatewright-conformance-r1; all resources are removed at the end',
      'cost: about $0.0000 without the free tier; control plane calls are free',
      "time: about 1 min at the rate that AWS's quotas allow; DeleteRestApi may be called once every 30 s",
    ]);
  });
});
