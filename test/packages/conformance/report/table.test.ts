import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printJson, printTable } from '../../../../packages/conformance/report/table.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';

const FACTS = { target: 'moto', version: '5.1', day: '2026-11-24' };
const documented = { kind: 'documented', page: 'http-api-cors', says: 'AllowCredentials' };
const RESULTS = [
  { parityCase: aParityCase({ id: 'a', area: 'vtl' }), difference: 'status: expected 200, got 500' },
  { parityCase: aParityCase({ id: 'b', area: 'cors', source: documented }), difference: undefined },
  { parityCase: aParityCase({ id: 'c', area: 'vtl' }), notAsked: 'needs AWS WAF' },
  { parityCase: aParityCase({ id: 'd', area: 'waf' }), notAsked: 'needs a clock' },
  { parityCase: aParityCase({ id: 'e', area: 'waf' }), notAsked: 'needs a clock' },
];

describe('printTable', () => {
  it('shows what failed, the score of each area, why cases were not asked, and all scores', () => {
    assert.deepEqual(printTable(RESULTS, FACTS).split('\n'), [
      'FAILED vtl a',
      '  status: expected 200, got 500',
      '  recorded: r f t',
      '',
      'cors                              1/1',
      'vtl                               0/1   1 not run',
      'waf                               0/0   2 not run',
      '',
      '    2 not run: needs a clock',
      '    1 not run: needs AWS WAF',
      '',
      'recorded: 0 of 1 pass',
      'documented: 1 of 1 pass',
      'moto 5.1, 2026-11-24: 1 of 2 cases pass; 3 not run',
    ]);
  });

  it('has no lines about what has not happened', () => {
    assert.deepEqual(printTable(RESULTS.slice(1, 2), { ...FACTS, version: undefined }).split('\n'), [
      'cors                              1/1',
      '',
      'documented: 1 of 1 pass',
      'moto, 2026-11-24: 1 of 1 cases pass; 0 not run',
    ]);
  });
});

describe('printJson', () => {
  it('has the facts of the run, its scores and each case', () => {
    const of = (index: number) => {
      const { id, area, source } = RESULTS[index]?.parityCase ?? aParityCase();
      return { id, area, kind: source['kind'], source };
    };
    assert.deepEqual(JSON.parse(printJson(RESULTS.slice(0, 3), FACTS)), {
      ...FACTS,
      passed: 1,
      failed: 1,
      notAsked: 1,
      sets: { recorded: { passed: 0, total: 1 }, documented: { passed: 1, total: 1 } },
      areas: { cors: { passed: 1, total: 1 }, vtl: { passed: 0, total: 1 } },
      cases: [
        { ...of(0), outcome: 'differs', difference: 'status: expected 200, got 500' },
        { ...of(1), outcome: 'holds' },
        { ...of(2), outcome: 'not asked', reason: 'needs AWS WAF' },
      ],
    });
  });
});
