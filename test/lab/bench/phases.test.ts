import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printPhases, toColumn } from '../../../lab/bench/phases.ts';
import type { Block } from '../../../lab/bench/in-process.ts';

const CONDITIONS = {
  date: '2026-11-22',
  commit: 'abcdef12',
  machine: '2 × a processor, 4 GB',
  node: 'v24',
  cores: 2,
  loadAverage: 0.2,
};
const BLOCK: Block = { requests: 100, tookMs: 1, mainMicros: 2_000, processMicros: 1, busy: 1 };
const frame = (functionName: string, url: string) => ({
  functionName,
  url,
  scriptId: '1',
  lineNumber: 0,
  columnNumber: 0,
});
const MATCH = frame('match', 'file:///any/packages/gateway/core/phases/match.ts');
const MEASURED = {
  plain: BLOCK,
  cpu: {
    profile: {
      nodes: [
        { id: 1, callFrame: MATCH },
        { id: 2, callFrame: frame('(garbage collector)', '') },
        { id: 3, callFrame: frame('(idle)', '') },
      ],
      startTime: 0,
      endTime: 1,
      samples: [1, 2, 3],
      timeDeltas: [30, 10, 500],
    },
    requests: 90,
  },
  heap: { head: { callFrame: MATCH, selfSize: 5_000, id: 1, children: [] }, requests: 50 },
};

describe('the page of phases', () => {
  it('gives the time of the unprofiled thread to phases by what was sampled of the profiled one', () => {
    const column = toColumn('REST', MEASURED);

    assert.equal(column.micros, 20);
    assert.deepEqual(column.steps, { match: 0.75, 'garbage collection': 0.25 });
    assert.deepEqual(column.bytesBySteps, { match: 100 });
  });

  it('has a row for each step that took any time, and their sum', () => {
    const lines = printPhases(CONDITIONS, [toColumn('REST', MEASURED)]).split('\n');

    assert.ok(lines.includes('| match | 15.00 |'));
    assert.ok(lines.includes('| garbage collection | 25.0 % |'));
    assert.ok(lines.includes('| **together** | **20.0** |'));
    assert.ok(!lines.some((line) => line.startsWith('| authorize |')));
  });

  it('says where the machine was not quiet', () => {
    assert.doesNotMatch(printPhases(CONDITIONS, []), /not quiet/);
    assert.match(printPhases({ ...CONDITIONS, loadAverage: 7 }, []), /not quiet/);
  });

  it('is of nothing that was not served', () => {
    assert.throws(
      () => toColumn('REST', { ...MEASURED, plain: { ...BLOCK, requests: 0 } }),
      /no request was served/,
    );
  });
});
