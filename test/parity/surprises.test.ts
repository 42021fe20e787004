import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { findSurprises } from './surprises.ts';
import type { ParityCase } from '../../packages/conformance/schema/parity-case.ts';

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

describe('findSurprises', () => {
  const results = [
    { parityCase: aCase({ id: 'holds' }), difference: undefined },
    { parityCase: aCase({ id: 'fails', area: 'vtl' }), difference: 'x' },
  ];

  it('is content when exactly the known cases fail', () => {
    assert.deepEqual(findSurprises(results, { fails: 'templates' }, true), {
      broken: [],
      mended: [],
      unknown: [],
    });
  });

  it('names a new failure, a corrected case and a listed case that does not exist', () => {
    const surprises = findSurprises(results, { holds: 'x', gone: 'y' }, true);

    assert.deepEqual(
      surprises.broken.map(({ parityCase }) => parityCase.id),
      ['fails'],
    );
    assert.deepEqual(surprises.mended, ['holds']);
    assert.deepEqual(surprises.unknown, ['gone']);
  });

  it('does not miss cases that a filter left out', () => {
    assert.deepEqual(findSurprises(results, { fails: 'x', gone: 'y' }, false).unknown, []);
  });
});
