/** What differs between two deployments, without secrets. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compareSnapshots,
  takeSnapshot,
} from '../../../../../packages/gateway/console/records/deployment-snapshot.ts';
import type {
  ShownApi,
  ShownRoute,
} from '../../../../../packages/gateway/console/endpoints/inspect-model.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';

const ROUTE: ShownRoute = {
  method: 'GET',
  path: '/orders',
  routeKey: 'GET /orders',
  guard: { kind: 'none', name: 'open', sources: [], ttlSeconds: 0, audiences: [], scopes: [] },
  apiKeyRequired: false,
  target: 'list',
  timeoutMs: 29_000,
  throttle: undefined,
  cacheSeconds: undefined,
  required: [],
  checkedBodies: [],
  examples: [],
};
const FUNCTION: FunctionDefinition = {
  name: 'list',
  arn: 'arn:aws:lambda:eu-west-1:123456789012:function:list',
  logicalId: 'List',
  stackName: 'shop',
  region: 'eu-west-1',
  accountId: '123456789012',
  runtime: 'nodejs24.x',
  handler: 'list.handler',
  timeoutSeconds: 3,
  memorySizeMb: 128,
  environment: { STAGE: 'dev' },
  code: { kind: 'directory', directory: '/shop' } as never,
  layers: [],
  place: { file: 'template.json', line: 3 },
};

function snapshotOf({
  routes = [ROUTE],
  functions = [FUNCTION],
  resources = {},
}: {
  readonly routes?: readonly ShownRoute[];
  readonly functions?: readonly FunctionDefinition[];
  readonly resources?: Readonly<Record<string, readonly [type: string, properties: object]>>;
}) {
  const api = { name: 'shop', stage: 'dev', routes } as unknown as ShownApi;
  const all = Object.entries(resources).map(
    ([logicalId, [type, properties]]) => [logicalId, { logicalId, type, properties } as never] as const,
  );
  return takeSnapshot([api], [{ stackName: 'shop', functions, resources: new Map(all) }]);
}

type Case = {
  readonly name: string;
  readonly given: Parameters<typeof snapshotOf>[0];
  readonly expected: ReturnType<typeof compareSnapshots>;
};

const route = { part: 'route', name: 'GET /orders of shop / dev' } as const;
const list = { part: 'function', name: 'list' } as const;

const CASES: readonly Case[] = [
  {
    name: 'a route with another timeout and another authorizer, by value',
    given: { routes: [{ ...ROUTE, timeoutMs: 5000, guard: { ...ROUTE.guard, name: 'AWS_IAM' } }] },
    expected: [
      {
        ...route,
        how: 'changed',
        members: [
          { name: 'authorizer', from: 'open', to: 'AWS_IAM' },
          { name: 'timeout in ms', from: '29000', to: '5000' },
        ],
      },
    ],
  },
  {
    name: 'a route that is new',
    given: { routes: [ROUTE, { ...ROUTE, routeKey: 'POST /orders' }] },
    expected: [{ ...route, name: 'POST /orders of shop / dev', how: 'added', members: [] }],
  },
  {
    name: 'a route that is gone',
    given: { routes: [] },
    expected: [{ ...route, how: 'removed', members: [] }],
  },
  {
    name: 'a variable of a function by name only, since it may be a secret',
    given: { functions: [{ ...FUNCTION, environment: { STAGE: 'dev', DB_PASSWORD: 'hunter2hunter2' } }] },
    expected: [{ ...list, how: 'changed', members: [{ name: 'variable DB_PASSWORD' }] }],
  },
  {
    name: 'memory of a function',
    given: { functions: [{ ...FUNCTION, memorySizeMb: 512 }] },
    expected: [{ ...list, how: 'changed', members: [{ name: 'memory in MB', from: '128', to: '512' }] }],
  },
  {
    name: 'nothing if a function only moved within its file',
    given: { functions: [{ ...FUNCTION, place: { file: 'template.json', line: 9 } }] },
    expected: [],
  },
  {
    name: 'nothing if only a deployment has another id',
    given: { resources: { Deployment1: ['AWS::ApiGateway::Deployment', { Description: '' }] } },
    expected: [],
  },
  {
    name: 'a setting by its property, without its value',
    given: { resources: { Jobs: ['AWS::SQS::Queue', { QueueName: 'sk_live_abcdefgh1234' }] } },
    expected: [{ part: 'setting', name: 'Jobs (AWS::SQS::Queue) of shop', how: 'added', members: [] }],
  },
];

describe('two deployments', () => {
  for (const { name, given, expected } of CASES)
    it(`differ by ${name}`, () => {
      const before = snapshotOf({});

      assert.deepEqual(compareSnapshots(before, snapshotOf(given)), expected);
      assert.deepEqual(compareSnapshots(before, before), []);
    });

  it('share what is equal, and keep no secret', () => {
    const resources = {
      Secret: ['AWS::SecretsManager::Secret', { SecretString: 'hunter2hunter2' }],
    } as const;
    const before = snapshotOf({ resources });
    const after = takeSnapshot(
      [],
      [{ stackName: 'shop', functions: [FUNCTION], resources: new Map() }],
      before,
    );

    assert.equal(after.get('function list'), before.get('function list'));
    const kept = JSON.stringify([...before.values()].map(({ members }) => [...members]));
    assert.ok(!kept.includes('hunter2'), kept);
  });
});
