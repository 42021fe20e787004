import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { readFaults } from '../../../../../packages/gateway/engine/faults/read-faults.ts';
import type { FaultRule } from '../../../../../packages/gateway/engine/faults/model.ts';

const read = (text: string): readonly FaultRule[] => readFaults('faults.yml', text).rules;
const only = (rule: string): FaultRule | undefined => read(`rules:\n  - ${rule}`)[0];

describe('readFaults', () => {
  it('reads every member of a rule', () => {
    const { seed, rules } = readFaults(
      'faults.yml',
      `seed: 7
rules:
  - name: slow orders
    api: shop
    route: GET /orders/{id}
    function: orders
    share: 0.25
    from: 30s
    until: 2m
    latency: [200ms, 2s]`,
    );

    assert.equal(seed, 7);
    assert.deepEqual(rules, [
      {
        number: 1,
        name: 'slow orders',
        api: 'shop',
        route: 'GET /orders/{id}',
        function: 'orders',
        share: 0.25,
        fromMs: 30_000,
        untilMs: 120_000,
        fault: { kind: 'latency', fromMs: 200, toMs: 2_000 },
        isOfFunctions: false,
        line: 3,
        lines: { api: 4, route: 5, function: 6 },
      },
    ]);
  });

  it('reads JSON', () => {
    assert.equal(read('{"rules":[{"reset":true}]}')[0]?.fault.kind, 'reset');
  });

  const message = '{"message":"Injected fault"}';
  const json = { 'content-type': 'application/json' };
  for (const { rule, fault } of [
    { rule: 'latency: 0s', fault: { kind: 'latency', fromMs: 0, toMs: 0 } },
    { rule: 'latency: 1s', fault: { kind: 'latency', fromMs: 1_000, toMs: 1_000 } },
    {
      rule: 'status: 503',
      fault: { kind: 'status', status: 503, headers: json, body: message, callsIntegration: false },
    },
    {
      rule: 'status: { code: 418, headers: { x-pot: tea }, body: "", callsIntegration: true }',
      fault: { kind: 'status', status: 418, headers: { 'x-pot': 'tea' }, body: '', callsIntegration: true },
    },
    {
      rule: 'error: no stock',
      fault: { kind: 'error', errorType: 'Error', errorMessage: 'no stock', callsIntegration: false },
    },
    {
      rule: 'error: { type: Gone, callsIntegration: true }',
      fault: { kind: 'error', errorType: 'Gone', errorMessage: undefined, callsIntegration: true },
    },
    { rule: 'crash: true', fault: { kind: 'crash' } },
    { rule: 'throttle: true', fault: { kind: 'throttle' } },
    { rule: 'coldStart: true', fault: { kind: 'cold start' } },
    { rule: 'cutBody: 100', fault: { kind: 'cut body', afterBytes: 100 } },
    { rule: 'table: orders', fault: { kind: 'table', table: 'orders', answer: 'unreachable' } },
    {
      rule: 'table: { name: orders, answers: ServiceUnavailable }',
      fault: { kind: 'table', table: 'orders', answer: 'ServiceUnavailable' },
    },
  ])
    it(`reads ${rule}`, () => {
      assert.deepEqual(only(rule)?.fault, fault);
    });

  // Source: docs/aws §8.2.
  for (const { name, parameters, fault, share = 1 } of [
    {
      name: 'aws:lambda:invocation-add-delay',
      parameters: '{ duration: PT1M, invocationPercentage: "50", startupDelayMilliseconds: "2000" }',
      fault: { kind: 'latency', fromMs: 2_000, toMs: 2_000 },
      share: 0.5,
    },
    {
      name: 'aws:lambda:invocation-add-delay',
      parameters: '{ duration: PT1M }',
      fault: { kind: 'latency', fromMs: 1_000, toMs: 1_000 },
    },
    {
      name: 'aws:lambda:invocation-error',
      parameters: '{ duration: PT1M, preventExecution: "false" }',
      fault: { kind: 'error', errorType: 'Error', errorMessage: undefined, callsIntegration: true },
    },
    {
      name: 'aws:lambda:invocation-http-integration-response',
      parameters:
        '{ duration: PT1M, preventExecution: true, statusCode: 500, contentTypeHeader: text/plain }',
      fault: {
        kind: 'status',
        status: 500,
        headers: { 'content-type': 'text/plain' },
        body: '',
        callsIntegration: false,
      },
    },
  ])
    it(`reads ${name} with AWS's parameters ${parameters}`, () => {
      const rule = only(`{ from: 10s, actionId: ${name}, parameters: ${parameters} }`);

      assert.deepEqual(rule?.fault, fault);
      assert.deepEqual(
        [rule.share, rule.isOfFunctions, rule.fromMs, rule.untilMs],
        [share, true, 10_000, 70_000],
      );
    });

  for (const { name, text, says } of [
    { name: 'a text that is not YAML', text: 'rules: [', says: /^faults\.yml:1: / },
    { name: 'an empty file', text: '', says: /^faults\.yml: the faults file must be a map of seed, rules$/ },
    {
      name: 'a file without rules',
      text: 'seed: 1',
      says: /^faults\.yml:1: the file must have the member rules, which is a list of rules$/,
    },
    { name: 'rules that are not a list', text: 'rules: 1', says: /^faults\.yml:1: rules must be a list$/ },
    { name: 'a bad seed', text: 'seed: x\nrules: []', says: /^faults\.yml:1: seed must be a whole number/ },
    {
      name: 'an unknown member',
      text: 'rules:\n  - reset: true\n    shard: 1',
      says: /^faults\.yml:3: unknown member shard in a rule; expected one of name, api, route, /,
    },
    {
      name: 'an unknown fault',
      text: 'rules:\n  - name: x\n  - explode: true',
      says: /^faults\.yml:2: a rule must have exactly one of latency, .*; this one has none\nfaults\.yml:3: unknown member explode/,
    },
    {
      name: 'two faults in one rule',
      text: 'rules:\n  - reset: true\n    crash: true',
      says: /^faults\.yml:2: a rule must have exactly one of .*; this one has crash and reset$/,
    },
    {
      name: 'a share below 0',
      text: 'rules:\n  - reset: true\n    share: -0.1',
      says: /^faults\.yml:3: share must be a number from 0 to 1, not -0\.1$/,
    },
    {
      name: 'a share as text',
      text: 'rules:\n  - reset: true\n    share: 20%',
      says: /^faults\.yml:3: share must be a number from 0 to 1, not "20%"$/,
    },
    {
      name: 'a time without a unit',
      text: 'rules:\n  - reset: true\n    until: 30',
      says: /^faults\.yml:3: until must be a duration such as/,
    },
    {
      name: 'an end before the beginning',
      text: 'rules:\n  - reset: true\n    from: 1m\n    until: 30s',
      says: /^faults\.yml:4: until "30s" must be after from "1m"$/,
    },
    {
      name: 'a latency that ends before it begins',
      text: 'rules:\n  - latency: [2s, 1s]',
      says: /^faults\.yml:2: latency must be a duration of at most 15m/,
    },
    {
      name: 'a latency of one duration in a list',
      text: 'rules:\n  - latency: [2s]',
      says: /^faults\.yml:2: latency must be a duration such as 500ms, 30s or 2m, not nothing$/,
    },
    {
      name: 'an invalid status',
      text: 'rules:\n  - status:\n      code: 42',
      says: /^faults\.yml:3: code must be a whole number from 200 to 599, not 42$/,
    },
    {
      name: 'headers that are not texts',
      text: 'rules:\n  - status:\n      code: 500\n      headers: { x: 1 }',
      says: /^faults\.yml:4: headers must be a map of names to strings, not \{"x":1\}$/,
    },
    {
      name: 'a switch that is not true',
      text: 'rules:\n  - crash: yes please',
      says: /^faults\.yml:2: crash must be true, not "yes please"$/,
    },
    {
      name: 'an unknown answer of a table',
      text: 'rules:\n  - table:\n      name: orders\n      answers: Nothing',
      says: /^faults\.yml:4: answers must be one of unreachable, .*, not "Nothing"$/,
    },
    {
      name: 'a route of a table',
      text: 'rules:\n  - table: orders\n    route: GET /',
      says: /^faults\.yml:3: route has no effect on a table; to limit the fault to some requests, name a function instead$/,
    },
    {
      name: 'an action that FIS has for something else',
      text: 'rules:\n  - actionId: aws:ec2:stop-instances\n    parameters: {}',
      says: /^faults\.yml:2: actionId must be one of aws:lambda:invocation-add-delay, /,
    },
    {
      name: 'an action without its duration',
      text: 'rules:\n  - actionId: aws:lambda:invocation-add-delay\n    parameters: {}',
      says: /^faults\.yml:3: duration is missing$/,
    },
    {
      name: 'a duration that is not ISO 8601',
      text: 'rules:\n  - actionId: aws:lambda:invocation-add-delay\n    parameters: { duration: 1m }',
      says: /^faults\.yml:3: duration must be written like PT1M \(ISO 8601\), not "1m"$/,
    },
    {
      name: 'a percentage of 0',
      text: 'rules:\n  - actionId: aws:lambda:invocation-add-delay\n    parameters: { duration: PT1M, invocationPercentage: 0 }',
      says: /^faults\.yml:3: invocationPercentage must be a whole number from 1 to 100, not 0$/,
    },
    {
      name: 'a share together with an action',
      text: 'rules:\n  - actionId: aws:lambda:invocation-error\n    share: 0.5',
      says: /^faults\.yml:3: share is not allowed with an actionId: use invocationPercentage in parameters instead$/,
    },
  ])
    it(`refuses ${name}, with its line`, () => {
      assert.throws(
        () => read(text),
        (error) => {
          assert.ok(error instanceof DefinitionError);
          assert.match(error.describe(), says);
          return true;
        },
      );
    });

  // docs/guides: the longest latency is Lambda's longest timeout; docs/aws §8.2: the ranges of AWS FIS.
  const fis = (name: string, parameters: string): string =>
    `{ actionId: aws:lambda:invocation-${name}, parameters: { duration: PT1M, ${parameters} } }`;
  const response = (statusCode: number): string =>
    fis(
      'http-integration-response',
      `preventExecution: true, contentTypeHeader: a/b, statusCode: ${statusCode}`,
    );
  for (const [what, accepted, refused] of [
    ['a latency', 'latency: 15m', 'latency: 900001ms'],
    ['the end of a latency', 'latency: [0s, 15m]', 'latency: [0s, 900001ms]'],
    ['a latency of one length', 'latency: [1s, 1s]', 'latency: [1s, 999ms]'],
    ['a list of latencies', 'latency: [1s, 2s]', 'latency: [1s, 2s, 3s]'],
    ['the least status', 'status: 200', 'status: 199'],
    ['the largest status', 'status: 599', 'status: 600'],
    ['a share of nothing', '{ reset: true, share: 0 }', '{ reset: true, share: -0.01 }'],
    ['a share of all', '{ reset: true, share: 1 }', '{ reset: true, share: 1.01 }'],
    ['an end', '{ reset: true, from: 1s, until: 1001ms }', '{ reset: true, from: 1s, until: 1s }'],
    ['a beginning', '{ reset: true, from: 0s }', '{ reset: true, from: -1s }'],
    ['a cut', 'cutBody: 0', 'cutBody: -1'],
    ['a text', 'error: x', 'error: ""'],
    [
      'the least percentage',
      fis('add-delay', 'invocationPercentage: 1'),
      fis('add-delay', 'invocationPercentage: 0'),
    ],
    [
      'the largest percentage',
      fis('add-delay', 'invocationPercentage: 100'),
      fis('add-delay', 'invocationPercentage: 101'),
    ],
    [
      'the least delay',
      fis('add-delay', 'startupDelayMilliseconds: 0'),
      fis('add-delay', 'startupDelayMilliseconds: -1'),
    ],
    [
      'the largest delay',
      fis('add-delay', 'startupDelayMilliseconds: 900000'),
      fis('add-delay', 'startupDelayMilliseconds: 900001'),
    ],
    ['the least status of FIS', response(0), response(-1)],
    ['the largest status of FIS', response(999), response(1000)],
    ['what FIS needs', fis('error', 'preventExecution: true'), fis('error', '')],
  ] as const)
    it(`takes ${what} at its edge, and nothing beyond`, () => {
      assert.ok(only(accepted) !== undefined);
      assert.throws(() => only(refused), DefinitionError);
    });

  it('takes a thousand rules, and a seed of 31 bits', () => {
    const rules = (count: number): string => `rules:\n${'  - reset: true\n'.repeat(count)}`;
    const seeded = (seed: number): string => `seed: ${seed}\nrules: []`;

    assert.equal(read(rules(1000)).length, 1000);
    assert.throws(() => read(rules(1001)), /the file has 1001 rules; at most 1000 are allowed/);
    assert.equal(readFaults('f', seeded(2 ** 31 - 1)).seed, 2 ** 31 - 1);
    assert.throws(() => read(seeded(2 ** 31)), DefinitionError);
    assert.throws(() => read(seeded(-1)), DefinitionError);
    assert.equal(readFaults('f', 'rules: []').seed, 0);
  });

  // ISO 8601 durations, as FIS takes them.
  for (const [duration, seconds] of [
    ['PT1S', 1],
    ['PT1M', 60],
    ['PT1H', 3600],
    ['P1D', 86_400],
    ['P1DT2H3M4S', 93_784],
    ['PT0S', undefined],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['P1H', undefined],
    ['1M', undefined],
    ['PT1.5S', undefined],
  ] as const)
    it(`${seconds === undefined ? 'refuses' : 'reads'} the duration ${duration}`, () => {
      const rule = `{ from: 1s, actionId: aws:lambda:invocation-add-delay, parameters: { duration: ${duration} } }`;

      if (seconds === undefined) assert.throws(() => only(rule), DefinitionError);
      else assert.equal(only(rule)?.untilMs, 1000 + seconds * 1000);
    });

  it('is in force for all requests and forever by default', () => {
    const rule = only('reset: true');

    assert.deepEqual([rule?.share, rule?.fromMs, rule?.untilMs, rule?.lines], [1, 0, Infinity, {}]);
  });

  for (const [what, rule, says] of [
    ['parameters', '{ reset: true, parameters: {} }', 'parameters is allowed only with an actionId'],
    [
      'an API of a table',
      '{ table: orders, api: shop }',
      'api has no effect on a table; to limit the fault to some requests, name a function instead',
    ],
    [
      'an end of an action',
      `{ until: 1m, actionId: aws:lambda:invocation-add-delay, parameters: { duration: PT1M } }`,
      'until is not allowed with an actionId: use duration in parameters instead',
    ],
    [
      'no parameters',
      '{ actionId: aws:lambda:invocation-error }',
      'aws:lambda:invocation-error needs parameters',
    ],
    [
      'a status without a code',
      '{ status: { body: x } }',
      'status must have the member code, such as code: 503',
    ],
    [
      'a table without a name',
      '{ table: { answers: unreachable } }',
      'table must have the member name, which is the name of a table or its logical id',
    ],
  ] as const)
    it(`refuses ${what}`, () => {
      assert.throws(
        () => only(rule),
        (error: Error) => error.message === says,
      );
    });
});
