import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printSummary, renewSummary } from '../../../lab/bench/summary.ts';
import { readSource } from '../../architecture/source-files.ts';
import type { Figure } from '../../../lab/bench/page.ts';

const CONDITIONS = {
  date: '2026-11-21',
  commit: 'abcdef12',
  machine: '2 × a processor, 4 GB',
  node: 'v24',
  cores: 2,
  loadAverage: 0.2,
};
const ONE = { is: 'at least', bound: 1 } as const;
const FIGURES: readonly Figure[] = [
  { what: 'GET, REST API: requests', value: 20_000, unit: '/s' },
  { what: 'GET, REST API: requests, beside the floor', value: 0.83, unit: '×', goal: ONE },
  { what: 'GET, HTTP API: requests, beside the floor', value: 0.73, unit: '×', goal: ONE },
  { what: 'One plain template at rest', value: 104, unit: 'MB', goal: { is: 'at most', bound: 120 } },
  { what: '`npm start`, nothing changed', value: 1.19, unit: 's', goal: { is: 'at most', bound: 1 } },
  { what: 'Save to answer, TypeScript', value: 65, unit: 'ms', goal: { is: 'at most', bound: 200 } },
];

describe('docs/performance.md', () => {
  const summary = printSummary(CONDITIONS, FIGURES);

  it('names the run, and a machine that was not quiet', () => {
    assert.match(summary, /^2026-11-21, commit abcdef12, 2 × a processor, 4 GB, Node v24\./);
    assert.doesNotMatch(summary, /not quiet/);
    assert.match(printSummary({ ...CONDITIONS, loadAverage: 7 }, []), /not quiet.*: load average 7\.0 on 2/);
  });

  it('has six figures, each with its goal and what it is compared with', () => {
    assert.equal(summary.match(/^\| /gm)?.length, 2 + 6);
    assert.match(summary, /20000 \/s \| floor 0\.83 × \(≥ 1 ×: \*\*missed\*\*\)/);
    assert.match(summary, /at rest 104 MB \(≤ 120 MB: held\); after load not measured/);
  });

  it('has one line for the missed goals of a kind', () => {
    assert.deepEqual(summary.match(/^- .*/gm), [
      '- requests, beside the floor (1): REST 0.83 ×; HTTP 0.73 ×',
      '- `npm start`, nothing changed (1): 1.19 s',
    ]);
    assert.match(printSummary(CONDITIONS, []), /None\.$/);
  });

  it('is renewed between its marks, and nowhere else', () => {
    const { text } = readSource('docs/performance.md');
    const renewed = renewSummary(text, summary);

    assert.equal(renewSummary(renewed, summary), renewed);
    assert.equal(renewed.replace(summary, ''), renewSummary(text, ''));
    assert.throws(() => renewSummary('# Performance', summary), /has no/);
  });
});
