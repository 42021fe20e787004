/**
 * Plants small mistakes (mutants) in every package, chosen at random by a seed, and checks that the nearest tests
 * notice them. `--only packages/base/aws` tries one package, and merges its figures into docs/evidence/mutants.json.
 * Verdicts are stored in .build/mutants, so that a run continues where an earlier run ended. The verdict on a killed
 * mutant is valid as long as the file and the test that killed it are unchanged. The verdict on a surviving mutant is
 * valid as long as all its tests are unchanged.
 */
import { readSource, readSources, REPOSITORY } from '../architecture/source-files.ts';
import { describeTree, readEvidence } from './evidence.ts';
import { countVerdicts, findDue, findShortfall, mergeFigures } from './mutants/figures.ts';
import type { Counts, FiguresByPackage } from './mutants/figures.ts';
import { findMutants } from './mutants/find-mutants.ts';
import type { Mutant } from './mutants/find-mutants.ts';
import { hashOfGround, keep, readKept } from './mutants/kept-verdicts.ts';
import type { Kept } from './mutants/kept-verdicts.ts';
import { findNearestTests, readImportGraph } from './mutants/nearest-tests.ts';
import { groupByPackage, LEAST_DRAWN, packageOf, sampleSizeOf } from './mutants/packages.ts';
import { sampleMutants } from './mutants/sample-mutants.ts';
import { SEED } from './mutants/seed.ts';
import { isAlive, splitTests, tryStages } from './mutants/stages.ts';
import type { Open } from './mutants/stages.ts';
import type { Verdict } from './mutants/try-mutants.ts';
import { TypeCheck } from './mutants/type-check.ts';
import type { Outcome, Proof } from './proof.ts';

/** There are two workers, because one can work while a test of the other waits. */
const WORKERS = 2;
const SURVIVORS = 'test/prove/mutants/survivors.json';

/**
 * Mutants for which a person has decided that no test is worthwhile, by id. Callers can distinguish hardly any of them
 * from the original.
 */
type Survivor = {
  readonly id: string;
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
};

export const mutants: Proof = {
  name: 'mutants',
  claim:
    'of 150 or more small mistakes in each package, drawn with a seed, the nearest tests notice 90 % or more',
  quick: false,
  run: ({ sample, seed = SEED, only, survivors = false, workers = WORKERS }) =>
    tryAll({ sample, seed, only, survivors, workers }),
};

type Scope = {
  /**
   * The number of mutants in each package; undefined means the package's own number. With fewer than the claim
   * requires, the run is a preview and not a proof.
   */
  readonly sample: number | undefined;
  readonly seed: number;
  /**
   * A package, or the beginning of folder names. With the beginning of folder names, the run is a preview and not a
   * proof.
   */
  readonly only: string | undefined;
  /** Whether surviving mutants are tried again; killed mutants stay killed, even if tests were added later. */
  readonly survivors: boolean;
  readonly workers: number;
};

async function tryAll(scope: Scope): Promise<Outcome> {
  const tree = describeTree(REPOSITORY);
  const drawn = drawMutants(scope);
  const kept = readKept();
  const verdicts = new Map<string, Verdict>();
  const open = findOpen(drawn, kept, scope.survivors, verdicts);
  await tryStages(open, scope.workers, (verdict, hash) => {
    verdicts.set(verdict.id, verdict);
    keep({ ...verdict, hash });
    return `${verdicts.size} of ${drawn.length}`;
  });
  if (scope.survivors) return judgeSurvivors(drawn, kept, verdicts);
  return judge(drawn, verdicts, scope, tree);
}

/**
 * Draws mutants of each package that `only` names or is in. The mutants of each package are drawn separately, so that a
 * change in another package does not alter them.
 */
function drawMutants({ sample, seed, only }: Scope): readonly Mutant[] {
  const types = new TypeCheck();
  const isIncluded = ({ file }: Mutant): boolean => only === undefined || `${file}/`.startsWith(only);
  const drawn = [...groupByPackage(readSources())]
    .filter(([name]) => only === undefined || name.startsWith(only) || only.startsWith(`${name}/`))
    .flatMap(([name, files]) => {
      const all = files.flatMap(({ path, text }) => findMutants(path, text));
      const texts = new Map(files.map(({ path, text }) => [path, text]));
      // Only a mutant that is tried is worth a check, which takes a second.
      const settle = (mutant: Mutant): Mutant | undefined =>
        isIncluded(mutant) ? types.settle(mutant, texts.get(mutant.file) ?? '') : mutant;
      return sampleMutants(all, sample ?? sampleSizeOf(name), seed, settle);
    })
    .filter(isIncluded);
  if (drawn.length === 0) throw new Error(`--only ${only ?? ''} names no folder of a package with mutants`);
  return drawn;
}

/** @param verdicts receives the verdicts of an earlier run that are still valid */
function findOpen(
  drawn: readonly Mutant[],
  kept: ReadonlyMap<string, Kept>,
  survivors: boolean,
  verdicts: Map<string, Verdict>,
): readonly Open[] {
  const graph = readImportGraph(readSources());
  const open: Open[] = [];
  for (const path of new Set(drawn.map(({ file }) => file))) {
    const { text } = readSource(path);
    const tests = findNearestTests(path, graph);
    const hash = (by: string | undefined): string => hashOfGround(text, tests, by);
    const untried = drawn.filter(({ file, id }) => {
      if (file !== path) return false;
      const known = kept.get(id);
      if (known === undefined) return !survivors;
      const holds = known.hash === hash(known.by) || (survivors && !isAlive(known));
      if (holds) verdicts.set(id, known);
      return !holds;
    });
    if (untried.length > 0)
      open.push({ path, text, mutants: untried, stages: splitTests(path, tests), hash });
  }
  return open;
}

function judge(
  drawn: readonly Mutant[],
  verdicts: ReadonlyMap<string, Verdict>,
  { sample, seed, only }: Scope,
  tree: ReturnType<typeof describeTree>,
): Outcome {
  const reasons = new Map(readSurvivors().map((survivor) => [survivor.id, survivor.reason]));
  printAlive(
    drawn.filter(({ id }) => !reasons.has(id)),
    verdicts,
  );
  const counts = new Map<string, Counts>();
  for (const name of new Set(drawn.map(({ file }) => packageOf(file) ?? ''))) {
    const own = drawn.filter(({ file }) => packageOf(file) === name);
    counts.set(name, countVerdicts(own, verdicts, reasons));
  }
  for (const [name, { drawn: all, killed, killedByTimeout, unreached, survivorsWithReason }] of counts)
    console.log(
      `  ${name}: ${killed} of ${all} killed, ${killedByTimeout} of them by time; ${unreached} are not reached, ${survivorsWithReason} survive with a reason`,
    );
  if ((sample !== undefined && sample < LEAST_DRAWN) || (only !== undefined && !counts.has(only)))
    return {
      kind: 'skipped',
      reason: `with ${drawn.length} mutants, the run is a preview and not the proof`,
    };
  const short = [...counts].flatMap(([name, found]) => {
    const reason = findShortfall(found);
    return reason === undefined ? [] : [`${name}: ${reason}`];
  });
  if (short.length > 0 && seed === SEED)
    return { kind: 'refuted', reason: short.join('; '), figures: { packages: Object.fromEntries(counts) } };
  if (tree.kind === 'unfit') return { kind: 'skipped', reason: `no figures are stored: ${tree.reason}` };
  let packages = readFigures();
  const date = new Date().toISOString().slice(0, 10);
  for (const [name, found] of counts)
    packages = mergeFigures(packages, name, { commit: tree.commit, date, seed, ...found }, SEED);
  const due = findDue(packages, [...groupByPackage(readSources()).keys()], SEED);
  return { kind: 'proven', figures: { packages }, due };
}

/** A preview while tests are written, not a proof. A proof tries all mutants again. */
function judgeSurvivors(
  drawn: readonly Mutant[],
  kept: ReadonlyMap<string, Kept>,
  verdicts: ReadonlyMap<string, Verdict>,
): Outcome {
  const tried = drawn.filter(({ id }) => kept.has(id));
  const alive = tried.filter(({ id }) => isAlive(verdicts.get(id)));
  printAlive(tried, verdicts);
  return {
    kind: 'skipped',
    reason: `${alive.length} of the ${tried.length} mutants that were tried are alive`,
  };
}

function printAlive(drawn: readonly Mutant[], verdicts: ReadonlyMap<string, Verdict>): void {
  for (const { id, file, line, original, replacement } of drawn)
    if (isAlive(verdicts.get(id)))
      console.log(
        `  ${verdicts.get(id)?.verdict ?? ''} ${id} ${file}:${line}  ${original}  →  ${replacement}`,
      );
}

function readSurvivors(): readonly Survivor[] {
  return JSON.parse(readSource(SURVIVORS).text) as Survivor[];
}

/** The verdicts of packages that earlier runs have measured. */
function readFigures(): FiguresByPackage {
  return (readEvidence(REPOSITORY).get('mutants')?.figures['packages'] ?? {}) as FiguresByPackage;
}
