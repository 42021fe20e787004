import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { countOf, scoreByArea, scoreBySet } from '../../../../packages/conformance/report/score.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';

describe('scores', () => {
  const results = [
    { parityCase: aParityCase({ id: 'd', area: 'vtl' }), notAsked: 'no templates' },
    { parityCase: aParityCase({ id: 'a' }) },
    { parityCase: aParityCase({ id: 'b' }), difference: 'x' },
    { parityCase: aParityCase({ id: 'c', area: 'vtl' }), notAsked: 'no templates' },
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
