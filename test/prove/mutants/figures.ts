/** The figures of each package, the commit at which they were measured, and what the claim still lacks. */
import type { Mutant } from './find-mutants.ts';
import { stratumOf } from './sample-mutants.ts';
import { isAlive } from './stages.ts';
import type { Verdict } from './try-mutants.ts';

/** The minimum share of killed mutants among all that were drawn, including those that no test reaches. */
const KILLED_SHARE = 0.9;
/**
 * The largest share of all drawn mutants that may survive with a reason why they are not worth a test. They count as
 * alive.
 */
const MOST_WITH_REASON = 0.05;

type Folder = { readonly drawn: number; readonly killed: number };

export type Counts = {
  readonly drawn: number;
  readonly killed: number;
  readonly killedByTimeout: number;
  readonly survived: number;
  readonly unreached: number;
  readonly survivorsWithReason: number;
  readonly folders: Readonly<Record<string, Folder>>;
};

type Place = { readonly commit: string; readonly date: string; readonly seed: number };

export type PackageFigures = Place &
  Counts & {
    /**
     * A second draw with another seed, made after the tests for the first draw were written. It shows whether these
     * tests also notice mistakes for which they were not written.
     */
    readonly otherDraw?: Place & Folder;
  };

export type FiguresByPackage = Readonly<Record<string, PackageFigures>>;

export function countVerdicts(
  drawn: readonly Mutant[],
  verdicts: ReadonlyMap<string, Verdict>,
  reasons: ReadonlyMap<string, string>,
): Counts {
  const alive = drawn.filter(({ id }) => isAlive(verdicts.get(id)));
  const countOf = (verdict: Verdict['verdict']): number =>
    drawn.filter(({ id }) => verdicts.get(id)?.verdict === verdict).length;
  const folders: Record<string, Folder> = {};
  for (const mutant of drawn) {
    const folder = stratumOf(mutant.file);
    const known = folders[folder] ?? { drawn: 0, killed: 0 };
    folders[folder] = { drawn: known.drawn + 1, killed: known.killed + (alive.includes(mutant) ? 0 : 1) };
  }
  return {
    drawn: drawn.length,
    killed: drawn.length - alive.length,
    killedByTimeout: countOf('timeout'),
    survived: countOf('survived'),
    unreached: countOf('unreached'),
    survivorsWithReason: alive.filter(({ id }) => reasons.has(id)).length,
    folders,
  };
}

/** @returns why these figures do not support the claim, or undefined if they do */
export function findShortfall({ drawn, killed, survivorsWithReason }: Counts): string | undefined {
  if (drawn === 0) return 'nothing is drawn';
  if (killed < KILLED_SHARE * drawn) return `${killed} of ${drawn} killed`;
  return survivorsWithReason > MOST_WITH_REASON * drawn
    ? `${survivorsWithReason} of ${drawn} survive with a reason, more than ${100 * MOST_WITH_REASON} %`
    : undefined;
}

/** A draw with another seed is stored next to the figures of the claim, and does not replace them. */
export function mergeFigures(
  known: FiguresByPackage,
  name: string,
  measured: PackageFigures,
  claimedSeed: number,
): FiguresByPackage {
  const before = known[name];
  if (measured.seed === claimedSeed) {
    const other = before?.otherDraw;
    return sortByName({
      ...known,
      [name]: other === undefined ? measured : { ...measured, otherDraw: other },
    });
  }
  if (before === undefined) return known;
  const { commit, date, seed, drawn, killed } = measured;
  return { ...known, [name]: { ...before, otherDraw: { commit, date, seed, drawn, killed } } };
}

/** The packages for which no figures support the claim. */
export function findDue(
  known: FiguresByPackage,
  packages: readonly string[],
  claimedSeed: number,
): readonly string[] {
  return packages
    .filter((name) => {
      const figures = known[name];
      return figures?.seed !== claimedSeed || findShortfall(figures) !== undefined;
    })
    .toSorted();
}

function sortByName(figures: FiguresByPackage): FiguresByPackage {
  return Object.fromEntries(Object.entries(figures).toSorted(([one], [other]) => one.localeCompare(other)));
}
