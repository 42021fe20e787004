import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showMap } from '../../../../../packages/gateway/console/endpoints/show-map.ts';
import { NO_LABELS } from '../../../../../packages/gateway/console/records/api-labels.ts';
import { findToolkit } from '../../../../../packages/gateway/core/stack/own-first.ts';
import type { ApiRoutes } from '../../../../../packages/gateway/control/loading/list-apis.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';

function aResource(logicalId: string, type: string, physicalId: string, line: number) {
  return [
    logicalId,
    { logicalId, type, physicalId, place: () => ({ file: '/srv/shop/serverless.yml', line }) },
  ] as const;
}

const STACK = {
  stackName: 'shop',
  functions: [
    {
      name: 'shop-place',
      logicalId: 'Place',
      environment: { TABLE: 'orders', QUEUE_URL: 'https://sqs/1/jobs', NOTE: 'my-orders' },
    },
    { name: 'shop-work', logicalId: 'Work', environment: {} },
    { name: 'shop-guard', logicalId: 'Guard', environment: {} },
  ],
  resources: new Map([
    aResource('Place', 'AWS::Lambda::Function', 'shop-place', 10),
    aResource('Work', 'AWS::Lambda::Function', 'shop-work', 20),
    aResource('Orders', 'AWS::DynamoDB::Table', 'orders', 30),
    aResource('Users', 'AWS::DynamoDB::Table', 'users', 31),
    aResource('Jobs', 'AWS::SQS::Queue', 'https://sqs/1/jobs', 40),
    aResource('Api', 'AWS::ApiGateway::RestApi', 'a1', 50),
    aResource('PostOrders', 'AWS::ApiGateway::Method', 'm1', 60),
  ]),
} as unknown as ResolvedStack;

const route = {
  method: 'POST',
  path: '/orders',
  logicalId: 'PostOrders',
  apiKeyRequired: false,
  authorizer: 'guard',
  functionName: 'shop-place',
  target: undefined,
};

function anApi(routes: readonly object[]): ApiRoutes {
  return {
    stack: 'shop',
    logicalId: 'Api',
    id: 'a1',
    name: 'shop',
    kind: 'rest',
    stage: 'dev',
    region: 'us-east-1',
    url: 'http://127.0.0.1:3000/dev',
    routes,
  } as ApiRoutes;
}

function mapOf(routes: readonly object[]) {
  return showMap({
    stacks: [STACK],
    apis: [anApi(routes)],
    sources: [
      { kind: 'queue', name: 'jobs', targets: ['shop-work'], state: '' },
      { kind: 'schedule', name: 'nightly', targets: ['shop-work'], state: '' },
    ],
    authorizerOf: (_, __, index) => (index === 0 ? 'shop-guard' : undefined),
    folder: '/srv/shop',
    toolkit: findToolkit([STACK]),
    labels: NO_LABELS,
  });
}

describe('showMap', () => {
  it('connects an API with what its functions name, and events with functions', () => {
    const { edges } = mapOf([route]);

    assert.deepEqual(
      edges.map(({ from, to }) => `${from} → ${to}`),
      [
        'function shop-place → resource orders',
        'function shop-place → resource jobs',
        'api a1/dev → route a1/dev POST /orders',
        'route a1/dev POST /orders → function shop-guard',
        'route a1/dev POST /orders → function shop-place',
        'resource jobs → function shop-work',
        'source schedule nightly → function shop-work',
      ],
    );
  });

  it('says for each node what it is and where it is defined', () => {
    const { nodes } = mapOf([route]);

    assert.deepEqual(
      nodes.map(({ kind, name, what, place }) => [kind, name, what, place]),
      [
        ['function', 'shop-place', 'function', 'serverless.yml:10'],
        ['resource', 'orders', 'DynamoDB table', 'serverless.yml:30'],
        ['resource', 'jobs', 'SQS queue', 'serverless.yml:40'],
        ['function', 'shop-work', 'function', 'serverless.yml:20'],
        ['authorizer', 'shop-guard', 'authorizer', undefined],
        ['api', 'shop', 'REST API, stage dev', 'serverless.yml:50'],
        ['route', 'POST /orders', 'guard', 'serverless.yml:60'],
        ['source', 'nightly', 'schedule', undefined],
      ],
    );
  });

  it('has another target of a route, and nothing for a mock', () => {
    const { edges } = mapOf([
      { ...route, path: '/a', functionName: undefined, target: 'sqs:path/jobs' },
      { ...route, path: '/b', functionName: undefined, target: 'MOCK' },
      { ...route, path: '/c', functionName: 'of-another-account' },
    ]);

    assert.deepEqual(
      edges.filter(({ from }) => from.startsWith('route')).map(({ to }) => to),
      ['function shop-guard', 'resource sqs:path/jobs', 'function of-another-account'],
    );
  });

  it('distinguishes the toolkit’s own stack, with its authorizers and alarms, from the user’s', () => {
    const mark = { GATEWRIGHT_STAGE: 'dev' };
    const toolkit = {
      stackName: 'gatewright-dev',
      functions: [
        { name: 'gatewright-dev-token-authorizer', logicalId: 'Token', environment: mark },
        { name: 'gatewright-dev-quota-admin', logicalId: 'Quota', environment: { ...mark, TABLE: 'usage' } },
      ],
      resources: new Map([
        aResource('Usage', 'AWS::DynamoDB::Table', 'usage', 1),
        aResource('Alarm', 'AWS::CloudWatch::Alarm', 'gatewright-dev-waste', 2),
      ]),
    } as unknown as ResolvedStack;
    const { nodes } = showMap({
      stacks: [STACK, toolkit],
      apis: [anApi([route]), { ...anApi([route]), stack: 'gatewright-dev', id: 'a2', name: 'admin' }],
      sources: [
        { kind: 'alarm', name: 'gatewright-dev-waste', targets: [], state: '' },
        { kind: 'alarm', name: 'shop-errors', targets: [], state: '' },
      ],
      authorizerOf: () => 'gatewright-dev-token-authorizer',
      folder: '/srv/shop',
      toolkit: findToolkit([STACK, toolkit]),
      labels: NO_LABELS,
    });

    assert.deepEqual(
      nodes.filter(({ isToolkit }) => isToolkit).map(({ id }) => id),
      [
        'function gatewright-dev-token-authorizer',
        'function gatewright-dev-quota-admin',
        'resource usage',
        'api a2/dev',
        'route a2/dev POST /orders',
        'source alarm gatewright-dev-waste',
      ],
    );
  });

  it('draws forty routes of an API, and says how many are left', () => {
    const { nodes, left } = mapOf(Array.from({ length: 45 }, (_, at) => ({ ...route, path: `/r${at}` })));

    assert.equal(nodes.filter(({ kind }) => kind === 'route').length, 40);
    assert.deepEqual(left, [{ apiName: 'shop', routes: 5, isToolkit: false }]);
  });
});
