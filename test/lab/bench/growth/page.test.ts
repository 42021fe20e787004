import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AXES } from '../../../../lab/bench/growth/axes.ts';
import type { Axis, Point } from '../../../../lab/bench/growth/axis.ts';
import { judge, plotsOf, printGrowth } from '../../../../lab/bench/growth/page.ts';
import type { Measured } from '../../../../lab/bench/growth/page.ts';

const AXIS: Axis = {
  name: 'routes',
  title: 'Routes',
  counts: 'routes of an API',
  sizes: [10, 100, 1_000],
  how: 'Each route in turn.',
  why: 'A tree is walked.',
  columns: [
    { key: 'rate', title: 'requests/s', isRate: true, atMost: 'flat' },
    { key: 'startMs', title: 'start, ms', atMost: 'linear' },
    { key: 'p99Ms', title: 'p99, ms', digits: 1 },
  ],
  measure: () => Promise.reject(new Error('measured already')),
};
const CONDITIONS = { commit: 'abcdef12', machine: '2 × a processor, 4 GB', cores: 2, node: 'v24' };

const measured = (start: (size: number) => number, loadAverage = 0.1): Measured => ({
  axis: AXIS,
  points: AXIS.sizes.map((size): Point => ({
    size,
    date: '2026-11-22',
    loadAverage,
    figures: { rate: 12_345, startMs: start(size), p99Ms: size === 10 ? undefined : 2.25 },
  })),
});
const page = (one: Measured): string => printGrowth(CONDITIONS, 3, [one]);

describe('the page of a sweep', () => {
  const text = page(measured((size) => size));

  it('says of which run it is, and that the machine was quiet', () => {
    assert.match(
      text,
      /2026-11-22, commit abcdef12, 2 × a processor, 4 GB, Node v24, load average\n0\.1 before/,
    );
    assert.doesNotMatch(text, /not quiet/);
  });

  it('says that the machine was not quiet if it was not', () => {
    assert.match(
      page(measured((size) => size, 6.25)),
      /\*\*The machine was not quiet\*\*.* 6\.3 on 2 processors/,
    );
  });

  const LINES = [
    '| [Routes](#routes) | 10 … 1,000 | linear | requests/s | start, ms |  |',
    '| routes of an API | requests/s | start, ms | p99, ms |',
    '| 10 | 12,345 | 10 |  |',
    '| 1,000 | 12,345 | 1,000 | 2.3 |',
    '| exponent | 0.00 | 1.00 |  |',
    '| at the end | 0.00 | 1.00 |  |',
    '| verdict | flat | linear |  |',
    '![Routes](routes.svg)',
    'A tree is walked.',
  ];
  for (const line of LINES)
    it(`has the line ${line}`, () => assert.ok(text.split('\n').includes(line), text));

  it('names what grows faster than it may', () => {
    const squared = page(measured((size) => size ** 2));

    assert.match(squared, /\| worse than linear \| requests\/s \| {2}\| \*\*start, ms\*\* \|/);
    assert.match(squared, /\*\*More than linear\*\*: start, ms\./);
  });

  it('takes fewer requests per second for more time of each', () => {
    const one = measured(() => 1);
    const points = one.points.map((point) => ({ ...point, figures: { rate: 1_000 / point.size } }));

    const [rate] = judge({ axis: AXIS, points });

    assert.deepEqual([rate?.fit.overall.toFixed(2), rate?.isExpected], ['1.00', false]);
  });

  it('draws what is judged and p99, as it was measured', () => {
    assert.deepEqual(
      plotsOf(measured((size) => size)).map(({ title, pairs }) => [title, pairs.length, pairs[0]?.[1]]),
      [
        ['requests/s', 3, 12_345],
        ['start, ms', 3, 10],
        ['p99, ms', 2, 2.25],
      ],
    );
  });
});

describe('each axis', () => {
  for (const { name, sizes, columns } of AXES)
    it(`has a name, sizes that grow and figures that are judged: ${name}`, () => {
      assert.equal(AXES.filter((other) => other.name === name).length, 1);
      assert.deepEqual(
        [...sizes].sort((one, other) => one - other),
        sizes,
      );
      assert.ok(sizes.length > 3);
      assert.ok(columns.some(({ atMost }) => atMost !== undefined));
    });
});
