import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bindRules } from '../../../../../packages/gateway/engine/faults/bind-rules.ts';
import type { FaultTargets } from '../../../../../packages/gateway/engine/faults/bind-rules.ts';
import { readFaults } from '../../../../../packages/gateway/engine/faults/read-faults.ts';

type Target = FaultTargets['apis'][number]['routes'][number];
const route = (routeKey: string, kind: Target['integration']['kind'], functionName?: string): Target => ({
  routeKey,
  functionName,
  integration: { kind } as Target['integration'],
});

const TARGETS: FaultTargets = {
  apis: [
    {
      id: 'a1',
      name: 'shop',
      logicalId: 'Shop',
      routes: [route('GET /orders', 'lambda-proxy', 'list'), route('GET /mapped', 'function', 'map')],
    },
    {
      id: 'a2',
      name: 'bank',
      logicalId: 'Bank',
      routes: [
        route('GET /rates', 'http-proxy'),
        route('GET /ping', 'mock'),
        route('GET /gone', 'misconfigured'),
      ],
    },
  ],
  functions: [
    { name: 'list', logicalId: 'List' },
    { name: 'map', logicalId: 'Map' },
    { name: 'worker', logicalId: 'Worker' },
  ],
  tables: [{ name: 'orders', logicalId: 'Orders' }],
};

const messagesOf = (rule: string, targets = TARGETS): readonly string[] =>
  bindRules(readFaults('faults.yml', `rules:\n  - ${rule}`).rules, targets).unbound.map(
    ({ line, message }) => `${line}: ${message}`,
  );

describe('bindRules', () => {
  for (const rule of [
    '{ reset: true }',
    '{ api: a2, route: GET /ping, cutBody: 1 }',
    '{ api: Bank, status: 500 }',
    '{ route: GET /mapped, error: no }',
    '{ route: GET /ping, latency: 1s }',
    '{ table: Orders, function: List }',
    '{ table: Orders, function: Worker }',
    '{ function: List, route: GET /orders, crash: true }',
    '{ function: Map, latency: 1s }',
  ])
    it(`binds ${rule}`, () => {
      assert.deepEqual(messagesOf(rule), []);
    });

  for (const { rule, says } of [
    {
      rule: '{ crash: true, function: List, route: GET /mapped }',
      says: '2: the route "GET /mapped" does not call the function "List"',
    },
    {
      rule: '{ latency: 1s, function: Map, api: Bank }',
      says: '2: no route calls the function "Map"',
    },
    { rule: '{ crash: true, function: worker }', says: '2: no route calls the function "worker"' },
    {
      rule: '{ reset: true, api: none }',
      says: '2: unknown REST or HTTP API "none"; expected one of shop, bank',
    },
    {
      rule: '{ reset: true, function: none }',
      says: '2: unknown function "none"; expected one of list, map, worker',
    },
    { rule: '{ table: none }', says: '2: unknown table "none"; expected orders' },
    {
      rule: '{ api: bank, reset: true, route: GET /orders }',
      says: '2: unknown route "GET /orders"; expected one of GET /rates, GET /ping, GET /gone',
    },
    {
      rule: '{ route: GET /rates, crash: true }',
      says: '2: crash has no effect on the integration of GET /rates',
    },
    {
      rule: '{ route: GET /mapped, status: 500 }',
      says: '2: status has no effect on the integration of GET /mapped',
    },
    {
      rule: '{ route: GET /gone, latency: 1s }',
      says: '2: latency has no effect on the integration of GET /gone',
    },
    {
      rule: '{ route: GET /rates, actionId: aws:lambda:invocation-add-delay, parameters: { duration: PT1M } }',
      says: '2: latency has no effect on the integration of GET /rates',
    },
    {
      rule: '{ api: bank, throttle: true }',
      says: '2: throttle has no effect on the integration of the routes',
    },
  ])
    it(`refuses ${rule}`, () => {
      assert.deepEqual(messagesOf(rule), [says]);
    });

  it('refuses tables that are elsewhere', () => {
    assert.deepEqual(messagesOf('{ table: orders }', { ...TARGETS, tables: undefined }), [
      '2: only tables of the embedded DynamoDB can have faults: start without --dynamodb',
    ]);
  });
});
