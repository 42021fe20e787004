import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { printReport } from './report.ts';
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

describe('printReport', () => {
  const results = [
    { parityCase: aCase({ id: 'holds' }), difference: undefined },
    { parityCase: aCase({ id: 'fails', area: 'vtl' }), difference: 'x' },
  ];

  it('has the scores, and the reason of each known failure', () => {
    const report = printReport(results, { fails: 'mapping | templates' });

    assert.match(report, /\*\*1 of 2 published answers hold\*\*/);
    assert.match(report, /\*\*0 of 0 documented cases hold\.\*\*/);
    assert.match(report, /^- `fails`: mapping \| templates\.$/m);
  });
});
