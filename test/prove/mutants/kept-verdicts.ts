/** Verdicts of earlier runs, in .build: a run continues where another has ended. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSource, REPOSITORY } from '../../architecture/source-files.ts';
import type { Verdict } from './try-mutants.ts';

const FILE = join(REPOSITORY, '.build/mutants/verdicts.jsonl');

/** `hash`: of the file and the tests that the verdict rests on. */
export type Kept = Verdict & { readonly hash: string };

/** Reads the last stored verdict of each mutant, by id. */
export function readKept(): ReadonlyMap<string, Kept> {
  if (!existsSync(FILE)) return new Map();
  const lines = readFileSync(FILE, 'utf8').split('\n');
  // The last line of a run that was ended may be half of one.
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

/** The code that tries mutants: if it improves, the survivors are tried again. */
const TRIED_BY = [
  'light-runner',
  'mutant-process',
  'plant-in-thread',
  'planted-builds',
  'planted-files',
  'try-mutants',
].map((name) => `test/prove/mutants/${name}.ts`);

/**
 * What a verdict on a mutant of the file rests on: its text and that of the test which has killed it; of all its tests,
 * and of what runs them, where none has.
 */
export function hashOfGround(text: string, tests: readonly string[], by: string | undefined): string {
  const asked = by === undefined ? [...tests, ...TRIED_BY] : tests.filter((test) => test === by);
  return hashOf(text, ...asked.map((path) => readSource(path).text));
}

export function hashOf(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 16);
}
