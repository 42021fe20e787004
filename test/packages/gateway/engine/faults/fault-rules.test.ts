import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { bindRules } from '../../../../../packages/gateway/engine/faults/bind-rules.ts';
import { FaultRules, draw } from '../../../../../packages/gateway/engine/faults/fault-rules.ts';
import { readFaults } from '../../../../../packages/gateway/engine/faults/read-faults.ts';
import type { FaultTargets } from '../../../../../packages/gateway/engine/faults/bind-rules.ts';

const START = 1_000_000;
const PROXY = { kind: 'lambda-proxy' } as FaultTargets['apis'][number]['routes'][number]['integration'];
const TARGETS: FaultTargets = {
  apis: [
    {
      id: 'a1',
      name: 'shop',
      logicalId: 'Shop',
      routes: [{ routeKey: 'GET /', integration: PROXY, functionName: 'list' }],
    },
    {
      id: 'a2',
      name: 'bank',
      logicalId: 'Bank',
      routes: [{ routeKey: 'GET /', integration: PROXY, functionName: 'list' }],
    },
  ],
  functions: [{ name: 'list', logicalId: 'List' }],
  tables: [{ name: 'orders', logicalId: 'Orders' }],
};

function rulesOf(text: string): FaultRules {
  const file = readFaults('dir/faults.yml', text);
  const rules = new FaultRules(file, START);
  const { bound, unbound } = bindRules(file.rules, TARGETS);
  assert.deepEqual(unbound, []);
  rules.follow(bound);
  return rules;
}

const REQUEST = { apiId: 'a1', routeKey: 'GET /', integration: PROXY.kind, functionName: 'list' };
const meets = (rules: FaultRules, more: Partial<typeof REQUEST> = {}, afterMs = 0): boolean =>
  rules.ofRequest({ ...REQUEST, ...more }, START + afterMs).length > 0;

describe('FaultRules', () => {
  it('affects the same requests again with the same seed and order, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(100), fc.nat(60), (seed, percent, requests) => {
        const text = `seed: ${seed}\nrules: [{ share: ${percent / 100}, latency: [1ms, 9s] }, { share: 0.5, reset: true }]`;
        const [first, second] = [rulesOf(text), rulesOf(text)];
        for (let at = 0; at < requests; at += 1)
          assert.deepEqual(first.ofRequest(REQUEST, START), second.ofRequest(REQUEST, START));
      }),
    );
  });

  it('affects other requests with another seed', () => {
    const pattern = (seed: number): string => {
      const rules = rulesOf(`seed: ${seed}\nrules: [{ share: 0.5, reset: true }]`);
      return Array.from({ length: 64 }, () => (meets(rules) ? '1' : '0')).join('');
    };

    assert.equal(pattern(1), pattern(1));
    assert.notEqual(pattern(1), pattern(2));
  });

  it('affects none with a share of 0, and all with a share of 1', () => {
    const [none, all] = [rulesOf('rules: [{ share: 0, reset: true }]'), rulesOf('rules: [{ reset: true }]')];

    for (let at = 0; at < 100; at += 1) assert.deepEqual([meets(none), meets(all)], [false, true]);
  });

  it('begins and ends by the time since the start, which the virtual clock moves', () => {
    const rules = rulesOf('rules: [{ from: 10s, until: 20s, reset: true }]');

    const found = [0, 9_999, 10_000, 19_999, 20_000, -1].map((afterMs) => meets(rules, {}, afterMs));

    assert.deepEqual(found, [false, false, true, true, false, false]);
  });

  it('does not change the choice of later requests if a rule is off for a while', () => {
    const text = 'rules: [{ share: 0.5, reset: true }]';
    const [always, paused] = [rulesOf(text), rulesOf(text)];
    const first = Array.from({ length: 40 }, () => meets(always));

    assert.equal(paused.turn(1, false), true);
    for (let at = 0; at < 20; at += 1) assert.equal(meets(paused), false);
    paused.turn(1, true);

    assert.deepEqual(
      Array.from({ length: 20 }, () => meets(paused)),
      first.slice(20),
    );
  });

  it('chooses by API, route and function', () => {
    const rules = rulesOf('rules: [{ api: shop, route: GET /, function: List, reset: true }]');

    assert.equal(meets(rules), true);
    assert.equal(meets(rules, { apiId: 'a2' }), false);
    assert.equal(meets(rules, { routeKey: 'GET /other' }), false);
    assert.equal(meets(rules, { functionName: 'other' }), false);
    assert.equal(meets(rulesOf('rules: [{ route: GET /, reset: true }]'), { apiId: 'a2' }), true);
  });

  it('draws each latency from its range, by seed', () => {
    const rules = rulesOf('rules: [{ latency: [100ms, 200ms] }]');

    const waits = Array.from({ length: 50 }, () => rules.ofRequest(REQUEST, START)[0]?.fault);

    const lengths = waits.map((fault) => (fault?.kind === 'latency' ? fault.ms : NaN));
    assert.ok(lengths.every((ms) => ms >= 100 && ms <= 200));
    assert.ok(new Set(lengths).size > 10);
  });

  it('lets the first rule that affects a call to a table decide', () => {
    const rules = rulesOf(
      'rules: [{ table: { name: Orders, answers: ThrottlingException }, until: 1s }, { table: orders }]',
    );
    const call = { table: 'orders', functionName: 'list' };

    assert.equal(rules.ofTable(call, START)?.fault, 'ThrottlingException');
    assert.deepEqual(rules.ofTable(call, START + 1_000), { by: 'faults.yml rule 2', fault: 'unreachable' });
    assert.equal(rules.ofTable({ ...call, table: 'other' }, START), undefined);
  });

  it('counts for each rule the matching requests, and the affected ones', () => {
    const rules = rulesOf(
      'rules: [{ name: half, share: 0.5, from: 1s, until: 2s, route: GET /, reset: true }]',
    );

    for (let at = 0; at < 10; at += 1) meets(rules, {}, 1_000);
    meets(rules, {}, 0);

    const [row] = rules.rows;
    assert.equal(row?.what, 'reset on GET /, 50 %, from 1 s to 2 s');
    assert.equal(row.matched, 11);
    assert.ok(row.injected > 0 && row.injected < 10, String(row.injected));
    assert.equal(rules.turn(2, false), false);
  });
});

const whole = fc.nat();

describe('draw', () => {
  it('gives the same value for the same seed, rule, request and use, at least 0 and below 1', () => {
    fc.assert(
      fc.property(whole, whole, whole, fc.nat(1), (seed, rule, request, use) => {
        const value = draw(seed, rule, request, use);
        assert.equal(draw(seed, rule, request, use), value);
        assert.ok(value >= 0 && value < 1);
      }),
    );
  });

  it('spreads evenly over the requests of a rule, for any seed', () => {
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 1, max: 9 }), (seed, rule, tenths) => {
        const hits = Array.from({ length: 4_000 }, (_, at) => draw(seed, rule, at, 0) < tenths / 10).filter(
          Boolean,
        );
        // Six standard deviations of 4,000 throws.
        assert.ok(Math.abs(hits.length - 400 * tenths) < 190, `${hits.length} of ${400 * tenths}`);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('differs between seeds, rules and uses', () => {
    const values = [draw(0, 1, 1, 0), draw(1, 1, 1, 0), draw(0, 2, 1, 0), draw(0, 1, 2, 0), draw(0, 1, 1, 1)];

    assert.equal(new Set(values).size, values.length);
  });
});
