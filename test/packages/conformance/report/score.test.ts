import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { countOf, scoreByArea, scoreBySet } from '../../../../packages/conformance/report/score.ts';
import type { ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

const aCase = (part: Partial<ParityCase>): ParityCase => {
  return {
    id: 'a-case',
    source: { kind: 'recorded', repo: 'r', file: 'f', test: 't' },
    area: 'routing',
    api: 'rest',
    setup: { stage: 'dev' },
    request: { method: 'GET', path: '/hello', query: 'a=1' },
    expect: {},
    ...part,
  };
};

describe('scores', () => {
  const results = [
    { parityCase: aCase({ id: 'a' }) },
    { parityCase: aCase({ id: 'b' }), difference: 'x' },
    { parityCase: aCase({ id: 'c', area: 'vtl' }), notAsked: 'no templates' },
  ];

  it('leave out what a target could not be asked', () => {
    assert.deepEqual(countOf(results), { passed: 1, total: 2 });
    assert.deepEqual(scoreByArea(results), [
      { area: 'routing', passed: 1, total: 2 },
      { area: 'vtl', passed: 0, total: 0 },
    ]);
    assert.deepEqual(scoreBySet(results), [{ set: 'recorded', passed: 1, total: 2 }]);
  });
});
