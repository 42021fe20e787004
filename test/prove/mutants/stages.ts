/** Tries the open mutants stage by stage: the survivors of one stage get the tests of the next, which cost more. */
import { dirname } from 'node:path';
import { readSource } from '../../architecture/source-files.ts';
import { hashOf } from './kept-verdicts.ts';
import { mirrorOf, NEAREST } from './nearest-tests.ts';
import { tryMutants } from './try-mutants.ts';
import type { Subject, Verdict } from './try-mutants.ts';

/**
 * The number of tests in the first stage. In most cases, the tests that mirror the file notice the mutant, so it need
 * not wait for tests that start a gateway.
 */
const FIRST_TESTS = 2;
const STARTS_MUCH =
  /createGateway|command-in-process|startEmbeddedDynamoDb|support\/[\w-]*gateway[\w-]*\.ts|\.suite\.ts/;
/** The number of files with mutants that are tried in one process in each stage, because loading takes longest. */
const FILES_AT_ONCE = [12, 12, 48, 48];

/** The mutants of a file that are still to be tried. */
export type Open = Omit<Subject, 'tests'> & {
  readonly stages: readonly (readonly string[])[];
  readonly hash: (by: string | undefined) => string;
};

/**
 * Divides the tests into stages, so that each test is in only one. If a test mirrors the file, it and the few nearest
 * to it notice most mistakes, so all others are in the last stage.
 */
export function splitTests(path: string, tests: readonly string[]): readonly (readonly string[])[] {
  const mirror = mirrorOf(path);
  const near = tests.includes(mirror) ? tests.slice(0, NEAREST) : tests;
  const cheap = near.filter((test) => !STARTS_MUCH.test(readSource(test).text));
  const first = cheap.filter((test) => dirname(test) === dirname(mirror)).slice(0, FIRST_TESTS);
  const second = cheap.filter((test) => !first.includes(test));
  return [first, second, near.filter((test) => !cheap.includes(test)), tests.slice(near.length)];
}

/** @param settle stores a verdict, and returns a text about the progress */
export async function tryStages(
  open: readonly Open[],
  workers: number,
  settle: (verdict: Verdict, hash: string) => string,
): Promise<void> {
  const hashes = new Map(open.flatMap(({ mutants: some, hash }) => some.map(({ id }) => [id, hash])));
  /** The mutants that no test has killed so far, with their last verdict. */
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
    const groups = groupInOrder(
      subjects
        .filter(({ mutants: some, tests }) => some.length > 0 && tests.length > 0)
        // The mutants are in the order of the draw, so they are sorted by path.
        .toSorted((one, other) => one.path.localeCompare(other.path)),
      filesAtOnce,
    );
    // The order is random, so that an interrupted run has tried some mutants everywhere.
    await eachOf(groups.toSorted(byLot), workers, async (group) => {
      const startedMs = performance.now();
      await tryMutants(group, (verdict) => {
        if (verdict.verdict === 'survived') alive.set(verdict.id, verdict);
        if (isAlive(verdict)) return;
        alive.delete(verdict.id);
        progress = settle(verdict, hashes.get(verdict.id)?.(verdict.by) ?? '');
      });
      const tried = group.flatMap(({ mutants: some }) => some);
      const left = tried.filter(({ id }) => alive.has(id)).length;
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
      console.log(
        `  ${progress}, stage ${stage + 1}: from ${group[0]?.path ?? ''} on, ${left} of ${tried.length} still alive (${seconds} s)`,
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

export function isAlive(verdict: Verdict | undefined): boolean {
  return verdict === undefined || verdict.verdict === 'survived' || verdict.verdict === 'unreached';
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

/** Files of one folder are next to each other in a group, because their tests need much the same modules. */
function groupInOrder(subjects: readonly Subject[], atOnce: number): readonly (readonly Subject[])[] {
  return Array.from({ length: Math.ceil(subjects.length / atOnce) }, (_, group) =>
    subjects.slice(group * atOnce, (group + 1) * atOnce),
  );
}

function byLot(one: readonly Subject[], other: readonly Subject[]): number {
  return hashOf(one[0]?.path ?? '').localeCompare(hashOf(other[0]?.path ?? ''));
}
