/** A copy of shared/ in a temporary folder, with some of its text replaced. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../architecture/source-files.ts';
import type { Mutant } from './patch.ts';
import type { Shipped } from './shipped.ts';
import { loadShipped } from './shipped.ts';

export type PatchedSource = Disposable & { readonly shipped: Shipped };

/** @throws when a patch's text is not in the source exactly once: the source has moved on, and so must the mutant */
export async function loadMutant(mutant: Mutant): Promise<PatchedSource> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-mutant-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    cpSync(join(REPOSITORY, 'shared'), join(folder, 'shared'), { recursive: true });
    // Outside the repository nothing says that .ts files are modules.
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const { file, find, replace } of mutant.patches) {
      const path = join(folder, file);
      const parts = readFileSync(path, 'utf8').split(find);
      if (parts.length !== 2)
        throw new Error(`mutant "${mutant.name}": ${file} has ${parts.length - 1} times: ${find}`);
      writeFileSync(path, parts.join(replace));
    }
    return { shipped: await loadShipped(folder), [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
