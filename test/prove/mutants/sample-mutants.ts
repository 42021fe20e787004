/** Chooses the mutants that are tried. */
import { createHash } from 'node:crypto';
import type { Mutant } from './find-mutants.ts';

/** The smallest number of mutants from each folder, so that small folders also give a meaningful result. */
const LEAST = 30;

/** Folders whose mutants are drawn separately from those of others. */
export function stratumOf(file: string): string {
  const folders = file.split('/').slice(0, -1);
  const depths: Readonly<Record<string, number>> = { base: 4, gateway: 4, toolkit: 4 };
  return folders.slice(0, folders[0] === 'packages' ? (depths[folders[1] ?? ''] ?? 3) : 2).join('/');
}

/**
 * Draws mutants from each folder in proportion to its size, but at least 30. The choice depends only on the seed and on
 * the mutants, so a change in another place does not alter it.
 *
 * @param settle returns undefined if nobody can make the mistake; the next one of its folder is drawn instead
 */
export function sampleMutants(
  all: readonly Mutant[],
  size: number,
  seed: number,
  settle: (mutant: Mutant) => Mutant | undefined = (mutant) => mutant,
): readonly Mutant[] {
  const strata = new Map<string, Mutant[]>();
  for (const mutant of all) {
    const stratum = stratumOf(mutant.file);
    const known = strata.get(stratum);
    if (known === undefined) strata.set(stratum, [mutant]);
    else known.push(mutant);
  }
  return [...strata.values()].flatMap((mutants) => {
    const share = Math.ceil((size * mutants.length) / all.length);
    const lot = new Map(mutants.map(({ id }) => [id, lotOf(id, seed)]));
    const drawn = mutants.toSorted((one, other) =>
      (lot.get(one.id) ?? '').localeCompare(lot.get(other.id) ?? ''),
    );
    return takeSettled(drawn, Math.max(share, Math.min(LEAST, Math.ceil(size / strata.size))), settle);
  });
}

function takeSettled(
  drawn: readonly Mutant[],
  most: number,
  settle: (mutant: Mutant) => Mutant | undefined,
): readonly Mutant[] {
  const taken: Mutant[] = [];
  for (const mutant of drawn) {
    if (taken.length >= most) break;
    const settled = settle(mutant);
    if (settled !== undefined) taken.push(settled);
  }
  return taken;
}

function lotOf(id: string, seed: number): string {
  return createHash('sha256').update(`${seed} ${id}`).digest('hex');
}
