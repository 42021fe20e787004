/** The verdicts of earlier runs, stored in .build, so that a run continues where an earlier one ended. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSource, REPOSITORY } from '../../architecture/source-files.ts';
import type { Verdict } from './try-mutants.ts';

const FILE = join(REPOSITORY, '.build/mutants/verdicts.jsonl');

/** `hash` is the hash of the file and of the tests on which the verdict depends. */
export type Kept = Verdict & { readonly hash: string };

/** Reads the last stored verdict of each mutant, by id. */
export function readKept(): ReadonlyMap<string, Kept> {
  if (!existsSync(FILE)) return new Map();
  const lines = readFileSync(FILE, 'utf8').split('\n');
  // If a run was killed, its last line may be incomplete.
  const whole = lines.filter((line) => line.endsWith('}'));
  return new Map(
    whole.map((line) => {
      const kept = JSON.parse(line) as Kept;
      return [kept.id, kept];
    }),
  );
}

export function keep(kept: Kept): void {
  mkdirSync(dirname(FILE), { recursive: true });
  appendFileSync(FILE, `${JSON.stringify(kept)}\n`);
}

/** The code that tries mutants. If it changes, the survivors are tried again. */
const TRIED_BY = [
  'light-runner',
  'mutant-process',
  'plant-in-thread',
  'planted-builds',
  'planted-files',
  'try-mutants',
].map((name) => `test/prove/mutants/${name}.ts`);

/**
 * Returns a hash of everything on which the verdict on a mutant depends: for a killed mutant, the text of the file and
 * of the test that killed it; for a survivor, also the text of all its tests, and of the code that runs them.
 */
export function hashOfGround(text: string, tests: readonly string[], by: string | undefined): string {
  const asked = by === undefined ? [...tests, ...TRIED_BY] : tests.filter((test) => test === by);
  return hashOf(text, ...asked.map((path) => readSource(path).text));
}

export function hashOf(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 16);
}
