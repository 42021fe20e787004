import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countVerdicts, printTotals } from '../../../../lab/tools/corpus/totals.ts';
import type { Kind } from '../../../../lab/tools/corpus/expectation.ts';
import type { Result } from '../../../../lab/tools/corpus/totals.ts';
import type { Verdict } from '../../../../lab/tools/corpus/verdict.ts';

function result(kind: Kind, verdict: Verdict, more: Partial<Result> = {}): Result {
  const started = verdict !== 'crash';
  return { project: 'p', kind, verdict, started, reasons: [], findings: 0, seconds: 1, ...more };
}

describe('the totals of a corpus', () => {
  const totals = countVerdicts([
    result('SAM', 'works'),
    result('SAM', 'works'),
    result('SAM', 'wrong', { needs: 'a database' }),
    result('CDK', 'crash'),
  ]);

  it('are counted for each existing kind, for all projects, and for all projects that need nothing', () => {
    assert.deepEqual(
      totals.map(({ name, projects, started }) => [name, projects, started]),
      [
        ['SAM', 3, 3],
        ['CDK', 1, 0],
        ['all', 4, 3],
        ['that need nothing', 3, 2],
      ],
    );
  });

  it('count each project once', () => {
    for (const { counts, projects } of totals)
      assert.equal(
        Object.values(counts).reduce((sum, count) => sum + count, 0),
        projects,
      );
  });

  it('are printed in per cent', () => {
    const lines = printTotals(totals).split('\n');

    assert.match(
      lines[3] ?? '',
      /^all +4 +3 \(75 %\) +2 \(50 %\) +1 \(25 %\) +0 \(0 %\) +0 \(0 %\) +1 \(25 %\)$/,
    );
  });

  it('of nothing are nothing', () => {
    assert.match(printTotals(countVerdicts([])), /^all +0 +0 +0/m);
  });
});
