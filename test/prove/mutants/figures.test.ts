import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSources, REPOSITORY } from '../../architecture/source-files.ts';
import { readEvidence } from '../evidence.ts';
import { countVerdicts, findDue, findShortfall, mergeFigures } from './figures.ts';
import type { Counts, FiguresByPackage, PackageFigures } from './figures.ts';
import type { Mutant } from './find-mutants.ts';
import { groupByPackage } from './packages.ts';
import { SEED } from './seed.ts';
import type { Verdict } from './try-mutants.ts';

const COUNTS: Counts = {
  drawn: 160,
  killed: 150,
  killedByTimeout: 0,
  survived: 10,
  unreached: 0,
  survivorsWithReason: 4,
  folders: {},
};
const measured = (seed: number, killed = 150): PackageFigures => ({
  commit: `${killed}`,
  date: '2026-11-24',
  seed,
  ...COUNTS,
  killed,
});

describe('countVerdicts', () => {
  const mutant = (id: string, file: string): Mutant => ({
    id,
    file,
    line: 1,
    original: '',
    replacement: '',
    change: { form: 'statement', start: 0, end: 0 },
    isStandIn: false,
  });
  const verdict = (id: string, found: Verdict['verdict']): [string, Verdict] => [
    id,
    { id, verdict: found, by: undefined },
  ];

  it('counts surviving mutants, including those that no test reaches, and those that have a reason', () => {
    const drawn = ['a', 'b', 'c', 'd', 'e'].map((id) => mutant(id, `packages/base/aws/${id}.ts`));
    const verdicts = new Map([
      verdict('a', 'killed'),
      verdict('b', 'timeout'),
      verdict('c', 'survived'),
      verdict('d', 'unreached'),
    ]);

    const counts = countVerdicts(
      drawn,
      verdicts,
      new Map([
        ['a', 'killed anyway'],
        ['d', 'a reason'],
      ]),
    );

    assert.deepEqual(counts, {
      drawn: 5,
      killed: 2,
      killedByTimeout: 1,
      survived: 1,
      unreached: 1,
      survivorsWithReason: 1,
      folders: { 'packages/base/aws': { drawn: 5, killed: 2 } },
    });
  });

  it('counts mutants by folder', () => {
    const drawn = [
      mutant('a', 'packages/gateway/core/events/a.ts'),
      mutant('b', 'packages/gateway/core/routing/b.ts'),
    ];

    assert.deepEqual(countVerdicts(drawn, new Map([verdict('b', 'killed')]), new Map()).folders, {
      'packages/gateway/core/events': { drawn: 1, killed: 0 },
      'packages/gateway/core/routing': { drawn: 1, killed: 1 },
    });
  });
});

describe('findShortfall', () => {
  const rows: readonly [string, Partial<Counts>, string | undefined][] = [
    ['finds no shortfall if nine of ten are killed', { drawn: 160, killed: 144 }, undefined],
    ['names the number of killed mutants if it is smaller', { drawn: 160, killed: 143 }, '143 of 160 killed'],
    ['finds no shortfall if one of twenty survives with a reason', { survivorsWithReason: 8 }, undefined],
    [
      'names the number of survivors with a reason if it is larger',
      { survivorsWithReason: 9 },
      '9 of 160 survive with a reason, more than 5 %',
    ],
    ['names that nothing was drawn', { drawn: 0, killed: 0, survivorsWithReason: 0 }, 'nothing is drawn'],
  ];
  for (const [name, given, expected] of rows)
    it(name, () => {
      assert.equal(findShortfall({ ...COUNTS, ...given }), expected);
    });
});

describe('mergeFigures', () => {
  it('replaces the figures of the package, and keeps those of the others', () => {
    const known = { b: measured(1), a: measured(1) };

    assert.deepEqual(mergeFigures(known, 'b', measured(1, 155), 1), { a: measured(1), b: measured(1, 155) });
  });

  it('stores a draw with another seed next to the figures of the claim', () => {
    const both = mergeFigures({ a: measured(1) }, 'a', measured(2, 140), 1);
    const again = mergeFigures(both, 'a', measured(1, 155), 1);

    const otherDraw = { commit: '140', date: '2026-11-24', seed: 2, drawn: 160, killed: 140 };
    assert.deepEqual(both, { a: { ...measured(1), otherDraw } });
    assert.deepEqual(again, { a: { ...measured(1, 155), otherDraw } });
  });

  it('does not store a draw with another seed before the figures of the claim are stored', () => {
    assert.deepEqual(mergeFigures({}, 'a', measured(2), 1), {});
  });
});

describe('findDue', () => {
  it('names packages that were not measured, or only with another seed, or with too few killed mutants', () => {
    const known = { a: measured(1), b: measured(2), c: measured(1, 100) };

    assert.deepEqual(findDue(known, ['d', 'c', 'b', 'a'], 1), ['b', 'c', 'd']);
  });
});

describe('docs/evidence/mutants.json', () => {
  const evidence = readEvidence(REPOSITORY).get('mutants');
  const known = (evidence?.figures['packages'] ?? {}) as FiguresByPackage;
  const packages = [...groupByPackage(readSources()).keys()];

  it('has figures for each package, or says that it is due', () => {
    const due = evidence === undefined ? packages.toSorted() : (evidence.due ?? []);

    assert.deepEqual(due, findDue(known, packages, SEED));
  });

  it('has figures only for packages that still exist', () => {
    assert.deepEqual(
      Object.keys(known).filter((name) => !packages.includes(name)),
      [],
    );
  });
});
