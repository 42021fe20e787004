import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GOALS, judgeGoal } from '../../../lab/bench/goals.ts';
import { printPage, printSummary, renewSummary } from '../../../lab/bench/page.ts';
import { readSource } from '../../architecture/source-files.ts';

const CONDITIONS = {
  date: '2026-11-21',
  commit: 'abcdef12',
  machine: '2 × a processor, 4 GB',
  node: 'v24',
  cores: 2,
  loadAverage: 0.2,
};
const HOST = 'The host before and after.';
const ALL = Object.values(GOALS).flat();

/** A run with these ratios, pair by pair; the last pair of each that is named was marked. */
const resultsOf = (ratios: Readonly<Record<string, readonly number[]>>, marked = '') =>
  ALL.map((goal) =>
    judgeGoal(
      goal,
      (ratios[goal.name] ?? []).map((ratio, at, all) => ({
        figure: goal.name,
        ours: ratio * 100,
        theirs: 100,
        isMarked: goal.name === marked && at === all.length - 1,
      })),
    ),
  );

const RESULTS = resultsOf(
  {
    rest: [0.8, 0.81, 0.82, 0.83, 0.84, 0.845],
    'rest-p99': [0.7, 0.8, 0.8, 0.9, 0.9, 1.1],
    'rest-offline': [9, 9, 9, 9, 9],
    'save-plain': [0.02, 0.02, 0.021, 0.021, 0.03, 0.03],
    'memory-at-rest': [2.3, 2.3, 2.3, 2.3, 2.3, 2.3],
  },
  'rest',
);

describe('all goals of a run', () => {
  const page = printPage(CONDITIONS, HOST, RESULTS);

  it('say of which run they are, how fast the host was, and whether it was quiet', () => {
    assert.match(page, /2026-11-21, commit abcdef12, 2 × a processor, 4 GB, Node v24/);
    assert.ok(page.includes(HOST));
    assert.doesNotMatch(page, /not quiet/);
    assert.match(printPage({ ...CONDITIONS, loadAverage: 7 }, HOST, []), /not quiet.*load average was 7\.0/);
  });

  const LINES = [
    '| `rest` | Requests, REST API | 83 /s | 100 /s the floor | 0.82 × (0.80 to 0.84; the host changed in 1 of 6 pairs) | ≥ 0.85 × | **missed** | a request takes 55.1 µs of processor time in the floor and 59.8 in the gateway, so 0.92 |',
    '| `rest-p99` | p99, REST API, 32 connections | 85.0 ms | 100 ms the floor | 0.85 × (0.70 to 1.10) | ≤ 1 × | open | the floor only passes requests on, so 1 |',
    '| `rest-offline` | Requests, REST API | 900 /s | 100 /s warm serverless-offline | 9.00 × (too few pairs for an interval) | ≥ 5.5 × | open | the floor reaches 7.05 times serverless-offline, and the gateway 0.85 of the floor |',
    '| `save-plain` | Save to response, TypeScript | 2.1 ms | 100 ms serverless-offline | 0.021 × (0.020 to 0.030) | ≤ 0.35 × | held | a pause of 2 ms after the write, a build, and a thread that loads the new code: 0.2 |',
    '| `http` | Requests, HTTP API |  |  the floor | not measured | ≥ 0.85 × |  | a request takes 46.6 µs of processor time in the floor and 49.1 in the gateway, so 0.95 |',
  ];
  for (const line of LINES)
    it(`has each goal next to its figure: ${line}`, () => assert.ok(page.split('\n').includes(line), page));

  it('says what caused a miss, if this was found', () => {
    const ninefold = Array.from({ length: 6 }, () => 9);
    const missed = printPage(
      CONDITIONS,
      HOST,
      resultsOf({ 'first-answer': ninefold, 'memory-at-rest': ninefold }),
    );
    assert.match(missed, /^- `first-answer`: Of about \d+ ms/m);
    assert.match(missed, /^- `memory-at-rest`: the cause is not known yet$/m);
    assert.doesNotMatch(missed, /^- `rest`/m);
  });

  it('has the processor time of a request in the same run, if both sides were measured', () => {
    const timed = ['main thread', 'other threads', 'load generator'].flatMap((spender) =>
      [30, 31, 35].map((ours) => ({ figure: `rest: ${spender}`, ours, theirs: 24, isMarked: false })),
    );
    const lines = printPage(CONDITIONS, HOST, RESULTS, timed).split('\n');
    assert.ok(lines.includes('| `rest` | 31.0 / 24.0 | 31.0 / 24.0 | 31.0 / 24.0 |'));
    assert.ok(!lines.some((line) => line.startsWith('| `http` | ') && line.includes(' / ')));
  });

  it('names the limit of each goal', () => {
    for (const { name, limit } of ALL) assert.notEqual(limit, '', name);
  });

  it('names each goal once', () => {
    assert.equal(new Set(ALL.map(({ name }) => name)).size, ALL.length);
  });
});

describe('docs/performance.md', () => {
  const summary = printSummary(CONDITIONS, HOST, RESULTS);
  const { text } = readSource('docs/performance.md');

  it('has six figures, each with its interval and its goal', () => {
    assert.equal(summary.match(/^\| /gm)?.length, 2 + 6);
    assert.match(
      summary,
      /^\| Memory at rest, compared with an idle `node` \| 2\.30 × \(2\.30 to 2\.30\) \| ≤ 2\.2 ×/m,
    );
    assert.match(
      summary,
      /^\| First response of the package, compared with `node -e 0` \| not measured \| ≤ 8 ×/m,
    );
  });

  it('lists what is missed, and names what is open', () => {
    assert.match(
      summary,
      /^Missed: `rest` 0\.82 \(≥0\.85\), `memory-at-rest` 2\.30 \(≤2\.2\)\. Open, .*: `rest-p99` 0\.85 \(≤1\)/m,
    );
    assert.match(printSummary(CONDITIONS, HOST, []), /No measured goal is missed\.$/);
  });

  it('is renewed between its marks, and nowhere else', () => {
    const renewed = renewSummary(text, summary);

    assert.equal(renewSummary(renewed, summary), renewed);
    assert.equal(renewed.replace(summary, ''), renewSummary(text, ''));
    assert.throws(() => renewSummary('# Performance', summary), /has no/);
  });

  it('has the rows and the goals that are printed now', () => {
    const cells = (page: string): readonly (readonly string[])[] =>
      [...page.matchAll(/^\| *(.*?) *\| .*\| *([≥≤].*?) *\|/gm)].map(([, figure = '', goal = '']) => [
        figure,
        goal,
      ]);

    assert.deepEqual(cells(text), cells(summary));
  });
});
