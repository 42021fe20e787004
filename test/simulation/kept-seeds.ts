/** First seed by which each mutant is caught: what `npm test` replays. Renewed by `--find-mutants`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../architecture/source-files.ts';
import type { Mutant } from './patch.ts';

export const SAVED_SEEDS = join(REPOSITORY, 'test/simulation/mutants.json');

/** undefined: not searched for yet. */
export function savedSeedOf(mutant: Mutant): number | undefined {
  const seeds = JSON.parse(readFileSync(SAVED_SEEDS, 'utf8')) as Readonly<Record<string, number>>;
  return seeds[`${mutant.model}: ${mutant.name}`];
}
