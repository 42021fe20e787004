import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOursFirst, parseOptions, printRows, summarisePairs } from '../../../lab/bench/against.ts';

/** Pairs of one figure with these ratios. */
const pairsOf = (figure: string, ratios: readonly number[]) =>
  ratios.map((ratio) => ({ figure, ours: 1_000 * ratio, theirs: 1_000 }));

describe('summarisePairs', () => {
  it('misses a bound only if the whole interval is below it', () => {
    const slower = [0.9, 0.91, 0.9, 0.92, 0.89, 0.93, 0.9, 0.91, 0.9, 0.92, 0.91];
    const noisy = [0.8, 1.1, 0.85, 0.9, 0.97, 0.88, 1.2, 0.9, 0.91, 1, 0.87];
    const rows = summarisePairs([...pairsOf('slower', slower), ...pairsOf('noisy', noisy)], 0.95);

    assert.deepEqual(
      rows.map(({ figure, verdict, pairs }) => [figure, verdict, pairs]),
      [
        ['slower', 'missed', 11],
        ['noisy', 'open', 11],
      ],
    );
  });

  it('takes the ratio of each pair: what slows both sides of one does not count', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 6, maxLength: 20 }),
        (loads) => {
          const pairs = loads.map((load) => ({ figure: 'rest', ours: 2_000 * load, theirs: 1_000 * load }));
          const [row] = summarisePairs(pairs, 0.95);
          assert.ok(row !== undefined);
          for (const value of [row.median, row.low, row.high]) assert.ok(Math.abs(value - 2) < 1e-9);
        },
      ),
    );
  });

  it('refuses to compare with nothing', () => {
    for (const theirs of [0, Number.NaN, -1])
      assert.throws(
        () => summarisePairs([{ figure: 'rest', ours: 1, theirs }], 0.95),
        /rest: 1 \(ours\) and .* compared/,
      );
  });

  it('prints the verdict, and a dash for an interval that few pairs cannot give', () => {
    const rows = summarisePairs(pairsOf('rest req/s', [1, 1.1]), 0.95);

    assert.match(printRows(rows), /^rest req\/s +open +2 +1050 +1000 +1\.050 +- +-$/m);
  });
});

describe('isOursFirst', () => {
  it('begins with each side in turns', () => {
    assert.deepEqual([0, 1, 2, 3].map(isOursFirst), [true, false, true, false]);
  });
});

describe('parseOptions', () => {
  it('asks for eleven pairs of three targets by default', () => {
    assert.deepEqual(parseOptions(['--against', 'HEAD~1']), {
      against: 'HEAD~1',
      pairs: 11,
      seconds: 1.5,
      targets: ['rest', 'http', 'authorizer'],
      bound: 0.95,
    });
  });

  it('takes a target several times over', () => {
    const { targets } = parseOptions(['--against=main', '--target', 'http', '--target', 'rest-authorized']);

    assert.deepEqual(targets, ['http', 'rest-authorized']);
  });

  const refused: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /--against must name the commit/],
    [['--pairs', '0'], /--pairs must be a number from 1 to 500/],
    [['--pairs', '1.5'], /--pairs/],
    [['--seconds', 'x'], /--seconds and --bound must be positive numbers/],
    [['--bound', '0'], /--seconds and --bound/],
    [
      ['--target', 'quota'],
      /--target must be one of rest, rest-authorized, http, http-authorized, rest-post, http-post, authorizer, not quota/,
    ],
  ];
  for (const [args, says] of refused)
    it(`refuses ${args.join(' ') || 'no commit'}`, () =>
      assert.throws(() => parseOptions(args.length === 0 ? [] : ['--against', 'HEAD', ...args]), says));
});
