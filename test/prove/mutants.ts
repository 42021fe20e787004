/**
 * Small mistakes, planted at random by a seed in shared/ and in the folders that decide (policy, metering, phases,
 * mapping): the tests nearest to each notice.
 *
 * Verdicts are kept in .build/mutants, so that a run goes on where another has ended; one holds as long as the file and
 * the test that has killed are as they were, and where none has, as long as all its tests are.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSource, readSources, REPOSITORY } from '../architecture/source-files.ts';
import { findMutants } from './mutants/find-mutants.ts';
import type { Mutant } from './mutants/find-mutants.ts';
import { findNearestTests, readImportGraph } from './mutants/nearest-tests.ts';
import { sampleMutants, stratumOf } from './mutants/sample-mutants.ts';
import { tryMutants } from './mutants/try-mutants.ts';
import type { Subject, Verdict } from './mutants/try-mutants.ts';
import type { Outcome, Proof } from './proof.ts';

const MUTATED = /^(shared|gateway\/(policy|metering|phases|mapping))\/.*\.ts$/;
const SAMPLE = 1_000;
const SEED = 1;
/** Of all that are drawn, those that no test reaches among them. */
const KILLED_SHARE = 0.9;
/** Asked first: mostly the mirror notices, and need not wait for tests that start a gateway. */
const FIRST_TESTS = 2;
/** While a test of one waits, another one works. */
const WORKERS = 2;
const STARTS_MUCH = /createGateway|startEmbeddedDynamoDb|support\/[\w-]*gateway[\w-]*\.ts|\.suite\.ts/;
const KEPT = join(REPOSITORY, '.build/mutants/verdicts.jsonl');
const SURVIVORS = 'test/prove/mutants/survivors.json';

/** Read and decided not to be worth a test, by id: mostly mutants that no caller can tell from the original. */
type Survivor = {
  readonly id: string;
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
};

export const mutants: Proof = {
  name: 'mutants',
  claim: `of ${SAMPLE} small mistakes in shared/, policy, metering, phases and mapping, drawn by a seed, the nearest tests notice 90 % or more`,
  quick: false,
  run: ({ sample = SAMPLE, seed = SEED, only, survivors = false }) =>
    tryAll({ sample, seed, only, survivors }),
};

/** What one stage lets live meets the tests of the next. By how many files are loaded together: what they need is much the same. */
const FILES_AT_ONCE = [12, 12, 48];

/** Stage by stage, no test twice. */
function splitTests(path: string, tests: readonly string[]): readonly (readonly string[])[] {
  const cheap = tests.filter((test) => !STARTS_MUCH.test(readText(test)));
  const first = cheap.filter((test) => dirname(test) === dirname(`test/${path}`)).slice(0, FIRST_TESTS);
  const second = cheap.filter((test) => !first.includes(test));
  return [first, second, tests.filter((test) => !cheap.includes(test))];
}

/** `hash`: of the file and the tests that the verdict rests on. */
type Kept = Verdict & { readonly hash: string };
/** What is tried in a file. */
type Open = Omit<Subject, 'tests'> & {
  readonly stages: readonly (readonly string[])[];
  readonly hash: (by: string | undefined) => string;
};
type Scope = {
  readonly sample: number;
  readonly seed: number;
  readonly only: string | undefined;
  /** What was killed is dead, though tests have come since. */
  readonly survivors: boolean;
};

async function tryAll({ sample, seed, only, survivors }: Scope): Promise<Outcome> {
  const sources = readSources();
  const graph = readImportGraph(sources);
  const files = sources.filter(({ path }) => MUTATED.test(path));
  const all = files.flatMap(({ path, text }) => findMutants(path, text));
  const drawn = sampleMutants(all, sample, seed).filter(
    ({ file }) => only === undefined || file.startsWith(only),
  );
  const kept = readKept();
  const verdicts = new Map<string, Verdict>();
  const open: Open[] = [];
  for (const { path, text } of files) {
    const tests = findNearestTests(path, graph);
    const hash = (by: string | undefined): string =>
      hashOf(text, ...(by === undefined ? tests : tests.filter((test) => test === by)).map(readText));
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
  await tryStages(open, (verdict, hash) => {
    verdicts.set(verdict.id, verdict);
    keep({ ...verdict, hash });
    return `${verdicts.size} of ${drawn.length}`;
  });
  if (survivors) return judgeSurvivors(drawn, kept, verdicts);
  return judge(drawn, verdicts, { sample, seed, only, survivors });
}

/** @param settle returns how far this is */
async function tryStages(
  open: readonly Open[],
  settle: (verdict: Verdict, hash: string) => string,
): Promise<void> {
  const hashes = new Map(open.flatMap(({ mutants: some, hash }) => some.map(({ id }) => [id, hash])));
  /** As far as their tests have been asked. */
  const alive = new Map<string, Verdict>();
  for (const { mutants: some } of open)
    for (const { id } of some) alive.set(id, { id, verdict: 'unreached', by: undefined });
  let progress = '';
  for (const [stage, filesAtOnce] of FILES_AT_ONCE.entries()) {
    const subjects = open.map(({ path, text, mutants: some, stages }) => ({
      path,
      text,
      tests: stages[stage] ?? [],
      mutants: some.filter(({ id }) => alive.has(id)),
    }));
    const groups = groupByFolder(
      subjects.filter(({ mutants: some, tests }) => some.length > 0 && tests.length > 0),
      filesAtOnce,
    );
    // In no order of the alphabet: a run that is ended has looked everywhere a little.
    await eachOf(groups.toSorted(byLot), WORKERS, async (group) => {
      await tryMutants(group, (verdict) => {
        if (verdict.verdict === 'survived') alive.set(verdict.id, verdict);
        if (isAlive(verdict)) return;
        alive.delete(verdict.id);
        progress = settle(verdict, hashes.get(verdict.id)?.(verdict.by) ?? '');
      });
      const tried = group.flatMap(({ mutants: some }) => some);
      const left = tried.filter(({ id }) => alive.has(id)).length;
      console.log(
        `  ${progress}, stage ${stage + 1}: ${dirname(group[0]?.path ?? '')}, ${left} of ${tried.length} alive as yet`,
      );
    });
    for (const { mutants: some, stages, hash } of open)
      if (stages.slice(stage + 1).every((tests) => tests.length === 0))
        for (const { id } of some) {
          const verdict = alive.get(id);
          if (verdict === undefined) continue;
          alive.delete(id);
          progress = settle(verdict, hash(undefined));
        }
  }
}

async function eachOf<Item>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const workThrough = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, workThrough));
}

function groupByFolder(subjects: readonly Subject[], atOnce: number): readonly (readonly Subject[])[] {
  const groups: Subject[][] = [];
  for (const subject of subjects) {
    const last = groups.at(-1);
    const isNear = last?.[0] !== undefined && dirname(last[0].path) === dirname(subject.path);
    if (last !== undefined && isNear && last.length < atOnce) last.push(subject);
    else groups.push([subject]);
  }
  return groups;
}

function byLot(one: readonly Subject[], other: readonly Subject[]): number {
  return hashOf(one[0]?.path ?? '').localeCompare(hashOf(other[0]?.path ?? ''));
}

function judge(drawn: readonly Mutant[], verdicts: ReadonlyMap<string, Verdict>, scope: Scope): Outcome {
  const reasons = new Map(readSurvivors().map((survivor) => [survivor.id, survivor.reason]));
  const alive = drawn.filter(({ id }) => isAlive(verdicts.get(id)));
  for (const { id, file, line, original, replacement } of alive)
    if (!reasons.has(id))
      console.log(
        `  ${verdicts.get(id)?.verdict ?? ''} ${id} ${file}:${line}  ${original}  →  ${replacement}`,
      );
  const counted = (verdict: Verdict['verdict']): number =>
    drawn.filter(({ id }) => verdicts.get(id)?.verdict === verdict).length;
  const folders: Record<string, { drawn: number; killed: number }> = {};
  for (const mutant of drawn) {
    const folder = (folders[stratumOf(mutant.file)] ??= { drawn: 0, killed: 0 });
    folder.drawn += 1;
    if (!alive.includes(mutant)) folder.killed += 1;
  }
  const killed = drawn.length - alive.length;
  const figures = {
    seed: scope.seed,
    drawn: drawn.length,
    killed,
    killedByTimeout: counted('timeout'),
    survived: counted('survived'),
    unreached: counted('unreached'),
    survivorsWithReason: alive.filter(({ id }) => reasons.has(id)).length,
    folders,
  };
  console.log(`  ${killed} of ${drawn.length} killed, ${figures.killedByTimeout} of them by time`);
  if (drawn.length < SAMPLE)
    return { kind: 'skipped', reason: `${drawn.length} mutants are a look, not the proof` };
  return killed >= KILLED_SHARE * drawn.length
    ? { kind: 'proven', figures }
    : { kind: 'refuted', reason: `${killed} of ${drawn.length} killed`, figures };
}

/** A look while tests are written, and no proof: the whole is asked anew for that. */
function judgeSurvivors(
  drawn: readonly Mutant[],
  kept: ReadonlyMap<string, Kept>,
  verdicts: ReadonlyMap<string, Verdict>,
): Outcome {
  const tried = drawn.filter(({ id }) => kept.has(id));
  const alive = tried.filter(({ id }) => isAlive(verdicts.get(id)));
  for (const { id, file, line, original, replacement } of alive)
    console.log(`  ${verdicts.get(id)?.verdict ?? ''} ${id} ${file}:${line}  ${original}  →  ${replacement}`);
  return { kind: 'skipped', reason: `of ${tried.length} that were tried, ${alive.length} are alive` };
}

function isAlive(verdict: Verdict | undefined): boolean {
  return verdict === undefined || verdict.verdict === 'survived' || verdict.verdict === 'unreached';
}

function readSurvivors(): readonly Survivor[] {
  return JSON.parse(readSource(SURVIVORS).text) as Survivor[];
}

function readKept(): ReadonlyMap<string, Kept> {
  if (!existsSync(KEPT)) return new Map();
  const lines = readFileSync(KEPT, 'utf8').split('\n');
  // The last line of a run that was ended may be half of one.
  const whole = lines.filter((line) => line.endsWith('}'));
  return new Map(
    whole.map((line) => {
      const kept = JSON.parse(line) as Kept;
      return [kept.id, kept];
    }),
  );
}

function keep(kept: Kept): void {
  mkdirSync(join(KEPT, '..'), { recursive: true });
  appendFileSync(KEPT, `${JSON.stringify(kept)}\n`);
}

function readText(path: string): string {
  return readSource(path).text;
}

function hashOf(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 16);
}
